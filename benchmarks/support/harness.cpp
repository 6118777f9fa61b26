// benchmarks/support/harness.cpp -- times alternatives against each other, in turns within one run
// SPDX-License-Identifier: Apache-2.0
#include "support/harness.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "trireme/device.hpp"
#include "trireme/explain.hpp"

namespace trireme::bench {
namespace {

constexpr double kTurnSeconds = 1e-3;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(std::lround(q * static_cast<double>(values.size() - 1)))];
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

/// Calls in a turn, so that it takes about kTurnSeconds. A side that must be prepared before each call gets one.
int calls_per_turn(const Side& side) {
  const auto call = [&] {
    if (side.before) side.before();
    const double start = now();
    side.run();
    const double seconds = now() - start;
    if (side.after) side.after();
    return seconds;
  };
  double seconds = call();  // the first one compiles and touches memory
  seconds = std::min(seconds, call());
  if (side.before || side.after) return 1;
  int calls = 1;
  while (seconds < kTurnSeconds && calls < 1 << 22) {
    calls *= 2;
    const double start = now();
    for (int k = 0; k < calls; ++k) side.run();
    seconds = now() - start;
  }
  return calls;
}

std::string time_text(double seconds) {
  char text[32];
  if (seconds < 1e-6)
    std::snprintf(text, sizeof text, "%7.1f ns", seconds * 1e9);
  else if (seconds < 1e-3)
    std::snprintf(text, sizeof text, "%7.2f us", seconds * 1e6);
  else
    std::snprintf(text, sizeof text, "%7.2f ms", seconds * 1e3);
  return text;
}

}  // namespace

double Timing::median() const { return quantile(seconds, 0.5); }
double Timing::fastest() const { return *std::min_element(seconds.begin(), seconds.end()); }
double Timing::spread() const { return (quantile(seconds, 0.75) - quantile(seconds, 0.25)) / median(); }

void require(bool right, const std::string& what) {
  if (!right) throw std::runtime_error("wrong result: " + what);
}

Report::Report(int argc, char** argv, std::string title) : title_(std::move(title)) {
  for (int k = 1; k < argc; ++k) {
    const std::string option = argv[k];
    const auto value = [&] {
      if (k + 1 == argc) throw std::runtime_error(option + ": a value is missing");
      return std::string(argv[++k]);
    };
    if (option == "--repetitions")
      repetitions_ = std::max(21, std::atoi(value().c_str()));
    else if (option == "--json")
      json_ = value();
    else if (option == "--filter")
      filter_ = value();
    else if (option == "--quick")
      quick_ = true;
    else
      throw std::runtime_error("unknown option " + option +
                               "; there are --repetitions N --json PATH --filter TEXT --quick");
  }
  std::printf("%s: %s, %u processors, level %s, %d repetitions in turns; trireme %s\n", title_.c_str(),
              processor().c_str(), std::thread::hardware_concurrency(), cpu_level().c_str(), repetitions_,
              version().c_str());
  std::printf("%-34s %-30s %10s %10s %7s %8s %9s %9s\n", "case", "side", "median", "fastest", "spread", "GB/s", "ratio",
              "of best");
}

std::vector<Timing> Report::compare(const std::string& name, const std::vector<Side>& sides, std::int64_t bytes) {
  if (!wants(name)) return {};
  Row row{name, bytes, {}};
  std::vector<int> calls;
  for (const Side& side : sides) {
    calls.push_back(calls_per_turn(side));
    row.timings.push_back({side.name, {}});
  }
  for (int turn = 0; turn < repetitions_; ++turn)
    for (std::size_t s = 0; s < sides.size(); ++s) {
      const Side& side = sides[s];
      if (side.before) side.before();
      const double start = now();
      for (int k = 0; k < calls[s]; ++k) side.run();
      row.timings[s].seconds.push_back((now() - start) / calls[s]);
      if (side.after) side.after();
    }
  print(row);
  rows_.push_back(row);
  return row.timings;
}

void Report::print(const Row& row) const {
  const Timing& last = row.timings.back();
  for (const Timing& t : row.timings) {
    char rate[16] = "", ratio[16] = "", best[16] = "";
    if (row.bytes) std::snprintf(rate, sizeof rate, "%.1f", static_cast<double>(row.bytes) / t.median() * 1e-9);
    if (&t != &last) {
      std::snprintf(ratio, sizeof ratio, "%.3f", t.median() / last.median());
      std::snprintf(best, sizeof best, "%.3f", t.fastest() / last.fastest());
    }
    std::printf("%-34s %-30s %10s %10s %6.1f%% %8s %9s %9s\n", row.name.c_str(), t.name.c_str(),
                time_text(t.median()).c_str(), time_text(t.fastest()).c_str(), t.spread() * 100, rate, ratio, best);
  }
  std::fflush(stdout);
}

Report::~Report() {
  if (json_.empty()) return;
  std::ofstream out(json_);
  out << "{\"title\": \"" << title_ << "\", \"processor\": \"" << processor() << "\", \"level\": \"" << cpu_level()
      << "\", \"repetitions\": " << repetitions_ << ", \"cases\": [";
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    out << (r ? ",\n" : "\n") << "  {\"name\": \"" << rows_[r].name << "\", \"bytes\": " << rows_[r].bytes
        << ", \"sides\": [";
    for (std::size_t s = 0; s < rows_[r].timings.size(); ++s) {
      const Timing& t = rows_[r].timings[s];
      out << (s ? ", " : "") << "{\"name\": \"" << t.name << "\", \"median\": " << t.median()
          << ", \"fastest\": " << t.fastest() << ", \"spread\": " << t.spread() << "}";
    }
    out << "]}";
  }
  out << "\n]}\n";
  if (!out) std::fprintf(stderr, "cannot write %s\n", json_.c_str());
}

}  // namespace trireme::bench
