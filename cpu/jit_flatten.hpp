// cpu/jit_flatten.hpp -- a program as the instructions that the compiled tier has: rows inlined, casts taken apart
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "program/program.hpp"

namespace trireme::cpu {

/// What flattening leaves, of machine dtypes except where it says so:
///   constant scalar load store store_pair reduce_*   integers of 8 and 16 bits are held as the i32 of that value, a bf16 as
///                                                    the i32 of its bits
///   add subtract multiply negative                   integers and floats
///   divide sqrt fma                                  floats
///   equal not_equal less less_equal                  of numbers
///   logical_and logical_or logical_xor logical_not where
///   bit_and bit_or bit_xor bit_not shift_*           integers
///   as_int as_float                                  the same bits as another dtype of that width; also an i32 that holds
///                                                    the bits of an f16 as that
///   to_int to_float                                  as in instructions.def; also f64 to i32, u32 to f32, u64 to f64
///   cast                                             i32 to i64, u32 to u64, 64-bit integers to 32-bit ones, f32 to f64,
///                                                    f64 to f32, i32 to f64, i64 and u64 to f32, f16 to f32 and back
/// Equal instructions are one instruction.
class Flattener {
 public:
  explicit Flattener(program::Form form) { program_.form = form; }

  /// A whole program; its parameters keep their numbers.
  void append(const program::Program& source);

  /// As append, for a reduction, but the value is combined into the lane at the position and stored there again: a map
  /// with one parameter more, the lanes.
  void append_accumulating(const program::Program& source);

  /// Combines the loads of parameters 0 and 1 by a row and reduces the result, so that it has a name.
  void append_row(program::Opcode row, Dtype type);

  /// Why the compiled tier does not take the program; empty if it does.
  const std::string& refusal() const { return refusal_; }
  const program::Program& program() const { return program_; }

 private:
  using Value = program::Value;
  using Opcode = program::Opcode;

  Value emit(Opcode op, Dtype type, Value a = program::kNoValue, Value b = program::kNoValue, Value c = program::kNoValue,
             std::uint16_t parameter = 0, std::uint64_t literal = 0);
  Value constant(Dtype type, std::uint64_t bits) {
    return emit(Opcode::constant, type, program::kNoValue, program::kNoValue, program::kNoValue, 0, bits);
  }
  Value number(Dtype type, double value);
  Dtype type(Value v) const { return program_.body[v].type; }
  Value refuse(const std::string& why);

  void append_body(const program::Program& source, bool accumulating);
  /// `from` is the dtype that the operand of a cast has in its own program.
  Value lower(const program::Instruction& i, const Value* operand, Dtype from);
  Value inlined(const program::Program& function, std::span<const Value> operands);
  Value row(Opcode op, Dtype result, const Value* operand, int count);

  Value quotient(Value a, Value b);
  Value cast(Value v, Dtype from, Dtype to);
  Value narrowed(Value v, Dtype to);
  Value reinterpreted(Value v, Dtype to) { return type(v) == to ? v : emit(Opcode::as_int, to, v); }
  Value from_float(Value v, Dtype to);
  Value to_float(Value v, Dtype to);

  program::Program program_;
  std::string refusal_;
  std::vector<Value> table_;  // open addressing over what is emitted
};

}  // namespace trireme::cpu
