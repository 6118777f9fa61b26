// hull/graph/scalar.cpp -- C++ numbers as elements of a dtype, rounded once, or a message when they do not fit
// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <charconv>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>

#include "graph/infer.hpp"
#include "math/half.hpp"
#include "program/float_environment.hpp"

namespace trireme::graph {

namespace {

/// The shortest text that reads back as the same number.
std::string number_text(Scalar value) {
  char text[32];
  if (value.kind == trireme::Kind::integer || value.kind == trireme::Kind::boolean)
    return value.above_i64 ? std::to_string(static_cast<std::uint64_t>(value.integer)) : std::to_string(value.integer);
  std::string out(text, std::to_chars(text, text + sizeof text, value.floating).ptr);
  if (value.kind == trireme::Kind::complex)
    out += (std::signbit(value.imaginary) ? "-" : "+") +
           std::string(text, std::to_chars(text, text + sizeof text, std::fabs(value.imaginary)).ptr) + "j";
  return out;
}

bool is_whole(Scalar value) { return value.kind == trireme::Kind::integer || value.kind == trireme::Kind::boolean; }

double real_part(Scalar value) {
  if (!is_whole(value)) return value.floating;
  return value.above_i64 ? static_cast<double>(static_cast<std::uint64_t>(value.integer)) : static_cast<double>(value.integer);
}

template <class T>
std::uint64_t integer_bits(std::string_view function, Scalar value, Dtype dtype) {
  bool fits = is_whole(value);
  if (value.above_i64) fits &= std::is_same_v<T, std::uint64_t>;
  else if (fits) fits = std::in_range<T>(value.integer);
  if (!fits)
    throw error(Code::out_of_range, std::string(function) + ": the scalar " + number_text(value) + " is out of range for " +
                                        std::string(name(dtype)));
  return static_cast<std::make_unsigned_t<T>>(static_cast<T>(value.integer));
}

/// An integer or a double as f32, rounded once.
float single(Scalar value) {
  if (!is_whole(value)) return static_cast<float>(value.floating);
  return value.above_i64 ? static_cast<float>(static_cast<std::uint64_t>(value.integer)) : static_cast<float>(value.integer);
}

/// As f16 or bf16 bits, rounded once.
template <class Round>
std::uint64_t half_bits(Scalar value, Round round) {
  if (!is_whole(value)) return round(math::Scalar<double>(value.floating));
  if (value.above_i64) return round(math::Scalar<std::uint64_t>(static_cast<std::uint64_t>(value.integer)));
  return round(math::Scalar<std::int64_t>(value.integer));
}

}  // namespace

ScalarBits scalar_bits(std::string_view function, Scalar value, Dtype dtype) {
  program::FloatEnvironment environment;
  if (value.kind == trireme::Kind::complex && kind(dtype) != trireme::Kind::complex && dtype != Dtype::boolean)
    throw error(Code::dtype_mismatch, std::string(function) + ": the scalar " + number_text(value) + " is complex, not " +
                                          std::string(name(dtype)));
  switch (dtype) {
    case Dtype::boolean:
      return {is_whole(value) ? value.integer != 0 : value.floating != 0 || value.imaginary != 0, 0};
    case Dtype::i8:
      return {integer_bits<std::int8_t>(function, value, dtype), 0};
    case Dtype::i16:
      return {integer_bits<std::int16_t>(function, value, dtype), 0};
    case Dtype::i32:
      return {integer_bits<std::int32_t>(function, value, dtype), 0};
    case Dtype::i64:
      return {integer_bits<std::int64_t>(function, value, dtype), 0};
    case Dtype::u8:
      return {integer_bits<std::uint8_t>(function, value, dtype), 0};
    case Dtype::u16:
      return {integer_bits<std::uint16_t>(function, value, dtype), 0};
    case Dtype::u32:
      return {integer_bits<std::uint32_t>(function, value, dtype), 0};
    case Dtype::u64:
      return {integer_bits<std::uint64_t>(function, value, dtype), 0};
    case Dtype::f16:
      return {half_bits(value, [](auto v) { return static_cast<std::uint16_t>(math::to_half_from(v).value); }), 0};
    case Dtype::bf16:
      return {half_bits(value, [](auto v) { return static_cast<std::uint16_t>(math::to_bfloat_from(v).value); }), 0};
    case Dtype::f32:
      return {std::bit_cast<std::uint32_t>(single(value)), 0};
    case Dtype::f64:
      return {std::bit_cast<std::uint64_t>(real_part(value)), 0};
    case Dtype::complex64:
      return {std::bit_cast<std::uint32_t>(single(value)), std::bit_cast<std::uint32_t>(static_cast<float>(value.imaginary))};
    case Dtype::complex128:
      return {std::bit_cast<std::uint64_t>(real_part(value)), std::bit_cast<std::uint64_t>(value.imaginary)};
  }
  return {};
}

std::uint64_t widened_bits(std::uint64_t bits, Dtype dtype) {
  const auto as_word = [](auto narrow) { return static_cast<std::uint32_t>(static_cast<std::int32_t>(narrow)); };
  switch (dtype) {
    case Dtype::i8:
      return as_word(static_cast<std::int8_t>(bits));
    case Dtype::i16:
      return as_word(static_cast<std::int16_t>(bits));
    case Dtype::f16:
      return std::bit_cast<std::uint32_t>(static_cast<float>(float16::from_bits(static_cast<std::uint16_t>(bits))));
    case Dtype::bf16:
      return std::bit_cast<std::uint32_t>(static_cast<float>(bfloat16::from_bits(static_cast<std::uint16_t>(bits))));
    default:
      return bits;
  }
}

}  // namespace trireme::graph
