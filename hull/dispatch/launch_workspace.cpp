// hull/dispatch/launch_workspace.cpp -- one workspace per thread, given back when the thread ends
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/launch_workspace.hpp"

#include <utility>

#include "program/thread_exit.hpp"

namespace trireme::dispatch {

namespace {

thread_local constinit LaunchWorkspace* spare = nullptr;
thread_local constinit bool spare_registered = false;

void drop_spare() {
  delete spare;
  spare = nullptr;
}

}  // namespace

LaunchLease::LaunchLease() : workspace_(std::exchange(spare, nullptr)) {
  if (workspace_) [[likely]]
    return;
  if (!spare_registered && !program::ThreadExit::gone()) {
    program::ThreadExit::at_exit(&drop_spare);
    spare_registered = true;
  }
  workspace_ = new LaunchWorkspace;
}

LaunchLease::~LaunchLease() {
  if (!spare && spare_registered && !program::ThreadExit::gone()) [[likely]]
    spare = workspace_;
  else
    delete workspace_;
}

void** LaunchLease::pointers() const {
  LaunchWorkspace& w = *workspace_;
  std::vector<KernelArgument>& arguments = w.launch.arguments;
  if (w.built_for != arguments.data() || w.pointers.size() <= arguments.capacity()) {
    w.pointers.resize(arguments.capacity() + 1);
    for (std::size_t k = 0; k < arguments.capacity(); ++k) w.pointers[k] = &(arguments.data() + k)->bits;
    w.built_for = arguments.data();
    w.patched = SIZE_MAX;
  }
  if (w.patched < arguments.capacity()) w.pointers[w.patched] = &(arguments.data() + w.patched)->bits;
  w.patched = arguments.size();
  w.pointers[w.patched] = w.launch.geometry.data();
  return w.pointers.data();
}

}  // namespace trireme::dispatch
