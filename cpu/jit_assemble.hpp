// cpu/jit_assemble.hpp -- machine code for a program: the part of the compiled tier that knows AsmJit
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "program/program.hpp"

namespace trireme::cpu {

/// Positions [0, n) of a map; one pointer per parameter, to its first element or to the one number. For a reduction the
/// values are combined into lanes, to which a pointer more leads: lane k takes position k.
using JitMap = void (*)(const void* const* operands, std::int64_t n);

/// Positions [0, 512 * rows) of a reduction in the inner order, rows > 0: lane l of 512 takes positions l, l + 512, ...
/// Where JitText says so, the tree over all lanes goes to `result`.
using JitFold = void (*)(const void* const* operands, std::int64_t rows, void* lanes, void* result);

struct JitRequest {
  const program::Program* program;
  bool wide = false;          // AVX-512, else AVX2 and FMA
  std::uint64_t singles = 0;  // a bit for each parameter that is one element for all positions
  bool streams = false;       // outputs are written past the caches; they lie aligned to 64 bytes
};

/// Code that can be copied to any address.
struct JitText {
  std::string refusal;        // why there is none; the rest means nothing then
  std::vector<char> bytes;
  std::int64_t map = 0;       // where the functions begin; -1 without one
  std::int64_t fold = -1;
  bool fold_has_tree = false;
};

/// Parameters that code is made for, at most.
inline constexpr std::size_t kJitParameters = 48;

JitText jit_assemble(const JitRequest& request);

}  // namespace trireme::cpu
