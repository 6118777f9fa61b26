// hull/dispatch/source_writer_spelling.cpp -- types, constants and instructions as C-like text
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/source_writer_spelling.hpp"

#include <bit>
#include <charconv>
#include <cmath>

#include "program/opcode.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

namespace {

using program::Instruction;
using program::Opcode;
using program::Program;

bool is_integer(Dtype type) { return kind(type) == Kind::integer; }

std::string unsigned_type(Dtype type) { return item_size(type) == 8 ? "u64" : "u32"; }

bool is_half(Dtype type) { return type == Dtype::f16 || type == Dtype::bf16; }

std::string hex(std::uint64_t bits) {
  char text[20];
  return "0x" + std::string(text, std::to_chars(text, text + sizeof text, bits, 16).ptr);
}

// A hexadecimal literal is exact in every language; infinities and NaNs have none.
template <class T>
std::string float_literal(T value, std::uint64_t bits, const char* suffix, const char* from_bits) {
  if (!std::isfinite(value)) return std::string(from_bits) + hex(bits) + ")";
  char text[64];
  const T magnitude = std::fabs(value);
  std::string digits(text, std::to_chars(text, text + sizeof text, magnitude, std::chars_format::hex).ptr);
  return std::string(std::signbit(value) ? "-" : "") + "0x" + digits + suffix;
}

// Signed overflow is undefined in C, so integers are added as unsigned ones.
std::string arithmetic(Dtype type, const char* symbol, const std::string& a, const std::string& b) {
  if (!is_integer(type)) return a + symbol + b;
  const std::string u = "(" + unsigned_type(type) + ")";
  return "(" + register_type(type) + ")(" + u + a + symbol + u + b + ")";
}

std::string call(const std::string& function, const std::string& a) { return function + "(" + a + ")"; }

std::string cast(Dtype from, Dtype to, const std::string& a) {
  if (from == to) return a;
  if (to == Dtype::boolean) return a + " != 0";
  if (needs_cast_function(from, to)) return call(cast_name(from, to), a);
  return "(" + register_type(to) + ")" + a;
}

}  // namespace

std::string register_type(Dtype type) {
  if (type == Dtype::boolean) return "i32";
  return is_half(type) ? "u16" : program::short_name(component(type));
}
std::string memory_type(Dtype type) { return type == Dtype::boolean ? "u8" : register_type(type); }

std::string spell_constant(Dtype type, std::uint64_t bits) {
  switch (type) {
    case Dtype::boolean:
      return bits ? "1" : "0";
    case Dtype::i32:
    case Dtype::i64: {
      const auto value = type == Dtype::i32 ? static_cast<std::int32_t>(bits) : static_cast<std::int64_t>(bits);
      // Unsuffixed decimals find a type that holds them; the most negative number is not a literal in C.
      const bool plain = type == Dtype::i32 ? value != INT32_MIN : value != INT64_MIN;
      return "(" + register_type(type) + ")" + (plain ? std::to_string(value) : hex(bits));
    }
    case Dtype::f32:
      return float_literal(std::bit_cast<float>(static_cast<std::uint32_t>(bits)), bits, "f", "as_float_i32((i32)");
    case Dtype::f64:
      return float_literal(std::bit_cast<double>(bits), bits, "", "as_float_i64((i64)");
    default:  // unsigned; other dtypes have no constants
      return "(" + register_type(type) + ")" + hex(bits);
  }
}

std::string value_name(program::Value value) { return "v" + std::to_string(value); }

bool is_spelled(Opcode op) {
  switch (op) {
    case Opcode::add:
    case Opcode::subtract:
    case Opcode::multiply:
    case Opcode::divide:
    case Opcode::negative:
    case Opcode::sqrt:
    case Opcode::fma:
    case Opcode::equal:
    case Opcode::not_equal:
    case Opcode::less:
    case Opcode::less_equal:
    case Opcode::greater:
    case Opcode::greater_equal:
    case Opcode::logical_and:
    case Opcode::logical_or:
    case Opcode::logical_xor:
    case Opcode::logical_not:
    case Opcode::where:
      return true;
    default:
      return !program::is_table_op(op);
  }
}

std::string helper_name(Opcode row, Dtype type) {
  return std::string(program::info(row).name) + '_' + program::short_name(type);
}

Dtype operand_type(const Program& program, const Instruction& i) {
  return program.body[i.operand[program::info(i.op).rule == program::Rule::choice ? 1 : 0]].type;
}

std::string cast_name(Dtype from, Dtype to) {
  return std::string("cast_") + program::short_name(from) + '_' + program::short_name(to);
}

bool needs_cast_function(Dtype from, Dtype to) {
  return (is_half(from) != is_half(to)) || (kind(from) == Kind::floating && kind(to) == Kind::integer);
}

bool is_traced_cast(Dtype from, Dtype to) { return is_half(from) || is_half(to); }

std::string cast_function(Dtype from, Dtype to) {
  // The bounds are powers of two, or 0, and so exact in every float.
  const int digits = static_cast<int>(8 * item_size(to)) - is_signed(to);
  const std::string suffix = from == Dtype::f32 ? "f" : "";
  const std::string above = "0x1p+" + std::to_string(digits) + suffix;
  const std::string below = is_signed(to) ? "-" + above : "0x0p+0" + suffix;
  const std::uint64_t most = digits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << digits) - 1;
  const std::uint64_t least = is_signed(to) ? most + 1 : 0;
  const std::string type = register_type(to);
  return type + " " + cast_name(from, to) + "(" + register_type(from) + " x) {\n  return x != x ? (" + type +
         ")0 : x >= " + above + " ? (" + type + ")" + hex(most) + " : x < " + below + " ? (" + type + ")" + hex(least) +
         " : (" + type + ")x;\n}\n";
}

std::string quotient_name(Dtype type) { return std::string("quotient_") + program::short_name(type); }

std::string quotient_function(Dtype type) {
  const std::string t = register_type(type);
  const std::string wrap = is_signed(type) ? "b == -1 ? (" + t + ")(0 - (" + unsigned_type(type) + ")a) : " : "";
  return t + " " + quotient_name(type) + "(" + t + " a, " + t + " b) {\n  return b == 0 ? (" + t + ")0 : " + wrap +
         "a / b;\n}\n";
}

std::string spell_row(Opcode row, Dtype type, const std::string& a, const std::string& b) {
  switch (row) {
    case Opcode::add:
      return arithmetic(type, " + ", a, b);
    case Opcode::subtract:
      return arithmetic(type, " - ", a, b);
    case Opcode::multiply:
      return arithmetic(type, " * ", a, b);
    case Opcode::divide:
      return a + " / " + b;
    case Opcode::equal:
      return a + " == " + b;
    case Opcode::not_equal:
      return a + " != " + b;
    case Opcode::less:
      return a + " < " + b;
    case Opcode::less_equal:
      return a + " <= " + b;
    case Opcode::greater:
      return a + " > " + b;
    case Opcode::greater_equal:
      return a + " >= " + b;
    case Opcode::logical_and:
      return a + " & " + b;
    case Opcode::logical_or:
      return a + " | " + b;
    case Opcode::logical_xor:
      return a + " ^ " + b;
    default:
      return helper_name(row, type) + "(" + a + ", " + b + ")";
  }
}

std::string spell_expression(const Program& program, const Instruction& i) {
  const int count = program::info(i.op).operands;
  const std::string a = count > 0 ? value_name(i.operand[0]) : "";
  const std::string b = count > 1 ? value_name(i.operand[1]) : "";
  const std::string c = count > 2 ? value_name(i.operand[2]) : "";
  const std::string own = register_type(i.type);
  switch (i.op) {
    case Opcode::constant:
      return spell_constant(i.type, i.literal);
    case Opcode::scalar:
      return "p" + std::to_string(i.parameter);
    case Opcode::negative:
      return is_integer(i.type) ? "(" + own + ")(0 - (" + unsigned_type(i.type) + ")" + a + ")" : "-" + a;
    case Opcode::sqrt:
      return call(helper_name(i.op, i.type), a);
    case Opcode::fma:
      return helper_name(i.op, i.type) + "(" + a + ", " + b + ", " + c + ")";
    case Opcode::logical_not:
      return "!" + a;
    case Opcode::where:
      return a + " ? " + b + " : " + c;
    case Opcode::as_int:
      return call(i.type == Dtype::i64 ? "as_int_f64" : "as_int_f32", a);
    case Opcode::as_float:
      return call(i.type == Dtype::f64 ? "as_float_i64" : "as_float_i32", a);
    case Opcode::bit_and:
      return a + " & " + b;
    case Opcode::bit_or:
      return a + " | " + b;
    case Opcode::bit_xor:
      return a + " ^ " + b;
    case Opcode::bit_not:
      return "~" + a;
    case Opcode::shift_left:
    case Opcode::shift_right_logical:
      return "(" + own + ")((" + unsigned_type(i.type) + ")" + a + (i.op == Opcode::shift_left ? " << " : " >> ") +
             std::to_string(i.literal) + ")";
    case Opcode::shift_right:
      return a + " >> " + std::to_string(i.literal);
    case Opcode::shift_left_by:
      return "(" + own + ")((" + unsigned_type(i.type) + ")" + a + " << " + b + ")";
    case Opcode::shift_right_by:
      return a + " >> " + b;
    case Opcode::quotient:
      return quotient_name(i.type) + "(" + a + ", " + b + ")";
    case Opcode::to_int:
    case Opcode::to_float:
      return "(" + own + ")" + a;
    case Opcode::cast:
      return cast(program.body[i.operand[0]].type, i.type, a);
    default:
      break;
  }
  const Dtype type = operand_type(program, i);
  if (count == 1) return call(helper_name(i.op, type), a);
  if (count == 2) return spell_row(i.op, type, a, b);
  return helper_name(i.op, type) + "(" + a + ", " + b + ", " + c + ")";
}

std::string spell_control(const Program& program, std::size_t k) {
  const Instruction& i = program.body[k];
  const std::string own = value_name(static_cast<program::Value>(k));
  const auto operand = [&](int o) { return value_name(i.operand[o]); };
  switch (i.op) {
    case Opcode::if_begin:
      return "if (" + operand(0) + ") {";
    case Opcode::if_else:
      return "} else {";
    case Opcode::loop_begin:
      return "for (;;) {";
    case Opcode::loop_while:
      return "if (!" + operand(0) + ") break;";
    case Opcode::for_begin:
      return "for (i64 " + own + " = " + operand(0) + "; " + own + " < " + operand(1) + "; " + own + " += " +
             operand(2) + ") {";
    case Opcode::if_end:
    case Opcode::loop_end:
    case Opcode::for_end:
      return "}";
    case Opcode::local:
      return register_type(i.type) + " " + own + " = " + operand(0) + ";";
    case Opcode::get:
      return "const " + register_type(i.type) + " " + own + " = " + operand(0) + ";";
    case Opcode::set:
      return operand(0) + " = " + operand(1) + ";";
    default:
      throw error(Code::internal, std::string("write_source: cannot spell ") + program::info(i.op).name);
  }
}

}  // namespace trireme::dispatch
