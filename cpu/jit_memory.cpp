// cpu/jit_memory.cpp -- reading and writing vectors of elements of any dtype, whole or their first ones only
// SPDX-License-Identifier: Apache-2.0
#include "cpu/jit_body.hpp"

namespace trireme::cpu {

namespace x86 = asmjit::x86;
using program::Instruction;
using program::Opcode;
using program::Value;
namespace Id = x86::Inst;

namespace {

std::uint32_t shift_of(std::size_t item) { return item == 1 ? 0 : item == 2 ? 1 : item == 4 ? 2 : 3; }

}  // namespace

JitBody::Mem JitBody::address(std::uint16_t parameter, std::size_t item, std::int32_t more) {
  return x86::ptr(frame_.base[parameter], frame_.index, shift_of(item), displacement_ * static_cast<std::int32_t>(item) + more);
}

/// A scalar, or an element that all positions share, into every lane.
void JitBody::load_fixed(Value v) {
  const Instruction& i = at(v);
  if (i.type == Dtype::boolean) return fixed_mask(v);
  Vec to = held_[v].vec = frame_.vector_of(item(v));
  Mem from = x86::ptr(frame_.base[i.parameter]);
  const std::size_t bytes = item_size(i.type);
  if (bytes >= 4) {
    from.setSize(static_cast<std::uint32_t>(bytes));
    cc_.emit(bytes == 8 ? Id::kIdVbroadcastsd : Id::kIdVbroadcastss, to, from);
    return;
  }
  from.setSize(static_cast<std::uint32_t>(bytes));
  if (i.type == Dtype::f16) return void(cc_.emit(Id::kIdVpbroadcastw, to, from));
  x86::Gp one = cc_.newInt32();
  const bool extends = kind(i.type) == Kind::integer && is_signed(i.type);
  cc_.emit(extends ? Id::kIdMovsx : Id::kIdMovzx, one, from);
  x86::Xmm low = cc_.newXmm();
  cc_.vmovd(low, one);
  cc_.emit(Id::kIdVpbroadcastd, to, low);
}

void JitBody::load(Value v) {
  const Instruction& i = at(v);
  if (bound_[i.parameter].isValid()) {
    held_[v].vec = bound_[i.parameter];
    return;
  }
  Vec to = held_[v].vec = frame_.vector_of(item(v));
  const std::size_t bytes = item_size(i.type);
  Mem from = address(i.parameter, bytes);
  if (bytes >= 4) {
    if (!frame_.partial) cc_.emit(Id::kIdVmovups, to, from);
    else if (frame_.wide) cc_.k(frame_.tail).z().emit(bytes == 8 ? Id::kIdVmovupd : Id::kIdVmovups, to, from);
    else cc_.emit(bytes == 8 ? Id::kIdVmaskmovpd : Id::kIdVmaskmovps, to, bytes == 8 ? frame_.longs : frame_.words, from);
    return;
  }
  const bool extends = kind(i.type) == Kind::integer && is_signed(i.type);
  const std::uint32_t widen = bytes == 1 ? (extends ? Id::kIdVpmovsxbd : Id::kIdVpmovzxbd) : (extends ? Id::kIdVpmovsxwd : Id::kIdVpmovzxwd);
  const std::size_t all = bytes * static_cast<std::size_t>(frame_.lanes);
  if (frame_.partial && frame_.wide) {
    if (i.type == Dtype::f16) return void(cc_.k(frame_.tail).z().emit(Id::kIdVmovdqu16, to, from));
    Vec narrow = all == 32 ? Vec(cc_.newYmm()) : Vec(cc_.newXmm());
    cc_.k(frame_.tail).z().emit(bytes == 1 ? Id::kIdVmovdqu8 : Id::kIdVmovdqu16, narrow, from);
    cc_.emit(widen, to, narrow);
    return;
  }
  if (frame_.partial) {
    copy_loop(frame_.scratch(), from, bytes, frame_.rest);
    from = frame_.scratch();
  }
  from.setSize(static_cast<std::uint32_t>(all));
  if (i.type == Dtype::f16) cc_.emit(all == 8 ? Id::kIdVmovq : Id::kIdVmovups, to, from);
  else cc_.emit(widen, to, from);
}

/// to[k] = from[k] for k < count, elements of so many bytes.
void JitBody::copy_loop(Mem to, Mem from, std::size_t item, x86::Gp count) {
  asmjit::Label again = cc_.newLabel();
  x86::Gp k = cc_.newUIntPtr(), source = cc_.newUIntPtr(), target = cc_.newUIntPtr(), one = cc_.newUInt64();
  to.setSize(0);
  from.setSize(0);
  cc_.lea(source, from);
  cc_.lea(target, to);
  cc_.xor_(k, k);
  cc_.bind(again);
  const std::uint32_t shift = shift_of(item);
  switch (item) {
    case 1:
      cc_.movzx(one.r32(), x86::byte_ptr(source, k, shift));
      cc_.mov(x86::byte_ptr(target, k, shift), one.r8());
      break;
    case 2:
      cc_.movzx(one.r32(), x86::word_ptr(source, k, shift));
      cc_.mov(x86::word_ptr(target, k, shift), one.r16());
      break;
    case 4:
      cc_.mov(one.r32(), x86::dword_ptr(source, k, shift));
      cc_.mov(x86::dword_ptr(target, k, shift), one.r32());
      break;
    default:
      cc_.mov(one, x86::qword_ptr(source, k, shift));
      cc_.mov(x86::qword_ptr(target, k, shift), one);
  }
  cc_.inc(k);
  cc_.cmp(k, count);
  cc_.jb(again);
}

/// i32 lanes as the elements of 1 or 2 bytes that they hold, in the low end.
JitBody::Vec JitBody::narrowed(Vec value, std::size_t item) {
  if (frame_.wide) {
    Vec to = item == 2 && frame_.lanes == 16 ? Vec(cc_.newYmm()) : Vec(cc_.newXmm());
    cc_.emit(item == 1 ? Id::kIdVpmovdb : Id::kIdVpmovdw, to, value);
    return to;
  }
  Vec low = frame_.vector_of(4);
  x86::Xmm to = cc_.newXmm();
  cc_.vpand(low, value, frame_.literal(4, item == 1 ? 0xff : 0xffff, low.size()));
  if (frame_.lanes == 8) {
    x86::Xmm high = cc_.newXmm();
    cc_.vextracti128(high, low, 1);
    cc_.vpackusdw(to, low.xmm(), high);
  } else {
    cc_.vpackusdw(to, low.xmm(), low.xmm());
  }
  if (item == 1) cc_.vpackuswb(to, to, to);
  return to;
}

void JitBody::store(const Instruction& i) {
  if (i.type == Dtype::boolean) return store_mask(i);
  const std::size_t bytes = item_size(i.type);
  Vec value = reg(i.operand[0]);
  write(i.parameter, bytes, bytes < 4 && i.type != Dtype::f16 ? narrowed(value, bytes) : value);
}

/// Elements of `item` bytes that lie close together in the register.
void JitBody::write(std::uint16_t parameter, std::size_t item, Vec value) {
  Mem to = address(parameter, item);
  const std::size_t all = item * static_cast<std::size_t>(frame_.lanes);
  if (frame_.partial) {
    if (frame_.wide) {
      const std::uint32_t move = item == 1 ? Id::kIdVmovdqu8 : item == 2 ? Id::kIdVmovdqu16 : item == 4 ? Id::kIdVmovups : Id::kIdVmovupd;
      cc_.k(frame_.tail).emit(move, to, value);
    } else if (item >= 4) {
      cc_.emit(item == 8 ? Id::kIdVmaskmovpd : Id::kIdVmaskmovps, to, item == 8 ? frame_.longs : frame_.words, value);
    } else {
      cc_.vmovups(frame_.scratch(), value.xmm());
      copy_loop(to, frame_.scratch(), item, frame_.rest);
    }
    return;
  }
  to.setSize(static_cast<std::uint32_t>(all));
  if (all == 4) cc_.vmovd(to, value.xmm());
  else if (all == 8) cc_.vmovq(to, value.xmm());
  else cc_.emit(frame_.streams ? Id::kIdVmovntps : Id::kIdVmovups, to, all == 16 ? value.xmm() : value);
}

/// Real and imaginary parts side by side.
void JitBody::store_pair(const Instruction& i) {
  const std::size_t part = item_size(component(i.type)), all = part * static_cast<std::size_t>(frame_.lanes);
  const bool longs = part == 8;
  Vec re = reg(i.operand[0]), im = reg(i.operand[1]);
  Vec low = frame_.vector(all), high = frame_.vector(all), first = low, second = high;
  cc_.emit(longs ? Id::kIdVunpcklpd : Id::kIdVunpcklps, low, re, im);
  cc_.emit(longs ? Id::kIdVunpckhpd : Id::kIdVunpckhps, high, re, im);
  if (all == 32) {
    first = frame_.vector(32);
    second = frame_.vector(32);
    cc_.vperm2f128(first.ymm(), low.ymm(), high.ymm(), 0x20);
    cc_.vperm2f128(second.ymm(), low.ymm(), high.ymm(), 0x31);
  } else if (all == 64) {
    // Quarters 0 0 1 1 of low and high, then 2 2 3 3, every other one of high.
    first = frame_.vector(64);
    second = frame_.vector(64);
    Vec x = frame_.vector(64), y = frame_.vector(64);
    cc_.vshuff64x2(x, low, high, 0x44);   // low 0, low 1, high 0, high 1
    cc_.vshuff64x2(first, x, x, 0xD8);
    cc_.vshuff64x2(y, low, high, 0xEE);   // low 2, low 3, high 2, high 3
    cc_.vshuff64x2(second, y, y, 0xD8);
  }
  Mem to = x86::ptr(frame_.base[i.parameter], frame_.index, 3, displacement_ * static_cast<std::int32_t>(2 * part));
  x86::Gp begin;
  if (longs) {  // 16 bytes are more than an address scales by
    begin = cc_.newUIntPtr();
    cc_.mov(begin, frame_.index);
    cc_.shl(begin, 4);
    to = x86::ptr(frame_.base[i.parameter], begin, 0, displacement_ * 16);
  }
  if (frame_.partial) {
    cc_.emit(Id::kIdVmovups, frame_.scratch(), first);
    cc_.emit(Id::kIdVmovups, frame_.scratch().cloneAdjusted(static_cast<std::int64_t>(all)), second);
    x86::Gp count = cc_.newUIntPtr();
    cc_.mov(count, frame_.rest);
    cc_.shl(count, 1);
    copy_loop(to, frame_.scratch(), part, count);
    return;
  }
  cc_.emit(Id::kIdVmovups, to, first);
  cc_.emit(Id::kIdVmovups, to.cloneAdjusted(static_cast<std::int64_t>(all)), second);
}

}  // namespace trireme::cpu
