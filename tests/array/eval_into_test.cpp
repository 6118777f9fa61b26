// tests/array/eval_into_test.cpp -- values computed into memory that is there; empty, contiguous and span
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "support/compare.hpp"
#include "support/special_values.hpp"
#include "tests/array/host_gather.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

TEST(eval_into, host_memory_of_every_dtype_gets_the_elements_and_nothing_beyond) {
  Random random(51);
  KeepSettings keep;
  for (Dtype d : kDtypes)
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{1}, Shape{31}, Shape{3, 5}, Shape{40, 50}, Shape{2, 1, 3, 1, 2, 1, 2, 2}})
      for (int k = 0; k < 6; ++k)
        for (const Setting& setting : settings()) {
          use(setting);
          const Placing lies = placing(k, shape.rank());
          const HostArray x = random_array(d, shape, random);
          visit(d, [&]<class T>(T) {
            const auto size = static_cast<std::size_t>(x.size());
            const auto memory = std::make_unique<T[]>(size + 2);
            std::memset(static_cast<void*>(memory.get()), 1, (size + 2) * sizeof(T));
            T mark;
            std::memset(static_cast<void*>(&mark), 1, sizeof mark);
            to_array(x, lies).eval_into(std::span<T>(memory.get() + 1, size));
            HostArray got{d, shape, {}};
            for (std::size_t k = 0; k < size; ++k) got.bits.push_back(to_bits(memory[k + 1]));
            EXPECT_TRUE(same_bits(got, x)) << name(lies) << " on " << text(setting);
            EXPECT_EQ(to_bits(memory[0]), to_bits(mark));
            EXPECT_EQ(to_bits(memory[size + 1]), to_bits(mark));
          });
        }
}

TEST(eval_into, lazy_value_goes_to_host_memory_without_a_block_and_stays_lazy) {
  KeepSettings keep;
  const std::int64_t n = 200'000;
  const array a = linspace(0, 1, n), b = linspace(3, 4, n);
  const array lazy = sqrt(a * a + b * b), half = astype(sqrt(a * a + b * b), f32), view = (a * 2 - b).reshape({400, 500}).T();
  std::vector<double> out(static_cast<std::size_t>(n));
  std::vector<float> narrow(out.size());
  for (const Setting& setting : settings()) {
    use(setting);
    reset_peak();
    const std::int64_t before = memory_use().live, programs = counters().programs_run;
    lazy.eval_into(std::span(out));
    half.eval_into(std::span(narrow));
    EXPECT_EQ(memory_use().peak, before) << text(setting);
    EXPECT_EQ(counters().programs_run - programs, 2);
    EXPECT_TRUE(lazy.is_lazy());
    EXPECT_TRUE(half.is_lazy());
    const array copy = lazy;
    copy.eval_into(std::span(out));
    EXPECT_TRUE(copy.is_lazy()) << "held twice";
    const array fresh = sqrt(a * a + b * b);
    EXPECT_EQ(out, fresh.to_vector<double>());
    EXPECT_EQ(narrow, astype(fresh, f32).to_vector<float>());
    view.eval_into(std::span(out));
    EXPECT_EQ(out, (a * 2 - b).reshape({400, 500}).T().to_vector<double>());
    EXPECT_TRUE(view.is_lazy());
  }
  EXPECT_EQ(lazy.to_vector<double>(), sqrt(a * a + b * b).to_vector<double>()) << "it can still be computed";
}

TEST(eval_into, parts_that_others_hold_get_their_values) {
  const array x = arange(5), part = x * 2, whole = part + 1;
  std::vector<std::int64_t> out(5);
  whole.eval_into(std::span(out));
  EXPECT_EQ(out, (std::vector<std::int64_t>{1, 3, 5, 7, 9}));
  EXPECT_TRUE(whole.is_lazy());
  EXPECT_EQ(part.to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 2, 4, 6, 8}));
  EXPECT_EQ(whole.to_vector<std::int64_t>(), out);
}

TEST(eval_into, several_threads_may_do_so_with_one_array) {
  const array x = arange(20'000), shared = x * 3 + 1, other = shared - 1;
  std::vector<std::int64_t> expected;
  for (std::int64_t k = 0; k < 20'000; ++k) expected.push_back(3 * k + 1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      std::vector<std::int64_t> out(20'000);
      for (int k = 0; k < 30; ++k) {
        if (t == 3 && k == 15) {
          EXPECT_EQ(other.to_vector<std::int64_t>()[1], 3);  // computes `shared` for good
        }
        shared.eval_into(std::span(out));
        EXPECT_EQ(out, expected);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(eval_into, reductions_and_inputs_of_other_kinds_work) {
  const array x = arange(12).reshape({3, 4});
  std::vector<std::int64_t> rows(3), one(1);
  sum(x, {1}).eval_into(std::span(rows));
  EXPECT_EQ(rows, (std::vector<std::int64_t>{6, 22, 38}));
  max(x * x).eval_into(std::span(one));
  EXPECT_EQ(one[0], 121);
  argmax(x, 1).eval_into(std::span(rows));
  EXPECT_EQ(rows, (std::vector<std::int64_t>{3, 3, 3}));
  eye(1, 3, 2, i64).eval_into(std::span(rows));
  EXPECT_EQ(rows, (std::vector<std::int64_t>{0, 0, 1}));
  full({3}, 8, i64).eval_into(std::span(rows));
  EXPECT_EQ(rows, (std::vector<std::int64_t>{8, 8, 8}));
}

TEST(eval_into, exclusive_array_is_written_over) {
  KeepSettings keep;
  const std::int64_t n = 100'000;
  const array x = linspace(0, 1, n);
  array out = empty({n});
  const double* place = out.span<double>().data();
  const array lazy = x * 2 + 1;
  reset_peak();
  const std::int64_t before = memory_use().live;
  lazy.eval_into(out);
  EXPECT_EQ(out.span<double>().data(), place);
  EXPECT_EQ(memory_use().peak, before);
  EXPECT_TRUE(lazy.is_lazy());
  EXPECT_EQ(out.to_vector<double>(), (x * 2 + 1).to_vector<double>());
  x.eval_into(out);
  EXPECT_EQ(out.span<double>().data(), place) << "of a computed array";
  EXPECT_EQ(out.to_vector<double>(), x.to_vector<double>());
}

TEST(eval_into, array_whose_values_others_hold_gets_new_memory) {
  const array one = full({6}, 1, i64);
  const auto expect_kept = [&](const char* what, const std::function<array(const array&)>& holder, const std::vector<std::int64_t>& kept) {
    array out = (arange(6) + 0).eval();
    const array held = holder(out);
    (one * 7).eval_into(out);
    EXPECT_EQ(out.to_vector<std::int64_t>(), std::vector<std::int64_t>(6, 7)) << what;
    EXPECT_EQ(held.to_vector<std::int64_t>(), kept) << what;
    EXPECT_EQ(out.span<std::int64_t>().size(), 6u) << what;
  };
  const std::vector<std::int64_t> old = {0, 1, 2, 3, 4, 5};
  expect_kept("a copy", [](const array& x) { return x; }, old);
  expect_kept("a view", [](const array& x) { return x.slice({{1, 3}}); }, {1, 2});
  expect_kept("a consumer", [](const array& x) { return x * 2; }, {0, 2, 4, 6, 8, 10});
  array filled = zeros({6}, i64), lazy = one + 1, empty_handle = empty({6}, i64).slice({{}});
  for (array* out : {&filled, &lazy, &empty_handle}) {
    one.eval_into(*out);
    EXPECT_EQ(out->to_vector<std::int64_t>(), std::vector<std::int64_t>(6, 1));
    EXPECT_EQ(out->span<std::int64_t>()[5], 1) << "row-major memory of its own";
  }
  EXPECT_EQ(one.to_vector<std::int64_t>(), std::vector<std::int64_t>(6, 1));
}

TEST(eval_into, value_that_depends_on_the_array_reads_the_old_elements) {
  array x = (arange(6) + 0).eval();
  (x + 1).eval_into(x);
  EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
  x.flip(0).eval_into(x);
  EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{6, 5, 4, 3, 2, 1}));
  x.eval_into(x);
  EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{6, 5, 4, 3, 2, 1}));
  for (int k = 0; k < 100; ++k) (x * 2 - x).eval_into(x);
  EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{6, 5, 4, 3, 2, 1}));
}

TEST(eval_into, misfits_are_refused_and_named) {
  const array x = arange(6).reshape({2, 3});
  std::vector<std::int64_t> five(5);
  std::vector<double> six(6);
  array other = zeros({3, 2}, i64), narrow = zeros({2, 3}, i32);
  expect_error([&] { x.eval_into(std::span(five)); }, Code::shape_mismatch, "eval_into", {"6", "5"});
  expect_error([&] { x.eval_into(std::span(six)); }, Code::dtype_mismatch, "eval_into", {"int64", "float64"});
  expect_error([&] { x.eval_into(other); }, Code::shape_mismatch, "eval_into", {"(2, 3)", "(3, 2)"});
  expect_error([&] { x.eval_into(narrow); }, Code::dtype_mismatch, "eval_into", {"int64", "int32"});
  EXPECT_EQ(narrow.to_vector<std::int32_t>(), std::vector<std::int32_t>(6, 0));
  std::vector<double> none;
  array().eval_into(std::span(none));
  array nothing;
  array().eval_into(nothing);
  EXPECT_EQ(nothing.size(), 0);
}

TEST(empty, memory_has_the_shape_and_bools_have_a_value) {
  for (Dtype d : kDtypes) {
    const array x = empty({30, 70}, d);
    EXPECT_EQ(x.shape(), (Shape{30, 70}));
    EXPECT_EQ(x.dtype(), d);
    EXPECT_FALSE(x.is_lazy());
    EXPECT_EQ(empty({0, 3}, d).size(), 0);
    EXPECT_EQ(to_host(empty({}, d)).bits.size(), 1u);
  }
  for (Bits b : to_host(empty({1000}, boolean)).bits) EXPECT_LE(b, 1u);
  EXPECT_EQ(empty({2}).dtype(), f64);
  expect_error([] { empty({-1}); }, Code::invalid_argument, "empty", {"(-1,)"});
  expect_error([] { empty({std::int64_t{1} << 61}); }, Code::invalid_argument, "empty");
}

TEST(contiguous, array_in_order_is_itself_and_any_other_is_copied) {
  Random random(52);
  for (Dtype d : kDtypes)
    for (const Shape& shape : {Shape{}, Shape{0, 3}, Shape{7}, Shape{3, 4}, Shape{2, 1, 2, 1, 2, 1, 2, 2}, Shape{70, 80}}) {
      const HostArray x = random_array(d, shape, random);
      for (int k = 0; k < 6; ++k) {
        const Placing lies = placing(k, shape.rank());
        const array view = to_array(x, lies);
        const array ordered = view.contiguous();
        EXPECT_TRUE(same_bits(ordered, x)) << name(lies);
        visit(d, [&]<class T>(T) {
          const std::span<const T> elements = ordered.span<T>();
          ASSERT_EQ(elements.size(), x.bits.size());
          for (std::size_t k = 0; k < elements.size(); ++k) EXPECT_EQ(to_bits(elements[k]), x.bits[k]);
          EXPECT_EQ(ordered.contiguous().span<T>().data(), elements.data());
        });
      }
    }
  const array lazy = arange(4) + 1;
  EXPECT_EQ(lazy.contiguous().span<std::int64_t>()[3], 4);
  EXPECT_EQ(full({3}, 2, f32).contiguous().span<float>()[2], 2.0f);
  EXPECT_EQ(array().contiguous().size(), 0);
}

TEST(span, what_does_not_lie_in_order_is_refused) {
  const array x = arange(6).reshape({2, 3});
  expect_error([&] { x.span<double>(); }, Code::dtype_mismatch, "span", {"int64", "float64"});
  expect_error([&] { x.T().span<std::int64_t>(); }, Code::invalid_argument, "span", {"(3, 2)", "contiguous()"});
  EXPECT_EQ(x.at(1).span<std::int64_t>()[0], 3);
  EXPECT_EQ((x + 1).eval().span<std::int64_t>()[5], 6);
}

}  // namespace
}  // namespace trireme::test
