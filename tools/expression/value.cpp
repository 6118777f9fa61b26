// tools/expression/value.cpp -- conversions between values
// SPDX-License-Identifier: Apache-2.0
#include "tools/expression/value.hpp"

#include <string>

#include "tools/expression/lexer.hpp"
#include "trireme/create.hpp"

namespace trireme::tools {

std::string describe(const Value& value) {
  if (const array* a = value.as<array>()) return std::string(name(a->dtype())) + " array of shape " + a->shape().text();
  if (const Dtype* d = value.as<Dtype>()) return "dtype " + std::string(name(*d));
  if (value.as<bool>()) return "a bool";
  if (const auto* i = value.as<std::int64_t>()) return "integer " + std::to_string(*i);
  if (const auto* u = value.as<std::uint64_t>()) return "integer " + std::to_string(*u);
  if (value.as<double>()) return "a float";
  if (value.is_complex()) return "a complex number";
  if (const auto* text = value.as<std::string>()) return "the string " + quoted(*text);
  if (value.as<Tuple>()) return "a tuple";
  if (value.as<None>()) return "None";
  if (value.as<Ellipsis>()) return "'...'";
  return "a slice";
}

Scalar to_scalar(const Value& number) {
  if (const bool* b = number.as<bool>()) return Scalar(*b);
  if (const auto* i = number.as<std::int64_t>()) return Scalar(*i);
  if (const auto* u = number.as<std::uint64_t>()) return Scalar(*u);
  if (number.is_complex()) return Scalar(to_complex(number));
  return Scalar(to_double(number));
}

std::optional<std::int64_t> to_integer(const Value& value) {
  if (const bool* b = value.as<bool>()) return *b;
  if (const auto* i = value.as<std::int64_t>()) return *i;
  return std::nullopt;
}

std::optional<Wide> to_wide(const Value& value) {
  if (const auto* u = value.as<std::uint64_t>()) return *u;
  if (const auto i = to_integer(value)) return *i;
  return std::nullopt;
}

double to_double(const Value& number) {
  if (const double* d = number.as<double>()) return *d;
  return static_cast<double>(to_wide(number).value_or(0));
}

std::complex<double> to_complex(const Value& number) {
  const auto* z = number.as<std::complex<double>>();
  return z ? *z : std::complex<double>(to_double(number));
}

Dtype default_dtype(const Value& number) {
  if (number.as<bool>()) return boolean;
  if (number.as<std::int64_t>()) return i64;
  if (number.as<std::uint64_t>()) return u64;
  return number.is_complex() ? complex128 : f64;
}

array to_array(const Value& value, std::size_t position) {
  if (const array* a = value.as<array>()) return *a;
  if (!value.is_number())
    throw ExpressionError(position, "an array or a number is needed here, this is " + describe(value));
  return full({}, to_scalar(value), default_dtype(value));
}

}  // namespace trireme::tools
