// tests/recorded/inputs.cpp -- bit patterns by hand and by SplitMix64
// SPDX-License-Identifier: Apache-2.0
#include "recorded/inputs.hpp"

#include <cstring>

namespace trireme::recorded {
namespace {

using Bits = std::uint64_t;

/// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0xd1342543de82ef95u + 1) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

constexpr Bits kF32[] = {
    0x00000000, 0x00000001, 0x00000003, 0x00400000, 0x007fffff, 0x00800000, 0x00800001, 0x20000000,  // to sqrt of min
    0x2edbe6ff, 0x3dcccccd, 0x3effffff, 0x3f000000, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fc00000,  // to 1.5
    0x40000000, 0x40200000, 0x40400000, 0x41102cb4, 0x41200000, 0x42aeac50, 0x42b17218, 0x42cff1b5,  // to exp's limits
    0x447a0000, 0x4affffff, 0x4b000001, 0x4b800000, 0x4effffff, 0x4f000000, 0x4f800000, 0x5effffff,  // to 2^63
    0x5f000000, 0x5f7fffff, 0x7f000000, 0x7f7fffff, 0x7f800000, 0x7fc00000};
constexpr Bits kF64[] = {
    0x0000000000000000, 0x0000000000000001, 0x0000000000000003, 0x0008000000000000, 0x000fffffffffffff,
    0x0010000000000000, 0x0010000000000001, 0x2000000000000000, 0x3ddb7cdfd9d7bdbb, 0x3fb999999999999a,
    0x3fdfffffffffffff, 0x3fe0000000000000, 0x3fefffffffffffff, 0x3ff0000000000000, 0x3ff0000000000001,
    0x3ff8000000000000, 0x4000000000000000, 0x4004000000000000, 0x4008000000000000, 0x403312a7a3d84c59,
    0x4024000000000000, 0x40862e42fefa39ef, 0x40874910d52d3051, 0x4087800000000000, 0x408f400000000000,
    0x432fffffffffffff, 0x4330000000000001, 0x4340000000000000, 0x41dfffffffc00000, 0x41e0000000000000,
    0x41efffffffe00000, 0x43dfffffffffffff, 0x43e0000000000000, 0x43efffffffffffff, 0x47efffffffffffff,
    0x7fefffffffffffff, 0x7ff0000000000000, 0x7ff8000000000000};
constexpr Bits kF16[] = {0x0000, 0x0001, 0x0003, 0x0200, 0x03ff, 0x0400, 0x0401, 0x2000, 0x1419, 0x2e66, 0x37ff, 0x3800, 0x3bff,
                         0x3c00, 0x3c01, 0x3e00, 0x4000, 0x4100, 0x4200, 0x441a, 0x4900, 0x498c, 0x4a00, 0x5588, 0x57f0, 0x5bfc,
                         0x63d0, 0x63ff, 0x6400, 0x6401, 0x6800, 0x6c00, 0x77ff, 0x7800, 0x797e, 0x7bff, 0x7c00, 0x7e00};
constexpr Bits kI32[] = {0,     1,     2,     3,          7,          10,         46340,     46341,     65535,
                         65536, 99999, 1 << 24, (1 << 24) + 1, 0x3fffffff, 0x40000000, 0x7fffffbf, 0x7fffffc0, 0x7ffffffe,
                         0x7fffffff};
constexpr Bits kI64[] = {0,
                         1,
                         2,
                         3,
                         7,
                         46341,
                         65536,
                         (1 << 24) + 1,
                         0x7fffffff,
                         0x80000000,
                         0x100000000,
                         3037000500,
                         (Bits{1} << 53) + 1,
                         0x0100000100000000,
                         0x0100000300000001,
                         0x7fffff4000000001,
                         (Bits{1} << 62) + 1,
                         0x7ffffffffffffffe,
                         0x7fffffffffffffff};

int width(Dtype dtype) { return static_cast<int>(8 * item_size(component(dtype))); }
Bits all_ones(Dtype dtype) { return ~Bits{0} >> (64 - width(dtype)); }

/// Of complex dtypes for one part.
std::vector<Bits> both_signs(Dtype dtype) {
  std::vector<Bits> out;
  const Bits sign = Bits{1} << (width(dtype) - 1);
  const auto floats = [&](std::span<const Bits> values, int dropped = 0) {
    for (const Bits b : values) out.insert(out.end(), {b >> dropped, b >> dropped | sign});
  };
  const auto integers = [&](std::span<const Bits> values) {
    for (const Bits b : values) out.insert(out.end(), {b & all_ones(dtype), (~b + 1) & all_ones(dtype)});
    out.back() = sign;  // the complement of the largest but one is among them already
  };
  switch (dtype) {
    case Dtype::boolean: return {0, 1};
    case Dtype::i8:
    case Dtype::u8:
    case Dtype::i16:
    case Dtype::u16:
    case Dtype::i32:
    case Dtype::u32: integers(kI32); return out;
    case Dtype::i64:
    case Dtype::u64: integers(kI64); return out;
    case Dtype::f16: floats(kF16); return out;
    case Dtype::bf16: floats(kF32, 16); return out;
    case Dtype::f32:
    case Dtype::complex64: floats(kF32); return out;
    case Dtype::f64:
    case Dtype::complex128: floats(kF64); return out;
  }
  return out;
}

/// sign, exponent and fraction of a float as its bits; a fraction out of the high bits of `r`.
Bits compose(Dtype dtype, bool negative, int exponent, Bits r) {
  const auto bits = [&](int exponent_bits) {
    const Bits field = static_cast<Bits>(exponent + (1 << (exponent_bits - 1)) - 1);
    return Bits{negative} << (width(dtype) - 1) | field << (width(dtype) - 1 - exponent_bits) | r >> (65 - width(dtype) + exponent_bits);
  };
  return bits(dtype == Dtype::f16 ? 5 : component(dtype) == Dtype::f64 ? 11 : 8);
}

/// whole / 2 exactly, for 0 < whole < 256.
Bits half(Dtype dtype, bool negative, Bits whole) {
  int high = 7;
  while (!(whole >> high & 1)) --high;
  return compose(dtype, negative, high - 1, whole << (63 - high) << 1);
}

/// An element, or one part of a complex one.
Bits random_bits(Dtype dtype, Random& random, Values values) {
  const Bits r = random.next(), choice = random.next();
  const bool negative = choice >> 8 & 1;
  switch (kind(dtype)) {
    case Kind::boolean: return r >> 63;
    case Kind::integer: {
      if (values == Values::any && choice % 4 == 0) return r & all_ones(dtype);
      const Bits magnitude = (r >> 32) % 1'000'003 >> choice / 4 % 16;
      return (negative ? ~magnitude + 1 : magnitude) & all_ones(dtype);
    }
    case Kind::floating:
    case Kind::complex: {
      if (values == Values::any && choice % 8 == 0) return r >> (64 - width(dtype));
      if (choice % 8 == 1) return half(dtype, negative, (r >> 56) | 1);
      if (choice % 8 < 5) return compose(dtype, negative, static_cast<int>(r % 5) - 3, r);
      if (dtype == Dtype::f16) return compose(dtype, negative, static_cast<int>(r % 25) - 12, r);
      return compose(dtype, negative, static_cast<int>(r % 41) - 20, r);
    }
  }
  return 0;
}

/// The number that a dtype has in seeds: never changed, as the hashes depend on it.
std::uint64_t seed_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::boolean: return 0;
    case Dtype::i32: return 1;
    case Dtype::i64: return 2;
    case Dtype::f32: return 3;
    case Dtype::f64: return 4;
    case Dtype::i8: return 5;
    case Dtype::i16: return 6;
    case Dtype::u8: return 7;
    case Dtype::u16: return 8;
    case Dtype::u32: return 9;
    case Dtype::u64: return 10;
    case Dtype::f16: return 11;
    case Dtype::bf16: return 12;
    case Dtype::complex64: return 13;
    case Dtype::complex128: return 14;
  }
  return 15;
}

int parts(Dtype dtype) { return kind(dtype) == Kind::complex ? 2 : 1; }

/// Of complex dtypes `values` are parts.
array pack(Dtype dtype, const Shape& shape, const std::vector<Bits>& values) {
  const std::size_t size = item_size(component(dtype));
  std::vector<unsigned char> bytes(values.size() * size);
  for (std::size_t k = 0; k < values.size(); ++k) std::memcpy(bytes.data() + k * size, &values[k], size);  // little-endian
  return array::from_host(bytes.data(), static_cast<std::int64_t>(values.size()) / parts(dtype), shape, dtype);
}

std::vector<Bits> random_values(Dtype dtype, std::int64_t count, std::uint64_t seed, Values values) {
  Random random(seed * 16 + seed_of(dtype));
  std::vector<Bits> out(static_cast<std::size_t>(count * parts(dtype)));
  for (Bits& b : out) b = random_bits(dtype, random, values);
  return out;
}

}  // namespace

std::span<const Bits> special_values(Dtype dtype) {
  static const auto all = [] {
    std::vector<std::vector<Bits>> out;
    for (int d = 0; d < kDtypeCount; ++d) out.push_back(both_signs(static_cast<Dtype>(d)));
    return out;
  }();
  return all[static_cast<std::size_t>(dtype)];
}

array random(Dtype dtype, const Shape& shape, std::uint64_t seed, Values values) {
  return pack(dtype, shape, random_values(dtype, shape.size(), seed, values));
}

array operand(Dtype dtype, int arity, int index) {
  // 76 patterns at most; with three operands every fifth of them, which with the odd step meets both signs.
  constexpr std::size_t kCount = 76, kStep = 5;
  const std::span<const Bits> special = special_values(dtype);
  const std::size_t each = arity == 3 ? (kCount + kStep - 1) / kStep : kCount, step = arity == 3 ? kStep : 1;
  std::size_t combinations = 1, stride = 1;
  for (int k = 0; k < arity; ++k) combinations *= each;
  for (int k = 0; k < index; ++k) stride *= each;
  std::vector<Bits> values;
  for (std::size_t k = 0; k < combinations; ++k) {
    const std::size_t place = k / stride % each * step;
    values.push_back(special[place % special.size()]);
    if (parts(dtype) == 2) values.push_back(special[(place * 7 + 3) % special.size()]);  // meets every other part
  }
  const std::vector<Bits> random = random_values(dtype, kRandom, static_cast<std::uint64_t>(100 + index), Values::any);
  values.insert(values.end(), random.begin(), random.end());
  return pack(dtype, {static_cast<std::int64_t>(values.size()) / parts(dtype)}, values);
}

}  // namespace trireme::recorded
