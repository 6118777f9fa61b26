// cpu/jit_masks.cpp -- truth values: mask registers with AVX-512, full lanes with AVX2, bytes in memory
// SPDX-License-Identifier: Apache-2.0
#include "cpu/jit_body.hpp"

namespace trireme::cpu {

namespace x86 = asmjit::x86;
using program::Instruction;
using program::Opcode;
using program::Value;
namespace Id = x86::Inst;

namespace {

// Predicates of vcmpps and of vpcmpd.
enum FloatPredicate { kEqualOrdered = 0x00, kLessOrdered = 0x11, kLessEqualOrdered = 0x12, kNotEqualUnordered = 0x04 };
enum IntegerPredicate { kEqual = 0, kLess = 1, kLessEqual = 2, kNotEqual = 4 };

int float_predicate(Opcode op) {
  return op == Opcode::equal ? kEqualOrdered : op == Opcode::not_equal ? kNotEqualUnordered : op == Opcode::less ? kLessOrdered : kLessEqualOrdered;
}
int integer_predicate(Opcode op) {
  return op == Opcode::equal ? kEqual : op == Opcode::not_equal ? kNotEqual : op == Opcode::less ? kLess : kLessEqual;
}

}  // namespace

void JitBody::compare(Value v) {
  Value a = at(v).operand[0], b = at(v).operand[1];
  const Dtype type = at(a).type;
  const bool floats = kind(type) == Kind::floating, longs = item(a) == 8;
  Vec x = reg(a);
  if (frame_.wide) {
    Operand y = a == b ? Operand(x) : source(b);
    KReg k = held_[v].mask = cc_.newKw();
    if (floats) cc_.emit(longs ? Id::kIdVcmppd : Id::kIdVcmpps, k, x, y, asmjit::imm(float_predicate(at(v).op)));
    else if (is_signed(type)) cc_.emit(longs ? Id::kIdVpcmpq : Id::kIdVpcmpd, k, x, y, asmjit::imm(integer_predicate(at(v).op)));
    else cc_.emit(longs ? Id::kIdVpcmpuq : Id::kIdVpcmpud, k, x, y, asmjit::imm(integer_predicate(at(v).op)));
    return;
  }
  const std::size_t bytes = item(a) * static_cast<std::size_t>(frame_.lanes);
  Vec to = frame_.vector(bytes);
  if (floats) {
    Operand y = a == b ? Operand(x) : source(b);
    cc_.emit(longs ? Id::kIdVcmppd : Id::kIdVcmpps, to, x, y, asmjit::imm(float_predicate(at(v).op)));
  } else if (at(v).op == Opcode::equal || at(v).op == Opcode::not_equal) {
    Operand y = a == b ? Operand(x) : source(b);
    cc_.emit(longs ? Id::kIdVpcmpeqq : Id::kIdVpcmpeqd, to, x, y);
  } else {
    Vec y = a == b ? x : reg(b);
    if (!is_signed(type)) {
      Mem flip = frame_.literal(item(a), std::uint64_t{1} << (8 * item(a) - 1), bytes);
      Vec p = frame_.vector(bytes), q = frame_.vector(bytes);
      cc_.vpxor(p, x, flip);
      cc_.vpxor(q, y, flip);
      x = p;
      y = q;
    }
    if (at(v).op == Opcode::less) cc_.emit(longs ? Id::kIdVpcmpgtq : Id::kIdVpcmpgtd, to, y, x);
    else cc_.emit(longs ? Id::kIdVpcmpgtq : Id::kIdVpcmpgtd, to, x, y);  // and inverted
  }
  if (!floats && (at(v).op == Opcode::not_equal || at(v).op == Opcode::less_equal))
    cc_.vpxor(to, to, frame_.literal(4, 0xffffffffu, bytes));
  held_[v].vec = to;
}

/// Bytes of a lane of an AVX2 mask, as it was made.
std::size_t JitBody::mask_width(Value v) const { return held_[v].vec.size() / static_cast<std::size_t>(frame_.lanes); }

JitBody::KReg JitBody::predicate(Value v) {
  if (!held_[v].mask.isValid()) load_mask(v, displacement_);
  return held_[v].mask;
}

/// A mask of AVX2 in lanes of `width` bytes.
JitBody::Vec JitBody::lanes_mask(Value v, std::size_t width) {
  Held& h = held_[v];
  if (!h.vec.isValid()) load_mask(v, displacement_);
  if (mask_width(v) == width) return h.vec;
  if (h.other.isValid()) return h.other;
  Vec to = frame_.vector_of(width);
  if (width == 8) {
    cc_.vpmovsxdq(to, h.vec.xmm());
  } else {
    Vec high = frame_.vector(16);
    cc_.vextracti128(high.xmm(), h.vec, 1);
    cc_.vshufps(to, h.vec.xmm(), high, 0x88);
  }
  if (!h.fixed) h.other = to;  // a fixed value would be made where not every vector passes
  return to;
}

void JitBody::connect(Value v) {
  const Instruction& i = at(v);
  Value a = i.operand[0], b = i.operand[1], c = i.operand[2];
  if (frame_.wide) {
    KReg x = predicate(a);
    KReg y = i.op == Opcode::logical_not ? x : predicate(b);
    KReg z = i.op == Opcode::where ? predicate(c) : x;
    KReg to = held_[v].mask = cc_.newKw();
    switch (i.op) {
      case Opcode::logical_and: cc_.kandw(to, x, y); break;
      case Opcode::logical_or: cc_.korw(to, x, y); break;
      case Opcode::logical_xor: cc_.kxorw(to, x, y); break;
      case Opcode::logical_not: cc_.knotw(to, x); break;
      default: {
        KReg chosen = cc_.newKw(), other = cc_.newKw();
        cc_.kandw(chosen, x, y);
        cc_.kandnw(other, x, z);
        cc_.korw(to, chosen, other);
      }
    }
    return;
  }
  if (!held_[a].vec.isValid()) load_mask(a, displacement_);
  const std::size_t width = mask_width(a);
  Vec x = held_[a].vec;
  Vec y = i.op == Opcode::logical_not ? x : lanes_mask(b, width);
  Vec z = i.op == Opcode::where ? lanes_mask(c, width) : x;
  Vec to = frame_.vector_of(width);
  switch (i.op) {
    case Opcode::logical_and: cc_.vpand(to, x, y); break;
    case Opcode::logical_or: cc_.vpor(to, x, y); break;
    case Opcode::logical_xor: cc_.vpxor(to, x, y); break;
    case Opcode::logical_not: cc_.vpxor(to, x, frame_.literal(4, 0xffffffffu, to.size())); break;
    default: cc_.vpblendvb(to, z, y, x);
  }
  held_[v].vec = to;
}

/// From bytes that are 0 or 1.
void JitBody::load_mask(Value v, std::int32_t displacement) {
  const Instruction& i = at(v);
  if (fixed_[v]) return fixed_mask(v);
  displacement_ = displacement;
  Mem from = address(i.parameter, 1);
  if (frame_.wide) {
    x86::Xmm bytes = cc_.newXmm();
    if (frame_.partial) cc_.k(frame_.tail).z().vmovdqu8(bytes, from);
    else if (frame_.lanes == 16) cc_.vmovdqu8(bytes, from);
    else cc_.vmovq(bytes, from);
    held_[v].mask = cc_.newKw();
    cc_.vptestmb(held_[v].mask, bytes, bytes);
    return;
  }
  if (frame_.partial) {
    copy_loop(frame_.scratch(), from, 1, frame_.rest);
    from = frame_.scratch();
  }
  Vec bytes = frame_.vector_of(4), zero = frame_.vector_of(4), to = frame_.vector_of(4);
  from.setSize(static_cast<std::uint32_t>(frame_.lanes));
  cc_.emit(Id::kIdVpmovzxbd, bytes, from);
  cc_.vpxor(zero, zero, zero);
  cc_.vpcmpgtd(to, bytes, zero);
  held_[v].vec = to;
}

/// Of a scalar, a literal or a single element.
void JitBody::fixed_mask(Value v) {
  const Instruction& i = at(v);
  x86::Gp all = cc_.newInt32();
  if (i.op == Opcode::constant) {
    cc_.mov(all, (i.literal & 1) != 0 ? -1 : 0);
  } else {
    cc_.movzx(all, x86::byte_ptr(frame_.base[i.parameter]));
    cc_.neg(all);
  }
  if (frame_.wide) {
    held_[v].mask = cc_.newKw();
    cc_.kmovw(held_[v].mask, all);
    return;
  }
  x86::Xmm one = cc_.newXmm();
  cc_.vmovd(one, all);
  held_[v].vec = frame_.vector_of(4);
  cc_.emit(Id::kIdVpbroadcastd, held_[v].vec, one);
}

void JitBody::store_mask(const Instruction& i) {
  Value v = i.operand[0];
  x86::Xmm bytes = cc_.newXmm();
  if (frame_.wide) {
    KReg k = predicate(v);
    Mem ones = frame_.literal(8, 0x0101010101010101u, 8);
    x86::Xmm one = cc_.newXmm();
    cc_.vpbroadcastq(one, ones);
    cc_.k(k).z().vmovdqu8(bytes, one);
  } else {
    Vec m = lanes_mask(v, 4);
    if (frame_.lanes == 8) {
      x86::Xmm high = cc_.newXmm();
      cc_.vextracti128(high, m, 1);
      cc_.vpackssdw(bytes, m.xmm(), high);
    } else {
      cc_.vpackssdw(bytes, m.xmm(), m.xmm());
    }
    cc_.vpacksswb(bytes, bytes, bytes);
    cc_.vpand(bytes, bytes, frame_.literal(4, 0x01010101u, 16));
  }
  write(i.parameter, 1, bytes);
}

}  // namespace trireme::cpu
