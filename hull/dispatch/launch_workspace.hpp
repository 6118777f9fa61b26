// hull/dispatch/launch_workspace.hpp -- the arguments of a launch in memory that a thread keeps between launches
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "dispatch/source_writer.hpp"

namespace trireme::dispatch {

struct LaunchWorkspace {
  KernelLaunch launch;
  std::vector<void*> pointers;
  const KernelArgument* built_for = nullptr;
  std::size_t patched = SIZE_MAX;
};

/// This thread's workspace for a scope, or a new one if it is in use or the thread is ending.
class LaunchLease {
 public:
  LaunchLease();
  ~LaunchLease();
  LaunchLease(const LaunchLease&) = delete;
  LaunchLease& operator=(const LaunchLease&) = delete;

  KernelLaunch& launch() const { return workspace_->launch; }
  /// The addresses of the arguments' bits and of the geometry, in the order of the kernel's parameters. The arguments
  /// lie where they lay, so nearly all of this is there from the last launch.
  void** pointers() const;

 private:
  LaunchWorkspace* workspace_;
};

}  // namespace trireme::dispatch
