// cpu/jit_run.hpp -- launches by compiled code: the pointers that it takes, from arguments or from a worker's registers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "cpu/vm.hpp"

namespace trireme::cpu {

/// Code for a launch whose operands are contiguous or single, or null.
const JitCode* jit_for_flat(const VmExecutable& executable, std::int64_t n, std::span<const dispatch::FlatArgument> arguments, bool streams);

/// Code for a launch whose operands are gathered tile by tile, or null.
const JitCode* jit_for_tiles(const VmExecutable& executable, std::int64_t n);

/// The operands of a flat launch from position `begin` on.
void jit_operands(const VmExecutable& executable, std::span<const dispatch::FlatArgument> arguments, std::int64_t begin, const void** out);

/// Chunk after chunk of a reduction over contiguous positions: n of them, one partial each to `out`.
struct JitChunks {
  const VmExecutable& executable;
  const JitCode& code;
  const Routines& routines;

  /// Moves the operands.
  void run(const void** operands, std::int64_t n, char* out) const;

 private:
  void move(const void** operands, std::int64_t positions) const;
  void one(const void** operands, std::int64_t n, char* out) const;
};

}  // namespace trireme::cpu
