// include/trireme/dtype.hpp -- element types: names, sizes, kinds and the promotion of two of them
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "trireme/export.hpp"

namespace trireme {

enum class Dtype : std::uint8_t {
#define DTYPE(name, type, kind, descriptor, text) name,
#include "trireme/dtype.def"
#undef DTYPE
};

inline constexpr int kDtypeCount = 0
#define DTYPE(name, type, kind, descriptor, text) +1
#include "trireme/dtype.def"
#undef DTYPE
    ;

// trireme::f32 and so on, to be written where NumPy has np.float32.
#define DTYPE(name, type, kind, descriptor, text) inline constexpr Dtype name = Dtype::name;
#include "trireme/dtype.def"
#undef DTYPE

enum class Kind : std::uint8_t { boolean, integer, floating };

/// The kind of `d`: boolean, integer or floating.
constexpr Kind kind(Dtype d) {
  switch (d) {
#define DTYPE(name, type, kind, descriptor, text) \
  case Dtype::name:                               \
    return Kind::kind;
#include "trireme/dtype.def"
#undef DTYPE
  }
  return Kind::boolean;
}

/// Bytes that one element of `d` takes.
constexpr std::size_t item_size(Dtype d) {
  switch (d) {
#define DTYPE(name, type, kind, descriptor, text) \
  case Dtype::name:                               \
    return sizeof(type);
#include "trireme/dtype.def"
#undef DTYPE
  }
  return 0;
}

/// NumPy's name of `d`, such as "float32".
constexpr std::string_view name(Dtype d) {
  switch (d) {
#define DTYPE(name, type, kind, descriptor, text) \
  case Dtype::name:                               \
    return text;
#include "trireme/dtype.def"
#undef DTYPE
  }
  return "?";
}

template <class T>
struct DtypeOf;
#define DTYPE(name, type, kind, descriptor, text) \
  template <>                                     \
  struct DtypeOf<type> {                          \
    static constexpr Dtype value = Dtype::name;   \
  };
#include "trireme/dtype.def"
#undef DTYPE

/// The dtype whose elements are of the C++ type `T`.
template <class T>
inline constexpr Dtype dtype_of = DtypeOf<T>::value;

/// The dtype that an operation between arrays of `a` and `b` works in. Follows the Python Array API
/// standard within a kind and NumPy 2 across kinds: bool gives way to anything, f32 with an integer gives f64.
TRIREME_API Dtype promote(Dtype a, Dtype b);

}  // namespace trireme
