// hull/program/print.cpp -- the text form of programs, one instruction a line
// SPDX-License-Identifier: Apache-2.0
#include "program/program.hpp"

#include "program/opcode.hpp"

#include <bit>
#include <charconv>

namespace trireme::program {

namespace {

constexpr std::size_t kTypeColumn = 40;

const char* form_name(Form form) {
  switch (form) {
    case Form::map:
      return "map";
    case Form::reduce_inner:
      return "reduce_inner";
    case Form::reduce_outer:
      return "reduce_outer";
    case Form::kernel:
      return "kernel";
  }
  return "?";
}

const char* role_name(Role role) {
  switch (role) {
    case Role::input:
      return "input";
    case Role::output:
      return "output";
    case Role::scalar:
      return "scalar";
    case Role::index:
      return "index";
  }
  return "?";
}

// The shortest digits that read back as the same value, whatever the locale; NaNs show their bits.
template <class T>
std::string number(T value, std::uint64_t bits) {
  char text[64];
  if (value != value) {
    const auto end = std::to_chars(text, text + sizeof text, bits, 16).ptr;
    return "nan(0x" + std::string(text, end) + ")";
  }
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

std::string constant(Dtype type, std::uint64_t bits) {
  if (type == Dtype::boolean) return bits ? "true" : "false";
  if (type == Dtype::i32) return std::to_string(static_cast<std::int32_t>(bits));
  if (type == Dtype::i64) return std::to_string(static_cast<std::int64_t>(bits));
  if (type == Dtype::f32) return number(std::bit_cast<float>(static_cast<std::uint32_t>(bits)), bits);
  if (type == Dtype::f64) return number(std::bit_cast<double>(bits), bits);
  return std::to_string(bits);  // unsigned; the other dtypes have no constants
}

// Control instructions, for_begin aside, have no type worth showing; of stores it is the type of what is stored.
bool shows_type(Opcode op) {
  return (info(op).group != Group::control || op == Opcode::for_begin) && op != Opcode::barrier;
}

}  // namespace

std::string print(const Program& program) {
  std::string out = form_name(program.form);
  out += '\n';
  for (std::size_t k = 0; k < program.parameters.size(); ++k)
    out += "  p" + std::to_string(k) + " : " + role_name(program.parameters[k].role) + ' ' +
           short_name(program.parameters[k].type) + '\n';
  out += '\n';
  std::size_t depth = 1;
  for (std::size_t k = 0; k < program.body.size(); ++k) {
    const Instruction& i = program.body[k];
    if (closes_region(i.op) && depth > 1) --depth;
    std::string line(2 * depth, ' ');
    if (defines_value(i.op)) line += 'v' + std::to_string(k) + " = ";
    line += info(i.op).name;
    if (names_parameter(i.op)) line += " p" + std::to_string(i.parameter);
    for (int o = 0; o < info(i.op).operands; ++o)
      line += i.operand[o] == kNoValue ? " -" : " v" + std::to_string(i.operand[o]);
    if (i.op == Opcode::constant)
      line += ' ' + constant(i.type, i.literal);
    else if (has_literal(i.op))
      line += ' ' + std::to_string(i.literal);
    if (shows_type(i.op)) {
      if (line.size() < kTypeColumn) line.resize(kTypeColumn, ' ');
      line += std::string(" : ") + short_name(i.type);
    }
    out += line + '\n';
    if (opens_region(i.op)) ++depth;
  }
  return out;
}

}  // namespace trireme::program
