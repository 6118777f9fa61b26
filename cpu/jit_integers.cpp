// cpu/jit_integers.cpp -- shifts, products of 64-bit integers and conversions, composed where AVX2 has no instruction
// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "cpu/jit_body.hpp"

namespace trireme::cpu {

namespace x86 = asmjit::x86;
using program::Opcode;
using program::Value;
namespace Id = x86::Inst;

namespace {

std::uint64_t bits(double v) { return std::bit_cast<std::uint64_t>(v); }

}  // namespace

/// The low halves' product, and the products of low and high halves above it.
void JitBody::multiply_longs(Value v) {
  Vec a = reg(at(v).operand[0]), b = reg(at(v).operand[1]);
  Vec x = frame_.vector(32), y = frame_.vector(32);
  cc_.vpsrlq(x, a, 32);
  cc_.vpmuludq(x, x, b);
  cc_.vpsrlq(y, b, 32);
  cc_.vpmuludq(y, y, a);
  cc_.vpaddq(x, x, y);
  cc_.vpsllq(x, x, 32);
  cc_.vpmuludq(y, a, b);
  cc_.vpaddq(target(v), y, x);
}

void JitBody::shift(Value v) {
  const bool longs = item(v) == 8;
  const auto count = static_cast<int>(at(v).literal);
  Vec a = reg(at(v).operand[0]);
  Opcode op = at(v).op;
  if (op == Opcode::shift_right && !is_signed(at(v).type)) op = Opcode::shift_right_logical;
  if (op == Opcode::shift_left) {
    cc_.emit(longs ? Id::kIdVpsllq : Id::kIdVpslld, target(v), a, asmjit::imm(count));
  } else if (op == Opcode::shift_right_logical) {
    cc_.emit(longs ? Id::kIdVpsrlq : Id::kIdVpsrld, target(v), a, asmjit::imm(count));
  } else if (!longs || frame_.wide) {
    cc_.emit(longs ? Id::kIdVpsraq : Id::kIdVpsrad, target(v), a, asmjit::imm(count));
  } else {
    Mem sign = frame_.literal(8, std::uint64_t{1} << 63 >> count, 32);
    Vec x = frame_.vector(32);
    cc_.vpsrlq(x, a, count);
    cc_.vpxor(x, x, sign);
    cc_.vpsubq(target(v), x, sign);
  }
}

void JitBody::shift_by(Value v) {
  const bool longs = item(v) == 8;
  Vec a = reg(at(v).operand[0]);
  if (at(v).op == Opcode::shift_left_by) {
    Operand count = source(at(v).operand[1]);
    cc_.emit(longs ? Id::kIdVpsllvq : Id::kIdVpsllvd, target(v), a, count);
  } else if (!is_signed(at(v).type)) {
    Operand count = source(at(v).operand[1]);
    cc_.emit(longs ? Id::kIdVpsrlvq : Id::kIdVpsrlvd, target(v), a, count);
  } else if (!longs || frame_.wide) {
    Operand count = source(at(v).operand[1]);
    cc_.emit(longs ? Id::kIdVpsravq : Id::kIdVpsravd, target(v), a, count);
  } else {
    Vec count = reg(at(v).operand[1]), sign = frame_.vector(32), x = frame_.vector(32);
    cc_.vmovdqa(sign, frame_.literal(8, std::uint64_t{1} << 63, 32));
    cc_.vpsrlvq(sign, sign, count);
    cc_.vpsrlvq(x, a, count);
    cc_.vpxor(x, x, sign);
    cc_.vpsubq(target(v), x, sign);
  }
}

/// The pairs of dtypes that a Flattener leaves, narrow values in vectors of half the size.
void JitBody::convert(Value v) {
  Value a = at(v).operand[0];
  const Dtype from = at(a).type, to = at(v).type;
  const std::size_t wide_bytes = 8 * static_cast<std::size_t>(frame_.lanes);
  if (kind(from) == Kind::integer && kind(to) == Kind::integer) {
    if (item_size(to) == 8) {
      Operand x = source(a);
      cc_.emit(is_signed(from) ? Id::kIdVpmovsxdq : Id::kIdVpmovzxdq, target(v), x);
      return;
    }
    Vec x = reg(a);
    if (frame_.wide) {
      cc_.vpmovqd(target(v), x);
      return;
    }
    Vec high = frame_.vector(16);
    cc_.vextracti128(high.xmm(), x, 1);
    cc_.vshufps(target(v), x.xmm(), high, 0x88);
    return;
  }
  Vec x = reg(a);
  if (from == Dtype::f16) {
    cc_.emit(Id::kIdVcvtph2ps, target(v), x);
  } else if (to == Dtype::f16) {
    constexpr int kNearestWithoutExceptions = 8;
    cc_.emit(Id::kIdVcvtps2ph, target(v), x, asmjit::imm(kNearestWithoutExceptions));
  } else if (from == Dtype::f32 || from == Dtype::i32) {
    cc_.emit(from == Dtype::f32 ? Id::kIdVcvtps2pd : Id::kIdVcvtdq2pd, target(v), x);
  } else if (from == Dtype::f64) {
    cc_.emit(Id::kIdVcvtpd2ps, target(v), x);
  } else if (frame_.wide && wide_bytes == 64) {
    cc_.emit(is_signed(from) ? Id::kIdVcvtqq2ps : Id::kIdVcvtuqq2ps, target(v), x);
  } else {
    // The halves of a 64-bit integer, one after the other, as the processor converts them: rounded once.
    Mem memory = frame_.scratch();
    Mem at = memory;
    cc_.emit(Id::kIdVmovups, at, x);
    Vec sum = frame_.vector(16);
    cc_.vpxor(sum, sum, sum);
    x86::Gp whole = cc_.newInt64();
    for (int k = 0; k < 4; ++k) {
      Mem lane = memory.cloneAdjusted(8 * k), result = memory.cloneAdjusted(64 + 4 * k);
      lane.setSize(8);
      result.setSize(4);
      cc_.mov(whole, lane);
      if (is_signed(from)) {
        cc_.vcvtsi2ss(sum.xmm(), sum.xmm(), whole);
      } else {
        // Halved with its last bit kept, then doubled, where it is above all i64.
        x86::Gp half = cc_.newInt64(), bit = cc_.newInt64();
        asmjit::Label fits = cc_.newLabel(), done = cc_.newLabel();
        cc_.test(whole, whole);
        cc_.jns(fits);
        cc_.mov(half, whole);
        cc_.shr(half, 1);
        cc_.mov(bit, whole);
        cc_.and_(bit, 1);
        cc_.or_(half, bit);
        cc_.vcvtsi2ss(sum.xmm(), sum.xmm(), half);
        cc_.vaddss(sum.xmm(), sum.xmm(), sum.xmm());
        cc_.jmp(done);
        cc_.bind(fits);
        cc_.vcvtsi2ss(sum.xmm(), sum.xmm(), whole);
        cc_.bind(done);
      }
      cc_.vmovss(result, sum.xmm());
    }
    Mem result = memory.cloneAdjusted(64);
    cc_.emit(Id::kIdVmovups, target(v), result);
  }
}

void JitBody::to_int(Value v) {
  Value a = at(v).operand[0];
  if (at(a).type == Dtype::f32) {
    Operand x = source(a);
    cc_.emit(Id::kIdVcvttps2dq, target(v), x);
  } else if (item_size(at(v).type) == 4) {
    Vec x = reg(a);
    cc_.emit(Id::kIdVcvttpd2dq, target(v), x);
  } else if (frame_.wide) {
    Vec x = reg(a);
    cc_.emit(Id::kIdVcvttpd2qq, target(v), x);
  } else {
    Vec x = reg(a);
    x86::Gp whole = cc_.newInt64();
    x86::Xmm half[2];
    for (int h = 0; h < 2; ++h) {
      x86::Xmm part = cc_.newXmm(), low = cc_.newXmm(), high = cc_.newXmm();
      if (h == 0) cc_.vmovaps(part, x.xmm());
      else cc_.vextractf128(part, x, 1);
      cc_.vcvttsd2si(whole, part);
      cc_.vmovq(low, whole);
      cc_.vunpckhpd(part, part, part);
      cc_.vcvttsd2si(whole, part);
      cc_.vmovq(high, whole);
      cc_.vpunpcklqdq(low, low, high);
      half[h] = low;
    }
    Vec joined = frame_.vector(32);
    cc_.vmovdqa(joined.xmm(), half[0]);
    cc_.vinserti128(target(v), joined, half[1], 1);
  }
}

void JitBody::to_float(Value v) {
  Value a = at(v).operand[0];
  const Dtype from = at(a).type;
  Vec x = reg(a);
  if (from == Dtype::i32) {
    cc_.emit(Id::kIdVcvtdq2ps, target(v), x);
  } else if (from == Dtype::u32 && frame_.wide) {
    cc_.emit(Id::kIdVcvtudq2ps, target(v), x);
  } else if (from == Dtype::u32) {
    // The upper 16 bits and the lower ones are exact, so the last addition is the only rounding.
    const std::size_t bytes = 4 * static_cast<std::size_t>(frame_.lanes);
    Vec high = frame_.vector(bytes), low = frame_.vector(bytes);
    cc_.vpsrld(high, x, 16);
    cc_.vcvtdq2ps(high, high);
    cc_.vmulps(high, high, frame_.literal(4, std::bit_cast<std::uint32_t>(65536.0f), bytes));
    cc_.vpand(low, x, frame_.literal(4, 0xffff, bytes));
    cc_.vcvtdq2ps(low, low);
    cc_.vaddps(target(v), high, low);
  } else if (frame_.wide) {
    cc_.emit(is_signed(from) ? Id::kIdVcvtqq2pd : Id::kIdVcvtuqq2pd, target(v), x);
  } else {
    longs_to_doubles(target(v), x, is_signed(from));
  }
}

/// Both halves become exact doubles through the bits of 2^52 and 2^84; the last addition is the only rounding.
void JitBody::longs_to_doubles(Vec to, Vec from, bool is_signed) {
  Vec low = frame_.vector(32), high = frame_.vector(32);
  cc_.vpblendd(low, from, frame_.literal(8, bits(0x1p52), 32), 0xAA);
  cc_.vpsrlq(high, from, 32);
  cc_.vpxor(high, high, frame_.literal(8, bits(0x1p84) | (is_signed ? 0x80000000u : 0), 32));
  cc_.vsubpd(high, high, frame_.literal(8, bits(is_signed ? 0x1p84 + 0x1p63 + 0x1p52 : 0x1p84 + 0x1p52), 32));
  cc_.vaddpd(to, high, low);
}

}  // namespace trireme::cpu
