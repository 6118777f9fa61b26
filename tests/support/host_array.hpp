// tests/support/host_array.hpp -- an array in plain host memory, which the oracles compute with
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "trireme/array.hpp"

namespace trireme::test {

/// An element of any dtype: its bytes in the low bytes, zero above. A bool is 0 or 1.
using Bits = std::uint64_t;

template <class T>
T from_bits(Bits bits) {
  if constexpr (std::is_same_v<T, bool>) {
    return bits != 0;
  } else {
    T value;
    std::memcpy(&value, &bits, sizeof(T));
    return value;
  }
}

template <class T>
Bits to_bits(T value) {
  Bits bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return bits;
}

/// Calls f(T{}) with the C++ type of `dtype` and returns what it returns.
template <class F>
decltype(auto) visit(Dtype dtype, F f) {
  switch (dtype) {
    case Dtype::boolean:
      return f(bool{});
    case Dtype::i32:
      return f(std::int32_t{});
    case Dtype::i64:
      return f(std::int64_t{});
    case Dtype::f32:
      return f(float{});
    case Dtype::f64:
      break;
  }
  return f(double{});
}

inline constexpr Dtype kDtypes[] = {boolean, i32, i64, f32, f64};

/// Row-major elements.
struct HostArray {
  Dtype dtype = f64;
  Shape shape{};
  std::vector<Bits> bits;

  std::int64_t size() const { return static_cast<std::int64_t>(bits.size()); }
};

HostArray make_host(Dtype dtype, const Shape& shape, std::vector<Bits> bits);

template <class T>
HostArray make_host(const Shape& shape, const std::vector<T>& values) {
  std::vector<Bits> bits;
  for (T v : values) bits.push_back(to_bits<T>(v));
  return make_host(dtype_of<T>, shape, std::move(bits));
}

/// How the elements of an array lie in the memory it views.
enum class Placing { contiguous, stepped, reversed, transposed, offset, spread };
inline constexpr Placing kPlacings[] = {Placing::contiguous, Placing::stepped, Placing::reversed,
                                        Placing::transposed, Placing::offset,  Placing::spread};
const char* name(Placing placing);

/// The array with these values, as a view of a computed array that is placed so. What lies between is poison.
array to_array(const HostArray& values, Placing placing = Placing::contiguous);

/// Evaluates.
HostArray to_host(const array& x);

/// "1.5 (0x3ff8000000000000)".
std::string element_text(Dtype dtype, Bits bits);

/// The coordinates of a flat row-major index.
std::vector<std::int64_t> coordinates(const Shape& shape, std::int64_t flat);

}  // namespace trireme::test
