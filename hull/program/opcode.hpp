// hull/program/opcode.hpp -- questions about opcodes that the verifier, the printer and the source writer share
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "program/program.hpp"

namespace trireme::program {

/// Whether the instruction's number names a value, a variable or a shared array that others may refer to.
inline bool defines_value(Opcode op) {
  switch (info(op).group) {
    case Group::table:
    case Group::primitive:
      return true;
    case Group::memory:
      return op != Opcode::store && op != Opcode::store_pair && op != Opcode::store_at;
    case Group::reduce:
      return false;
    case Group::control:
      return op == Opcode::for_begin;
    case Group::local:
      return op != Opcode::set;
    case Group::group:
      return op == Opcode::shared || op == Opcode::shared_load;
  }
  return false;
}

/// Whether `parameter` of the instruction means something.
inline bool names_parameter(Opcode op) {
  const Group group = info(op).group;
  return (group == Group::memory && op != Opcode::position) || group == Group::reduce || op == Opcode::atomic_add;
}

/// Whether `literal` of the instruction means something.
inline bool has_literal(Opcode op) {
  return op == Opcode::constant || op == Opcode::shift_left || op == Opcode::shift_right ||
         op == Opcode::shift_right_logical || op == Opcode::position || op == Opcode::shared;
}

inline bool opens_region(Opcode op) {
  return op == Opcode::if_begin || op == Opcode::if_else || op == Opcode::loop_begin || op == Opcode::for_begin;
}
inline bool closes_region(Opcode op) {
  return op == Opcode::if_else || op == Opcode::if_end || op == Opcode::loop_end || op == Opcode::for_end;
}

/// The table's name of `type`: "f32".
inline const char* short_name(Dtype type) {
  switch (type) {
#define DTYPE(name, type, kind, descriptor, text) \
  case Dtype::name:                               \
    return #name;
#include "trireme/dtype.def"
#undef DTYPE
  }
  return "?";
}

}  // namespace trireme::program
