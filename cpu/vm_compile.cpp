// cpu/vm_compile.cpp -- from a program to VM steps: pairs fused, slots assigned
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "cpu/vm.hpp"
#include "trireme/error.hpp"

namespace trireme::cpu {

using program::Group;
using program::Instruction;
using program::kNoValue;
using program::Opcode;
using program::Program;
using program::Rule;
using program::Value;

namespace {

/// What a step computes before registers have places.
struct Draft {
  int routine;
  Value out;
  Value in[3];
  bool broadcast[3] = {};  // the routine takes this operand as one element
  int inputs;
};

bool is_store(Opcode op) { return op == Opcode::store || op == Opcode::store_pair; }

/// The row whose routine computes a primitive instruction; a row itself.
Opcode row_of(Opcode op) {
  switch (op) {
    case Opcode::bit_and: return Opcode::bitwise_and;
    case Opcode::bit_or: return Opcode::bitwise_or;
    case Opcode::bit_xor: return Opcode::bitwise_xor;
    case Opcode::bit_not: return Opcode::bitwise_invert;
    default: return op;
  }
}

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
  Compiler(const Program& program, VmExecutable& out) : p_(program), out_(out) {}

  void run() {
    count_uses();
    for (std::size_t k = 0; k < p_.body.size(); ++k) lower(static_cast<Value>(k));
    assign_places();
    emit();
  }

 private:
  const Instruction& at(Value v) const { return p_.body[v]; }

  void count_uses() {
    uses_.assign(p_.body.size(), 0);
    absorbed_.assign(p_.body.size(), false);
    joint_.assign(p_.body.size(), false);
    squares_.assign(p_.body.size(), 0);
    for (const Instruction& i : p_.body)
      for (Value v : i.operand)
        if (v != kNoValue) ++uses_[v];
    for (std::size_t k = 0; k < p_.body.size(); ++k) find_pair(static_cast<Value>(k));
    for (std::size_t k = 0; k < p_.body.size(); ++k)
      if (!absorbed_[k] && is_root_of_pair(static_cast<Value>(k))) absorbed_[at(static_cast<Value>(k)).operand[0]] = true;
  }

  bool is_element(Value v) const { return at(v).op == Opcode::scalar || at(v).op == Opcode::constant; }

  static int pair_first(Opcode op) {
    switch (op) {
      case Opcode::add: return 0;
      case Opcode::subtract: return 1;
      case Opcode::multiply: return 2;
      default: return -1;
    }
  }

  static int joint_row(Opcode op) {
    switch (op) {
      case Opcode::add: return 0;
      case Opcode::subtract: return 1;
      case Opcode::multiply: return 2;
      case Opcode::divide: return 3;
      default: return -1;
    }
  }

  /// Whether v is a sqrt or exp that its only user can compute itself.
  bool passes_through(Value v, Dtype type) const {
    return (at(v).op == Opcode::sqrt || at(v).op == Opcode::exp) && uses_[v] == 1 && at(v).type == type && !is_element(at(v).operand[0]);
  }

  /// The function that stands between a joint row and the operand it reads; `v` becomes that operand.
  Through take_through(Value& v) const {
    if (!absorbed_[v]) return kItself;
    Opcode op = at(v).op;
    v = at(v).operand[0];
    if (op == Opcode::sqrt) return kSqrt;
    if (!absorbed_[v]) return kExp;
    v = at(v).operand[0];
    return kExpNegative;
  }

  /// Whether v is a sqrt that can follow a pair in the pair's own pass.
  bool is_root_of_pair(Value v) const {
    if (at(v).op != Opcode::sqrt) return false;
    Value sum = at(v).operand[0];
    if (squares_[sum] > 0) return uses_[sum] == 1;
    if (pair_first(at(sum).op) < 0 || uses_[sum] != 1 || joint_[sum] || !takes_pair(sum)) return false;
    for (Value in : at(sum).operand)
      if (in != kNoValue && absorbed_[in] && (is_element(at(in).operand[0]) || is_element(at(in).operand[1]))) return false;
    return true;
  }

  /// Whether v is x * x for one user, and not a number.
  bool is_square(Value v) const {
    const Instruction& i = at(v);
    return i.op == Opcode::multiply && i.operand[0] == i.operand[1] && uses_[v] == 1 && !is_element(i.operand[0]) && !takes_pair(v);
  }

  /// Marks a sum of two squares, or of such a sum and a third one.
  bool find_squares(Value k) {
    Value left = at(k).operand[0], right = at(k).operand[1];
    if (at(k).op != Opcode::add || left == right || !is_square(right)) return false;
    bool third = squares_[left] == 2 && uses_[left] == 1;
    if (!third && !is_square(left)) return false;
    squares_[k] = third ? 3 : 2;
    absorbed_[left] = absorbed_[right] = true;
    return true;
  }

  void lower_squares(Value v, bool root, Draft& d) {
    d.inputs = squares_[v];
    d.routine = squares_index(d.inputs, root, at(v).type == Dtype::f64);
    Value two = v;
    if (d.inputs == 3) {
      d.in[2] = at(at(v).operand[1]).operand[0];
      two = at(v).operand[0];
    }
    for (int side = 0; side < 2; ++side) d.in[side] = at(at(two).operand[side]).operand[0];
  }

  /// Marks the producers that instruction k can take into its own pass.
  void find_pair(Value k) {
    const Instruction& second = at(k);
    if (kind(second.type) != Kind::floating) return;
    if (joint_row(second.op) >= 0) {
      bool any = false;
      // One root of a pair alone does better with its pair; beside another long function it overlaps with that.
      bool both = passes_through(second.operand[0], second.type) && passes_through(second.operand[1], second.type);
      for (int side = 0; side < 2; ++side) {
        Value v = second.operand[side];
        if (!passes_through(v, second.type) || (!both && is_root_of_pair(v))) continue;
        absorbed_[v] = any = true;
        joint_[k] = true;
      }
      if (any) return;
    }
    if (second.op == Opcode::exp) {
      Value v = second.operand[0];
      if (at(v).op == Opcode::negative && uses_[v] == 1 && !is_element(at(v).operand[0])) absorbed_[v] = true;
      return;
    }
    if (pair_first(second.op) < 0 || find_squares(k)) return;
    for (int side = 0; side < 2; ++side) {
      Value v = second.operand[side];
      const Instruction& first = at(v);
      if (pair_first(first.op) < 0 || uses_[v] != 1 || first.type != second.type || absorbed_[v] || takes_pair(v)) continue;
      bool a = is_element(first.operand[0]), b = is_element(first.operand[1]);
      if ((a && b) || (a && first.op == Opcode::subtract)) continue;
      absorbed_[v] = true;
      return;
    }
  }

  /// Whether instruction v already absorbs one of its operands.
  bool takes_pair(Value v) const {
    for (Value in : at(v).operand)
      if (in != kNoValue && absorbed_[in]) return true;
    return false;
  }

  void lower(Value k) {
    const Instruction& i = at(k);
    if (absorbed_[k] || i.op == Opcode::load || is_element(k) || is_store(i.op)) return;
    const program::OpcodeInfo& info = program::info(i.op);
    if (info.group == Group::reduce) return;
    Draft d{0, k, {kNoValue, kNoValue, kNoValue}, {}, info.operands};
    if (lower_pair(i, d)) {
    } else if (i.op == Opcode::cast || i.op == Opcode::as_int || i.op == Opcode::as_float) {
      d.in[0] = i.operand[0];
      d.routine = i.op == Opcode::cast ? cast_index(at(d.in[0]).type, i.type) : cast_index(i.type, i.type);
    } else {
      for (int n = 0; n < info.operands; ++n) d.in[n] = i.operand[n];
      Broadcast variant = kNone;
      if (info.operands == 2 && is_element(d.in[0]) != is_element(d.in[1])) {
        variant = is_element(d.in[0]) ? kFirst : kSecond;
        d.broadcast[variant == kFirst ? 0 : 1] = true;
      }
      d.routine = row_index(variant, row_of(i.op), at(d.in[info.operands - 1]).type);
    }
    drafts_.push_back(d);
  }

  bool lower_pair(const Instruction& i, Draft& d) {
    bool f64 = i.type == Dtype::f64;
    if (joint_[d.out]) {
      d.in[0] = i.operand[0];
      d.in[1] = i.operand[1];
      Through left = take_through(d.in[0]), right = take_through(d.in[1]);
      d.routine = joint_index(joint_row(i.op), left, right, f64);
      d.inputs = 2;
      return true;
    }
    if (squares_[d.out] > 0) {
      lower_squares(d.out, false, d);
      return true;
    }
    if (i.op == Opcode::sqrt && absorbed_[i.operand[0]]) {
      if (squares_[i.operand[0]] > 0) {
        lower_squares(i.operand[0], true, d);
        return true;
      }
      lower_pair(at(i.operand[0]), d);
      int pair = (d.routine - kFirstPair) / 8;
      d.routine = root_index(pair / kPairSeconds, pair % kPairSeconds, d.broadcast[2], f64);
      return true;
    }
    for (int side = 0; side < program::info(i.op).operands; ++side) {
      Value v = i.operand[side];
      if (!absorbed_[v]) continue;
      const Instruction& first = at(v);
      if (i.op == Opcode::exp) {
        d.in[0] = first.operand[0];
        d.routine = exp_negative_index(f64);
        d.inputs = 1;
        return true;
      }
      // Addition and multiplication commute to the bit, so a broadcast operand can stand second.
      bool swap = is_element(first.operand[0]);
      d.in[0] = first.operand[swap];
      d.in[1] = first.operand[!swap];
      d.in[2] = i.operand[1 - side];
      d.inputs = 3;
      d.broadcast[1] = is_element(d.in[1]);
      d.broadcast[2] = is_element(d.in[2]);
      int second = i.op == Opcode::add ? 0 : i.op == Opcode::multiply ? 3 : side == 0 ? 1 : 2;
      d.routine = pair_index(pair_first(first.op), second, d.broadcast[1], d.broadcast[2], f64);
      return true;
    }
    return false;
  }

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
  std::vector<int> uses_;
  std::vector<bool> absorbed_;  // computed within its only user's pass
  std::vector<int> squares_;    // how many squares it sums in its own pass
  std::vector<bool> joint_;     // computed as a joint row
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

VmExecutable::VmExecutable(const Program& program) : form(program.form), parameters(program.parameters) {
  if (dispatch::Support s = vm_supports(program); !s.yes) throw error(Code::unsupported, "compile: " + s.reason);
  Compiler(program, *this).run();
  if (registers.size() > kMaxRegisters)
    throw error(Code::unsupported, "compile: the program needs " + std::to_string(registers.size()) + " registers, the tile VM has " +
                                       std::to_string(kMaxRegisters));
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
