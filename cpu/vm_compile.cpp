// cpu/vm_compile.cpp -- from the passes of a program to VM steps: registers and slots assigned
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "cpu/vm.hpp"
#include "cpu/vm_passes.hpp"
#include "trireme/error.hpp"

namespace trireme::cpu {

using program::Group;
using program::Instruction;
using program::kNoValue;
using program::Opcode;
using program::Program;
using program::Value;

namespace {

struct ReductionRow {
  Reduction reduction;
  Opcode row;
};
ReductionRow reduction_of(Opcode op) {
  switch (op) {
    case Opcode::reduce_multiply: return {kProduct, Opcode::multiply};
    case Opcode::reduce_minimum: return {kMinimum, Opcode::minimum};
    case Opcode::reduce_maximum: return {kMaximum, Opcode::maximum};
    default: return {kSum, Opcode::add};
  }
}

class Compiler {
 public:
  Compiler(const Program& program, VmExecutable& out) : p_(program), out_(out), drafts_(find_passes(program)) {}

  void run() {
    assign_places();
    emit();
  }

 private:
  const Instruction& at(Value v) const { return p_.body[v]; }
  bool is_element(Value v) const { return cpu::is_element(at(v).op); }

  // Registers.

  std::uint16_t add(Register r) {
    out_.registers.push_back(r);
    return static_cast<std::uint16_t>(out_.registers.size() - 1);
  }

  /// With the slots that a tile of it takes where it is scattered.
  std::uint16_t add_output(Dtype type, std::uint16_t parameter) {
    std::uint16_t slot = new_slot();
    if (item_size(type) > 8) new_slot();
    return add({Place::output, type, parameter, false, 0, slot});
  }

  std::uint16_t new_slot() { return static_cast<std::uint16_t>(out_.slots++); }

  /// The register of an operand that is not the result of a step.
  std::uint16_t source_register(Value v, bool broadcast) {
    const Instruction& i = at(v);
    for (const Source& s : sources_)
      if (s.op == i.op && s.parameter == i.parameter && s.literal == i.literal && s.type == i.type && s.broadcast == broadcast)
        return s.reg;
    Register r{Place::input, i.type, i.parameter, i.op == Opcode::constant, i.literal, 0};
    if (i.op != Opcode::load) r.place = broadcast ? Place::broadcast : Place::splat;
    else if (p_.parameters[i.parameter].role == program::Role::index) r.place = Place::index;
    out_.has_index |= r.place == Place::index;
    if (r.place != Place::broadcast) r.slot = new_slot();
    sources_.push_back({i.op, i.type, i.parameter, i.literal, broadcast, add(r)});
    return sources_.back().reg;
  }

  bool is_source(Value v) const { return at(v).op == Opcode::load || is_element(v); }

  void assign_places() {
    register_of_.assign(p_.body.size(), 0);
    std::vector<int> last_use(p_.body.size(), -1);
    for (std::size_t k = 0; k < drafts_.size(); ++k)
      for (int n = 0; n < drafts_[k].inputs; ++n) last_use[drafts_[k].in[n]] = static_cast<int>(k);
    std::vector<std::optional<std::uint16_t>> stored_to(p_.body.size());
    for (const Instruction& i : p_.body) {
      if (i.op == Opcode::store && !stored_to[i.operand[0]]) stored_to[i.operand[0]] = i.parameter;
      // Read after the last step: by the reduction, or by the step that joins complex parts.
      if (program::info(i.op).group == Group::reduce || i.op == Opcode::store_pair)
        for (Value v : i.operand)
          if (v != kNoValue) last_use[v] = static_cast<int>(drafts_.size());
    }
    std::vector<std::uint16_t> free_slots;
    for (std::size_t k = 0; k < drafts_.size(); ++k) {
      Draft& d = drafts_[k];
      // Slots of operands that end here are free for the result if the elements have its size, else for later ones.
      std::vector<std::uint16_t> ended;
      for (int n = 0; n < d.inputs; ++n) {
        Value v = d.in[n];
        bool repeated = std::find(d.in, d.in + n, v) != d.in + n;
        if (is_source(v) || repeated || last_use[v] != static_cast<int>(k)) continue;
        const Register& r = out_.registers[register_of_[v]];
        if (r.place != Place::scratch) continue;
        if (item_size(r.type) == item_size(at(d.out).type)) free_slots.push_back(r.index);
        else ended.push_back(r.index);
      }
      if (stored_to[d.out]) {
        register_of_[d.out] = add_output(at(d.out).type, *stored_to[d.out]);
      } else {
        std::uint16_t slot;
        if (free_slots.empty()) {
          slot = new_slot();
        } else {
          slot = free_slots.back();
          free_slots.pop_back();
        }
        register_of_[d.out] = add({Place::scratch, at(d.out).type, slot, false, 0, 0});
      }
      free_slots.insert(free_slots.end(), ended.begin(), ended.end());
    }
  }

  std::uint16_t operand_register(Value v, bool broadcast) { return is_source(v) ? source_register(v, broadcast) : register_of_[v]; }

  void emit() {
    for (const Draft& d : drafts_) {
      VmStep s{static_cast<std::uint16_t>(d.routine), register_of_[d.out], 0, 0, 0};
      std::uint16_t* in[] = {&s.a, &s.b, &s.c};
      for (int n = 0; n < d.inputs; ++n) *in[n] = operand_register(d.in[n], d.broadcast[n]);
      out_.steps.push_back(s);
    }
    for (const Instruction& i : p_.body) {
      if (i.op == Opcode::store) {
        Value v = i.operand[0];
        bool direct = !is_source(v) && out_.registers[register_of_[v]].place == Place::output &&
                      out_.registers[register_of_[v]].index == i.parameter;
        if (direct) continue;
        std::uint16_t to = add_output(i.type, i.parameter);
        out_.steps.push_back({static_cast<std::uint16_t>(cast_index(i.type, i.type)), to, operand_register(v, false), 0, 0});
      } else if (i.op == Opcode::store_pair) {
        const bool f64 = i.type == Dtype::complex128;
        std::uint16_t to = add_output(i.type, i.parameter);
        out_.steps.push_back({static_cast<std::uint16_t>(interleave_index(f64)), to, operand_register(i.operand[0], false),
                              operand_register(i.operand[1], false), 0});
      } else if (program::info(i.op).group == Group::reduce) {
        out_.reduction = reduction_of(i.op).reduction;
        out_.reduction_row = reduction_of(i.op).row;
        out_.reduced = operand_register(i.operand[0], false);
        out_.reduce_output = i.parameter;
      }
    }
  }

  struct Source {
    Opcode op;
    Dtype type;
    std::uint16_t parameter;
    std::uint64_t literal;
    bool broadcast;
    std::uint16_t reg;
  };

  const Program& p_;
  VmExecutable& out_;
  std::vector<Draft> drafts_;
  std::vector<Source> sources_;
  std::vector<std::uint16_t> register_of_;
};

}  // namespace

dispatch::Support vm_supports(const Program& program) {
  if (program.form == program::Form::kernel) return dispatch::Support::no("the tile VM does not run user kernels yet");
  for (const Instruction& i : program.body) {
    Group group = program::info(i.op).group;
    bool known = group == Group::table || group == Group::reduce || i.op == Opcode::cast || i.op == Opcode::load ||
                 is_store(i.op) || i.op == Opcode::scalar || i.op == Opcode::constant || i.op == Opcode::as_int ||
                 i.op == Opcode::as_float || row_of(i.op) != i.op;
    if (!known) return dispatch::Support::no(std::string("the tile VM has no routine for ") + program::info(i.op).name + " yet");
  }
  return {};
}

VmExecutable::VmExecutable(const Program& program) : form(program.form), parameters(program.parameters), jit(program) {
  if (dispatch::Support s = vm_supports(program); !s.yes) throw error(Code::unsupported, "compile: " + s.reason);
  Compiler(program, *this).run();
  if (registers.size() > kMaxRegisters)
    throw error(Code::unsupported, "compile: the program needs " + std::to_string(registers.size()) + " registers, the tile VM has " +
                                       std::to_string(kMaxRegisters));
  // One pass over the memory is what compiled code does too; but most conversions are done one by one there.
  const bool converts = steps.size() == 1 && steps[0].routine >= kFirstCast && steps[0].routine < kFirstPair &&
                        registers[steps[0].out].type != registers[steps[0].a].type;
  const bool one_pass = form == program::Form::map ? steps.size() < 2 && !converts : steps.empty();
  if (one_pass && (jit_mode() != JitMode::always || steps.empty())) jit.stay_idle();
  list_plain();
}

std::string VmExecutable::source() const {
  auto name = [&](std::uint16_t k) {
    const Register& r = registers[k];
    switch (r.place) {
      case Place::scratch: return "s" + std::to_string(r.index);
      case Place::input: return "in" + std::to_string(r.index);
      case Place::output: return "out" + std::to_string(r.index);
      case Place::index: return "index" + std::to_string(r.index);
      case Place::broadcast:
      case Place::splat: return r.from_literal ? "literal" : "scalar" + std::to_string(r.index);
    }
    return std::string();
  };
  std::string text;
  for (const VmStep& s : steps)
    text += name(s.out) + " = routine " + std::to_string(s.routine) + "(" + name(s.a) + ", " + name(s.b) + ", " + name(s.c) + ")\n";
  return text;
}

}  // namespace trireme::cpu
