// cpu/jit_run.cpp -- compiled maps and chunks of reductions over contiguous operands
// SPDX-License-Identifier: Apache-2.0
#include "cpu/jit_run.hpp"

#include <algorithm>
#include <cstring>

#include "cpu/features.hpp"
#include "cpu/vm_worker.hpp"
#include "program/reduction_order.hpp"

namespace trireme::cpu {

using dispatch::FlatArgument;
using program::Role;

namespace {

std::int64_t work_of(const VmExecutable& exe, std::int64_t n) { return n * static_cast<std::int64_t>(exe.steps.size() + 1); }

}  // namespace

const JitCode* jit_for_flat(const VmExecutable& exe, std::int64_t n, std::span<const FlatArgument> arguments, bool streams) {
  if (exe.jit.idle()) return nullptr;
  JitKey key{&current_level(), 0, streams};
  for (std::size_t p = 0; p < arguments.size(); ++p)
    if (exe.parameters[p].role == Role::input && arguments[p].single) key.singles |= std::uint64_t{1} << (p & 63);
  return exe.jit.code(key, work_of(exe, n));
}

const JitCode* jit_for_tiles(const VmExecutable& exe, std::int64_t n) {
  if (exe.jit.idle()) return nullptr;
  return exe.jit.code({&current_level(), 0, false}, work_of(exe, n));
}

void jit_operands(const VmExecutable& exe, std::span<const FlatArgument> arguments, std::int64_t begin, const void** out) {
  for (std::size_t p = 0; p < arguments.size(); ++p) {
    const program::Parameter& parameter = exe.parameters[p];
    const FlatArgument& a = arguments[p];
    if (parameter.role == Role::scalar) out[p] = &a.scalar;
    else out[p] = reinterpret_cast<const char*>(a.address) + (a.single ? 0 : begin * static_cast<std::int64_t>(item_size(parameter.type)));
  }
}

void JitChunks::move(const void** operands, std::int64_t positions) const {
  for (std::size_t p = 0; p < executable.parameters.size(); ++p) {
    const program::Parameter& parameter = executable.parameters[p];
    if ((parameter.role == Role::input || parameter.role == Role::index) && (code.key.singles >> p & 1) == 0)
      operands[p] = static_cast<const char*>(operands[p]) + positions * static_cast<std::int64_t>(item_size(parameter.type));
  }
}

void JitChunks::one(const void** operands, std::int64_t n, char* out) const {
  constexpr std::int64_t all = program::kInnerOrder.lanes;
  const Dtype type = executable.parameters[executable.reduce_output].type;
  const std::size_t item = item_size(type);
  alignas(64) char lanes[all * 8];
  const std::int64_t rows = n / all, rest = n % all;
  if (rows > 0) {
    code.fold(operands, rows, lanes, out);
    if (rest == 0 && code.fold_has_tree) return move(operands, n);
  } else {
    fill_identity(executable.reduction, type, lanes, static_cast<std::size_t>(std::max<std::int64_t>(rest, 1)));
  }
  move(operands, rows * all);
  if (rest > 0) {
    operands[executable.parameters.size()] = lanes;
    code.map(operands, rest);
    move(operands, rest);
  }
  const std::int64_t used = rows > 0 ? all : std::max<std::int64_t>(rest, 1);
  routines.tree[executable.reduction][static_cast<int>(type)](lanes, static_cast<std::size_t>(used));
  std::memcpy(out, lanes, item);
}

void JitChunks::run(const void** operands, std::int64_t n, char* out) const {
  constexpr std::int64_t chunk = program::kInnerOrder.chunk;
  const std::size_t item = item_size(executable.parameters[executable.reduce_output].type);
  for (; n > chunk; n -= chunk, out += item) one(operands, chunk, out);
  one(operands, n, out);
}

}  // namespace trireme::cpu
