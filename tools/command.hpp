// tools/command.hpp -- the subcommands of `trireme`, apart from the command line that selects them
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace trireme::tools {

/// Exit statuses of every subcommand.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;    // a device, a disagreement, memory, writing
inline constexpr int kBadInput = 2;  // the command line, the expression, an input file

struct EvalOptions {
  std::string expression;
  std::vector<std::string> inputs;  // "name=file.npy"
  std::string output;               // "" prints
  std::string device;               // "" leaves the choice to the library
  std::string level;
  int threads = 0;  // 0 leaves it
  int repeat = 1;
  bool explain = false;
  bool bits = false;
};

/// `trireme eval`: results on `out`, messages and times on `err`.
int run_eval(const EvalOptions& options, std::ostream& out, std::ostream& err);

/// `trireme doctor`: a report for people or, with `json`, for programs.
int run_doctor(bool json, std::ostream& out);

/// `trireme cache info` and `trireme cache clear`.
int run_cache_info(bool json, std::ostream& out);
int run_cache_clear(std::ostream& out, std::ostream& err);

/// "trireme: message" and, for an error in an expression, the place in it. Returns the exit status.
int report_failure(std::string_view expression, std::ostream& err);

}  // namespace trireme::tools
