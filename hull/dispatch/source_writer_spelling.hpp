// hull/dispatch/source_writer_spelling.hpp -- how the C-like languages spell types, constants and single instructions
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "program/program.hpp"

namespace trireme::dispatch {

/// The type of a value in registers (bool is i32 there, halves are their bits) and of an element in memory (bool is u8, a
/// complex number two of its component).
std::string register_type(Dtype type);
std::string memory_type(Dtype type);

/// The literal of exactly these bits.
std::string spell_constant(Dtype type, std::uint64_t bits);

/// "v7"
std::string value_name(program::Value value);

/// Whether the languages can spell the instruction; the other table rows become calls of helper functions.
bool is_spelled(program::Opcode op);

/// Name of the helper function of a row for operands of `type`: "exp_f32".
std::string helper_name(program::Opcode row, Dtype type);

/// The dtype that names the helper of an instruction: of its operands that take part in promotion.
Dtype operand_type(const program::Program& program, const program::Instruction& i);

/// Name of the function that converts where C does not convert as astype does, a float to an integer with saturation, or
/// to and from halves: "cast_f32_i32".
std::string cast_name(Dtype from, Dtype to);
bool needs_cast_function(Dtype from, Dtype to);
/// Whether its body is that of program::expand_cast; else it is cast_function's.
bool is_traced_cast(Dtype from, Dtype to);
/// The definition, without qualifiers.
std::string cast_function(Dtype from, Dtype to);

/// The function of the instruction `quotient`, and its definition without qualifiers.
std::string quotient_name(Dtype type);
std::string quotient_function(Dtype type);

/// row(a, b) for operands that are expressions of `type`.
std::string spell_row(program::Opcode row, Dtype type, const std::string& a, const std::string& b);

/// The right-hand side of a table, primitive or scalar instruction. Scalar parameters are called p0, p1, ...
std::string spell_expression(const program::Program& program, const program::Instruction& i);

/// The line of a control or local instruction: opens or closes a block, declares, reads or assigns a variable.
std::string spell_control(const program::Program& program, std::size_t k);

}  // namespace trireme::dispatch
