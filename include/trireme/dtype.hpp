// include/trireme/dtype.hpp -- element types: names, sizes, kinds and the promotion of two of them
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "trireme/export.hpp"
#include "trireme/half.hpp"

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

/// In the order in which one gives way to the next: a C++ scalar beside arrays changes their dtype only if its kind is
/// above theirs.
enum class Kind : std::uint8_t { boolean, integer, floating, complex };

/// The kind of `d`.
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

/// Whether `d` is an integer dtype with a sign.
constexpr bool is_signed(Dtype d) { return d >= Dtype::i8 && d <= Dtype::i64; }

/// The floating dtype of the parts of a complex one; every other dtype itself.
constexpr Dtype component(Dtype d) {
  return d == Dtype::complex64 ? Dtype::f32 : d == Dtype::complex128 ? Dtype::f64 : d;
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

/// The dtype that an operation between arrays of `a` and `b` works in: NumPy 2's table, which the Python Array API
/// standard's agrees with where it has entries. bool gives way to anything; integers of different sign go to the next
/// larger signed one, u64 with a signed one to f64; a float beside an integer must hold it (f16 and bf16 int8 and uint8,
/// f32 the 16-bit ones, f64 the rest); f16 with bf16 gives f32; complex takes the precision of both.
TRIREME_API Dtype promote(Dtype a, Dtype b);

}  // namespace trireme
