// hull/dispatch/environment.hpp -- every environment variable that Trireme reads, read once
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace trireme::dispatch {

/// Read by secure_getenv on first use. "" means unset.
struct Environment {
  std::string device;             // TRIREME_DEVICE: auto, cpu, opencl[:n], cuda[:n]
  std::string cpu_level;          // TRIREME_CPU_LEVEL: baseline, avx2, avx512, neon
  std::string jit;                // TRIREME_JIT: 0, 1
  std::string threads;            // TRIREME_THREADS
  std::string slurm_cpus;         // SLURM_CPUS_PER_TASK
  std::string memory_limit;       // TRIREME_MEMORY_LIMIT: bytes, with K, M or G
  std::string profile;            // TRIREME_PROFILE=1: a table when the process ends
  std::string trace;              // TRIREME_TRACE: the file for a trace
  bool strict = false;            // TRIREME_STRICT=1: a fallback is an error
  bool cache = true;              // TRIREME_CACHE=0: no executables on disk
  std::string cache_dir;          // TRIREME_CACHE_DIR
  std::string cache_size;         // TRIREME_CACHE_SIZE: bytes, with K, M or G
  std::string xdg_cache_home;     // XDG_CACHE_HOME
  std::string home;               // HOME
  std::string probe_timeout;      // TRIREME_PROBE_TIMEOUT: seconds
};

const Environment& environment();

/// TRIREME_MEMORY_LIMIT in bytes, 0 without one. Throws Code::invalid_argument when it is no size.
std::size_t memory_limit();

/// TRIREME_CACHE_SIZE in bytes, 1 GiB without one. Throws Code::invalid_argument when it is no size.
std::size_t cache_limit();

/// TRIREME_PROBE_TIMEOUT in seconds, 20 without one. Throws Code::invalid_argument when it is no whole number above 0.
int probe_timeout();

}  // namespace trireme::dispatch
