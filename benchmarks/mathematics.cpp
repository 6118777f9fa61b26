// benchmarks/mathematics.cpp -- the elementary functions against SLEEF, glibc's libmvec and xsimd's own, per level
// SPDX-License-Identifier: Apache-2.0
//
// mathematics_benchmark [ROUNDS [FILE [NAME...]]]: nanoseconds per element, of the level's routine as the library calls it; FILE
// gets all of it as JSON; of all functions, or of those named. "L1" is 2048 f32 or 1024 f64 in the first-level cache; "1e7" passes through memory. The sides take turns,
// round by round; what counts are the medians of all rounds and their ratios, in the thread's processor time, which neighbours
// disturb less than the clock. Before that the largest error of every side is measured (support/peer_errors.hpp): the ratio is
// to the fastest of those that err by at most 1 ulp, or 2 where Trireme promises no better, on these samples. Trireme itself
// must, or the program fails.
#include <sys/utsname.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "cpu/features.hpp"
#include "support/peer_errors.hpp"

namespace trireme::bench {
namespace {

constexpr int kTrireme = kSides;  // one more side
const char* side_name(int side) { return side == kTrireme ? "trireme" : kSideNames[side]; }

double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

template <class T>
constexpr const char* kTypeName = sizeof(T) == 4 ? "f32" : "f64";

/// The level's loops for one function: the peers' and Trireme's routine.
template <class T>
struct Sides {
  Loop<T> peer[kSides];
  cpu::Routine routine;

  bool has(int side) const { return side == kTrireme || peer[side] != nullptr; }
  void call(int side, T* out, const T* a, const T* b, std::size_t n) const {
    if (side == kTrireme) routine(out, a, b, nullptr, n);
    else peer[side](out, a, b, n);
  }
};

struct Report {
  std::FILE* json;
  bool first = true;
  bool right = true;

  void number(const char* name, double value) const {
    if (!json) return;
    if (value >= 0 && value < 1e300) std::fprintf(json, ", \"%s\": %.4g", name, value);
    else std::fprintf(json, ", \"%s\": null", name);
  }
};

template <class T>
void measure(Report& report, const cpu::Level& level, const Sides<T>& sides, int function, int rounds) {
  const PeerOperands& p = kPeerOperands[function];
  double error[kSides + 1];
  for (int side = 0; side <= kTrireme; ++side)
    error[side] = !sides.has(side) || !has_reference(p.op) ? -1 : largest_error<T>(function, [&](T* out, const T* a, const T* b, std::size_t n) {
      sides.call(side, out, a, b, n);
    });
  const double bound = error[kTrireme] <= 1 ? 1 : 2;
  report.right &= error[kTrireme] <= 2;
  for (std::size_t n : {std::size_t{4096 / sizeof(T) * 2}, std::size_t{10'000'000}}) {
    if (std::string(level.name) == "baseline" && n > 10'000) continue;  // minutes, and it is software's fma that is measured
    const std::vector<T> a = operands<T>(p.low, p.high, n, 1), b = operands<T>(p.low_b, p.high_b, n, 2);
    std::vector<T> out(n);
    std::vector<double> times[kSides + 1];
    const int repeats = static_cast<int>(std::max<std::size_t>(1, 200'000 / n));
    for (int round = -1; round < rounds; ++round)  // the first one only warms up
      for (int side = 0; side <= kTrireme; ++side) {
        if (!sides.has(side)) continue;
        const double start = thread_seconds();
        for (int k = 0; k < repeats; ++k) sides.call(side, out.data(), a.data(), b.data(), n);
        if (round >= 0) times[side].push_back((thread_seconds() - start) * 1e9 / static_cast<double>(n) / repeats);
      }
    double ns[kSides + 1];
    int fastest = -1;
    for (int side = 0; side <= kTrireme; ++side) {
      ns[side] = sides.has(side) ? median(times[side]) : -1;
      if (side < kTrireme && sides.has(side) && error[side] <= bound && (fastest < 0 || ns[side] < ns[fastest])) fastest = side;
    }
    const char* place = n > 10'000 ? "1e7" : "L1";
    std::printf("%-9s %-8s %s %-3s %8.3f", kPeerNames[function], level.name, kTypeName<T>, place, ns[kTrireme]);
    for (int side = 0; side < kSides; ++side)
      if (sides.has(side)) std::printf(" %8.3f%c", ns[side], error[side] <= bound ? ' ' : '*');
      else std::printf("        - ");
    if (fastest >= 0) std::printf(" %6.2f of %s", ns[kTrireme] / ns[fastest], kSideNames[fastest]);
    std::printf("\n");
    std::fflush(stdout);
    if (!report.json) continue;
    std::fprintf(report.json, "%s\n  {\"function\": \"%s\", \"dtype\": \"%s\", \"level\": \"%s\", \"n\": \"%s\"", report.first ? "" : ",",
                 kPeerNames[function], kTypeName<T>, level.name, place);
    report.first = false;
    for (int side = kTrireme; side >= 0; --side) report.number(side_name(side), ns[side]);
    for (int side = kTrireme; side >= 0; --side) report.number((std::string(side_name(side)) + "_ulp").c_str(), error[side]);
    if (fastest >= 0) std::fprintf(report.json, ", \"fastest\": \"%s\"", kSideNames[fastest]);
    report.number("ratio", fastest < 0 ? -1 : ns[kTrireme] / ns[fastest]);
    std::fprintf(report.json, "}");
  }
}

int run(int rounds, const char* file, const std::vector<std::string>& names) {
  Report report{file ? std::fopen(file, "w") : nullptr};
  if (file && !report.json) return std::fprintf(stderr, "mathematics_benchmark: %s cannot be written\n", file), 2;
  if (report.json) {
    utsname system{};
    uname(&system);
    std::fprintf(report.json, "{\"context\": {\"compiler\": \"%s\", \"machine\": \"%s\", \"rounds\": %d},\n\"nanoseconds\": [",
                 __VERSION__, system.machine, rounds);
  }
  std::printf("%-9s %-8s     %-3s %8s %8s  %8s  %8s      (ns; * errs by more than the bound)\n", "", "level", "", "trireme", "sleef", "libmvec", "xsimd");
  for (const cpu::Level& level : cpu::levels()) {
    if (!level.usable) continue;
    const std::string name = level.name;
    const VectorPeers peers = name == "avx512" ? vector_peers_avx512() : name == "avx2" ? vector_peers_avx2() : vector_peers_baseline();
    for (int k = 0; k < kPeers; ++k) {
      if (!names.empty() && std::find(names.begin(), names.end(), kPeerNames[k]) == names.end()) continue;
      const auto routine = [&](Dtype type) { return level.routines.routine[cpu::row_index(cpu::kNone, kPeerOperands[k].op, type)]; };
      measure<float>(report, level, {{peers.f32[0][k], peers.f32[1][k], peers.f32[2][k]}, routine(Dtype::f32)}, k, rounds);
      measure<double>(report, level, {{peers.f64[0][k], peers.f64[1][k], peers.f64[2][k]}, routine(Dtype::f64)}, k, rounds);
    }
  }
  if (report.json) {
    std::fprintf(report.json, "\n]}\n");
    std::fclose(report.json);
  }
  if (!report.right) std::fprintf(stderr, "mathematics_benchmark: Trireme errs by more than 2 ulp\n");
  return report.right ? 0 : 1;
}

}  // namespace
}  // namespace trireme::bench

int main(int argc, char** argv) {
  return trireme::bench::run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 9, argc > 2 ? argv[2] : nullptr,
                              {argv + std::min(argc, 3), argv + argc});
}
