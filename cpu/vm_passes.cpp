// cpu/vm_passes.cpp -- super-instructions: pairs, joints, sums of squares and roots found in a program
// SPDX-License-Identifier: Apache-2.0
#include "cpu/vm_passes.hpp"

#include <utility>

namespace trireme::cpu {

using program::Group;
using program::Instruction;
using program::kNoValue;
using program::Opcode;
using program::Program;
using program::Value;

Opcode row_of(Opcode op) {
  switch (op) {
    case Opcode::bit_and: return Opcode::bitwise_and;
    case Opcode::bit_or: return Opcode::bitwise_or;
    case Opcode::bit_xor: return Opcode::bitwise_xor;
    case Opcode::bit_not: return Opcode::bitwise_invert;
    default: return op;
  }
}

namespace {

class Passes {
 public:
  explicit Passes(const Program& program) : p_(program) {}

  std::vector<Draft> run() {
    count_uses();
    for (std::size_t k = 0; k < p_.body.size(); ++k) lower(static_cast<Value>(k));
    return std::move(drafts_);
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

  bool is_element(Value v) const { return cpu::is_element(at(v).op); }

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

  const Program& p_;
  std::vector<int> uses_;
  std::vector<bool> absorbed_;  // computed within its only user's pass
  std::vector<int> squares_;    // how many squares it sums in its own pass
  std::vector<bool> joint_;     // computed as a joint row
  std::vector<Draft> drafts_;
};

}  // namespace

std::vector<Draft> find_passes(const Program& program) { return Passes(program).run(); }

}  // namespace trireme::cpu
