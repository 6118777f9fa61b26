// hull/dispatch/source_writer_geometry.hpp -- the by-value struct of i64 that tells a kernel its geometry
// SPDX-License-Identifier: Apache-2.0
//
// One function lists the words of the struct in order. The writer calls it to learn where each word stands, and
// prepare_launch calls it to fill them, so the two cannot disagree.
#pragma once

#include "program/domain.hpp"
#include "program/program.hpp"

namespace trireme::dispatch {

enum class Word : std::uint8_t {
  size,     // positions of a map; kept positions of a reduction
  run,      // elements of a reduction's run
  chunks,   // of the run
  slots,    // kept positions that a work-item, warp or group of an inner reduction handles
  rows,     // whether vectors of positions are vectors of every operand, or one element of it
  extent,   // of `axis`
  magic,    // to divide by the extent of `axis`, source_writer_division.hpp
  shift,
  offset,   // of `parameter`, in elements
  stride,   // of `parameter` along `axis`
  start,    // where a wrapped axis starts
  modulus,  // where it wraps
};

inline bool is_reduction(program::Form form) {
  return form == program::Form::reduce_inner || form == program::Form::reduce_outer;
}

inline bool uses_position(const program::Program& program) {
  for (const program::Instruction& i : program.body)
    if (i.op == program::Opcode::position) return true;
  return false;
}

inline bool is_indexed(program::AccessKind kind) {
  return kind == program::AccessKind::strided || kind == program::AccessKind::wrapped;
}

/// Whether the kernel needs coordinates along the axes, or the linear index alone will do.
inline bool uses_coordinates(const program::Program& program, const program::Layout& layout) {
  for (std::size_t p = 0; p < program.parameters.size(); ++p)
    if (program.parameters[p].role != program::Role::scalar && is_indexed(layout.access[p])) return true;
  return uses_position(program);
}

/// Calls f(word, parameter, axis) for every word in order.
template <class F>
void each_geometry_word(const program::Program& program, const program::Layout& layout, F f) {
  f(Word::size, 0, 0);
  if (is_reduction(program.form)) {
    f(Word::run, 0, 0);
    f(Word::chunks, 0, 0);
    if (program.form == program::Form::reduce_inner) f(Word::slots, 0, 0);
  }
  if (uses_coordinates(program, layout)) {
    f(Word::rows, 0, 0);
    for (int axis = 0; axis < layout.rank; ++axis) {
      f(Word::extent, 0, axis);
      if (axis == 0 || axis == layout.kept) continue;  // a quotient by it is never formed
      f(Word::magic, 0, axis);
      f(Word::shift, 0, axis);
    }
  }
  for (int p = 0; p < static_cast<int>(program.parameters.size()); ++p) {
    const program::Role role = program.parameters[p].role;
    if (role == program::Role::scalar) continue;
    f(Word::offset, p, 0);
    if (!is_indexed(layout.access[p])) continue;
    for (int axis = 0; axis < layout.rank; ++axis) f(Word::stride, p, axis);
    if (layout.access[p] != program::AccessKind::wrapped) continue;
    for (int axis = 0; axis < layout.rank; ++axis) f(Word::start, p, axis);
    for (int axis = 0; axis < layout.rank; ++axis) f(Word::modulus, p, axis);
  }
}

}  // namespace trireme::dispatch
