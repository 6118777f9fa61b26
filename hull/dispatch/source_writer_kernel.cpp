// hull/dispatch/source_writer_kernel.cpp -- signatures, indexing and bodies of kernels
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/source_writer_kernel.hpp"

#include "dispatch/source_writer_spelling.hpp"
#include "program/opcode.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

using program::AccessKind;
using program::Group;
using program::Instruction;
using program::Opcode;
using program::Role;

namespace {

std::string number(int k) { return std::to_string(k); }
std::string parameter_name(int p) { return "p" + number(p); }

}  // namespace

std::string spell_definition(const program::Program& program, std::size_t k) {
  const Instruction& i = program.body[k];
  return "const " + register_type(i.type) + " " + value_name(static_cast<program::Value>(k)) + " = " +
         spell_expression(program, i) + ";";
}

KernelWriter::KernelWriter(const CompileRequest& request, const Language& language)
    : program_(*request.program), layout_(*request.layout), language_(language), index_(layout_.wide ? "i64" : "u32") {
  each_geometry_word(program_, layout_, [&](Word w, int p, int axis) { words_.push_back({w, p, axis}); });
  loaded_.resize(program_.parameters.size());
  for (const Instruction& i : program_.body)
    if (i.op == Opcode::load) loaded_[i.parameter] = true;
}

std::string KernelWriter::text(const std::string& name) {
  out_.clear();
  signature(name);
  switch (program_.form) {
    case program::Form::map:
    case program::Form::kernel:
      map();
      break;
    case program::Form::reduce_inner:
      reduce_inner();
      break;
    case program::Form::reduce_outer:
      reduce_outer();
      break;
  }
  close();
  return std::move(out_);
}

std::string KernelWriter::raw_word(Word word, int parameter, int axis) const {
  for (std::size_t k = 0; k < words_.size(); ++k)
    if (words_[k].word == word && words_[k].parameter == parameter && words_[k].axis == axis)
      return "g.v[" + std::to_string(k) + "]";
  throw error(Code::internal, "write_source: the geometry lacks a word");
}

std::string KernelWriter::word(Word w, int parameter, int axis) const {
  // 32-bit arithmetic modulo 2^32 is right for negative strides too: only the sum has to fit.
  return (layout_.wide ? "" : "(u32)") + raw_word(w, parameter, axis);
}

std::string KernelWriter::offset(int parameter) const { return word(Word::offset, parameter); }

void KernelWriter::line(const std::string& text) { out_.append(2 * depth_, ' ').append(text).append("\n"); }
void KernelWriter::open(const std::string& text) {
  line(text);
  ++depth_;
}
void KernelWriter::close(const std::string& text) {
  --depth_;
  line(text);
}

void KernelWriter::signature(const std::string& name) {
  const std::string space = language_.global.empty() ? "" : std::string(language_.global) + " ";
  std::string parameters;
  for (int p = 0; p < static_cast<int>(program_.parameters.size()); ++p) {
    const program::Parameter& parameter = program_.parameters[static_cast<std::size_t>(p)];
    if (parameter.role == Role::index) continue;  // its places come from the geometry
    if (parameter.role == Role::scalar)
      parameters += "const " + register_type(parameter.type) + " ";
    else
      parameters += space + (parameter.role == Role::input ? "const " : "") + memory_type(parameter.type) + "* " +
                    std::string(language_.restrict_word) + " ";
    parameters += parameter_name(p) + ", ";
  }
  open(std::string(language_.kernel) + " void " + name + "(" + parameters + "const Geometry_" +
       number(geometry_words()) + " g) {");
}

void KernelWriter::map() {
  line("const " + index_ + " i = (" + index_ + ")" + std::string(language_.group_id) + " * " + number(kGroupSize) +
       " + (" + index_ + ")" + std::string(language_.local_id) + ";");
  line("if (i >= " + word(Word::size) + ") return;");
  if (uses_coordinates(program_, layout_)) coordinates("i", 0, layout_.rank);
  for (int p = 0; p < static_cast<int>(loaded_.size()); ++p) {
    const bool stored = program_.parameters[static_cast<std::size_t>(p)].role == Role::output && program_.form == program::Form::map;
    if (!loaded_[static_cast<std::size_t>(p)] && !stored) continue;
    std::string place = offset(p);
    if (layout_.access[static_cast<std::size_t>(p)] == AccessKind::contiguous) place += " + i";
    if (is_indexed(layout_.access[static_cast<std::size_t>(p)])) place += axis_terms(p, 0, layout_.rank);
    line("const " + index_ + " o" + number(p) + " = " + place + ";");
  }
  body();
}

void KernelWriter::coordinates(const char* linear, int first, int last) {
  if (first == last) return;
  std::string rest = linear;
  for (int axis = last - 1; axis > first; --axis) {
    line("const " + index_ + " x" + number(axis) + " = " + rest + " % " + word(Word::extent, 0, axis) + ";");
    line("const " + index_ + " q" + number(axis) + " = " + rest + " / " + word(Word::extent, 0, axis) + ";");
    rest = "q" + number(axis);
  }
  line("const " + index_ + " x" + number(first) + " = " + rest + ";");
}

std::string KernelWriter::axis_terms(int p, int first, int last) {
  std::string terms;
  for (int axis = first; axis < last; ++axis) {
    std::string coordinate = "x" + number(axis);
    if (layout_.access[static_cast<std::size_t>(p)] == AccessKind::wrapped) {
      const std::string moved = "m" + number(p) + "_" + number(axis);
      line("const " + index_ + " " + moved + " = " + word(Word::start, p, axis) + " + " + coordinate + ";");
      const std::string modulus = word(Word::modulus, p, axis);
      coordinate = "w" + number(p) + "_" + number(axis);
      line("const " + index_ + " " + coordinate + " = " + moved + " >= " + modulus + " ? " + moved + " - " + modulus +
           " : " + moved + ";");
    }
    terms += " + " + coordinate + " * " + word(Word::stride, p, axis);
  }
  return terms;
}

void KernelWriter::body() {
  for (std::size_t k = 0; k < program_.body.size(); ++k) {
    const Instruction& i = program_.body[k];
    const Group group = program::info(i.op).group;
    if (group == Group::table || group == Group::primitive || i.op == Opcode::scalar)
      line(spell_definition(program_, k));
    else if (group == Group::memory)
      memory(k);
    else if (group == Group::reduce)
      line("accumulator = " + combine("accumulator", value_name(i.operand[0])) + ";");
    else
      control(k);
  }
}

std::string KernelWriter::stored_at(int parameter) const {
  return program_.form == program::Form::map ? "o" + number(parameter) : "(" + offset(parameter) + " + i)";
}

void KernelWriter::memory(std::size_t k) {
  const Instruction& i = program_.body[k];
  const std::string p = parameter_name(i.parameter);
  const std::string define =
      "const " + register_type(i.type) + " " + value_name(static_cast<program::Value>(k)) + " = ";
  const std::string is_true = i.type == Dtype::boolean ? " != 0;" : ";";
  const std::string as_memory = i.type == Dtype::boolean ? "(u8)" : "";
  if (i.op == Opcode::position) {
    const int axis = static_cast<int>(i.literal);
    line(define + (axis < layout_.rank ? "(i64)x" + number(axis) : "(i64)0") + ";");
  } else if (i.op == Opcode::load && program_.parameters[i.parameter].role == Role::index) {
    line(define + "(i64)o" + number(i.parameter) + ";");
  } else if (i.op == Opcode::store_pair) {
    const std::string place = p + "[2 * " + stored_at(i.parameter);
    line(place + "] = " + value_name(i.operand[0]) + ";");
    line(place + " + 1] = " + value_name(i.operand[1]) + ";");
  } else if (i.op == Opcode::load) {
    line(define + p + "[o" + number(i.parameter) + "]" + is_true);
  } else if (i.op == Opcode::store) {
    line(p + "[" + stored_at(i.parameter) + "] = " + as_memory + value_name(i.operand[0]) + ";");
  } else {
    // A flat index counts from where the buffer's view starts.
    const std::string place = p + "[" + raw_word(Word::offset, i.parameter, 0) + " + " + value_name(i.operand[0]) + "]";
    if (i.op == Opcode::load_at)
      line(define + place + is_true);
    else
      line(place + " = " + as_memory + value_name(i.operand[1]) + ";");
  }
}

void KernelWriter::control(std::size_t k) {
  const std::string text = spell_control(program_, k);
  switch (program_.body[k].op) {
    case Opcode::if_begin:
    case Opcode::loop_begin:
    case Opcode::for_begin:
      return open(text);
    case Opcode::if_else:
      close(text);
      ++depth_;
      return;
    case Opcode::if_end:
    case Opcode::loop_end:
    case Opcode::for_end:
      return close(text);
    default:
      return line(text);
  }
}

}  // namespace trireme::dispatch
