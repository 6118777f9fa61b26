// benchmarks/support/harness.hpp -- times alternatives against each other, in turns within one run
// SPDX-License-Identifier: Apache-2.0
//
// On a shared machine two runs one after the other measure the neighbours. So the sides take turns, A B C A B C ...,
// and what is claimed is a ratio: of the medians, and of the fastest turns. A turn repeats a fast side until it takes
// about a millisecond.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace trireme::bench {

struct Side {
  std::string name;
  std::function<void()> run;
  std::function<void()> before = {};  // not timed: poisons the output
  std::function<void()> after = {};   // not timed: throws when the result is wrong
};

struct Timing {
  std::string name;
  std::vector<double> seconds;  // of one call, one entry a turn
  double median() const;
  double fastest() const;
  double spread() const;  // (third quartile - first quartile) / median
};

class Report {
 public:
  /// Reads --repetitions N (at least 21), --json PATH, --filter TEXT, --quick. Prints the machine.
  Report(int argc, char** argv, std::string title);
  /// Writes the JSON file, if one was asked for.
  ~Report();
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  bool quick() const { return quick_; }
  /// Whether the filter leaves this case in.
  bool wants(const std::string& name) const { return name.find(filter_) != std::string::npos; }

  /// Times the sides in turns and prints one line each, with ratios to the last side. `bytes` is what a call moves
  /// through memory at least, 0 for none. Returns the timings in the order of the sides.
  std::vector<Timing> compare(const std::string& name, const std::vector<Side>& sides, std::int64_t bytes = 0);

 private:
  struct Row {
    std::string name;
    std::int64_t bytes;
    std::vector<Timing> timings;
  };
  void print(const Row& row) const;

  std::string title_, filter_, json_;
  int repetitions_ = 21;
  bool quick_ = false;
  std::vector<Row> rows_;
};

/// Throws when a benchmark's result is not what it must be.
void require(bool right, const std::string& what);

/// Keeps the compiler from dropping the computation of `value`.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

}  // namespace trireme::bench
