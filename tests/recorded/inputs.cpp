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

std::vector<Bits> both_signs(Dtype dtype) {
  std::vector<Bits> out;
  const auto floats = [&](std::span<const Bits> values, Bits sign) {
    for (const Bits b : values) out.insert(out.end(), {b, b | sign});
  };
  const auto integers = [&](std::span<const Bits> values, Bits smallest) {
    for (const Bits b : values) out.insert(out.end(), {b, (~b + 1) & (smallest * 2 - 1)});
    out.back() = smallest;  // the complement of the largest but one is among them already
  };
  switch (dtype) {
    case Dtype::boolean: return {0, 1};
    case Dtype::i32: integers(kI32, Bits{1} << 31); return out;
    case Dtype::i64: integers(kI64, Bits{1} << 63); return out;
    case Dtype::f32: floats(kF32, Bits{1} << 31); return out;
    case Dtype::f64: floats(kF64, Bits{1} << 63); return out;
  }
  return out;
}

/// sign, exponent and fraction of a float as its bits; a fraction out of the high bits of `r`.
Bits compose(Dtype dtype, bool negative, int exponent, Bits r) {
  return dtype == Dtype::f32 ? Bits{negative} << 31 | static_cast<Bits>(exponent + 127) << 23 | r >> 41
                             : Bits{negative} << 63 | static_cast<Bits>(exponent + 1023) << 52 | r >> 12;
}

/// whole / 2 exactly, for 0 < whole < 256.
Bits half(Dtype dtype, bool negative, Bits whole) {
  int high = 7;
  while (!(whole >> high & 1)) --high;
  return compose(dtype, negative, high - 1, whole << (63 - high) << 1);
}

Bits random_bits(Dtype dtype, Random& random, Values values) {
  const Bits r = random.next(), choice = random.next();
  const bool negative = choice >> 8 & 1;
  switch (dtype) {
    case Dtype::boolean: return r >> 63;
    case Dtype::i32:
    case Dtype::i64: {
      const Bits mask = dtype == Dtype::i32 ? 0xffffffffu : ~Bits{0};
      if (values == Values::any && choice % 4 == 0) return r & mask;
      const Bits magnitude = (r >> 32) % 1'000'003 >> choice / 4 % 16;
      return (negative ? ~magnitude + 1 : magnitude) & mask;
    }
    case Dtype::f32:
    case Dtype::f64: {
      if (values == Values::any && choice % 8 == 0) return dtype == Dtype::f32 ? r >> 32 : r;
      if (choice % 8 == 1) return half(dtype, negative, (r >> 56) | 1);
      if (choice % 8 < 5) return compose(dtype, negative, static_cast<int>(r % 5) - 3, r);
      return compose(dtype, negative, static_cast<int>(r % 41) - 20, r);
    }
  }
  return 0;
}

array pack(Dtype dtype, const Shape& shape, const std::vector<Bits>& values) {
  const std::size_t size = item_size(dtype);
  std::vector<unsigned char> bytes(values.size() * size);
  for (std::size_t k = 0; k < values.size(); ++k) std::memcpy(bytes.data() + k * size, &values[k], size);  // little-endian
  return array::from_host(bytes.data(), static_cast<std::int64_t>(values.size()), shape, dtype);
}

std::vector<Bits> random_values(Dtype dtype, std::int64_t count, std::uint64_t seed, Values values) {
  Random random(seed * 16 + static_cast<std::uint64_t>(dtype));
  std::vector<Bits> out(static_cast<std::size_t>(count));
  for (Bits& b : out) b = random_bits(dtype, random, values);
  return out;
}

}  // namespace

std::span<const Bits> special_values(Dtype dtype) {
  static const std::vector<Bits> all[] = {both_signs(boolean), both_signs(i32), both_signs(i64), both_signs(f32), both_signs(f64)};
  return all[static_cast<int>(dtype)];
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
  for (std::size_t k = 0; k < combinations; ++k) values.push_back(special[k / stride % each * step % special.size()]);
  const std::vector<Bits> random = random_values(dtype, kRandom, static_cast<std::uint64_t>(100 + index), Values::any);
  values.insert(values.end(), random.begin(), random.end());
  return pack(dtype, {static_cast<std::int64_t>(values.size())}, values);
}

}  // namespace trireme::recorded
