// hull/dispatch/compile_cached.cpp -- key, look on disk, compile or load, keep
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/compile_cached.hpp"

#include <utility>

#include "dispatch/disk_cache.hpp"

#ifndef TRIREME_VERSION
#error "TRIREME_VERSION is given by the build"
#endif

namespace trireme::dispatch {

namespace {

/// Another version of the library might call the same text in another way.
std::string full_key(Backend& backend, std::span<const CompileRequest> requests, int device) {
  std::string key = backend.image_key(requests, device);
  return key.empty() ? key : "trireme " TRIREME_VERSION "\n" + key;
}

}  // namespace

CompiledUnit compile_cached(Backend& backend, std::span<const CompileRequest> requests, int device) {
  const auto start = std::chrono::steady_clock::now();
  CompiledUnit unit;
  Image image;
  const std::string key = full_key(backend, requests, device);
  if (!key.empty()) image.bytes = find_image(key);
  unit.executables = backend.compile(requests, device, &image);
  unit.from_disk = image.used;
  if (!key.empty() && !image.used) keep_image(key, image.bytes);
  unit.time = std::chrono::steady_clock::now() - start;
  return unit;
}

bool is_on_disk(Backend& backend, std::span<const CompileRequest> requests, int device) {
  const std::string key = full_key(backend, requests, device);
  return !key.empty() && has_image(key);
}

}  // namespace trireme::dispatch
