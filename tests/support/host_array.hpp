// tests/support/host_array.hpp -- an array in plain host memory, which the oracles compute with
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "trireme/array.hpp"

namespace trireme::test {

/// An element of any dtype: its bytes in the low bytes, zero above. A bool is 0 or 1; of a complex number the imaginary
/// part stands above the real one.
__extension__ typedef unsigned __int128 Bits;

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
#define DTYPE(name, type, kind, descriptor, text) \
  case Dtype::name:                               \
    return f(type{});
#include "trireme/dtype.def"
#undef DTYPE
  }
  throw std::logic_error("visit: unknown dtype");
}

inline constexpr Dtype kDtypes[] = {
#define DTYPE(name, type, kind, descriptor, text) Dtype::name,
#include "trireme/dtype.def"
#undef DTYPE
};

/// The parts of a complex element, as elements of its component's dtype, and the element of two parts.
inline Bits real_bits(Dtype complex, Bits bits) { return bits & ((Bits{1} << (4 * item_size(complex))) - 1); }
inline Bits imaginary_bits(Dtype complex, Bits bits) { return bits >> (4 * item_size(complex)); }
inline Bits complex_bits(Dtype complex, Bits re, Bits im) { return re | im << (4 * item_size(complex)); }

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
