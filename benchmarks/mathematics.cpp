// benchmarks/mathematics.cpp -- the elementary functions against SLEEF and glibc's libmvec, per level
// SPDX-License-Identifier: Apache-2.0
//
// mathematics_benchmark [ROUNDS]: nanoseconds per element, of the level's routine as the library calls it. "L1" is 2048 f32 or
// 1024 f64 in the first-level cache; "1e7" passes through memory. The sides take turns, round by round; what counts are the
// medians of all rounds and their ratios, in the thread's processor time, which neighbours disturb less than the clock.
// SLEEF's variant is the one that errs by at most 1 ulp (hypot: 0.5); libmvec's functions may err by 4. Each side's results are
// checked: Trireme's against SLEEF's within 2 ulp, libmvec's within 6.
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "cpu/features.hpp"
#include "program/opcode.hpp"
#include "support/vector_peers.hpp"

namespace trireme::bench {
namespace {

using program::Opcode;

struct Peer {
  Opcode op;
  double low, high, low_b, high_b;
};
constexpr Peer kPeerOperands[] = {
#define PEER(name, sleef, low, high) {Opcode::name, low, high, 0, 1},
#define PEER_OF_TWO(name, sleef, low, high, low_b, high_b) {Opcode::name, low, high, low_b, high_b},
#include "support/vector_peers.def"
#undef PEER
#undef PEER_OF_TWO
};

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
std::vector<T> operands(double low, double high, std::size_t n, std::uint64_t seed) {
  std::vector<T> out(n);
  for (T& v : out) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    v = static_cast<T>(low + (high - low) * (static_cast<double>(seed >> 11) * 0x1p-53));
  }
  return out;
}

template <class T>
bool close(const std::vector<T>& a, const std::vector<T>& b, double ulp) {
  for (std::size_t k = 0; k < a.size(); ++k)
    if (!(std::fabs(a[k] - b[k]) <= ulp * std::numeric_limits<T>::epsilon() * std::fabs(a[k]))) return false;
  return true;
}

template <class T>
using Loop = void (*)(T* out, const T* a, const T* b, std::size_t n);

/// One line; false when a side is wrong.
template <class T>
bool measure(const char* level, cpu::Routine routine, int peer, Loop<T> sleef, Loop<T> libmvec, std::size_t n, int rounds) {
  const Peer& p = kPeerOperands[peer];
  const std::vector<T> a = operands<T>(p.low, p.high, n, 1), b = operands<T>(p.low_b, p.high_b, n, 2);
  std::vector<T> out[3];
  std::vector<double> times[3];
  for (auto& o : out) o.resize(n);
  const int repeats = static_cast<int>(std::max<std::size_t>(1, 200'000 / n));
  for (int round = -1; round < rounds; ++round) {  // the first one only warms up
    for (int side = 0; side < 3; ++side) {
      const double start = thread_seconds();
      for (int k = 0; k < repeats; ++k) {
        if (side == 0) routine(out[0].data(), a.data(), b.data(), nullptr, n);
        else (side == 1 ? sleef : libmvec)(out[side].data(), a.data(), b.data(), n);
      }
      if (round >= 0) times[side].push_back((thread_seconds() - start) * 1e9 / static_cast<double>(n) / repeats);
    }
  }
  const double ours = median(times[0]), theirs = median(times[1]), rough = median(times[2]);
  const bool right = close(out[1], out[0], 2), near = close(out[1], out[2], 6);
  std::printf("%-6s %-9s %s %-4s %8.3f %8.3f %8.3f %7.2f %7.2f%s%s\n", kPeerNames[peer], level, sizeof(T) == 4 ? "f32" : "f64",
              n > 10000 ? "1e7" : "L1", ours, theirs, rough, ours / theirs, ours / rough, right ? "" : "  WRONG",
              near ? "" : "  libmvec differs");
  std::fflush(stdout);
  return right;
}

int run(int rounds) {
  bool right = true;
  std::printf("%-6s %-9s %s %-4s %8s %8s %8s %7s %7s\n", "ns", "level", "   ", "", "trireme", "sleef", "libmvec", "/sleef", "/libmvec");
  for (const cpu::Level& level : cpu::levels()) {
    const std::string name = level.name;
    if (!level.usable) continue;
    const VectorPeers peers = name == "avx512" ? vector_peers_avx512() : name == "avx2" ? vector_peers_avx2() : vector_peers_baseline();
    for (std::size_t n : {std::size_t{1024}, std::size_t{10'000'000}}) {
      if (name == "baseline" && n > 2048) continue;
      for (int k = 0; k < kPeers; ++k) {
        const auto routine = [&](Dtype type) { return level.routines.routine[cpu::row_index(cpu::kNone, kPeerOperands[k].op, type)]; };
        right &= measure<float>(level.name, routine(Dtype::f32), k, peers.sleef_f32[k], peers.libmvec_f32[k], n > 2048 ? n : 2 * n, rounds);
        right &= measure<double>(level.name, routine(Dtype::f64), k, peers.sleef_f64[k], peers.libmvec_f64[k], n, rounds);
      }
    }
  }
  return right ? 0 : 1;
}

}  // namespace
}  // namespace trireme::bench

int main(int argc, char** argv) { return trireme::bench::run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 9); }
