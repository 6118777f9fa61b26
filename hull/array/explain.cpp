// hull/array/explain.cpp -- the report of what ran, as data and as text
// SPDX-License-Identifier: Apache-2.0
#include "trireme/explain.hpp"

#include <cstdio>
#include <new>

#include "dispatch/plan.hpp"
#include "dispatch/run.hpp"
#include "dispatch/tally.hpp"
#include "program/out_of_memory.hpp"

#ifndef TRIREME_VERSION
#error "TRIREME_VERSION is given by the build"
#endif

namespace trireme {

namespace {

thread_local constinit Explain* explaining = nullptr;

std::string number(double value, const char* format) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

Explain::Explain() : previous_(explaining) { explaining = this; }
Explain::~Explain() { explaining = previous_; }
Explain* Explain::current() { return explaining; }

std::string Explain::text() const try {
  std::string out;
  int index = 0;
  for (const ProgramReport& r : programs_) {
    out += "program " + std::to_string(++index) + " of " + std::to_string(programs_.size()) + " on " + r.device +
           (r.level.empty() ? "" : " (" + r.level + (r.compiled ? ", compiled)" : ")")) + ": " + r.why + "\n";
    for (const CandidateReport& c : r.candidates) {
      out += "  " + c.device;
      if (!c.reason.empty()) out += " not: " + c.reason;
      else out += " estimated " + number(c.seconds * 1e6, "%.1f us");
      if (c.compile_seconds > 0) out += ", " + number(c.compile_seconds * 1e6, "%.1f us") + " of them for compiling";
      out += "\n";
    }
    out += "  " + std::to_string(r.operations) + (r.operations == 1 ? " operation" : " operations fused") + ", " +
           std::to_string(r.elements) + " positions\n";
    double bytes = static_cast<double>(r.bytes_read + r.bytes_written);
    const std::string how = r.from_disk_cache ? "; loaded from the disk cache in " : "; compiled in ";
    out += "  " + std::to_string(r.bytes_read) + " bytes read, " + std::to_string(r.bytes_written) + " written, " +
           std::to_string(r.bytes_moved) + " moved between devices; " + number(r.seconds * 1e6, "%.1f us") +
           (r.estimated_seconds > 0 ? " (estimated " + number(r.estimated_seconds * 1e6, "%.1f") + ")" : "") +
           (r.seconds > 0 ? ", " + number(bytes / r.seconds * 1e-9, "%.2f GB/s") : "") +
           (r.compile_seconds > 0 ? how + number(r.compile_seconds * 1e3, "%.1f ms") : "") + "\n";
    std::string line;
    for (char c : r.program + "\n") {
      if (c != '\n') {
        line += c;
        continue;
      }
      if (!line.empty()) out += "    " + line + "\n";
      line.clear();
    }
  }
  return out;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("Explain::text");
}

Counters counters() try {
  Counters c;
  dispatch::RunCounters run = dispatch::run_counters();
  c.plans_built = dispatch::plans_built();
  c.executables_compiled = dispatch::executables_compiled();
  c.executables_loaded = dispatch::executables_loaded();
  c.programs_run = run.programs;
  c.bytes_moved = run.moved;
  c.fallbacks = run.fallbacks;
  dispatch::MemoryCount memory = dispatch::memory_count(0);
  c.bytes_live = memory.live;
  c.bytes_peak = memory.peak;
  return c;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("counters");
}

std::string version() try {
  return TRIREME_VERSION;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("version");
}

}  // namespace trireme
