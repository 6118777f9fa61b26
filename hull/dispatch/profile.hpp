// hull/dispatch/profile.hpp -- whether programs are profiled, and where what was measured goes
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "program/program.hpp"
#include "trireme/profile.hpp"

namespace trireme::dispatch {

/// True until the environment was asked, and while there is a callback or a variable that wants profiles.
inline constinit std::atomic<bool> profile_watched{true};

/// The careful answer. Throws Code::io when TRIREME_TRACE names a file that cannot be made.
bool profile_wanted();

/// What every launch asks: one relaxed load when nobody wants profiles.
inline bool profiling() { return profile_watched.load(std::memory_order_relaxed) && profile_wanted(); }

/// Hands a profile to whoever wants it.
void report_profile(const ProgramProfile& profile);

/// ProgramProfile::name of a program.
std::string profile_name(const program::Program& program);

/// Keeps profiles for the table of TRIREME_PROFILE and the file of TRIREME_TRACE, and writes them when the process ends.
class ProfileRecorder {
 public:
  virtual ~ProfileRecorder() = default;
  virtual void add(const ProgramProfile& profile) = 0;
};

/// The recorder that the environment asks for, registered with std::atexit and never destroyed; null for none.
ProfileRecorder* make_profile_recorder();

}  // namespace trireme::dispatch
