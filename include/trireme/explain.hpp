// include/trireme/explain.hpp -- what an evaluation did: programs, fusion, devices, bytes, time
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trireme/array.hpp"

namespace trireme {

/// A device that an evaluation might have run on, and what `auto` thought of it.
struct CandidateReport {
  std::string device;
  double seconds = 0;          // estimated for the whole evaluation; 0 when it was ruled out
  double compile_seconds = 0;  // the part of it that is for compiling, if anything still is to be compiled
  std::string reason;          // why it was ruled out, in a sentence; "" when it was not
};

/// One program that an evaluation ran.
struct ProgramReport {
  std::string program;          // as the printer prints it
  std::string device;           // where it ran
  std::string level;            // instruction-set level, on the CPU
  bool compiled = false;        // on the CPU: it runs as code of its own, where the others are interpreted
  std::string why;              // why there
  std::vector<CandidateReport> candidates;  // what `auto` weighed; empty when there was nothing to weigh
  std::string source;           // the generated text, for devices that compile text
  int operations = 0;           // operations fused into it
  std::int64_t elements = 0;    // size of the domain
  std::int64_t bytes_read = 0;  // bytes the algorithm must read and write
  std::int64_t bytes_written = 0;
  std::int64_t bytes_moved = 0;  // copied between devices for it
  double seconds = 0;            // of the launch, until it was complete
  double estimated_seconds = 0;  // of the launch, by the two constants of the device
  double compile_seconds = 0;    // to get the executable; 0 when it was in memory
  bool from_disk_cache = false;  // it was not compiled but loaded from the cache on disk
};

/// Records every program that this thread runs during its life. Timing each launch makes small work slower.
class TRIREME_API Explain {
 public:
  Explain();
  ~Explain();
  Explain(const Explain&) = delete;
  Explain& operator=(const Explain&) = delete;

  const std::vector<ProgramReport>& programs() const { return programs_; }
  void clear() { programs_.clear(); }
  /// The report as `trireme eval --explain` prints it.
  std::string text() const;

  // For the library.
  void add(ProgramReport report) { programs_.push_back(std::move(report)); }
  static Explain* current();

 private:
  std::vector<ProgramReport> programs_;
  Explain* previous_;
};

/// Counters since the process began; they never decrease but for `bytes_live` and `bytes_peak`.
struct Counters {
  std::int64_t plans_built = 0;          // graph structures turned into programs
  std::int64_t executables_compiled = 0;
  std::int64_t executables_loaded = 0;   // from the cache on disk instead of being compiled
  std::int64_t programs_run = 0;
  std::int64_t bytes_moved = 0;          // between devices
  std::int64_t fallbacks = 0;            // programs a chosen device could not run, run on the CPU
  std::int64_t bytes_live = 0;           // held by arrays on all devices; memory.hpp says what counts
  std::int64_t bytes_peak = 0;           // the most so far, or since reset_peak()
};
TRIREME_API Counters counters();

/// The version, such as "0.1.0".
TRIREME_API std::string version();

}  // namespace trireme
