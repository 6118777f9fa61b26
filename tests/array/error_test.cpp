// tests/array/error_test.cpp -- what is refused, when, with which code, and that the message names what came
// SPDX-License-Identifier: Apache-2.0
#include "trireme/error.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/compare.hpp"
#include "support/expect_error.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

const Shape kHuge{std::int64_t{1} << 40, std::int64_t{1} << 40};

TEST(error, shapes_that_do_not_broadcast_are_named) {
  const array a = zeros({2, 3}), b = zeros({4});
  expect_error([&] { a + b; }, Code::shape_mismatch, "add", {"(2, 3)", "(4,)"});
  expect_error([&] { where(a > 0, a, b); }, Code::shape_mismatch, "where");
  expect_error([&] { fma(a, a, b); }, Code::shape_mismatch, "fma");
  expect_error([&] { a + zeros({0}); }, Code::shape_mismatch, "add", {"(0,)"});
}

TEST(error, dtypes_a_rule_does_not_take_are_named) {
  const array flags = zeros({2}, boolean);
  expect_error([&] { flags + flags; }, Code::dtype_mismatch, "add", {"bool"});
  expect_error([&] { sqrt(flags); }, Code::dtype_mismatch, "sqrt", {"bool"});
  expect_error([&] { -flags; }, Code::dtype_mismatch, "negative", {"bool"});
  expect_error([&] { add(true, false); }, Code::dtype_mismatch, "add");
  const array whole = zeros({2}, i16), pairs = zeros({2}, complex64), halves = zeros({2}, f16);
  expect_error([&] { pairs < pairs; }, Code::dtype_mismatch, "less", {"complex64", "real numbers"});
  expect_error([&] { cbrt(pairs); }, Code::dtype_mismatch, "cbrt", {"complex64", "real numbers"});
  expect_error([&] { maximum(whole, pairs); }, Code::dtype_mismatch, "maximum", {"complex64"});
  expect_error([&] { pairs % 2; }, Code::dtype_mismatch, "remainder", {"complex64", "real numbers"});
  expect_error([&] { gcd(halves, 2); }, Code::dtype_mismatch, "gcd", {"float16", "integers"});
  expect_error([&] { whole << 1.0; }, Code::dtype_mismatch, "bitwise_left_shift", {"float64"});
  expect_error([&] { bitwise_right_shift(zeros({2}, u64), whole); }, Code::dtype_mismatch, "bitwise_right_shift",
               {"float64"});
  expect_error([&] { halves ^ halves; }, Code::dtype_mismatch, "bitwise_xor", {"float16", "integers and bool"});
  expect_error([&] { floor(flags); }, Code::dtype_mismatch, "floor", {"bool"});
  expect_error([&] { isnan(flags); }, Code::dtype_mismatch, "isnan", {"bool"});
  expect_error([&] { make_complex(pairs, pairs); }, Code::dtype_mismatch, "make_complex", {"complex64"});
  expect_error([&] { make_complex(flags, flags); }, Code::dtype_mismatch, "make_complex", {"bool"});
  expect_error([&] { astype(pairs, f64); }, Code::dtype_mismatch, "astype", {"complex64", "float64", "real()"});
  expect_error([&] { pairs.slice({{0, 1}}).item<float>(); }, Code::dtype_mismatch, "item", {"complex64", "float32"});
}

TEST(error, dtypes_a_reduction_does_not_take_are_named) {
  const array pairs = zeros({2}, complex128), flags = zeros({2}, boolean);
  expect_error([&] { min(pairs); }, Code::dtype_mismatch, "min", {"complex128"});
  expect_error([&] { max(flags); }, Code::dtype_mismatch, "max", {"bool"});
  expect_error([&] { argmin(pairs); }, Code::dtype_mismatch, "argmin", {"complex128"});
  expect_error([&] { argmax(zeros({2, 0}), 1); }, Code::invalid_argument, "argmax", {"(2, 0)"});
  expect_error([&] { argmin(zeros({0})); }, Code::invalid_argument, "argmin", {"(0,)"});
  expect_error([&] { argmax(flags, 1); }, Code::invalid_argument, "argmax", {"axis 1"});
  expect_error([&] { var(flags, {1}); }, Code::invalid_argument, "var", {"axis 1"});
  expect_error([&] { stddev(flags, {0, 0}); }, Code::invalid_argument, "stddev", {"repeated"});
}

TEST(error, results_larger_than_any_memory_are_refused_when_built) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 61;
  const array flags = zeros({1}, boolean).broadcast_to({kHuge, 1});
  expect_error([&] { sum(flags, {1}); }, Code::invalid_argument, "sum", {"larger than any memory"});
  expect_error([&] { astype(flags, f64); }, Code::invalid_argument, "astype", {"larger than any memory"});
  expect_error([&] { zeros({kHuge, 0}); }, Code::invalid_argument, "full");  // its strides overflow, though it is empty
  const array wide = zeros({1}).broadcast_to({std::int64_t{1} << 58});
#if !defined(__SANITIZE_ADDRESS__)  // which ends the process instead of throwing bad_alloc
  expect_error([&] { wide.to_vector<double>(); }, Code::out_of_memory, "to_vector");
#endif
}

TEST(error, thread_counts_beyond_any_machine_are_refused) {
  expect_error([&] { set_threads(2'000'000'000); }, Code::invalid_argument, "set_threads", {"2000000000"});
  expect_error([&] { set_threads(0); }, Code::invalid_argument, "set_threads");
}

TEST(error, scalar_outside_the_dtype_is_named) {
  const array x = zeros({2}, i32);
  expect_error([&] { x + (std::int64_t{1} << 31); }, Code::out_of_range, "add", {"2147483648", "int32"});
  expect_error([&] { equal(x, -(std::int64_t{1} << 31) - 1); }, Code::out_of_range, "equal", {"-2147483649"});
  expect_error([&] { full({1}, std::int64_t{1} << 40, i32); }, Code::out_of_range, "full");
  expect_error([&] { full({1}, 0.5, i64); }, Code::out_of_range, "full");
  EXPECT_EQ((x + 2147483647).at(0).item<std::int32_t>(), 2147483647);
  expect_error([] { zeros({2}, u8) + -1; }, Code::out_of_range, "add", {"-1", "uint8"});
  expect_error([] { zeros({2}, i8) * 128; }, Code::out_of_range, "multiply", {"128", "int8"});
  expect_error([] { zeros({2}, i64) + (std::uint64_t{1} << 63); }, Code::out_of_range, "add",
               {"9223372036854775808", "int64"});
  expect_error([] { negative(~std::uint64_t{0}); }, Code::out_of_range, "negative", {"18446744073709551615"});
  expect_error([] { full({1}, std::complex<double>(1, -2), f64); }, Code::dtype_mismatch, "full", {"1-2j", "float64"});
  EXPECT_EQ((zeros({2}, u64) + ~std::uint64_t{0}).at(0).item<std::uint64_t>(), ~std::uint64_t{0});
}

TEST(error, float_scalar_beyond_f32_becomes_infinite) {
  EXPECT_EQ((ones({1}, f32) * 1e300).item<float>(), std::numeric_limits<float>::infinity());
}

TEST(error, counts_that_do_not_fit_the_shape_are_named) {
  expect_error([] { array::from(std::vector<float>{1, 2, 3}, {2, 2}); }, Code::shape_mismatch, "from", {"(2, 2)", "3"});
  expect_error([] { array::from(std::vector<float>{}, {-1}); }, Code::invalid_argument, "from");
}

TEST(error, null_pointers_are_refused) {
  expect_error([] { array::from_host(nullptr, 3, {3}, f32); }, Code::invalid_argument, "from", {"3 elements", "null"});
  expect_error([] { array::borrow_host(nullptr, 3, {3}, f32, nullptr); }, Code::invalid_argument, "borrow", {"3 elements", "null"});
  expect_error([] { ones({3}, f32).copy_to(nullptr, f32); }, Code::invalid_argument, "copy_to", {"3 elements", "null"});
  EXPECT_EQ(array::from_host(nullptr, 0, {0}, f32).size(), 0);
}

TEST(error, sizes_beyond_memory_are_refused) {
  expect_error([] { zeros(kHuge); }, Code::invalid_argument, "full");
  expect_error([] { zeros({-1}); }, Code::invalid_argument, "full");
  expect_error([] { arange(0, std::int64_t{1} << 62, 1, f64); }, Code::invalid_argument, "arange");
  expect_error([] { arange(0.0, 1e300, 1e-300, f64); }, Code::invalid_argument, "arange");
  expect_error([] { arange(0, 1, 0, i64); }, Code::invalid_argument, "arange");
  expect_error([] { linspace(0, 1, -1); }, Code::invalid_argument, "linspace", {"-1"});
  const std::int64_t many = std::int64_t{1} << 31;
  expect_error([&] { zeros({many, 1}) + zeros({many}); }, Code::invalid_argument, "add");
  expect_error([&] { ones({1}).broadcast_to({many, many}); }, Code::invalid_argument, "broadcast_to");
}

TEST(error, more_than_8_dimensions_are_refused) {
  expect_error([] { Shape({1, 1, 1, 1, 1, 1, 1, 1, 1}); }, Code::invalid_argument, "shape", {"8"});
  const array x = zeros({1, 1, 1, 1, 1, 1, 1, 1});
  expect_error([&] { x.expand_dims(0); }, Code::invalid_argument, "shape");
}

TEST(error, views_name_what_does_not_fit) {
  const array x = zeros({2, 3});
  expect_error([&] { x.reshape({4, 2}); }, Code::shape_mismatch, "reshape", {"(2, 3)", "(4, 2)"});
  expect_error([&] { x.reshape({-1, 4}); }, Code::shape_mismatch, "reshape");
  expect_error([&] { x.reshape({-1, -1}); }, Code::invalid_argument, "reshape");
  expect_error([&] { x.reshape({-2, -3}); }, Code::invalid_argument, "reshape");
  expect_error([&] { x.reshape(kHuge); }, Code::shape_mismatch, "reshape");
  expect_error([&] { zeros({0}).reshape({-1, 0}); }, Code::shape_mismatch, "reshape");
  expect_error([&] { x.at(2); }, Code::out_of_range, "at", {"2"});
  expect_error([&] { x.at(-4, 1); }, Code::out_of_range, "at", {"-4"});
  expect_error([&] { x.at(0, 2); }, Code::invalid_argument, "at");
  expect_error([&] { zeros({}).at(0); }, Code::invalid_argument, "at");
  expect_error([&] { x.slice({{}, {}, {}}); }, Code::invalid_argument, "slice");
  expect_error([&] { x.slice({{{}, {}, 0}}); }, Code::out_of_range, "slice");
  expect_error([&] { x.transpose({0, 0}); }, Code::invalid_argument, "transpose");
  expect_error([&] { x.transpose({0}); }, Code::invalid_argument, "transpose");
  expect_error([&] { x.transpose({0, 2}); }, Code::invalid_argument, "transpose");
  expect_error([&] { x.broadcast_to({3}); }, Code::shape_mismatch, "broadcast_to");
  expect_error([&] { x.broadcast_to({2, 6}); }, Code::shape_mismatch, "broadcast_to");
  expect_error([&] { x.squeeze(0); }, Code::shape_mismatch, "squeeze");
  expect_error([&] { x.flip(2); }, Code::invalid_argument, "flip");
  expect_error([&] { x.expand_dims(4); }, Code::invalid_argument, "expand_dims");
}

TEST(error, reading_as_another_type_is_refused) {
  const array x = array::from({1.0f, 2.0f});
  expect_error([&] { x.to_vector<double>(); }, Code::dtype_mismatch, "to_vector", {"float32", "float64"});
  expect_error([&] { x.item<float>(); }, Code::shape_mismatch, "item", {"(2,)"});
  expect_error([] { array().item<double>(); }, Code::shape_mismatch, "item");
}

TEST(error, unknown_devices_and_levels_list_what_there_is) {
  try {
    Device("tpu:0");
    ADD_FAILURE() << "no error";
  } catch (const error& e) {
    EXPECT_EQ(e.code(), Code::device_unavailable);
    EXPECT_NE(std::string(e.what()).find("cpu"), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find("tpu:0"), std::string::npos) << e.what();
  }
  EXPECT_THROW(Device("cpu:1"), error);
  EXPECT_THROW(Device("cuda:99"), error);
  EXPECT_THROW(Device(""), error);
  try {
    set_cpu_level("avx9000");
    ADD_FAILURE() << "no error";
  } catch (const error& e) {
    EXPECT_EQ(e.code(), Code::invalid_argument);
    for (const std::string& level : cpu_levels())
      EXPECT_NE(std::string(e.what()).find(level), std::string::npos) << e.what();
  }
  EXPECT_THROW(set_threads(0), error);
}

TEST(error, chosen_level_and_thread_count_take_effect) {
  KeepSettings keep;
  for (const Setting& setting : settings()) {
    use(setting);
    EXPECT_EQ(cpu_level(), setting.level);
    EXPECT_EQ(threads(), setting.threads);
    Explain explain;
    (ones({10}) + 1).eval();
    ASSERT_EQ(explain.programs().size(), 1u);
    EXPECT_EQ(explain.programs()[0].level, setting.level);
  }
}

TEST(error, array_that_did_not_fit_stays_lazy_and_what_existed_stays_valid) {
  const array x = array::from({1.0, 2.0});
  // 2^45 doubles: a valid shape that no machine has memory for.
  const array inner = x * 3;
  const array big = inner.reshape({2, 1}).broadcast_to({2, std::int64_t{1} << 44}) + 1;
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      big.eval();
      ADD_FAILURE() << "no error";
    } catch (const error& e) {
      EXPECT_EQ(e.code(), Code::out_of_memory) << e.what();
      EXPECT_NE(std::string(e.what()).find("add"), std::string::npos) << e.what();
    }
    EXPECT_TRUE(big.is_lazy());
  }
  EXPECT_EQ((x + 1).to_vector<double>(), (std::vector<double>{2, 3}));
  EXPECT_EQ(inner.to_vector<double>(), (std::vector<double>{3, 6}));
}

TEST(error, failed_call_leaves_the_operands_as_they_were) {
  array x = ones({3});
  EXPECT_THROW(std::move(x) + zeros({2}), error);
  const array y = ones({3});
  EXPECT_THROW(y + zeros({2}), error);
  EXPECT_EQ(y.to_vector<double>(), (std::vector<double>{1, 1, 1}));
}

}  // namespace
}  // namespace trireme::test
