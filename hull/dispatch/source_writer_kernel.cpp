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

KernelWriter::KernelWriter(const CompileRequest& request, const Language& language, const Target& target)
    : program_(*request.program), layout_(*request.layout), language_(language),
      plan_(plan_kernel(*request.program, *request.layout, language, target)),
      index_(layout_.wide || target.is_cpu ? "i64" : "u32") {
  each_geometry_word(program_, layout_, [&](Word w, int p, int axis) { words_.push_back({w, p, axis}); });
  loaded_.resize(program_.parameters.size());
  buffer_.resize(program_.parameters.size());
  for (const Instruction& i : program_.body)
    if (i.op == Opcode::load) loaded_[i.parameter] = true;
}

std::string KernelWriter::text(const std::string& name) {
  out_.clear();
  signature(name);
  switch (plan_.strategy) {
    case Strategy::elements:
      elements();
      break;
    case Strategy::tiles:
      tiles();
      break;
    case Strategy::squares:
      squares();
      break;
    case Strategy::strips:
      strips();
      break;
    case Strategy::bands:
      bands();
      break;
    case Strategy::tree:
      reduce_tree();
      break;
    case Strategy::warps:
      reduce_warps();
      break;
    case Strategy::columns:
      reduce_columns();
      break;
    case Strategy::chunks:
      reduce_chunks();
      break;
    case Strategy::blocks:
      reduce_blocks();
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
  return (index_ == "i64" ? "" : "(u32)") + raw_word(w, parameter, axis);
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

void KernelWriter::otherwise() {
  close("} else {");
  ++depth_;
}
void KernelWriter::define(const std::string& type, const std::string& name, const std::string& value) {
  line("const " + type + " " + name + " = " + value + ";");
}
void KernelWriter::unrolled(const std::string& counter, const std::string& count) {
  out_ += "#pragma unroll\n";
  open("for (u32 " + counter + " = 0; " + counter + " < " + count + "; ++" + counter + ") {");
}

bool KernelWriter::is_index(int p) const { return program_.parameters[static_cast<std::size_t>(p)].role == Role::index; }
bool KernelWriter::is_output(int p) const { return program_.parameters[static_cast<std::size_t>(p)].role == Role::output; }
bool KernelWriter::is_memory(int p) const { return !is_index(p) && (is_loaded(p) || is_output(p)); }
bool KernelWriter::is_pair(int p) const {
  return is_output(p) && ::trireme::kind(program_.parameters[static_cast<std::size_t>(p)].type) == Kind::complex;
}
Dtype KernelWriter::element_type(int p) const { return component(program_.parameters[static_cast<std::size_t>(p)].type); }

void KernelWriter::signature(const std::string& name) {
  const std::string space = language_.global.empty() ? "" : std::string(language_.global) + " ";
  std::string list;
  for (int p = 0; p < parameters(); ++p) {
    const program::Parameter& parameter = program_.parameters[static_cast<std::size_t>(p)];
    if (parameter.role == Role::index) continue;  // its places come from the geometry
    if (parameter.role == Role::scalar)
      list += "const " + register_type(parameter.type) + " ";
    else
      list += space + (parameter.role == Role::input ? "const " : "") + memory_type(parameter.type) + "* " +
              std::string(language_.restrict_word) + " ";
    list += parameter_name(p) + ", ";
  }
  open(std::string(language_.kernel) + number(plan_.group_size) + std::string(language_.kernel_end) + " void " + name + "(" +
       list + "const Geometry_" + number(geometry_words()) + " g) {");
}

void KernelWriter::coordinates(const std::string& linear, int first, int last) {
  if (first == last) return;
  std::string rest = linear;
  const bool wide = index_ == "i64";
  const std::string u = wide ? "u64" : "u32";
  for (int axis = last - 1; axis > first; --axis) {
    const std::string q = "q" + number(axis);
    std::string quotient = "(high_" + u + "((" + u + ")" + rest + ", (" + u + ")" + raw_word(Word::magic, 0, axis) + ") + (" + u +
                           ")" + rest + ") >> (u32)" + raw_word(Word::shift, 0, axis);
    // The extents of narrow layouts have the magic numbers of 32 bits, whatever the indices' type.
    if (wide && !layout_.wide) quotient = rest + " / " + word(Word::extent, 0, axis);
    define(index_, q, wide ? "(i64)(" + quotient + ")" : quotient);
    define(index_, "x" + number(axis), rest + " - " + q + " * " + word(Word::extent, 0, axis));
    rest = q;
  }
  define(index_, "x" + number(first), rest);
}

std::string KernelWriter::axis_terms(int p, int first, int last) {
  std::string terms;
  for (int axis = first; axis < last; ++axis) {
    std::string coordinate = "x" + number(axis);
    if (kind(p) == AccessKind::wrapped) {
      const std::string moved = "m" + number(p) + "_" + number(axis);
      define(index_, moved, word(Word::start, p, axis) + " + " + coordinate);
      const std::string modulus = word(Word::modulus, p, axis);
      coordinate = "w" + number(p) + "_" + number(axis);
      define(index_, coordinate, moved + " >= " + modulus + " ? " + moved + " - " + modulus + " : " + moved);
    }
    terms += " + " + coordinate + " * " + word(Word::stride, p, axis);
  }
  return terms;
}

void KernelWriter::map_offsets(const std::string& linear, bool inputs, bool outputs) {
  bool indexed = uses_position(program_);
  for (int p = 0; p < parameters(); ++p)
    indexed |= is_indexed(kind(p)) && ((inputs && is_loaded(p)) || (outputs && is_output(p)));
  if (indexed) coordinates(linear, 0, layout_.rank);
  offsets_of(linear, [&](int p) { return (inputs && is_loaded(p)) || (outputs && is_output(p)); });
}

// By the coordinates, where an operand needs them.
void KernelWriter::offsets_of(const std::string& linear, const std::function<bool(int)>& asked) {
  for (int p = 0; p < parameters(); ++p) {
    if (!asked(p)) continue;
    std::string place = offset(p);
    if (kind(p) == AccessKind::contiguous) place += " + " + linear;
    if (is_indexed(kind(p))) place += axis_terms(p, 0, layout_.rank);
    define(index_, "o" + number(p), place);
  }
}

// Once per kept position: the part of every offset that does not change along the run.
void KernelWriter::kept_offsets(const std::string& position) {
  if (uses_coordinates(program_, layout_)) coordinates(position, 0, layout_.kept);
  for (int p = 0; p < parameters(); ++p) {
    if (!is_loaded(p)) continue;
    std::string place = offset(p);
    if (kind(p) == AccessKind::contiguous) place += " + " + position + " * " + word(Word::run);
    if (is_indexed(kind(p))) place += axis_terms(p, 0, layout_.kept);
    define(index_, "b" + number(p), place);
  }
}

// Once per element r of the run.
void KernelWriter::run_offsets() {
  if (uses_coordinates(program_, layout_)) coordinates("r", layout_.kept, layout_.rank);
  for (int p = 0; p < parameters(); ++p) {
    if (!is_loaded(p)) continue;
    std::string place = "b" + number(p);
    if (kind(p) == AccessKind::contiguous) place += " + r";
    if (is_indexed(kind(p))) place += axis_terms(p, layout_.kept, layout_.rank);
    define(index_, "o" + number(p), place);
  }
}

void KernelWriter::read_by_offsets() {
  for (int p = 0; p < parameters(); ++p)
    buffer_[static_cast<std::size_t>(p)] = {parameter_name(p) + "[o" + number(p) + "]", "o" + number(p)};
  position_.clear();
}

void KernelWriter::body(const Store& store) {
  for (std::size_t k = 0; k < program_.body.size(); ++k) {
    const Instruction& i = program_.body[k];
    const Group group = program::info(i.op).group;
    if (group == Group::table || group == Group::primitive || i.op == Opcode::scalar)
      line(spell_definition(program_, k));
    else if (group == Group::memory)
      memory(k, store);
    else if (group != Group::reduce)
      control(k);
  }
}

std::string KernelWriter::accumulator_type() const { return register_type(program_.body.back().type); }

void KernelWriter::accumulate(const std::string& accumulator) {
  body({});
  line(accumulator + " = " + combine(accumulator, value_name(program_.body.back().operand[0])) + ";");
}

void KernelWriter::memory(std::size_t k, const Store& store) {
  const Instruction& i = program_.body[k];
  const std::string own = value_name(static_cast<program::Value>(k)), type = register_type(i.type);
  const std::string is_true = i.type == Dtype::boolean ? " != 0" : "";
  const std::string as_memory = i.type == Dtype::boolean ? "(u8)" : "";
  if (i.op == Opcode::position) {
    const int axis = static_cast<int>(i.literal);
    const std::string x = "x" + number(axis), moved = axis == layout_.rank - 1 && !position_.empty() ? "(" + x + position_ + ")" : x;
    define(type, own, axis < layout_.rank ? "(i64)" + moved : "(i64)0");
  } else if (i.op == Opcode::load && is_index(i.parameter)) {
    define(type, own, "(i64)(" + buffer_[i.parameter].place + ")");
  } else if (i.op == Opcode::store_pair) {
    store(i.parameter, 0, value_name(i.operand[0]));
    store(i.parameter, 1, value_name(i.operand[1]));
  } else if (i.op == Opcode::load) {
    define(type, own, buffer_[i.parameter].element + is_true);
  } else if (i.op == Opcode::store) {
    store(i.parameter, 0, as_memory + value_name(i.operand[0]));
  } else {
    // A flat index counts from where the buffer's view starts.
    const std::string place =
        parameter_name(i.parameter) + "[" + raw_word(Word::offset, i.parameter, 0) + " + " + value_name(i.operand[0]) + "]";
    if (i.op == Opcode::load_at)
      define(type, own, place + is_true);
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
