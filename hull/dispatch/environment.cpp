// hull/dispatch/environment.cpp -- the only file that reads the environment
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/environment.hpp"

#include <cstdlib>

namespace trireme::dispatch {

namespace {

std::string read(const char* name) {
#ifdef __GLIBC__
  const char* value = secure_getenv(name);
#else
  const char* value = getenv(name);
#endif
  return value ? value : "";
}

}  // namespace

const Environment& environment() {
  static const Environment* const instance = [] {
    auto* e = new Environment;  // leaked: read until the very end of the process
    e->device = read("TRIREME_DEVICE");
    e->cpu_level = read("TRIREME_CPU_LEVEL");
    e->threads = read("TRIREME_THREADS");
    e->slurm_cpus = read("SLURM_CPUS_PER_TASK");
    e->strict = read("TRIREME_STRICT") == "1";
    return e;
  }();
  return *instance;
}

}  // namespace trireme::dispatch
