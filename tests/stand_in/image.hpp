// tests/stand_in/image.hpp -- the stand-in's "cubin": a header, then the bytes of a shared object
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#define STAND_IN_TEXT(...) __VA_ARGS__
#include "kernel_abi.inc"
#undef STAND_IN_TEXT

namespace stand_in {

constexpr char kImageMagic[8] = {'S', 'T', 'A', 'N', 'D', 'I', 'N', '1'};
constexpr std::size_t kMaxDynamicShared = 232448;  // what sm_90 lets one block opt in to

struct ImageHeader {
  char magic[8];
  std::uint64_t bytes;     // of the shared object behind this header
  std::uint64_t checksum;  // FNV-1a of those bytes
  std::int32_t arch;       // 90 for sm_90 and compute_90
  std::int32_t is_virtual; // compute_NN: runs on this and every later device
};

inline std::uint64_t checksum(const void* data, std::size_t bytes) {
  const auto* p = static_cast<const unsigned char*>(data);
  std::uint64_t h = 14695981039346656037ull;
  for (std::size_t i = 0; i < bytes; ++i) h = (h ^ p[i]) * 1099511628211ull;
  return h;
}

}  // namespace stand_in
