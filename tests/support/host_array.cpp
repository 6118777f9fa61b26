// tests/support/host_array.cpp -- an array in plain host memory, which the oracles compute with
// SPDX-License-Identifier: Apache-2.0
#include "support/host_array.hpp"

#include <cstdio>

#include "support/number.hpp"
#include "support/special_values.hpp"

namespace trireme::test {

HostArray make_host(Dtype dtype, const Shape& shape, std::vector<Bits> bits) {
  HostArray out{dtype, shape, std::move(bits)};
  if (out.size() != shape.size())
    throw std::logic_error("make_host: " + std::to_string(out.size()) + " values for shape " + shape.text());
  return out;
}

const char* name(Placing placing) {
  switch (placing) {
    case Placing::contiguous:
      return "contiguous";
    case Placing::stepped:
      return "stepped";
    case Placing::reversed:
      return "reversed";
    case Placing::transposed:
      return "transposed";
    case Placing::offset:
      return "offset";
    case Placing::spread:
      return "spread";
  }
  return "?";
}

std::vector<std::int64_t> coordinates(const Shape& shape, std::int64_t flat) {
  std::vector<std::int64_t> at(static_cast<std::size_t>(shape.rank()));
  for (int k = shape.rank() - 1; k >= 0; --k) {
    at[static_cast<std::size_t>(k)] = flat % shape[k];
    flat /= shape[k];
  }
  return at;
}

namespace {

array pack(const HostArray& values) {
  const std::size_t item = item_size(values.dtype);
  std::vector<unsigned char> bytes(values.bits.size() * item + 1);
  for (std::size_t n = 0; n < values.bits.size(); ++n) std::memcpy(bytes.data() + n * item, &values.bits[n], item);
  return array::from_host(bytes.data(), values.size(), values.shape, values.dtype);
}

// The values as elements first, first + step, ... along every axis of a larger array that is otherwise poison.
HostArray surround(const HostArray& values, std::int64_t first, std::int64_t step) {
  Shape outer = values.shape;
  for (int k = 0; k < outer.rank(); ++k) outer[k] = first + outer[k] * step;
  HostArray out{values.dtype, outer, std::vector<Bits>(static_cast<std::size_t>(outer.size()), poison(values.dtype))};
  for (std::int64_t n = 0; n < values.size(); ++n) {
    const auto at = coordinates(values.shape, n);
    std::int64_t flat = 0;
    for (int k = 0; k < outer.rank(); ++k) flat = flat * outer[k] + first + at[static_cast<std::size_t>(k)] * step;
    out.bits[static_cast<std::size_t>(flat)] = values.bits[static_cast<std::size_t>(n)];
  }
  return out;
}

HostArray reversed(const HostArray& values) {
  HostArray out = values;
  out.bits.assign(values.bits.rbegin(), values.bits.rend());
  return out;
}

HostArray transposed(const HostArray& values) {
  const int rank = values.shape.rank();
  HostArray out{values.dtype, values.shape, std::vector<Bits>(values.bits.size())};
  for (int k = 0; k < rank; ++k) out.shape[k] = values.shape[rank - 1 - k];
  for (std::int64_t n = 0; n < values.size(); ++n) {
    const auto at = coordinates(values.shape, n);
    std::int64_t flat = 0;
    for (int k = rank - 1; k >= 0; --k) flat = flat * values.shape[k] + at[static_cast<std::size_t>(k)];
    out.bits[static_cast<std::size_t>(flat)] = values.bits[static_cast<std::size_t>(n)];
  }
  return out;
}

array cut(const array& x, const Shape& shape, std::int64_t first, std::int64_t step) {
  std::vector<Slice> slices;
  for (int k = 0; k < shape.rank(); ++k) slices.push_back({first, first + shape[k] * step, step});
  return x.slice(slices);
}

}  // namespace

array to_array(const HostArray& values, Placing placing) {
  const int rank = values.shape.rank();
  if (rank == 0) return pack(values);
  switch (placing) {
    case Placing::contiguous:
      return pack(values);
    case Placing::stepped:
      return cut(pack(surround(values, 0, 2)), values.shape, 0, 2);
    case Placing::offset:
      return cut(pack(surround(values, 1, 1)), values.shape, 1, 1);
    case Placing::spread:
      return cut(pack(surround(values, 2, 3)), values.shape, 2, 3);
    case Placing::reversed: {
      array x = pack(reversed(values));
      for (int k = 0; k < rank; ++k) x = x.flip(k);
      return x;
    }
    case Placing::transposed:
      return pack(transposed(values)).transpose();
  }
  return pack(values);
}

HostArray to_host(const array& x) {
  HostArray out{x.dtype(), x.shape(), std::vector<Bits>(static_cast<std::size_t>(x.size()))};
  const std::size_t item = item_size(out.dtype);
  std::vector<unsigned char> bytes(out.bits.size() * item + 1, 0xa5);
  x.copy_to(bytes.data(), out.dtype);
  if (bytes.back() != 0xa5) throw std::logic_error("to_host: copy_to wrote past the end");
  for (std::size_t n = 0; n < out.bits.size(); ++n) std::memcpy(&out.bits[n], bytes.data() + n * item, item);
  return out;
}

std::string element_text(Dtype dtype, Bits bits) {
  char text[96];
  const int digits = static_cast<int>(2 * item_size(dtype));
  const auto low = static_cast<unsigned long long>(bits), high = static_cast<unsigned long long>(bits >> 64);
  std::string hex;
  if (digits == 32) {
    std::snprintf(text, sizeof text, " (0x%016llx%016llx)", high, low);
  } else {
    std::snprintf(text, sizeof text, " (0x%0*llx)", digits, low);
  }
  hex = text;
  const Number number = decoded(dtype, bits);
  switch (kind(dtype)) {
    case Kind::boolean:
    case Kind::integer:
      std::snprintf(text, sizeof text, "%.0Lf", number.re);
      break;
    case Kind::floating:
      std::snprintf(text, sizeof text, "%.17Lg", number.re);
      break;
    case Kind::complex:
      std::snprintf(text, sizeof text, "%.17Lg%+.17Lgj", number.re, number.im);
      break;
  }
  return text + hex;
}

}  // namespace trireme::test
