// tests/array/lazy_test.cpp -- when things are computed, what is fused, what is compiled again and what memory is held
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <vector>

#include "support/compare.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

array numbers(std::int64_t n) { return arange(0, n, 1, f32); }

TEST(lazy, operation_is_lazy_until_it_is_read) {
  const array x = numbers(10);
  const array y = x * 2 + 1;
  EXPECT_TRUE(y.is_lazy());
  EXPECT_EQ(y.slice({{3, 4}}).item<float>(), 7.0f);
  y.eval();
  EXPECT_FALSE(y.is_lazy());
  EXPECT_EQ(y.to_vector<float>()[9], 19.0f);
}

TEST(lazy, errors_are_raised_when_the_node_is_built) {
  const array x = numbers(3) + 1;
  EXPECT_THROW(x + numbers(4), error);
  EXPECT_TRUE(x.is_lazy());
}

TEST(lazy, expression_runs_as_one_program) {
  const array x = numbers(1000), y = numbers(1000);
  Explain explain;
  (sqrt(x * x + 1) - exp(-y)).eval();
  ASSERT_EQ(explain.programs().size(), 1u) << explain.text();
  EXPECT_EQ(explain.programs()[0].operations, 6);
  EXPECT_EQ(explain.programs()[0].elements, 1000);
  EXPECT_EQ(explain.programs()[0].bytes_read, 8000);
  EXPECT_EQ(explain.programs()[0].bytes_written, 4000);
}

TEST(lazy, producer_is_fused_into_a_reduction) {
  const array x = numbers(1000);
  Explain explain;
  EXPECT_EQ(sum(x * 0 + 2).item<float>(), 2000.0f);
  EXPECT_EQ(explain.programs().size(), 1u) << explain.text();
}

TEST(lazy, views_of_computed_arrays_are_fused) {
  const array x = numbers(900).reshape({30, 30}).eval();
  Explain explain;
  (roll(x, 1, 0) + x.T() + x.at(3) + x.flip(1)).eval();
  EXPECT_EQ(explain.programs().size(), 1u) << explain.text();
}

TEST(lazy, intermediate_with_a_handle_is_computed_once) {
  const array x = numbers(1000);
  const array kept = exp(x * 0.001);
  const array result = kept + 1;
  Explain explain;
  result.eval();
  EXPECT_EQ(explain.programs().size(), 1u) << explain.text();
  EXPECT_FALSE(kept.is_lazy());
  const HostArray by_itself = to_host(exp(x * 0.001));
  EXPECT_TRUE(same_bits(kept, by_itself));
  EXPECT_EQ(explain.programs().size(), 2u) << "reading the kept one runs nothing";
}

TEST(lazy, shared_subexpression_is_computed_once) {
  const array x = numbers(100);
  Explain explain;
  {
    array shared = x + 1;
    array result = shared * shared - shared;
    shared = array();
    result.eval();
    EXPECT_EQ(result.to_vector<float>()[4], 20.0f);
  }
  ASSERT_EQ(explain.programs().size(), 1u);
  EXPECT_EQ(explain.programs()[0].operations, 3) << explain.text();
}

TEST(lazy, same_expression_again_builds_no_plan_and_compiles_nothing) {
  const auto expression = [](std::int64_t n) { return sum(numbers(n) * 2.5 - 1).item<float>(); };
  expression(100);
  const Counters before = counters();
  for (std::int64_t n : {100, 101, 1000, 8191}) expression(n);
  const Counters after = counters();
  EXPECT_EQ(after.plans_built, before.plans_built);
  EXPECT_EQ(after.executables_compiled, before.executables_compiled);
  EXPECT_GE(after.programs_run, before.programs_run + 4);
}

TEST(lazy, other_scalars_and_sizes_do_not_compile_again) {
  const auto run = [](std::int64_t rows, std::int64_t columns, double k) {
    (numbers(rows * columns).reshape({rows, columns}).T() * k + numbers(rows)).eval();
  };
  run(30, 40, 1.5);
  const Counters before = counters();
  run(31, 57, 2.5);
  run(300, 7, -1);
  EXPECT_EQ(counters().executables_compiled, before.executables_compiled);
}

TEST(lazy, loop_carried_expression_settles) {
  const array c = numbers(50);
  const auto loop = [&](int steps, bool evaluate) {
    array b = c;
    for (int k = 0; k < steps; ++k) {
      b = b * 0.5 + c;
      if (evaluate) b.eval();
    }
    return b.to_vector<float>();
  };
  // Cut at the limits of a program or by eval(): either way a few structures come again and again.
  const auto lazy = loop(1000, false), eager = loop(1000, true);
  EXPECT_EQ(lazy, eager);
  const Counters before = counters();
  loop(1000, false);
  loop(1000, true);
  const Counters after = counters();
  EXPECT_EQ(after.plans_built, before.plans_built);
  EXPECT_EQ(after.executables_compiled, before.executables_compiled);
}

TEST(lazy, chain_of_many_operations_neither_overflows_nor_differs) {
  array x = numbers(8);
  for (int k = 0; k < 100'000; ++k) x = x + 1;
  EXPECT_EQ(x.to_vector<float>()[0], 100'000.0f);
  array dropped = numbers(8);
  for (int k = 0; k < 100'000; ++k) dropped = -dropped;
}

TEST(lazy, doubling_graph_is_not_walked_as_a_tree) {
  array x = full({4}, 1, f64);
  for (int k = 0; k < 200; ++k) x = (x + x) * 0.5;
  EXPECT_EQ(x.to_vector<double>(), (std::vector<double>{1, 1, 1, 1}));
}

TEST(lazy, many_leaves_are_cut_into_programs) {
  std::vector<array> parts;
  for (int k = 0; k < 300; ++k) parts.push_back(full({5}, k, i64) + 0);
  array total = parts[0];
  for (std::size_t k = 1; k < parts.size(); ++k) total = total + parts[k];
  EXPECT_EQ(total.to_vector<std::int64_t>(), std::vector<std::int64_t>(5, 300 * 299 / 2));
}

TEST(lazy, views_of_views_of_lazy_arrays_are_cut_too) {
  array x = numbers(64) + 0;
  for (int k = 0; k < 500; ++k) x = roll(x, 1, 0);
  EXPECT_EQ(x.to_vector<float>()[500 % 64], 0.0f);
  array y = numbers(64) + 0;
  for (int k = 0; k < 501; ++k) y = y.flip(0);
  EXPECT_EQ(y.to_vector<float>()[0], 63.0f);
}

TEST(lazy, memory_returns_to_what_it_was) {
  {
    const array warm = numbers(100'000) + 1;
    warm.eval();
  }
  const std::int64_t before = counters().bytes_live;
  {
    const array x = numbers(1'000'000);
    const array y = (x + 1).eval();
    const array z = sum(y * x);
    z.eval();
    EXPECT_GE(counters().bytes_live, before + 8'000'000);
  }
  EXPECT_EQ(counters().bytes_live, before);
}

TEST(lazy, value_of_a_shared_node_is_the_same_for_every_handle) {
  const array x = numbers(10) + 1;
  const array copy = x;
  copy.eval();
  EXPECT_FALSE(x.is_lazy());
  EXPECT_EQ(x.to_vector<float>(), copy.to_vector<float>());
}

TEST(lazy, self_assignment_and_swaps_keep_the_value) {
  array x = numbers(3) + 1;
  const array& alias = x;
  x = alias;
  array y = std::move(x);
  x = y;
  EXPECT_EQ(x.to_vector<float>(), (std::vector<float>{1, 2, 3}));
  x = x + x;
  EXPECT_EQ(x.to_vector<float>(), (std::vector<float>{2, 4, 6}));
}

TEST(lazy, pin_survives_operations_and_views) {
  const array x = numbers(6).to(Device("cpu"));
  EXPECT_EQ(x.device().name(), "cpu");
  EXPECT_EQ((x + 1).device().name(), "cpu");
  EXPECT_EQ((x + 1).slice({{1, 3}}).eval().device().name(), "cpu");
}

TEST(lazy, scope_places_what_is_built_in_it) {
  const array x = numbers(6);
  const DeviceScope scope{Device("cpu")};
  EXPECT_EQ((x + 1).device().name(), "cpu");
}

TEST(lazy, explain_names_device_level_and_reason) {
  const array x = numbers(10);
  Explain explain;
  (x + 1).eval();
  ASSERT_EQ(explain.programs().size(), 1u);
  const ProgramReport& report = explain.programs()[0];
  EXPECT_FALSE(report.device.empty());
  EXPECT_FALSE(report.why.empty());
  EXPECT_FALSE(report.program.empty());
  EXPECT_NE(explain.text().find(report.device), std::string::npos);
  explain.clear();
  EXPECT_TRUE(explain.programs().empty());
}

TEST(lazy, inner_explain_takes_over_while_it_lives) {
  const array x = numbers(10);
  Explain outer;
  {
    Explain inner;
    (x + 1).eval();
    EXPECT_EQ(inner.programs().size(), 1u);
  }
  (x + 1).eval();
  EXPECT_EQ(outer.programs().size(), 1u);
}

}  // namespace
}  // namespace trireme::test
