// tests/stand_in/block.hpp -- runs a grid block by block on the calling thread
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "cuda_types.hpp"
#include "image.hpp"

namespace stand_in {

struct Launch {
  const Module* module;
  const Kernel* kernel;
  Index grid, block;
  std::size_t dynamic_shared_bytes;
  void** parameters;
  bool reverse;  // threads and blocks last to first: a kernel with a race shows it
};

// Runs the launch to its end. Returns CUDA_SUCCESS or the error a device would report, with a sentence in `what`.
// One launch at a time: the caller holds the driver's lock.
CUresult run_grid(const Launch& launch, std::string* what);

}  // namespace stand_in
