// cpu/jit_body.cpp -- what is computed once and what for each vector, and the registers that hold it
// SPDX-License-Identifier: Apache-2.0
#include "cpu/jit_body.hpp"

#include <algorithm>

#include "program/opcode.hpp"

namespace trireme::cpu {

namespace x86 = asmjit::x86;
using program::Group;
using program::Instruction;
using program::kNoValue;
using program::Opcode;
using program::Program;
using program::Value;
namespace Id = x86::Inst;

namespace {

/// Bytes of an element as registers hold it; masks have none of their own.
std::size_t held_bytes(Dtype d) { return d == Dtype::f16 ? 2 : item_size(d) == 8 ? 8 : 4; }

}  // namespace

bool is_sink(Opcode op) { return op == Opcode::store || op == Opcode::store_pair || program::info(op).group == Group::reduce; }

x86::Vec JitFrame::vector(std::size_t bytes) {
  if (bytes == 64) return cc.newZmm();
  if (bytes == 32) return cc.newYmm();
  return cc.newXmm();
}

x86::Mem JitFrame::scratch() {
  if (!has_buffer) buffer = cc.newStack(128, 64);
  has_buffer = true;
  return buffer;
}

x86::Mem JitFrame::literal(std::size_t item, std::uint64_t bits, std::size_t bytes) {
  if (wide) {
    x86::Mem m = cc.newConst(asmjit::ConstPoolScope::kLocal, &bits, item);
    if (bytes == item) return m;
    m.setSize(static_cast<std::uint32_t>(item));
    switch (bytes / item) {
      case 16: return m._1to16();
      case 8: return m._1to8();
      case 4: return m._1to4();
      default: return m._1to2();
    }
  }
  char repeated[32];
  for (std::size_t k = 0; k < bytes; k += item) __builtin_memcpy(repeated + k, &bits, item);
  return cc.newConst(asmjit::ConstPoolScope::kLocal, repeated, bytes);
}

int jit_lanes(const Program& flat, bool wide) {
  bool longs = false;
  for (const Instruction& i : flat.body) longs |= item_size(component(i.type)) == 8;
  return (wide ? 64 : 32) / (longs ? 8 : 4);
}

JitBody::JitBody(JitFrame& frame, const Program& flat, std::uint64_t singles)
    : frame_(frame), cc_(frame.cc), flat_(flat), singles_(singles), bound_(flat.parameters.size()) {
  held_.resize(flat.body.size());
  uses_.assign(flat.body.size(), 0);
  fixed_.assign(flat.body.size(), false);
  for (std::size_t k = flat.body.size(); k-- > 0;) {
    const Instruction& i = flat.body[k];
    if (program::info(i.op).group == Group::reduce) result_ = i.operand[0];
    if (!is_sink(i.op) && uses_[k] == 0) continue;
    for (Value v : i.operand)
      if (v != kNoValue) ++uses_[v];
  }
  for (std::size_t k = 0; k < flat.body.size(); ++k) {
    const Instruction& i = flat.body[k];
    bool fixed = !is_sink(i.op) && (i.op != Opcode::load || is_fixed_load(i));
    for (Value v : i.operand) fixed = fixed && (v == kNoValue || fixed_[v]);
    fixed_[k] = held_[k].fixed = fixed;
  }
}

std::size_t JitBody::item(Value v) const { return held_bytes(at(v).type); }

bool JitBody::is_fixed_load(const Instruction& i) const { return is_single(i.parameter); }

JitPressure JitBody::pressure() const {
  JitPressure p;
  std::vector<int> left = uses_;
  int live = 0;
  for (std::size_t k = 0; k < flat_.body.size(); ++k) {
    const Instruction& i = flat_.body[k];
    if (uses_[k] == 0 && !is_sink(i.op)) continue;
    if (fixed_[k]) {
      p.fixed += i.op != Opcode::constant && (!frame_.wide || i.type != Dtype::boolean);
      continue;
    }
    if (i.op == Opcode::load && uses_[k] == 1) continue;
    for (Value v : i.operand)
      if (v != kNoValue && !fixed_[v] && --left[v] == 0 && !(at(v).op == Opcode::load && uses_[v] == 1)) live -= !frame_.wide || at(v).type != Dtype::boolean;
    if (!is_sink(i.op)) live += !frame_.wide || i.type != Dtype::boolean;
    p.live = std::max(p.live, live + 1);
  }
  return p;
}

void JitBody::begin(int constants) {
  std::vector<Value> often;
  for (std::size_t k = 0; k < flat_.body.size(); ++k) {
    if (!fixed_[k] || uses_[k] == 0) continue;
    auto v = static_cast<Value>(k);
    if (at(v).op == Opcode::constant) {
      if (at(v).type != Dtype::boolean) often.push_back(v);
      else fixed_mask(v);
    } else if (at(v).op == Opcode::scalar || at(v).op == Opcode::load) {
      load_fixed(v);
    }
  }
  std::stable_sort(often.begin(), often.end(), [&](Value a, Value b) { return uses_[a] > uses_[b]; });
  if (static_cast<int>(often.size()) > constants) often.resize(static_cast<std::size_t>(std::max(0, constants)));
  for (Value v : often) {
    Vec to = frame_.vector_of(item(v));
    const bool longs = item(v) == 8;
    Mem one = cc_.newConst(asmjit::ConstPoolScope::kLocal, &at(v).literal, item(v));
    cc_.emit(longs ? Id::kIdVbroadcastsd : Id::kIdVbroadcastss, to, one);
    held_[v].vec = to;
  }
  for (std::size_t k = 0; k < flat_.body.size(); ++k) {
    Opcode op = flat_.body[k].op;
    if (fixed_[k] && uses_[k] > 0 && op != Opcode::constant && op != Opcode::scalar && op != Opcode::load) define(static_cast<Value>(k));
  }
}

JitBody::Vec JitBody::emit(std::int32_t displacement, Vec target) {
  displacement_ = displacement;
  result_target_ = target;
  for (std::size_t k = 0; k < held_.size(); ++k)
    if (!fixed_[k]) held_[k] = Held{Vec(), Vec(), KReg(), false, uses_[k]};
  for (std::size_t k = 0; k < held_.size(); ++k)
    if (!fixed_[k] && uses_[k] > 0 && flat_.body[k].op != Opcode::load) define(static_cast<Value>(k));
  Vec result = result_ == kNoValue ? Vec() : reg(result_);
  // Outputs may be inputs too, so all of those have been read.
  for (const Instruction& i : flat_.body) {
    if (i.op == Opcode::store) store(i);
    if (i.op == Opcode::store_pair) store_pair(i);
  }
  return result;
}

void JitBody::used(const Instruction& i) {
  for (Value v : i.operand)
    if (v != kNoValue) --held_[v].uses;
}

/// The value in memory or in a register, as a last operand may be.
asmjit::Operand JitBody::source(Value v) {
  if (held_[v].vec.isValid()) return held_[v].vec;
  const Instruction& i = at(v);
  if (i.op == Opcode::constant) return frame_.literal(item(v), i.literal, item(v) * static_cast<std::size_t>(frame_.lanes));
  const bool plain = i.op == Opcode::load && !frame_.partial && uses_[v] == 1 && item_size(i.type) >= 4 && !bound_[i.parameter].isValid();
  if (plain) return address(i.parameter, item_size(i.type));
  return reg(v);
}

JitBody::Vec JitBody::reg(Value v) {
  Held& h = held_[v];
  if (h.vec.isValid()) return h.vec;
  if (at(v).op == Opcode::load) {
    load(v);
    return h.vec;
  }
  // A constant that has no register of its own.
  Vec to = frame_.vector_of(item(v));
  Mem one = cc_.newConst(asmjit::ConstPoolScope::kLocal, &at(v).literal, item(v));
  cc_.emit(item(v) == 8 ? Id::kIdVbroadcastsd : Id::kIdVbroadcastss, to, one);
  return to;
}

/// A register for the value of v.
JitBody::Vec JitBody::target(Value v) {
  if (v == result_ && result_target_.isValid()) return held_[v].vec = result_target_;
  return held_[v].vec = frame_.vector_of(item(v));
}

}  // namespace trireme::cpu
