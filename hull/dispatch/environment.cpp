// hull/dispatch/environment.cpp -- the only file that reads the environment
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/environment.hpp"

#include <charconv>
#include <cstdlib>
#include <memory>

#include "trireme/error.hpp"

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

/// A whole number above 0, times 1024 once for K, twice for M, three times for G.
std::size_t parse_bytes(const char* name, const std::string& text) {
  std::size_t value = 0;
  const char* end = text.data() + text.size();
  auto [at, code] = std::from_chars(text.data(), end, value);
  int shift = 0;
  if (at != end) switch (*at++) {
      case 'K': case 'k': shift = 10; break;
      case 'M': case 'm': shift = 20; break;
      case 'G': case 'g': shift = 30; break;
      default: code = std::errc::invalid_argument; break;
    }
  if (code != std::errc() || at != end || value == 0 || value > (SIZE_MAX >> 1 >> shift))
    throw error(Code::invalid_argument, std::string(name) + ": expected a number of bytes above 0, with K, M or G behind it if wanted, got '" + text + "'");
  return value << shift;
}

}  // namespace

const Environment& environment() {
  static const Environment* const instance = [] {
    auto e = std::make_unique<Environment>();
    e->device = read("TRIREME_DEVICE");
    e->cpu_level = read("TRIREME_CPU_LEVEL");
    e->jit = read("TRIREME_JIT");
    e->threads = read("TRIREME_THREADS");
    e->slurm_cpus = read("SLURM_CPUS_PER_TASK");
    e->strict = read("TRIREME_STRICT") == "1";
    e->memory_limit = read("TRIREME_MEMORY_LIMIT");
    e->profile = read("TRIREME_PROFILE");
    e->trace = read("TRIREME_TRACE");
    e->cache = read("TRIREME_CACHE") != "0";
    e->cache_dir = read("TRIREME_CACHE_DIR");
    e->cache_size = read("TRIREME_CACHE_SIZE");
    e->xdg_cache_home = read("XDG_CACHE_HOME");
    e->home = read("HOME");
    e->probe_timeout = read("TRIREME_PROBE_TIMEOUT");
    return e.release();  // leaked: read until the very end of the process
  }();
  return *instance;
}

std::size_t memory_limit() {
  static const std::size_t limit = [] {
    const std::string& text = environment().memory_limit;
    return text.empty() ? std::size_t{0} : parse_bytes("TRIREME_MEMORY_LIMIT", text);
  }();
  return limit;
}

std::size_t cache_limit() {
  const std::string& text = environment().cache_size;
  return text.empty() ? std::size_t{1} << 30 : parse_bytes("TRIREME_CACHE_SIZE", text);
}

int probe_timeout() {
  const std::string& text = environment().probe_timeout;
  if (text.empty()) return 20;
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [at, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || at != end || value < 1)
    throw error(Code::invalid_argument, "TRIREME_PROBE_TIMEOUT: expected a whole number of seconds, at least 1, got '" + text + "'");
  return value;
}

}  // namespace trireme::dispatch
