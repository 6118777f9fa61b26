// cpu/jit_rows.cpp -- the instructions of each row: arithmetic, fma and choices here, the others in files of their own
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "cpu/jit_body.hpp"
#include "program/opcode.hpp"

namespace trireme::cpu {

namespace x86 = asmjit::x86;
using program::Instruction;
using program::Opcode;
using program::Value;
namespace Id = x86::Inst;

std::uint32_t JitBody::id(Value v, std::uint32_t f32, std::uint32_t f64, std::uint32_t i32, std::uint32_t i64) const {
  Dtype type = at(v).type;
  return type == Dtype::f32 ? f32 : type == Dtype::f64 ? f64 : item_size(type) == 8 ? i64 : i32;
}

void JitBody::binary(Value v, std::uint32_t instruction, bool commutes) {
  Value a = at(v).operand[0], b = at(v).operand[1];
  if (commutes && !held_[a].vec.isValid() && a != b) std::swap(a, b);
  Vec x = reg(a);
  Operand y = a == b ? Operand(x) : source(b);
  cc_.emit(instruction, target(v), x, y);
}

/// One of the operands' registers becomes the result's: one that is not needed any more, if there is one.
void JitBody::fused(Value v) {
  const bool f64 = at(v).type == Dtype::f64;
  Value a = at(v).operand[0], b = at(v).operand[1], c = at(v).operand[2];
  const auto ends = [&](Value k) {
    const bool bound = at(k).op == Opcode::load && bound_[at(k).parameter].isValid();
    return !fixed_[k] && !bound && held_[k].uses == 1;
  };
  if (!ends(a) && ends(b)) std::swap(a, b);
  if (!ends(a) && ends(c)) {
    Vec z = reg(c), x = reg(a);
    Operand y = a == b ? Operand(x) : source(b);
    cc_.emit(f64 ? Id::kIdVfmadd231pd : Id::kIdVfmadd231ps, z, x, y);
    held_[v].vec = z;
    return;
  }
  Vec x = reg(a), y = a == b ? x : reg(b);
  Operand z = c == a ? Operand(x) : c == b ? Operand(y) : source(c);
  Vec to = x;
  if (!ends(a)) cc_.emit(Id::kIdVmovaps, to = frame_.vector_of(item(v)), x);
  cc_.emit(f64 ? Id::kIdVfmadd213pd : Id::kIdVfmadd213ps, to, y, z);
  held_[v].vec = to;
}

void JitBody::choice(Value v) {
  Value m = at(v).operand[0], a = at(v).operand[1], b = at(v).operand[2];
  const bool longs = item(v) == 8;
  if (frame_.wide) {
    KReg k = predicate(m);
    Vec y = reg(b);
    Operand x = a == b ? Operand(y) : source(a);
    cc_.k(k).emit(longs ? Id::kIdVpblendmq : Id::kIdVpblendmd, target(v), y, x);
  } else {
    Vec k = lanes_mask(m, item(v));
    Vec y = reg(b);
    Operand x = a == b ? Operand(y) : source(a);
    cc_.emit(longs ? Id::kIdVblendvpd : Id::kIdVblendvps, target(v), y, x, k);
  }
}

void JitBody::define(Value v) {
  const Instruction& i = at(v);
  switch (i.op) {
    case Opcode::add:
      binary(v, id(v, Id::kIdVaddps, Id::kIdVaddpd, Id::kIdVpaddd, Id::kIdVpaddq), true);
      break;
    case Opcode::subtract:
      binary(v, id(v, Id::kIdVsubps, Id::kIdVsubpd, Id::kIdVpsubd, Id::kIdVpsubq), false);
      break;
    case Opcode::multiply:
      if (id(v, 0, 0, 0, 1) == 1 && !frame_.wide) multiply_longs(v);
      else binary(v, id(v, Id::kIdVmulps, Id::kIdVmulpd, Id::kIdVpmulld, Id::kIdVpmullq), true);
      break;
    case Opcode::divide:
      binary(v, id(v, Id::kIdVdivps, Id::kIdVdivpd, 0, 0), false);
      break;
    case Opcode::negative: {
      const std::size_t bytes = item(v) * static_cast<std::size_t>(frame_.lanes);
      if (kind(i.type) == Kind::floating) {
        Vec x = reg(i.operand[0]);
        Mem sign = frame_.literal(item(v), std::uint64_t{1} << (8 * item(v) - 1), bytes);
        cc_.emit(id(v, Id::kIdVxorps, Id::kIdVxorpd, 0, 0), target(v), x, sign);
      } else {
        Vec zero = frame_.vector(bytes);
        cc_.emit(frame_.wide ? Id::kIdVpxord : Id::kIdVpxor, zero, zero, zero);
        Operand x = source(i.operand[0]);
        cc_.emit(id(v, 0, 0, Id::kIdVpsubd, Id::kIdVpsubq), target(v), zero, x);
      }
      break;
    }
    case Opcode::sqrt: {
      Operand x = source(i.operand[0]);
      cc_.emit(id(v, Id::kIdVsqrtps, Id::kIdVsqrtpd, 0, 0), target(v), x);
      break;
    }
    case Opcode::fma:
      fused(v);
      break;
    case Opcode::bit_and:
      binary(v, frame_.wide ? id(v, 0, 0, Id::kIdVpandd, Id::kIdVpandq) : Id::kIdVpand, true);
      break;
    case Opcode::bit_or:
      binary(v, frame_.wide ? id(v, 0, 0, Id::kIdVpord, Id::kIdVporq) : Id::kIdVpor, true);
      break;
    case Opcode::bit_xor:
      binary(v, frame_.wide ? id(v, 0, 0, Id::kIdVpxord, Id::kIdVpxorq) : Id::kIdVpxor, true);
      break;
    case Opcode::bit_not: {
      Vec x = reg(i.operand[0]);
      Mem ones = frame_.literal(item(v), ~std::uint64_t{0}, item(v) * static_cast<std::size_t>(frame_.lanes));
      cc_.emit(frame_.wide ? id(v, 0, 0, Id::kIdVpxord, Id::kIdVpxorq) : Id::kIdVpxor, target(v), x, ones);
      break;
    }
    case Opcode::where:
      if (i.type == Dtype::boolean) connect(v);
      else choice(v);
      break;
    case Opcode::equal:
    case Opcode::not_equal:
    case Opcode::less:
    case Opcode::less_equal:
      compare(v);
      break;
    case Opcode::logical_and:
    case Opcode::logical_or:
    case Opcode::logical_xor:
    case Opcode::logical_not:
      connect(v);
      break;
    case Opcode::shift_left:
    case Opcode::shift_right:
    case Opcode::shift_right_logical:
      shift(v);
      break;
    case Opcode::shift_left_by:
    case Opcode::shift_right_by:
      shift_by(v);
      break;
    case Opcode::as_int:
    case Opcode::as_float:
      if (i.type == Dtype::f16) {
        held_[v].vec = narrowed(reg(i.operand[0]), 2);
        break;
      }
      held_[v].vec = reg(i.operand[0]);
      // Two values in one register: neither may be overwritten.
      held_[v].uses += 1 << 20;
      held_[i.operand[0]].uses += 1 << 20;
      break;
    case Opcode::to_int:
      to_int(v);
      break;
    case Opcode::to_float:
      to_float(v);
      break;
    case Opcode::cast:
      convert(v);
      break;
    case Opcode::constant:
      break;
    default:
      if (!is_sink(i.op)) cc_.reportError(asmjit::kErrorInvalidState);
  }
  used(i);
}

}  // namespace trireme::cpu
