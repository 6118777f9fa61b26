// hull/dispatch/compile_cached.hpp -- compiling with the cache on disk in between
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dispatch/backend.hpp"

namespace trireme::dispatch {

/// Executables, and what it took to get them.
struct CompiledUnit {
  std::vector<std::unique_ptr<Executable>> executables;
  std::chrono::steady_clock::duration time{};  // no double: the caller may have made inexact results trap
  bool from_disk = false;
};

/// Backend::compile() with the image that is on disk, or leaving one there.
CompiledUnit compile_cached(Backend& backend, std::span<const CompileRequest> requests, int device);

/// Whether there is an image on disk for these requests.
bool is_on_disk(Backend& backend, std::span<const CompileRequest> requests, int device);

}  // namespace trireme::dispatch
