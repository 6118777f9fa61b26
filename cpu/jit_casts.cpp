// cpu/jit_casts.cpp -- astype between dtypes, from conversions that the instruction sets have
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>

#include "cpu/jit_flatten.hpp"
#include "program/trace.hpp"
#include "program/work_type.hpp"

namespace trireme::cpu {

using program::kNoValue;
using program::Opcode;
using program::Value;

namespace {

bool is_half(Dtype d) { return d == Dtype::f16 || d == Dtype::bf16; }
bool is_float(Dtype d) { return d == Dtype::f32 || d == Dtype::f64; }
bool is_wide(Dtype d) { return item_size(d) == 8; }
/// The machine dtype that holds integers of `d` in registers.
Dtype held_as(Dtype d) { return program::is_storage(d) ? Dtype::i32 : d; }

}  // namespace

Value Flattener::number(Dtype type, double value) {
  switch (type) {
    case Dtype::f32:
      return constant(type, std::bit_cast<std::uint32_t>(static_cast<float>(value)));
    case Dtype::f64:
      return constant(type, std::bit_cast<std::uint64_t>(value));
    default: {
      auto bits = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
      return constant(type, item_size(type) == 4 ? bits & 0xffffffffu : bits);
    }
  }
}

/// An i32 as the value that an 8- or 16-bit integer keeps of it.
Value Flattener::narrowed(Value v, Dtype to) {
  if (!program::is_storage(to)) return v;
  const auto bits = 8 * item_size(to);
  if (!is_signed(to)) return emit(Opcode::bit_and, Dtype::i32, v, constant(Dtype::i32, (std::uint64_t{1} << bits) - 1));
  Value high = emit(Opcode::shift_left, Dtype::i32, v, kNoValue, kNoValue, 0, 32 - bits);
  return emit(Opcode::shift_right, Dtype::i32, high, kNoValue, kNoValue, 0, 32 - bits);
}

/// `from` is said beside the value, as values of narrow dtypes are held as i32; the result of such a `to` is an i32 too.
Value Flattener::cast(Value v, Dtype from, Dtype to) {
  if (from == to) return v;
  if (program::is_complex(from) || program::is_complex(to)) return refuse("it has no casts of complex numbers");
  if ((from == Dtype::f16 && to == Dtype::f32) || (from == Dtype::f32 && to == Dtype::f16)) return emit(Opcode::cast, to, v);
  if (is_half(from) || is_half(to)) {
    // Bits of halves lie in registers as i32; a bool is a number there.
    Value given = from == Dtype::boolean ? cast(v, from, Dtype::i32) : v;
    Value bits = inlined(program::expand_cast(from, to), {&given, 1});
    return to == Dtype::f16 ? emit(Opcode::as_int, to, bits) : bits;
  }
  const Dtype target = held_as(to);
  if (from == Dtype::boolean) return emit(Opcode::where, target, v, number(target, 1), number(target, 0));
  if (to == Dtype::boolean) return emit(Opcode::not_equal, to, v, number(held_as(from), 0));
  if (is_float(from)) return is_float(to) ? emit(Opcode::cast, to, v) : from_float(v, to);
  if (is_float(to)) return to_float(v, to);
  // Between integers.
  const Dtype source = held_as(from);
  if (is_wide(source) == is_wide(target)) return narrowed(reinterpreted(v, target), to);
  if (!is_wide(source)) {
    const Dtype wide = is_signed(source) ? Dtype::i64 : Dtype::u64;
    return reinterpreted(emit(Opcode::cast, wide, v), target);
  }
  return narrowed(emit(Opcode::cast, target, v), to);
}

Value Flattener::to_float(Value v, Dtype to) {
  switch (type(v)) {
    case Dtype::i32:
      return to == Dtype::f32 ? emit(Opcode::to_float, to, v) : emit(Opcode::cast, to, v);
    case Dtype::u32:
      // All of them are i64 that f64 holds.
      return to == Dtype::f32 ? emit(Opcode::to_float, to, v)
                              : emit(Opcode::to_float, to, reinterpreted(emit(Opcode::cast, Dtype::u64, v), Dtype::i64));
    default:
      return to == Dtype::f64 ? emit(Opcode::to_float, to, v) : emit(Opcode::cast, to, v);
  }
}

/// Of 32-bit integers by f64, which holds them. A quotient that is no integer is at least 1 / b from the next one, and its
/// rounding is 2^21 times smaller, so truncation finds the right one. The most negative by -1 does not fit and becomes
/// itself; by 0 it is 0.
Value Flattener::quotient(Value a, Value b) {
  const Dtype of = type(a);
  if (is_wide(of)) return refuse("it divides no 64-bit integers");
  const Value none = number(of, 0), zero = emit(Opcode::equal, Dtype::boolean, b, none);
  const Value divisor = emit(Opcode::where, of, zero, number(of, 1), b);
  const Value ratio = emit(Opcode::divide, Dtype::f64, to_float(a, Dtype::f64), to_float(divisor, Dtype::f64));
  const Value whole = is_signed(of) ? emit(Opcode::to_int, Dtype::i32, ratio)
                                    : emit(Opcode::cast, Dtype::u32, emit(Opcode::to_int, Dtype::i64, ratio));
  return emit(Opcode::where, of, zero, none, whole);
}

/// Truncates and saturates; NaN gives 0. The bounds are powers of two, so comparing with them in the float is exact.
Value Flattener::from_float(Value v, Dtype to) {
  const Dtype from = type(v), mask = Dtype::boolean, target = held_as(to);
  const auto choose = [&](Value m, Value a, Value b) { return emit(Opcode::where, type(b), m, a, b); };
  if (program::is_storage(to)) {
    const int digits = static_cast<int>(8 * item_size(to)) - is_signed(to);
    Value whole = from_float(v, Dtype::i32);
    Value most = number(Dtype::i32, std::ldexp(1.0, digits) - 1), least = number(Dtype::i32, is_signed(to) ? -std::ldexp(1.0, digits) : 0);
    whole = choose(emit(Opcode::less, mask, most, whole), most, whole);
    return choose(emit(Opcode::less, mask, whole, least), least, whole);
  }
  if (to == Dtype::i32 && from == Dtype::f32) {
    // What does not fit becomes the most negative number.
    Value whole = emit(Opcode::to_int, Dtype::i32, v);
    whole = choose(emit(Opcode::less_equal, mask, number(from, 0x1p31), v), constant(Dtype::i32, 0x7fffffff), whole);
    return choose(emit(Opcode::equal, mask, v, v), whole, number(Dtype::i32, 0));
  }
  // The rest is done in f64, which holds every f32.
  Value x = from == Dtype::f32 ? emit(Opcode::cast, Dtype::f64, v) : v;
  x = choose(emit(Opcode::equal, mask, x, x), x, number(Dtype::f64, 0));
  const auto at_most = [&](double bound) { Value b = number(Dtype::f64, bound); x = choose(emit(Opcode::less, mask, b, x), b, x); };
  const auto at_least = [&](double bound) { Value b = number(Dtype::f64, bound); x = choose(emit(Opcode::less, mask, x, b), b, x); };
  switch (target) {
    case Dtype::i32:
      at_most(0x1p31 - 1);
      at_least(-0x1p31);
      return emit(Opcode::to_int, Dtype::i32, x);
    case Dtype::u32:
      at_most(0x1p32 - 1);
      at_least(0);
      return emit(Opcode::cast, Dtype::u32, emit(Opcode::to_int, Dtype::i64, x));
    case Dtype::i64: {
      at_least(-0x1p63);
      Value beyond = emit(Opcode::less_equal, mask, number(Dtype::f64, 0x1p63), x);
      Value whole = emit(Opcode::to_int, Dtype::i64, choose(beyond, number(Dtype::f64, 0), x));
      return choose(beyond, constant(Dtype::i64, ~std::uint64_t{0} >> 1), whole);
    }
    default: {
      at_least(0);
      Value beyond = emit(Opcode::less_equal, mask, number(Dtype::f64, 0x1p64), x);
      Value upper = emit(Opcode::less_equal, mask, number(Dtype::f64, 0x1p63), x);
      Value low = choose(beyond, number(Dtype::f64, 0), choose(upper, emit(Opcode::subtract, Dtype::f64, x, number(Dtype::f64, 0x1p63)), x));
      Value whole = emit(Opcode::to_int, Dtype::i64, low);
      whole = choose(upper, emit(Opcode::bit_xor, Dtype::i64, whole, constant(Dtype::i64, std::uint64_t{1} << 63)), whole);
      return reinterpreted(choose(beyond, constant(Dtype::i64, ~std::uint64_t{0}), whole), Dtype::u64);
    }
  }
}

}  // namespace trireme::cpu
