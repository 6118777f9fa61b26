// tests/cpu/lanes_table.hpp -- what each level's object offers to lanes_test.cpp: plain functions over one register
// SPDX-License-Identifier: Apache-2.0
//
// The level objects hold routines only, as the library's do: GoogleTest compiled under a level's flags would leave
// inline functions that the linker may choose for every processor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "math/dialect.hpp"

namespace trireme::cpu::lanes_test {

enum Case {
#define CASE(name, types, result, expression) name,
#include "cpu/lanes_cases.def"
#undef CASE
  kCases
};

enum class Types { any, floats, singles, integers, with_sign, words };
enum class Result { same, partner, truth };

template <class V>
inline constexpr int kBits = 8 * sizeof(math::element_t<V>);

template <class T>
constexpr bool takes(Types types) {
  switch (types) {
    case Types::any:
      return true;
    case Types::floats:
      return math::Scalar<T>::kFloat;
    case Types::singles:
      return std::is_same_v<T, float>;
    case Types::integers:
      return !math::Scalar<T>::kFloat;
    case Types::with_sign:
      return !math::Scalar<T>::kFloat && std::is_signed_v<T>;
    case Types::words:
      return std::is_same_v<T, std::int32_t>;
  }
  return false;
}

template <class T>
struct TypeTable {
  std::size_t width;
  void (*apply[kCases])(void* out, const T* a, const T* b, const T* c);  // null where the type has no such case
  void (*load_partial)(T* out, const T* from, std::size_t n);            // writes a whole register
  void (*store_partial)(T* to, std::size_t n, const T* whole);
  void (*load_mask)(T* out, const std::uint8_t* from);  // 1 where true, else 0
  void (*load_mask_partial)(T* out, const std::uint8_t* from, std::size_t n);
  void (*store_mask)(std::uint8_t* to, const T* nonzero);
  void (*store_mask_partial)(std::uint8_t* to, std::size_t n, const T* nonzero);
  int (*any_all)(const T* nonzero);  // any + 2 * all
};

struct Table {
  TypeTable<float> f32;
  TypeTable<double> f64;
  TypeTable<std::int32_t> i32;
  TypeTable<std::int64_t> i64;
  TypeTable<std::uint32_t> u32;
  TypeTable<std::uint64_t> u64;
  // By the processor's own f16 instructions, if the level has them: how many of n were converted.
  std::size_t (*halves_to_floats)(float* to, const std::uint16_t* from, std::size_t n);
  std::size_t (*floats_to_halves)(std::uint16_t* to, const float* from, std::size_t n);
  // Between widths: one narrow register, two wide ones.
  void (*f32_to_f64)(double* out, const float* in);
  void (*i32_to_f64)(double* out, const std::int32_t* in);
  void (*i32_to_i64)(std::int64_t* out, const std::int32_t* in);
  void (*f64_to_f32)(float* out, const double* in);
  void (*i64_to_i32)(std::int32_t* out, const std::int64_t* in);
  void (*mask_to_wide)(double* out, const float* nonzero);
  void (*mask_to_narrow)(float* out, const double* nonzero);
};

}  // namespace trireme::cpu::lanes_test

namespace trireme::cpu::baseline {
void fill_lanes_table(lanes_test::Table& table);
}
namespace trireme::cpu::avx2 {
void fill_lanes_table(lanes_test::Table& table);
}
namespace trireme::cpu::avx512 {
void fill_lanes_table(lanes_test::Table& table);
}
namespace trireme::cpu::neon {
void fill_lanes_table(lanes_test::Table& table);
}
