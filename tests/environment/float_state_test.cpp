// tests/environment/float_state_test.cpp -- bits under the caller's flush-to-zero, rounding and trapping exceptions
// SPDX-License-Identifier: Apache-2.0
//
// The executable is linked with a library built with -ffast-math, so flush-to-zero is on from the start and every
// thread inherits it, the library's workers too.
#include "environment/float_state.hpp"

#include <gtest/gtest.h>

#include <cfenv>
#include <functional>
#include <string>
#include <vector>

#include "support/compare.hpp"
#include "support/oracle.hpp"
#include "support/special_values.hpp"
#include "trireme/trireme.hpp"

extern "C" float fast_math_scale(float x);

namespace trireme::test {
namespace {

struct Case {
  std::string name;
  std::function<array()> build;
};

// Values around the smallest normal numbers, made as bits so that no caller's state touches them.
HostArray small_values(Dtype dtype, std::int64_t n) {
  HostArray out{dtype, {n}, {}};
  Random random(11);
  const int shift = dtype == f32 ? 23 : 52, width = dtype == f32 ? 32 : 64;
  for (std::int64_t k = 0; k < n; ++k) {
    const std::uint64_t magnitude =
        random.next() & ((std::uint64_t{3} << shift) - 1);  // subnormal or of the two lowest exponents
    out.bits.push_back(magnitude | (random.next() & 1) << (width - 1));
  }
  return out;
}

std::vector<Case> cases() {
  std::vector<Case> out;
  for (Dtype d : {f32, f64})
    for (std::int64_t n : {33, 200'000}) {
      const auto x = [=] { return to_array(small_values(d, n)); };
      const std::string suffix = " " + std::string(name(d)) + " " + std::to_string(n);
      out.push_back({"half" + suffix, [=] { return x() * 0.5; }});
      out.push_back({"sum of two" + suffix, [=] { return x() + x().flip(0); }});
      out.push_back({"quotient" + suffix, [=] { return x() / 3; }});
      out.push_back({"sqrt" + suffix, [=] { return sqrt(abs(x())); }});
      out.push_back({"fma" + suffix, [=] { return fma(x(), 0.75, x().flip(0)); }});
      out.push_back({"not zero" + suffix, [=] { return x() != 0; }});
      out.push_back({"below" + suffix, [=] { return x() < x().flip(0); }});
      out.push_back({"minimum" + suffix, [=] { return minimum(x(), 0); }});
      out.push_back({"exp, log, tanh" + suffix, [=] { return exp(log(abs(x()))) + tanh(x()); }});
      out.push_back({"small exp" + suffix, [=] { return exp(x() * 1e30 - (d == f32 ? 95 : 730)); }});
      out.push_back({"sum" + suffix, [=] { return sum(x()); }});
      out.push_back({"mean" + suffix, [=] { return mean(x().slice({{0, 32}}).reshape({8, 4}), {0}); }});
      out.push_back({"largest" + suffix, [=] { return max(-abs(x())); }});
      out.push_back({"cast" + suffix, [=] { return astype(astype(x(), d == f32 ? f64 : f32), boolean); }});
      out.push_back({"thirds" + suffix, [=] { return (x() * 1e30 + 1) / 3; }});
    }
  // What is computed when the node is built, or on the host.
  out.push_back({"weak scalar 1e-40", [] { return zeros({4}, f32) + 1e-40; }});
  out.push_back({"weak scalar 0.1", [] { return zeros({4}, f32) + 0.1; }});
  out.push_back({"weak scalar 16777217", [] { return zeros({4}, f32) + 16777217; }});
  out.push_back({"weak scalar 2^53 + 1", [] { return zeros({4}, f64) + ((std::int64_t{1} << 53) + 1); }});
  out.push_back({"weak scalar 1e300", [] { return zeros({4}, f32) + 1e300; }});
  out.push_back({"full 0.1", [] { return full({3}, 0.1, f32); }});
  out.push_back({"full 1e-40", [] { return full({3}, -1e-40, f32); }});
  out.push_back({"scalar alone", [] { return astype(0.1, f32); }});
  out.push_back({"arange", [] { return arange(0.1, 3.0, 0.1, f32); }});
  out.push_back({"arange of subnormals", [] { return arange(0.0, 5e-320, 5e-324, f64); }});
  out.push_back({"linspace", [] { return linspace(0.1, 0.7, 11); }});
  out.push_back({"linspace of subnormals", [] { return linspace(1e-310, 2e-310, 7); }});
  out.push_back({"mean of odd count", [] { return mean(full({33'554'433}, 1, f32).slice({{0, 3}})); }});
  return out;
}

// The bits that every state must give: the library's own in a plain one. The oracles vouch for those elsewhere.
std::vector<HostArray> plain_results() {
  const WithFloatState plain(kPlainState);
  std::vector<HostArray> out;
  for (const Case& c : cases()) out.push_back(to_host(c.build()));
  return out;
}

// Fails at the first case that differs; the state must be the caller's again after each call.
void expect_plain_bits_in(std::uint64_t state, const std::string& what) {
  const std::vector<HostArray> expected = plain_results();
  KeepSettings keep;
  const auto all = cases();
  for (const Setting& setting : settings()) {
    use(setting);
    for (std::size_t k = 0; k < all.size(); ++k) {
      HostArray got;
      std::uint64_t built = 0, evaluated = 0, read = 0;
      {
        const WithFloatState there(state);
        try {
          array x = all[k].build();
          built = float_state();
          x.eval();
          evaluated = float_state();
          got = to_host(x);
          read = float_state();
        } catch (const error& e) {
          ADD_FAILURE() << what << ": " << all[k].name << " on " << text(setting) << ": " << e.what();
          continue;
        }
      }
      EXPECT_TRUE(same_bits(got, expected[k])) << what << ": " << all[k].name << " on " << text(setting);
      EXPECT_EQ(built, state) << what << ": " << all[k].name << ", after building";
      EXPECT_EQ(evaluated, state) << what << ": " << all[k].name << ", after eval";
      EXPECT_EQ(read, state) << what << ": " << all[k].name << ", after reading";
    }
    if (::testing::Test::HasFailure()) return;  // the other levels would say the same
  }
}

TEST(float_state, fast_math_library_has_turned_flushing_on) {
  if (!kCanFlush) GTEST_SKIP() << "no flush-to-zero on this processor";
  EXPECT_EQ(fast_math_scale(2.0f), 1.0f);  // keeps the library linked
  if ((float_state() & kFlushBits) == 0) GTEST_SKIP() << "this compiler's -ffast-math libraries leave the state alone";
  volatile float smallest = 0x1p-149f;
  volatile float sum = smallest + smallest;
  EXPECT_EQ(sum, 0.0f);
}

TEST(float_state, flush_to_zero_of_the_caller_changes_no_bit) {
  if (!kCanFlush) GTEST_SKIP() << "no flush-to-zero on this processor";
  expect_plain_bits_in(kPlainState | kFlushBits, "flushing");
}

TEST(float_state, rounding_of_the_caller_changes_no_bit) {
  for (int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    std::uint64_t state = 0;
    {
      const WithFloatState plain(kPlainState);
      std::fesetround(mode);
      state = float_state();
      std::fesetround(FE_TONEAREST);
    }
    expect_plain_bits_in(state, "rounding mode " + std::to_string(mode));
  }
}

TEST(float_state, trapping_exceptions_of_the_caller_do_not_trap) {
#if defined(__x86_64__)
  // 0x1f80 masks all six exceptions; 0 lets every one trap, an inexact result too.
  const std::vector<HostArray> expected = plain_results();
  const auto all = cases();
  for (std::size_t k = 0; k < all.size(); ++k) {
    array x;
    {
      const WithFloatState trapping(0);
      x = all[k].build();
      x.eval();
    }
    EXPECT_TRUE(same_bits(to_host(x), expected[k])) << all[k].name;
  }
  const array zero = zeros({9}, f64);
  array quotient;
  {
    const WithFloatState trapping(0);
    quotient = (zero / 0 + sqrt(zero - 1) + log(zero)).eval();
  }
  EXPECT_NE(quotient.to_vector<double>()[3], quotient.to_vector<double>()[3]);
#else
  GTEST_SKIP() << "exceptions do not trap on this processor";
#endif
}

}  // namespace
}  // namespace trireme::test
