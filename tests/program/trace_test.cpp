// tests/program/trace_test.cpp -- tracing numbers values by the expression alone; rows expand to good programs
// SPDX-License-Identifier: Apache-2.0
#include "program/trace.hpp"

#include <gtest/gtest.h>

#include "trireme/error.hpp"

namespace trireme::program {

namespace {
constexpr Dtype kDtypes[] = {boolean, i32, i64, u32, u64, f32, f64};
}

TEST(Trace, numbering_follows_operands_not_construction) {
  using V = Traced<float>;
  const auto text = [](bool right_first) {
    Builder builder;
    const auto in = builder.parameter(Role::scalar, f32), out = builder.parameter(Role::output, f32);
    Trace trace;
    const V x = V::from(trace.given(f32, builder.scalar(in)));
    V left, right;
    if (right_first) {
      right = x - V(2.0f);
      left = x + V(1.0f);
    } else {
      left = x + V(1.0f);
      right = x - V(2.0f);
    }
    builder.store(out, trace.emit(builder, (left * right).node()));
    return print(builder.take());
  };
  EXPECT_EQ(text(true), text(false));
  EXPECT_EQ(text(true), R"(map
  p0 : scalar f32
  p1 : output f32

  v0 = scalar p0                         : f32
  v1 = constant 1                        : f32
  v2 = add v0 v1                         : f32
  v3 = constant 2                        : f32
  v4 = subtract v0 v3                    : f32
  v5 = multiply v2 v4                    : f32
  store p1 v5                            : f32
)");
}

TEST(Trace, equal_expressions_are_one_value_and_unused_ones_none) {
  using V = Traced<std::int64_t>;
  Builder builder;
  Trace trace;
  const V unused = V(5) * V(6);
  const V twice = (V(3) + V(4)) * (V(3) + V(4));
  trace.emit(builder, twice.node());
  EXPECT_EQ(builder.take().body.size(), 4u);  // 3, 4, add, multiply
  EXPECT_NE(unused.node(), Trace::kNone);
}

TEST(Trace, zeros_of_both_signs_stay_apart) {
  using V = Traced<double>;
  Trace trace;
  EXPECT_NE(V(0.0).node(), V(-0.0).node());
}

TEST(Trace, value_outside_of_a_trace_is_an_error) { EXPECT_THROW(Traced<float>(1.0f), error); }

TEST(Trace, repeat_is_a_loop_and_what_does_not_change_stands_before_it) {
  using V = Traced<float>;
  Builder builder;
  const auto in = builder.parameter(Role::scalar, f32), out = builder.parameter(Role::output, f32);
  Trace trace;
  const V x = V::from(trace.given(f32, builder.scalar(in)));
  V sum = x, factor = V(2.0f);
  math::repeat<5>(
      [=](V& s, V& f) {
        s = s + f * (x * x);
        f = V(3.0f);
      },
      sum, factor);
  builder.store(out, trace.emit(builder, (sum - factor).node()));
  const Program p = builder.take();
  EXPECT_NO_THROW(verify(p));
  EXPECT_EQ(print(p), R"(map
  p0 : scalar f32
  p1 : output f32

  v0 = scalar p0                         : f32
  v1 = constant 2                        : f32
  v2 = multiply v0 v0                    : f32
  v3 = constant 3                        : f32
  v4 = local v0                          : f32
  v5 = local v1                          : f32
  v6 = constant 0                        : i64
  v7 = constant 5                        : i64
  v8 = constant 1                        : i64
  v9 = for_begin v6 v7 v8                : i64
    v10 = get v4                         : f32
    v11 = get v5                         : f32
    v12 = multiply v11 v2                : f32
    v13 = add v10 v12                    : f32
    set v4 v13                           : f32
    set v5 v3                            : f32
  for_end
  v17 = get v4                           : f32
  v18 = get v5                           : f32
  v19 = subtract v17 v18                 : f32
  store p1 v19                           : f32
)");
}

TEST(Trace, repeat_within_repeat_is_an_error) {
  using V = Traced<float>;
  Trace trace;
  V x(1.0f), y(2.0f);
  const auto inner = [](V& v) { v = v + v; };
  EXPECT_THROW(math::repeat<2>([&](V& v) { math::repeat<2>(inner, y), v = v + y; }, x), error);
}

TEST(Expand, every_row_and_dtype_gives_a_verified_program) {
  int count = 0;
  for (int k = 0; k < kTableOps; ++k)
    for (const Dtype type : kDtypes) {
      const auto row = static_cast<Opcode>(k);
      if (!takes(row, type)) {
        EXPECT_THROW(expand(row, type), error);
        continue;
      }
      const Program p = expand(row, type);
      EXPECT_NO_THROW(verify(p)) << print(p);
      EXPECT_EQ(p.parameters.size(), static_cast<std::size_t>(info(row).operands) + 1);
      EXPECT_EQ(p.parameters.back().type, result_type(row, type));
      ++count;
    }
  EXPECT_GT(count, kTableOps);
}

TEST(Expand, minimum_gives_golden_text) {
  EXPECT_EQ(print(expand(Opcode::minimum, i32)), R"(map
  p0 : scalar i32
  p1 : scalar i32
  p2 : output i32

  v0 = scalar p0                         : i32
  v1 = scalar p1                         : i32
  v2 = less v0 v1                        : boolean
  v3 = where v2 v0 v1                    : i32
  store p2 v3                            : i32
)");
}

TEST(Expand, directly_spelled_row_is_itself) {
  const Program p = expand(Opcode::fma, f64);
  ASSERT_EQ(p.body.size(), 5u);
  EXPECT_EQ(p.body[3].op, Opcode::fma);
}

}  // namespace trireme::program
