// hull/graph/infer.cpp -- shapes and dtypes of results, and the messages when operands do not fit
// SPDX-License-Identifier: Apache-2.0
#include "graph/infer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "program/out_of_memory.hpp"
#include "program/rule.hpp"

namespace trireme {

namespace {

/// Of two integers: the smallest dtype that holds both, f64 where there is none.
Dtype promote_integers(Dtype a, Dtype b) {
  if (is_signed(a) == is_signed(b)) return item_size(a) >= item_size(b) ? a : b;
  const Dtype with_sign = is_signed(a) ? a : b, without = is_signed(a) ? b : a;
  if (item_size(with_sign) > item_size(without)) return with_sign;
  switch (without) {
    case Dtype::u8:
      return Dtype::i16;
    case Dtype::u16:
      return Dtype::i32;
    case Dtype::u32:
      return Dtype::i64;
    default:
      return Dtype::f64;
  }
}

/// The smallest float that holds every value of an integer dtype; f64 for those of 8 bytes, which none holds.
Dtype float_for(Dtype integer) {
  return item_size(integer) == 1 ? Dtype::f16 : item_size(integer) == 2 ? Dtype::f32 : Dtype::f64;
}

Dtype promote_floats(Dtype a, Dtype b) {
  if (item_size(a) != item_size(b)) return item_size(a) > item_size(b) ? a : b;
  return a == b ? a : Dtype::f32;  // f16 and bf16
}

/// A float with an integer. bf16 holds 8-bit integers as f16 does.
Dtype promote_mixed(Dtype floating, Dtype integer) {
  const Dtype least = float_for(integer);
  return least == Dtype::f16 ? floating : promote_floats(floating, least);
}

}  // namespace

Dtype promote(Dtype a, Dtype b) {
  if (a == b) return a;
  if (kind(a) > kind(b)) std::swap(a, b);
  switch (kind(b)) {
    case Kind::boolean:
      return b;
    case Kind::integer:
      return kind(a) == Kind::boolean ? b : promote_integers(a, b);
    case Kind::floating:
      return kind(a) == Kind::boolean ? b : kind(a) == Kind::integer ? promote_mixed(b, a) : promote_floats(a, b);
    case Kind::complex: {
      const Dtype part = kind(a) == Kind::complex ? promote_floats(component(a), component(b)) : promote(a, component(b));
      return part == Dtype::f64 ? Dtype::complex128 : Dtype::complex64;
    }
  }
  return b;
}

Shape::Shape(std::span<const std::int64_t> extents) {
  for (std::int64_t extent : extents) push_back(extent);
}

void Shape::push_back(std::int64_t extent) try {
  if (rank_ == kMaxRank)
    throw error(Code::invalid_argument, "shape: more than " + std::to_string(kMaxRank) + " dimensions");
  extent_[rank_++] = extent;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("shape");
}

std::string Shape::text() const try {
  std::string out = "(";
  for (int k = 0; k < rank_; ++k) out += (k ? ", " : "") + std::to_string(extent_[k]);
  return out + (rank_ == 1 ? ",)" : ")");
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("shape");
}

}  // namespace trireme

namespace trireme::graph {

using program::Opcode;
using program::Rule;

namespace {

/// What a rule takes, for messages.
const char* taken(Rule rule) {
  switch (rule) {
    case Rule::arithmetic:
    case Rule::magnitude:
    case Rule::classify:
    case Rule::analytic:
    case Rule::transcendental:
    case Rule::power:
      return "numbers";
    case Rule::floating:
    case Rule::elementary:
    case Rule::ordered:
    case Rule::predicate:
    case Rule::rounding:
    case Rule::pairing:
      return "real numbers";
    case Rule::integral:
      return "integers";
    case Rule::bitwise:
      return "integers and bool";
    case Rule::comparison:
      return "bool and real numbers";
    default:
      return "every dtype";
  }
}

}  // namespace

RowTypes row_types(Opcode op, Dtype promoted) {
  const program::OpcodeInfo& row = program::info(op);
  Dtype operand = promoted;
  const trireme::Kind k = kind(promoted);
  if (row.rule == Rule::logical) operand = Dtype::boolean;
  if (program::is_of_floats(row.rule) && k == trireme::Kind::integer) operand = Dtype::f64;
  if (row.rule == Rule::pairing && item_size(operand) == 2) operand = Dtype::f32;
  if (!program::takes_unconverted(row.rule, operand))
    throw error(Code::dtype_mismatch, std::string(row.name) + ": takes " + taken(row.rule) + ", not " +
                                          std::string(name(promoted)) + "; use astype first");
  return {operand, program::row_result(row.rule, operand)};
}

Dtype with_scalar(Dtype strong, trireme::Kind scalar) {
  if (scalar <= kind(strong)) return strong;
  // A Python-like scalar of a higher kind brings that kind's default: i64 beside bool, f64 beside bool and integers; a
  // complex one keeps a float's precision.
  switch (scalar) {
    case trireme::Kind::boolean:
      return strong;
    case trireme::Kind::integer:
      return Dtype::i64;
    case trireme::Kind::floating:
      return Dtype::f64;
    case trireme::Kind::complex:
      return kind(strong) == trireme::Kind::floating && strong != Dtype::f64 ? Dtype::complex64 : Dtype::complex128;
  }
  return strong;
}

Shape broadcast(std::string_view function, const Shape& a, const Shape& b) {
  if (a == b) return a;
  Shape out = a.rank() >= b.rank() ? a : b;
  const Shape& small = a.rank() >= b.rank() ? b : a;
  int shift = out.rank() - small.rank();
  for (int k = 0; k < small.rank(); ++k) {
    std::int64_t x = out[k + shift], y = small[k];
    if (x == y || y == 1) continue;
    if (x != 1)
      throw error(Code::shape_mismatch, std::string(function) + ": shapes " + a.text() + " and " + b.text() + " do not broadcast");
    out[k + shift] = y;
  }
  return out;
}

std::int64_t checked_size(std::string_view function, const Shape& shape, Dtype dtype) {
  std::int64_t bytes = static_cast<std::int64_t>(item_size(dtype));
  bool empty = false, overflow = false;
  for (std::int64_t extent : shape) {
    if (extent < 0)
      throw error(Code::invalid_argument, std::string(function) + ": negative extent in shape " + shape.text());
    // Extents beside a 0 count too, as strides are products of them.
    if (extent == 0) empty = true;
    else overflow |= __builtin_mul_overflow(bytes, extent, &bytes);
  }
  if (overflow || bytes > (std::int64_t{1} << 62))
    throw error(Code::invalid_argument, std::string(function) + ": shape " + shape.text() + " of " + std::string(name(dtype)) +
                                            " is larger than any memory");
  return empty ? 0 : bytes / static_cast<std::int64_t>(item_size(dtype));
}

int checked_axis(std::string_view function, int axis, int rank) {
  if (axis < -rank || axis >= rank)
    throw error(Code::invalid_argument,
                std::string(function) + ": axis " + std::to_string(axis) + " of an array of rank " + std::to_string(rank));
  return axis < 0 ? axis + rank : axis;
}

std::uint8_t axes_mask(std::string_view function, std::span<const int> axes, int rank) {
  if (axes.empty()) return static_cast<std::uint8_t>((1u << rank) - 1);
  unsigned mask = 0;
  for (int axis : axes) {
    unsigned bit = 1u << checked_axis(function, axis, rank);
    if (mask & bit) throw error(Code::invalid_argument, std::string(function) + ": axis " + std::to_string(axis) + " is repeated");
    mask |= bit;
  }
  return static_cast<std::uint8_t>(mask);
}

Shape reduced_shape(const Shape& shape, std::uint8_t axes, bool keepdims) {
  Shape out;
  for (int k = 0; k < shape.rank(); ++k) {
    if (!(axes >> k & 1)) out.push_back(shape[k]);
    else if (keepdims) out.push_back(1);
  }
  return out;
}

}  // namespace trireme::graph
