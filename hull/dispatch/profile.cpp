// hull/dispatch/profile.cpp -- the profile hook: who listens, and the names of programs
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/profile.hpp"

#include <mutex>
#include <new>
#include <utility>

#include "program/fork.hpp"
#include "program/out_of_memory.hpp"

namespace trireme::dispatch {

namespace {

struct Listeners {
  std::mutex mutex;
  std::shared_ptr<const ProfileCallback> callback;
};

Listeners& listeners() {
  static Listeners* const instance = program::make_held<Listeners>(program::LockRank::profile);
  return *instance;
}

ProfileRecorder* recorder() {
  static ProfileRecorder* const instance = make_profile_recorder();
  return instance;
}

/// What a callback evaluates is not reported to it.
thread_local constinit bool reporting = false;

struct Reporting {
  Reporting() { reporting = true; }
  ~Reporting() { reporting = false; }
};

}  // namespace

bool profile_wanted() {
  if (reporting) return false;
  bool recorded = recorder() != nullptr;
  Listeners& all = listeners();
  std::lock_guard lock(all.mutex);
  if (recorded || all.callback) return true;
  profile_watched.store(false, std::memory_order_relaxed);
  return false;
}

void report_profile(const ProgramProfile& profile) {
  if (ProfileRecorder* kept = recorder()) kept->add(profile);
  std::shared_ptr<const ProfileCallback> callback;
  {
    Listeners& all = listeners();
    std::lock_guard lock(all.mutex);
    callback = all.callback;
  }
  if (!callback) return;
  Reporting now;
  (*callback)(profile);
}

std::string profile_name(const program::Program& program) {
  constexpr int kNamed = 4;  // operations that a name lists
  std::string names, form;
  int count = 0;
  for (const program::Instruction& i : program.body) {
    const program::OpcodeInfo& row = program::info(i.op);
    if (row.group != program::Group::table && row.group != program::Group::reduce && i.op != program::Opcode::cast) continue;
    if (++count <= kNamed) names += (names.empty() ? "" : "+") + std::string(row.name);
  }
  switch (program.form) {
    case program::Form::map: form = "map"; break;
    case program::Form::reduce_inner: form = "reduce_inner"; break;
    case program::Form::reduce_outer: form = "reduce_outer"; break;
    case program::Form::kernel: form = "kernel"; break;
  }
  if (count > kNamed) return form + " of " + std::to_string(count) + " operations";
  if (count == 0) return program.form == program::Form::map ? "copy" : form;
  return program.form == program::Form::map ? names : form + ": " + names;
}

}  // namespace trireme::dispatch

namespace trireme {

void set_profile_callback(ProfileCallback callback) try {
  std::shared_ptr<const ProfileCallback> fresh;
  if (callback) fresh = std::make_shared<const ProfileCallback>(std::move(callback));
  dispatch::Listeners& all = dispatch::listeners();
  {
    std::lock_guard lock(all.mutex);
    std::swap(all.callback, fresh);
    dispatch::profile_watched.store(true, std::memory_order_relaxed);
  }
  // The former callback goes here, where its destructor may do as it likes.
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("set_profile_callback");
}

}  // namespace trireme
