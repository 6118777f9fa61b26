// tests/cpu/lanes_test.cpp -- every operation of Lanes<T>, at every level that runs here, against plain scalar code
// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "cpu/lanes_table.hpp"
#include "math/half.hpp"
#include "math/integer.hpp"
#include "math/ordering.hpp"
#include "math/random_bits.hpp"
#include "math/rounding.hpp"

namespace trireme::cpu {
namespace {

using lanes_test::kBits;
using lanes_test::kCases;
using lanes_test::Result;
using lanes_test::Table;
using lanes_test::Types;
using lanes_test::TypeTable;
using math::Scalar;
using math_test::Random;
using math_test::same;

constexpr std::uint64_t kSeed = 7;
constexpr std::size_t kMaxWidth = 16;

struct CaseInfo {
  const char* name;
  Types types;
  Result result;
};
constexpr CaseInfo kInfo[] = {
#define CASE(name, types, result, expression) {#name, Types::types, Result::result},
#include "cpu/lanes_cases.def"
#undef CASE
};

// The reference: the same expressions over Scalar<T>, to bytes.
template <class T>
void put(void* out, Scalar<T> v) {
  std::memcpy(out, &v.value, sizeof(T));
}
void put(void* out, math::ScalarMask v) { *static_cast<std::uint8_t*>(out) = v.value; }

#define CASE(name, types, result, expression)          \
  template <class T>                                   \
  void reference_##name(void* out, T pa, T pb, T pc) { \
    [[maybe_unused]] Scalar<T> a(pa), b(pb), c(pc);    \
    put(out, expression);                              \
  }
#include "cpu/lanes_cases.def"
#undef CASE

template <class T>
void reference(int which, void* out, T a, T b, T c) {
  switch (which) {
#define CASE(name, types, result, expression)                                            \
  case lanes_test::name:                                                                 \
    if constexpr (lanes_test::takes<T>(Types::types)) reference_##name<T>(out, a, b, c); \
    break;
#include "cpu/lanes_cases.def"
#undef CASE
  }
}

template <class T>
std::vector<T> special_values() {
  using L = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<T>) {
    std::vector<T> v = {T{0},
                        L::denorm_min(),
                        L::min() - L::denorm_min(),
                        L::min(),
                        T(0.3),
                        T(0.5),
                        T{1},
                        T(1.5),
                        T(2.5),
                        std::nextafter(T{1}, T{2}),
                        T{3},
                        T(1e6 + 0.75),
                        T(2147483520),
                        T(2147483648.0),
                        T(9.2e18),
                        T(9223372036854775808.0),
                        L::max() / 2,
                        L::max(),
                        L::infinity(),
                        L::quiet_NaN()};
    for (std::size_t i = 0, n = v.size(); i < n; ++i) v.push_back(-v[i]);
    return v;
  } else {
    std::vector<T> v = {0, 1, 2, 3, 7, 16777217, 33554431, L::max(), L::max() - 1, L::max() / 2 + 1};
    if constexpr (sizeof(T) == 8) {
      for (T x : {T{1} << 31, (T{1} << 31) - 1, T{1} << 32, (T{1} << 32) + 1, T{0xFFFFFFFF}, (T{1} << 53) + 1,
                  (T{1} << 54) + 2, (T{1} << 54) + 6, (T{1} << 62) + 257, T{0x123456789ABCDEF}})
        v.push_back(x);
    }
    for (std::size_t i = 0, n = v.size(); i < n; ++i) v.push_back(static_cast<T>(~v[i]));
    for (std::size_t i = 1, n = v.size(); i < n; ++i) v.push_back(static_cast<T>(-v[i]));
    return v;
  }
}

/// Whether truncation is defined for a: the dialect promises it only where the integer can hold it.
template <class T>
bool fits(T a) {
  T limit = static_cast<T>(sizeof(T) == 4 ? 0x1p31 : 0x1p63);
  return a >= -limit && a < limit;
}

template <class T>
class Operands {
 public:
  static constexpr std::size_t kCount = 64 * 1024;
  std::vector<T> a, b, c;
  Operands() {
    Random random{kSeed};
    std::vector<T> special = special_values<T>();
    for (T x : special) {
      for (T y : special) {
        a.push_back(x), b.push_back(y), c.push_back(special[random.next() % special.size()]);
      }
    }
    while (a.size() < kCount) {
      bool tame = random.next() & 1;  // bits are mostly far apart; small numbers meet and cancel
      auto draw = [&] {
        return tame ? static_cast<T>(static_cast<int>(random.next() % 2001) - 1000) : random.bits<T>();
      };
      a.push_back(draw()), b.push_back(draw()), c.push_back(draw());
    }
  }
};

template <class T>
void check_operations(const TypeTable<T>& table) {
  using Partner = typename math::partner<T>::type;
  Operands<T> in;
  for (int which = 0; which < kCases; ++which) {
    if (table.apply[which] == nullptr) continue;
    CaseInfo info = kInfo[which];
    for (std::size_t i = 0; i + table.width <= in.a.size(); i += table.width) {
      unsigned char out[kMaxWidth * 8];
      T a[kMaxWidth];
      std::memcpy(a, &in.a[i], sizeof(T) * table.width);
      if constexpr (std::is_floating_point_v<T>) {
        for (T& x : a) {
          if (which == lanes_test::truncate && !fits(x)) x = T(-1.75);
        }
      }
      table.apply[which](out, a, &in.b[i], &in.c[i]);
      for (std::size_t k = 0; k < table.width; ++k) {
        unsigned char expected[8];
        reference<T>(which, expected, a[k], in.b[i + k], in.c[i + k]);
        bool good;
        if (info.result == Result::truth) {
          good = out[k] == expected[0];
        } else if (info.result == Result::same) {
          T x, y;
          std::memcpy(&x, out + k * sizeof(T), sizeof(T)), std::memcpy(&y, expected, sizeof(T));
          good = same(x, y);
        } else {
          Partner x, y;
          std::memcpy(&x, out + k * sizeof(T), sizeof(T)), std::memcpy(&y, expected, sizeof(T));
          good = same(x, y);
        }
        ASSERT_TRUE(good) << info.name << " of " << testing::PrintToString(a[k]) << ", "
                          << testing::PrintToString(in.b[i + k]) << ", " << testing::PrintToString(in.c[i + k])
                          << " in lane " << k << ", seed " << kSeed;
      }
    }
  }
}

/// A page between two that may not be touched.
class GuardedPage {
 public:
  GuardedPage() : size_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    all_ = static_cast<unsigned char*>(mmap(nullptr, 3 * size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (mprotect(all_ + size_, size_, PROT_READ | PROT_WRITE) != 0) ADD_FAILURE() << "mprotect";
  }
  ~GuardedPage() { munmap(all_, 3 * size_); }
  GuardedPage(const GuardedPage&) = delete;
  GuardedPage& operator=(const GuardedPage&) = delete;

  template <class T>
  T* first() const {
    return reinterpret_cast<T*>(all_ + size_);
  }
  template <class T>
  T* last(std::size_t n) const {
    return reinterpret_cast<T*>(all_ + 2 * size_) - n;
  }

 private:
  std::size_t size_;
  unsigned char* all_;
};

template <class T>
void check_partial_access(const TypeTable<T>& table) {
  GuardedPage page;
  for (std::size_t n = 0; n < table.width; ++n) {
    for (T* p : {page.first<T>(), page.last<T>(n)}) {
      for (std::size_t k = 0; k < n; ++k) p[k] = static_cast<T>(k + 1);
      T out[kMaxWidth];
      table.load_partial(out, p, n);
      for (std::size_t k = 0; k < table.width; ++k) ASSERT_EQ(out[k], k < n ? static_cast<T>(k + 1) : T{0}) << n;

      for (std::size_t k = 0; k < table.width; ++k) out[k] = static_cast<T>(100 + k);
      table.store_partial(p, n, out);
      for (std::size_t k = 0; k < n; ++k) ASSERT_EQ(p[k], static_cast<T>(100 + k)) << n;
    }
    // Inside a page, the elements beyond n keep their values.
    T* p = page.first<T>();
    T out[kMaxWidth] = {};
    for (std::size_t k = 0; k < kMaxWidth; ++k) p[k] = T{5};
    table.store_partial(p, n, out);
    for (std::size_t k = 0; k < kMaxWidth; ++k) ASSERT_EQ(p[k], k < n ? T{0} : T{5}) << n;
  }
}

template <class T>
void check_masks(const TypeTable<T>& table) {
  GuardedPage page;
  std::size_t width = table.width;
  for (unsigned pattern = 0; pattern < 1u << width; ++pattern) {
    T values[kMaxWidth] = {}, out[kMaxWidth];
    for (std::size_t k = 0; k < width; ++k) values[k] = static_cast<T>(pattern >> k & 1);
    std::uint8_t* p = page.last<std::uint8_t>(width);
    table.store_mask(p, values);
    for (std::size_t k = 0; k < width; ++k) ASSERT_EQ(p[k], pattern >> k & 1);
    table.load_mask(out, p);
    for (std::size_t k = 0; k < width; ++k) ASSERT_EQ(out[k], values[k]);
    ASSERT_EQ(table.any_all(values), (pattern != 0 ? 1 : 0) + (pattern == (1u << width) - 1 ? 2 : 0));
  }
  for (std::size_t n = 0; n < width; ++n) {
    for (unsigned pattern = 0; pattern < 1u << n; ++pattern) {
      T values[kMaxWidth], out[kMaxWidth];
      for (std::size_t k = 0; k < kMaxWidth; ++k) values[k] = static_cast<T>(k < n ? pattern >> k & 1 : 1);
      for (std::uint8_t* p : {page.first<std::uint8_t>(), page.last<std::uint8_t>(n)}) {
        table.store_mask_partial(p, n, values);
        for (std::size_t k = 0; k < n; ++k) ASSERT_EQ(p[k], pattern >> k & 1) << n;
        table.load_mask_partial(out, p, n);
        for (std::size_t k = 0; k < width; ++k) ASSERT_EQ(out[k], static_cast<T>(k < n ? pattern >> k & 1 : 0)) << n;
      }
    }
    std::uint8_t* p = page.first<std::uint8_t>();
    T ones[kMaxWidth];
    for (T& v : ones) v = T{1};
    std::memset(p, 9, kMaxWidth);
    table.store_mask_partial(p, n, ones);
    for (std::size_t k = 0; k < kMaxWidth; ++k) ASSERT_EQ(p[k], k < n ? 1 : 9) << n;
  }
}

template <class To, class From>
void check_conversion(void (*convert)(To*, const From*), std::size_t count) {
  std::vector<From> in = special_values<From>();
  Random random{kSeed};
  while (in.size() < 4096) in.push_back(random.bits<From>());
  if constexpr (std::is_same_v<From, double>) {  // ties and their neighbours in f32, down to its subnormals
    for (int e = -151; e < 128; ++e) {
      for (double x : {1.0 + 0x1p-24, 1.0 + 3 * 0x1p-24, 1.0 + 0x1p-24 + 0x1p-52, 2.0 - 0x1p-25, 1.5})
        in.push_back(std::ldexp(x, e));
    }
  }
  in.resize((in.size() + count - 1) / count * count);
  for (std::size_t i = 0; i < in.size(); i += count) {
    To out[2 * kMaxWidth];
    convert(out, &in[i]);
    for (std::size_t k = 0; k < count; ++k) {
      ASSERT_TRUE(same(out[k], static_cast<To>(in[i + k]))) << testing::PrintToString(in[i + k]) << " in lane " << k;
    }
  }
}

struct Level {
  const char* name;
  bool usable;
  void (*fill)(Table&);
};

#if defined(__aarch64__)
std::vector<Level> levels() { return {{"neon", true, neon::fill_lanes_table}}; }
#else
std::vector<Level> levels() {
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512vl");
  return {{"baseline", true, baseline::fill_lanes_table},
          {"avx2", avx2, avx2::fill_lanes_table},
          {"avx512", avx512, avx512::fill_lanes_table}};
}
#endif

class Lanes : public testing::TestWithParam<Level> {
 protected:
  void SetUp() override {
    if (!GetParam().usable) GTEST_SKIP() << "this processor has no " << GetParam().name;
    GetParam().fill(table_);
  }
  Table table_{};
};

TEST_P(Lanes, operations_equal_scalar_code) {
  check_operations(table_.f32);
  check_operations(table_.f64);
  check_operations(table_.i32);
  check_operations(table_.i64);
  check_operations(table_.u32);
  check_operations(table_.u64);
}

TEST_P(Lanes, partial_access_touches_nothing_else) {
  check_partial_access(table_.f32);
  check_partial_access(table_.f64);
  check_partial_access(table_.i32);
  check_partial_access(table_.i64);
  check_partial_access(table_.u32);
  check_partial_access(table_.u64);
}

TEST_P(Lanes, masks_convert_from_and_to_bytes) {
  check_masks(table_.f32);
  check_masks(table_.f64);
  check_masks(table_.i32);
  check_masks(table_.i64);
  check_masks(table_.u32);
  check_masks(table_.u64);
}

TEST_P(Lanes, conversions_between_widths_equal_casts) {
  check_conversion(table_.f32_to_f64, table_.f32.width);
  check_conversion(table_.i32_to_f64, table_.f32.width);
  check_conversion(table_.i32_to_i64, table_.f32.width);
  check_conversion(table_.f64_to_f32, table_.f32.width);
  check_conversion(table_.i64_to_i32, table_.f32.width);
}

TEST_P(Lanes, masks_change_width) {
  std::size_t width = table_.f32.width;
  for (unsigned pattern = 0; pattern < 1u << width; ++pattern) {
    float narrow[kMaxWidth] = {};
    double wide[kMaxWidth];
    for (std::size_t k = 0; k < width; ++k) narrow[k] = static_cast<float>(pattern >> k & 1);
    table_.mask_to_wide(wide, narrow);
    for (std::size_t k = 0; k < width; ++k) ASSERT_EQ(wide[k], pattern >> k & 1);
    float back[kMaxWidth] = {};
    table_.mask_to_narrow(back, wide);
    for (std::size_t k = 0; k < width; ++k) ASSERT_EQ(back[k], narrow[k]);
  }
}

TEST_P(Lanes, half_instructions_equal_the_arithmetic) {
  std::vector<std::uint16_t> halves(65536 + 5);
  for (std::size_t k = 0; k < halves.size(); ++k) halves[k] = static_cast<std::uint16_t>(k);
  std::vector<float> floats(halves.size(), -1.0f);
  const std::size_t wide = table_.halves_to_floats(floats.data(), halves.data(), halves.size());
  ASSERT_LE(wide, halves.size());
  for (std::size_t k = 0; k < floats.size(); ++k) {
    const float expected = k < wide ? from_half(Scalar<std::int32_t>(halves[k])).value : -1.0f;
    ASSERT_TRUE(same(floats[k], expected)) << std::hex << halves[k];
  }
  // Every float in a long run, else every 257th, which meets every exponent and many endings.
  const std::uint64_t step = math_test::long_run() ? 1 : 257;
  constexpr std::size_t kBlock = 4096;
  std::vector<float> in(kBlock + 3);
  for (std::uint64_t first = 0; first < std::uint64_t{1} << 32; first += step * kBlock) {
    for (std::size_t k = 0; k < in.size(); ++k) {
      const auto bits = static_cast<std::uint32_t>(first + k * step);
      std::memcpy(&in[k], &bits, sizeof bits);
    }
    std::uint16_t out[kBlock + 3] = {};
    const std::size_t count = table_.floats_to_halves(out, in.data(), in.size());
    ASSERT_LE(count, in.size());
    if (count == 0) return;  // the level has no such instruction
    for (std::size_t k = 0; k < count; ++k) {
      const int expected = to_half(Scalar<float>(in[k])).value;
      const bool nan = in[k] != in[k];
      ASSERT_TRUE(nan ? (out[k] & 0x7fff) > 0x7c00 : out[k] == expected) << std::hexfloat << in[k];
    }
    for (std::size_t k = count; k < in.size(); ++k) ASSERT_EQ(out[k], 0) << "written beyond the count";
  }
}

INSTANTIATE_TEST_SUITE_P(AllLevels, Lanes, testing::ValuesIn(levels()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace trireme::cpu
