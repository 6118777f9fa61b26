// hull/graph/infer.cpp -- shapes and dtypes of results, and the messages when operands do not fit
// SPDX-License-Identifier: Apache-2.0
#include "graph/infer.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "program/float_environment.hpp"
#include "program/out_of_memory.hpp"

namespace trireme {

Dtype promote(Dtype a, Dtype b) {
  if (a == b) return a;
  Kind ka = kind(a), kb = kind(b);
  if (ka == kb) return std::max(a, b);  // the table lists a kind's dtypes in promotion order
  if (ka == Kind::boolean) return b;
  if (kb == Kind::boolean) return a;
  return Dtype::f64;  // an integer with a float: NumPy 2 gives f64, since f32 cannot hold i32
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

RowTypes row_types(Opcode op, Dtype promoted) {
  const program::OpcodeInfo& row = program::info(op);
  switch (row.rule) {
    case Rule::arithmetic:
      if (promoted == Dtype::boolean)
        throw error(Code::dtype_mismatch, std::string(row.name) + ": takes numbers, not bool; use astype first");
      return {promoted, promoted};
    case Rule::floating:
      if (promoted == Dtype::boolean)
        throw error(Code::dtype_mismatch, std::string(row.name) + ": takes numbers, not bool; use astype first");
      if (kind(promoted) == trireme::Kind::integer) promoted = Dtype::f64;
      return {promoted, promoted};
    case Rule::comparison:
      return {promoted, Dtype::boolean};
    case Rule::logical:
      return {Dtype::boolean, Dtype::boolean};
    case Rule::choice:
      return {promoted, promoted};
  }
  return {promoted, promoted};
}

Dtype with_scalar(Dtype strong, trireme::Kind scalar) {
  if (scalar <= kind(strong)) return strong;
  // A Python-like scalar of a higher kind brings that kind's default: i64 beside bool, f64 beside bool and integers.
  return scalar == trireme::Kind::integer ? Dtype::i64 : Dtype::f64;
}

namespace {

/// The shortest text that reads back as the same number.
std::string number_text(double value) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace

std::uint64_t scalar_bits(std::string_view function, Scalar value, Dtype dtype) {
  program::FloatEnvironment environment;
  switch (dtype) {
    case Dtype::boolean:
      return value.kind == trireme::Kind::floating ? value.floating != 0 : value.integer != 0;
    case Dtype::i32:
    case Dtype::i64: {
      if (value.kind == trireme::Kind::floating)
        throw error(Code::out_of_range, std::string(function) + ": the scalar " + number_text(value.floating) +
                                            " does not fit " + std::string(name(dtype)));
      if (dtype == Dtype::i64) return static_cast<std::uint64_t>(value.integer);
      if (value.integer < std::numeric_limits<std::int32_t>::min() || value.integer > std::numeric_limits<std::int32_t>::max())
        throw error(Code::out_of_range, std::string(function) + ": the scalar " + std::to_string(value.integer) +
                                            " is out of range for int32");
      return static_cast<std::uint32_t>(static_cast<std::int32_t>(value.integer));
    }
    case Dtype::f32:
      return std::bit_cast<std::uint32_t>(value.kind == trireme::Kind::floating ? static_cast<float>(value.floating)
                                                                                : static_cast<float>(value.integer));
    case Dtype::f64:
      return std::bit_cast<std::uint64_t>(value.kind == trireme::Kind::floating ? value.floating
                                                                                : static_cast<double>(value.integer));
  }
  return 0;
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

Dtype reduce_type(Opcode op, Dtype input) {
  if (op == Opcode::reduce_add && kind(input) != trireme::Kind::floating) return Dtype::i64;
  return input;
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
