// cpu/vm.hpp -- the tile VM: a program as a list of precompiled routines, run tile by tile in the first-level cache
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cpu/jit.hpp"
#include "cpu/routines.hpp"
#include "dispatch/backend.hpp"

namespace trireme::cpu {

/// Elements of a tile. Small enough that tiles of all registers stay in the first-level cache and that operations
/// bound by memory and by arithmetic alternate, large enough that calling a routine costs little beside its work.
inline constexpr std::size_t kTile = 512;

inline constexpr std::size_t kMaxRegisters = 512;

/// What a VM register is: where its elements are during a tile.
enum class Place : std::uint8_t {
  scratch,    // `index` is a slot of the worker's scratch memory
  input,      // the tile of a buffer parameter, in place or gathered into a slot
  output,     // the tile of an output parameter, in place or in a slot to be scattered
  index,      // the tile of an index parameter, written into a slot
  broadcast,  // one element: a scalar parameter or a literal; routines take it by pointer
  splat,      // the same element repeated over a slot, for routines without a broadcast variant
};

struct Register {
  Place place;
  Dtype type;
  std::uint16_t index = 0;         // slot or parameter
  bool from_literal = false;       // broadcast and splat: the element is `literal`, not parameter `index`
  std::uint64_t literal = 0;
  std::uint16_t slot = 0;          // splat, index, inputs that are gathered and outputs that are scattered
};

struct VmStep {
  std::uint16_t routine;
  std::uint16_t out, a, b, c;  // registers; unused ones name register 0
};

/// A map over contiguous operands finds its registers' pointers from this list: first those in scratch memory (`bytes` from
/// its start), then buffers (elements of `bytes`), then scalar parameters, then literals.
struct PlainRegister {
  std::uint16_t reg;
  std::uint16_t parameter;
  std::uint32_t bytes;
};

class VmExecutable final : public dispatch::Executable {
 public:
  explicit VmExecutable(const program::Program& program);
  std::string source() const override;

  program::Form form;
  std::vector<program::Parameter> parameters;
  std::vector<Register> registers;
  std::vector<VmStep> steps;
  int slots = 0;               // scratch slots a worker needs
  bool has_index = false;      // some register is an index
  // Reductions: which, of which register, into which parameter.
  Reduction reduction = kSum;
  program::Opcode reduction_row = program::Opcode::add;
  std::uint16_t reduced = 0, reduce_output = 0;
  mutable Jit jit;             // the same steps as one loop, once that has become worth it
  // Of maps without splats, indices and many registers; else empty.
  std::vector<PlainRegister> plain;
  std::uint16_t plain_scratch = 0, plain_buffers = 0, plain_scalars = 0;  // how many of each; the rest are literals

 private:
  void list_plain();
};

/// Whether the VM runs the program, or why not.
dispatch::Support vm_supports(const program::Program& program);

/// Runs it with the present level and threads.
void vm_run(const VmExecutable& executable, const dispatch::Launch& launch);

/// Runs a map over n positions whose operands are all contiguous or single; one argument per parameter.
void vm_run_flat(const VmExecutable& executable, std::int64_t n, std::span<const dispatch::FlatArgument> arguments);

/// The same for an executable with a plain list, on the caller. False, with nothing done, if an operand is single.
bool vm_run_plain(const VmExecutable& executable, std::int64_t n, const dispatch::FlatArgument* arguments);

/// Runs a reduction over n contiguous positions to its last element, if it is small; else returns false.
bool vm_reduce_flat(const VmExecutable& executable, std::int64_t n, std::span<const dispatch::FlatArgument> arguments);

}  // namespace trireme::cpu
