// tests/support/special_values.cpp -- the values that break arithmetic, per dtype, and random ones
// SPDX-License-Identifier: Apache-2.0
#include "support/special_values.hpp"

#include <cmath>
#include <limits>

namespace trireme::test {
namespace {

template <class T>
std::vector<Bits> both_signs(const std::vector<T>& values) {
  std::vector<Bits> out;
  for (T v : values) {
    out.push_back(to_bits<T>(v));
    out.push_back(to_bits<T>(-v));
  }
  return out;
}

template <class T>
std::vector<Bits> special_floats() {
  using Limits = std::numeric_limits<T>;
  const T one_and = std::nextafter(T(1), T(2));
  const T digits = std::ldexp(T(1), Limits::digits - 1);  // from here on there are no halves
  auto out = both_signs<T>({T(0),
                            Limits::denorm_min(),
                            3 * Limits::denorm_min(),
                            Limits::min() / 2,
                            std::nextafter(Limits::min(), T(0)),
                            Limits::min(),
                            std::nextafter(Limits::min(), T(1)),
                            std::sqrt(Limits::min()),
                            T(1e-10),
                            T(0.1),
                            T(0.5),
                            std::nextafter(T(0.5), T(0)),
                            T(0.75),
                            std::nextafter(T(1), T(0)),
                            T(1),
                            one_and,
                            T(1.5),
                            T(2),
                            T(2.5),
                            T(3),
                            T(10),
                            T(88.5),
                            T(127),
                            T(1000),
                            digits - T(0.5),
                            digits,
                            digits + 1,
                            T(0x1p31),
                            T(0x1p31) - T(0.5),
                            T(0x1p32),
                            T(0x1p63),
                            std::nextafter(T(0x1p63), T(0)),
                            T(0x1p64),
                            std::sqrt(Limits::max()),
                            Limits::max() / 2,
                            Limits::max(),
                            Limits::infinity()});
  out.push_back(to_bits<T>(Limits::quiet_NaN()));
  return out;
}

template <class T>
std::vector<Bits> special_integers() {
  using Limits = std::numeric_limits<T>;
  std::vector<Bits> out;
  for (T v : {T(0), T(1), T(-1), T(2), T(-2), T(3), T(7), T(-10), T(46340), T(46341), T(-46341), T(65535), T(65536),
              T(-65536), T(1) << (sizeof(T) * 8 - 2), Limits::max(), T(Limits::max() - 1), Limits::min(),
              T(Limits::min() + 1)})
    out.push_back(to_bits<T>(v));
  if constexpr (sizeof(T) == 8)
    for (T v : {T(1) << 31, T(1) << 32, -(T(1) << 31), -(T(1) << 31) - 1, (T(1) << 53) + 1, -(T(1) << 53) - 1,
                (T(1) << 62) + 1, T(0x7fffff4000000001), T(0x0100000100000000), T(0x0100000300000001)})
      out.push_back(to_bits<T>(v));
  else
    for (T v : {T(1 << 24), T((1 << 24) + 1), T(-(1 << 24) - 1), T(0x7fffffbf), T(0x7fffffc0)})
      out.push_back(to_bits<T>(v));
  return out;
}

std::vector<Bits> make(Dtype dtype) {
  switch (dtype) {
    case Dtype::boolean:
      return {0, 1};
    case Dtype::i32:
      return special_integers<std::int32_t>();
    case Dtype::i64:
      return special_integers<std::int64_t>();
    case Dtype::f32:
      return special_floats<float>();
    case Dtype::f64:
      break;
  }
  return special_floats<double>();
}

std::vector<Bits> make_few(Dtype dtype) {
  return visit(dtype, [dtype]<class T>(T) -> std::vector<Bits> {
    if constexpr (std::is_floating_point_v<T>) {
      using Limits = std::numeric_limits<T>;
      auto out = both_signs<T>({T(0), Limits::denorm_min(), Limits::min(), T(1), std::nextafter(T(1), T(2)), T(1.5),
                                Limits::max(), Limits::infinity()});
      out.push_back(to_bits<T>(Limits::quiet_NaN()));
      out.push_back(to_bits<T>(T(0.1)));
      return out;
    } else if constexpr (std::is_same_v<T, bool>) {
      return {0, 1};
    } else {
      const auto& all = special_values(dtype);
      return {all.begin(), all.begin() + 19};
    }
  });
}

}  // namespace

const std::vector<Bits>& special_values(Dtype dtype) {
  static const std::vector<Bits> values[] = {make(boolean), make(i32), make(i64), make(f32), make(f64)};
  return values[static_cast<int>(dtype)];
}

const std::vector<Bits>& few_special_values(Dtype dtype) {
  static const std::vector<Bits> values[] = {make_few(boolean), make_few(i32), make_few(i64), make_few(f32),
                                             make_few(f64)};
  return values[static_cast<int>(dtype)];
}

Bits poison(Dtype dtype) {
  return visit(dtype, []<class T>(T) -> Bits {
    if constexpr (std::is_same_v<T, bool>)
      return 1;
    else if constexpr (std::is_floating_point_v<T>)
      return to_bits<T>(std::numeric_limits<T>::quiet_NaN());
    else
      return to_bits<T>(std::numeric_limits<T>::min() + 12345);
  });
}

Bits random_value(Dtype dtype, Random& random) {
  const std::int64_t sort = random.below(100);
  return visit(dtype, [&]<class T>(T) -> Bits {
    if constexpr (std::is_same_v<T, bool>) {
      return random.next() & 1;
    } else {
      if (sort < 6)
        return special_values(
            dtype)[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(special_values(dtype).size())))];
      const std::uint64_t raw = random.next() >> (64 - 8 * sizeof(T));
      if constexpr (std::is_floating_point_v<T>) {
        const T any = from_bits<T>(raw);
        if (sort < 10 && any == any) return raw;
        if (sort < 20) return to_bits<T>(static_cast<T>(random.between(-9, 9)));
        const T wide = static_cast<T>(random.unit() - 0.5);
        return to_bits<T>(
            sort < 60 ? wide * 4 : wide * static_cast<T>(std::ldexp(1.0, static_cast<int>(random.between(-20, 20)))));
      } else {
        return sort < 20 ? raw : to_bits<T>(static_cast<T>(random.between(-100, 100)));
      }
    }
  });
}

HostArray random_array(Dtype dtype, const Shape& shape, Random& random) {
  HostArray out{dtype, shape, std::vector<Bits>(static_cast<std::size_t>(shape.size()))};
  for (Bits& b : out.bits) b = random_value(dtype, random);
  return out;
}

HostArray tame_array(Dtype dtype, const Shape& shape, Random& random) {
  HostArray out{dtype, shape, std::vector<Bits>(static_cast<std::size_t>(shape.size()))};
  for (Bits& b : out.bits)
    b = visit(dtype, [&]<class T>(T) -> Bits {
      if constexpr (std::is_same_v<T, bool>)
        return random.next() & 1;
      else if constexpr (std::is_floating_point_v<T>)
        return to_bits<T>(static_cast<T>(random.unit() * 3 - 0.5));
      else
        return to_bits<T>(static_cast<T>(random.between(-100, 100)));
    });
  return out;
}

}  // namespace trireme::test
