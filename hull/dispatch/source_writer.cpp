// hull/dispatch/source_writer.cpp -- translation units: prelude, helper functions that are used, one kernel per request
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/source_writer.hpp"

#include <algorithm>
#include <set>

#include "dispatch/source_writer_kernel.hpp"
#include "dispatch/source_writer_spelling.hpp"
#include "program/opcode.hpp"
#include "program/trace.hpp"

namespace trireme::dispatch {

namespace {

using program::Instruction;
using program::Opcode;
using program::Program;

/// The helper functions of a unit, each once, in an order in which they are defined before use.
class Functions {
 public:
  explicit Functions(const Language& language) : language_(language) {}

  void need(const Program& program) {
    f64_ |= uses_f64(program);
    for (const Instruction& i : program.body) {
      if (i.op == Opcode::cast)
        need_cast(program.body[i.operand[0]].type, i.type);
      else if (i.op == Opcode::quotient)
        need_text(quotient_name(i.type), quotient_function(i.type));
      else if (i.op == Opcode::reduce_minimum)
        need_row(Opcode::minimum, i.type);
      else if (i.op == Opcode::reduce_maximum)
        need_row(Opcode::maximum, i.type);
      else if (!is_spelled(i.op))
        need_row(i.op, operand_type(program, i));
    }
  }
  const std::string& text() const { return text_; }
  bool f64() const { return f64_; }

 private:
  void need_text(const std::string& name, const std::string& definition) {
    if (known_.insert(name).second) text_ += std::string(language_.function) + " " + definition;
  }

  void need_cast(Dtype from, Dtype to) {
    if (!needs_cast_function(from, to)) return;
    if (!is_traced_cast(from, to)) return need_text(cast_name(from, to), cast_function(from, to));
    need_traced(cast_name(from, to), register_type(to), [=] { return program::expand_cast(from, to); });
  }

  void need_row(Opcode row, Dtype type) {
    need_traced(helper_name(row, type), register_type(program::result_type(row, type)),
                [=] { return program::expand(row, type); });
  }

  /// The function `name`, whose body `expand` gives as a map over scalar parameters.
  template <class Expand>
  void need_traced(const std::string& name, const std::string& result, Expand expand) {
    if (!known_.insert(name).second) return;
    const Program body = expand();
    need(body);
    std::string parameters;
    for (std::size_t p = 0; p + 1 < body.parameters.size(); ++p)
      parameters += (p ? ", " : "") + register_type(body.parameters[p].type) + " p" + std::to_string(p);
    text_ += std::string(language_.function) + " " + result + " " + name + "(" + parameters + ") {\n";
    for (std::size_t k = 0; k + 1 < body.body.size(); ++k) {
      const program::Group group = program::info(body.body[k].op).group;
      const bool repeats = group == program::Group::control || group == program::Group::local;
      text_ += "  " + (repeats ? spell_control(body, k) : spell_definition(body, k)) + "\n";
    }
    text_ += "  return (" + result + ")" + value_name(body.body.back().operand[0]) + ";\n}\n";
  }

  const Language& language_;
  std::set<std::string> known_;
  std::string text_;
  bool f64_ = false;
};

// Everything of the layout that the text depends on.
std::uint64_t layout_word(const program::Layout& layout) {
  return static_cast<std::uint64_t>(layout.rank) | static_cast<std::uint64_t>(layout.kept) << 8 |
         static_cast<std::uint64_t>(layout.wide) << 16 | static_cast<std::uint64_t>(layout.across) << 24;
}

void append_hex(std::string& out, std::uint64_t word) {
  for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[word >> shift & 15];
}

}  // namespace

Support writable(const Program& program) {
  for (const Instruction& i : program.body)
    if (program::info(i.op).group == program::Group::group)
      return Support::no(std::string("the source writer does not yet spell ") + program::info(i.op).name +
                         ", which this program uses");
  return {};
}

bool uses_f64(const Program& program) {
  return std::any_of(program.parameters.begin(), program.parameters.end(),
                     [](auto& p) { return component(p.type) == Dtype::f64; }) ||
         std::any_of(program.body.begin(), program.body.end(), [](auto& i) { return i.type == Dtype::f64; });
}

std::string entry_name(const CompileRequest& request) {
  // The layout is hashed as the literals of a program of constants, so that there is one hash function.
  Program both;
  const program::Hash inner = program::hash(*request.program);
  for (const std::uint64_t word : {inner.low, inner.high, layout_word(*request.layout), request.layout->turned})
    both.body.push_back(
        {Opcode::constant, Dtype::i64, 0, {program::kNoValue, program::kNoValue, program::kNoValue}, word});
  for (const program::AccessKind kind : request.layout->access)
    both.body.push_back({Opcode::constant,
                         Dtype::i64,
                         static_cast<std::uint16_t>(kind),
                         {program::kNoValue, program::kNoValue, program::kNoValue},
                         0});
  const program::Hash h = program::hash(both);
  std::string name = "trireme_";
  append_hex(name, h.high);
  append_hex(name, h.low);
  return name;
}

std::string write_source(std::span<const CompileRequest> requests, const Language& language, const Target& target) {
  Functions functions(language);
  std::set<std::string> names;
  std::set<int> geometries;
  std::string kernels;
  for (const CompileRequest& request : requests) {
    const std::string name = entry_name(request);
    if (!names.insert(name).second) continue;
    functions.need(*request.program);
    KernelWriter writer(request, language, target);
    geometries.insert(writer.geometry_words());
    kernels += '\n' + writer.text(name);
  }
  std::string out(language.prelude);
  if (functions.f64()) out += language.prelude_f64;
  for (const int words : geometries)
    out += "typedef struct { i64 v[" + std::to_string(words) + "]; } Geometry_" + std::to_string(words) + ";\n";
  if (!functions.text().empty()) out += '\n' + functions.text();
  return out + kernels;
}

std::size_t parameter_bytes(const CompileRequest& request) {
  std::size_t bytes = 0;
  // Pointers take 8; smaller scalars are counted as 8 too, which covers padding.
  bytes += 8 * request.program->parameters.size();
  each_geometry_word(*request.program, *request.layout, [&](Word, int, int) { bytes += 8; });
  return bytes;
}

}  // namespace trireme::dispatch
