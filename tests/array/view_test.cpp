// tests/array/view_test.cpp -- slices, transposes, reshapes and the other views, of computed and of lazy arrays
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "support/compare.hpp"
#include "support/special_values.hpp"
#include "trireme/create.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/manipulate.hpp"
#include "trireme/reduce.hpp"

namespace trireme::test {
namespace {

using Numbers = std::vector<std::int64_t>;

Numbers numbers(const array& x) { return x.to_vector<std::int64_t>(); }

/// 0, 1, 2, ... in `shape`: computed, or lazy so that the view has to be fused.
std::vector<array> counted(const Shape& shape) {
  const array x = arange(shape.size()).reshape(shape).eval();
  return {x, x + 0, astype(astype(x, f64), i64), x.transpose().eval().transpose() * 1};
}

void expect_view(const Shape& shape, const std::function<array(const array&)>& view, const Shape& result,
                 const Numbers& expected) {
  for (const array& x : counted(shape)) {
    const array got = view(x);
    EXPECT_EQ(got.shape(), result) << got.shape().text();
    EXPECT_EQ(numbers(got), expected);
    EXPECT_EQ(numbers(view(x) + 1 - 1), expected) << "fused";
  }
}

TEST(slice, has_pythons_meaning) {
  // range(7)[start:stop:step] for every start and stop in and around the range, restated by counting.
  const array x = arange(7);
  for (std::int64_t step : {1, 2, 3, 7, -1, -2, -5})
    for (std::int64_t start = -9; start <= 9; ++start)
      for (std::int64_t stop = -9; stop <= 9; ++stop) {
        Numbers expected;
        const auto bound = [&](std::int64_t v) {
          if (v < 0) v += 7;
          return step > 0 ? std::min<std::int64_t>(std::max<std::int64_t>(v, 0), 7)
                          : std::min<std::int64_t>(std::max<std::int64_t>(v, -1), 6);
        };
        for (std::int64_t i = bound(start); step > 0 ? i < bound(stop) : i > bound(stop); i += step)
          expected.push_back(i);
        EXPECT_EQ(numbers(x.slice({{start, stop, step}})), expected) << start << ":" << stop << ":" << step;
      }
}

TEST(slice, missing_bounds_are_the_ends) {
  expect_view({5}, [](const array& x) { return x.slice({{{}, {}, 2}}); }, {3}, {0, 2, 4});
  expect_view({5}, [](const array& x) { return x.slice({{{}, {}, -1}}); }, {5}, {4, 3, 2, 1, 0});
  expect_view({5}, [](const array& x) { return x.slice({{3, {}, -2}}); }, {2}, {3, 1});
  expect_view({5}, [](const array& x) { return x.slice({{-2, {}}}); }, {2}, {3, 4});
  expect_view({2, 3}, [](const array& x) { return x.slice({}); }, {2, 3}, {0, 1, 2, 3, 4, 5});
  expect_view({2, 3}, [](const array& x) { return x.slice({{1, 2}}); }, {1, 3}, {3, 4, 5});
}

TEST(slice, extreme_bounds_and_steps_work) {
  const std::int64_t big = std::numeric_limits<std::int64_t>::max(), small = std::numeric_limits<std::int64_t>::min();
  expect_view({4}, [=](const array& x) { return x.slice({{small, big, big}}); }, {1}, {0});
  expect_view({4}, [=](const array& x) { return x.slice({{big, small, small}}); }, {1}, {3});
  expect_view({4}, [=](const array& x) { return x.slice({{big, big}}); }, {0}, {});
  expect_view({4}, [=](const array& x) { return x.slice({{2, 2}}); }, {0}, {});
}

TEST(slice, of_a_slice_composes) {
  expect_view({20}, [](const array& x) { return x.slice({{2, 18, 2}}).slice({{{}, {}, -3}}); }, {3}, {16, 10, 4});
  expect_view({4, 6},
              [](const array& x) {
                return x.slice({{{}, {}, 2}, {1, {}, 2}}).slice({{1, 2}, {{}, {}, -1}});
              },
              {1, 3}, {17, 15, 13});
}

TEST(at, takes_one_index_of_one_axis) {
  expect_view({3, 4}, [](const array& x) { return x.at(1); }, {4}, {4, 5, 6, 7});
  expect_view({3, 4}, [](const array& x) { return x.at(-1, 1); }, {3}, {3, 7, 11});
  expect_view({3, 4}, [](const array& x) { return x.at(2).at(-4); }, {}, {8});
}

TEST(transpose, permutes_axes) {
  expect_view({2, 3}, [](const array& x) { return x.T(); }, {3, 2}, {0, 3, 1, 4, 2, 5});
  expect_view({2, 3, 2},
              [](const array& x) {
                return x.transpose({1, 2, 0});
              },
              {3, 2, 2}, {0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11});
  expect_view({2, 3, 2},
              [](const array& x) {
                return x.transpose({-2, -1, 0}).transpose({2, 0, 1});
              },
              {2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  expect_view({}, [](const array& x) { return x.T(); }, {}, {0});
}

TEST(reshape, keeps_row_major_order) {
  const Numbers six = {0, 1, 2, 3, 4, 5};
  expect_view(
      {2, 3},
      [](const array& x) {
        return x.reshape({3, 2});
      },
      {3, 2}, six);
  expect_view(
      {2, 3}, [](const array& x) { return x.reshape({-1}); }, {6}, six);
  expect_view(
      {6},
      [](const array& x) {
        return x.reshape({1, -1, 2, 1});
      },
      {1, 3, 2, 1}, six);
  expect_view({1, 1}, [](const array& x) { return x.reshape({}); }, {}, {0});
  expect_view({2, 3}, [](const array& x) { return x.T().reshape({2, 3}); }, {2, 3}, {0, 3, 1, 4, 2, 5});
  expect_view({2, 6},
              [](const array& x) {
                return x.slice({{}, {{}, {}, 2}}).reshape({3, 2});
              },
              {3, 2}, {0, 2, 4, 6, 8, 10});
  expect_view({4, 3},
              [](const array& x) {
                return x.slice({{{}, {}, -1}}).reshape({2, 2, 3});
              },
              {2, 2, 3}, {9, 10, 11, 6, 7, 8, 3, 4, 5, 0, 1, 2});
  expect_view({0, 3}, [](const array& x) { return x.reshape({5, 0}); }, {5, 0}, {});
  expect_view({0, 3}, [](const array& x) { return x.reshape({-1}); }, {0}, {});
  expect_view({3}, [](const array& x) { return x.broadcast_to({2, 3}).reshape({-1}); }, {6}, {0, 1, 2, 0, 1, 2});
}

TEST(broadcast_to, repeats_elements) {
  expect_view({3}, [](const array& x) { return x.broadcast_to({2, 3}); }, {2, 3}, {0, 1, 2, 0, 1, 2});
  expect_view({2, 1}, [](const array& x) { return x.broadcast_to({2, 3}); }, {2, 3}, {0, 0, 0, 1, 1, 1});
  expect_view({}, [](const array& x) { return x.broadcast_to({2, 1}); }, {2, 1}, {0, 0});
  expect_view({1}, [](const array& x) { return x.broadcast_to({0}); }, {0}, {});
}

TEST(expand_dims, and_squeeze_add_and_drop_axes) {
  expect_view({2}, [](const array& x) { return x.expand_dims(0); }, {1, 2}, {0, 1});
  expect_view({2}, [](const array& x) { return x.expand_dims(-1); }, {2, 1}, {0, 1});
  expect_view({1, 2, 1}, [](const array& x) { return x.squeeze(); }, {2}, {0, 1});
  expect_view({1, 2, 1}, [](const array& x) { return x.squeeze(-1); }, {1, 2}, {0, 1});
  expect_view({1, 1}, [](const array& x) { return x.squeeze(); }, {}, {0});
}

TEST(flip, reverses_an_axis) {
  expect_view({2, 3}, [](const array& x) { return x.flip(0); }, {2, 3}, {3, 4, 5, 0, 1, 2});
  expect_view({2, 3}, [](const array& x) { return x.flip(-1).flip(0); }, {2, 3}, {5, 4, 3, 2, 1, 0});
  expect_view({0}, [](const array& x) { return x.flip(0); }, {0}, {});
}

TEST(views, rank_8_works) {
  const Shape shape{2, 1, 2, 1, 2, 1, 2, 2};
  const array x = arange(shape.size()).reshape(shape);
  EXPECT_EQ(numbers(x.transpose().transpose()), numbers(x));
  const auto view = [](const array& a) { return a.flip(7).flip(0).slice({{0, 1}, {}, {1, 2}}); };
  EXPECT_EQ(numbers(view(x + 0)), (Numbers{25, 24, 27, 26, 29, 28, 31, 30}));
  EXPECT_EQ(numbers(view(x)), numbers(view(x + 0)));
}

TEST(views, of_rolled_arrays_compose) {
  const array x = arange(10);
  EXPECT_EQ(numbers(roll(x, 3, 0).slice({{1, 6}})), (Numbers{8, 9, 0, 1, 2}));
  EXPECT_EQ(numbers(roll(x, 3, 0).flip(0)), (Numbers{6, 5, 4, 3, 2, 1, 0, 9, 8, 7}));
  EXPECT_EQ(numbers(roll(x.slice({{{}, {}, 2}}), 1, 0)), (Numbers{8, 0, 2, 4, 6}));
  EXPECT_EQ(numbers(roll(roll(x, 3, 0), -3, 0)), numbers(x));
  EXPECT_EQ(numbers(roll(roll(x, 7, 0).slice({{0, 5}}), 2, 0) + 0), (Numbers{6, 7, 3, 4, 5}));
}

TEST(views, unaligned_start_of_every_dtype_gives_the_elements) {
  Random random(5);
  for (Dtype d : kDtypes)
    for (std::int64_t first : {1, 2, 3, 5, 7}) {
      const HostArray whole = random_array(d, {600}, random);
      const HostArray part = make_host(d, {600 - first}, {whole.bits.begin() + first, whole.bits.end()});
      expect_everywhere([&] { return to_array(whole).slice({{first, {}}}); }, part, "slice");
      expect_everywhere(
          [&] {
            return where(true, to_array(whole).slice({{first, {}}}), to_array(part));
          },
          part, "fused slice");
    }
}

TEST(views, of_a_view_share_memory_with_a_computed_array) {
  const array x = zeros({1000, 1000}).eval();
  const array y = x.slice({{1, 900}, {1, 900}}).T();
  EXPECT_FALSE(y.is_lazy());
}

TEST(view, elements_of_every_dtype_keep_their_bits) {
  Random random(11);
  for (Dtype d : kDtypes)
    for (const Shape& shape : {Shape{}, Shape{0, 3}, Shape{1}, Shape{37}, Shape{5, 70}, Shape{3, 4, 9}}) {
      const HostArray x = random_array(d, shape, random);
      for (Placing placing : kPlacings) {
        EXPECT_TRUE(same_bits(to_array(x, placing), x)) << name(placing);
        EXPECT_TRUE(same_bits(to_array(x, placing).transpose().eval().transpose(), x)) << name(placing);
        if (shape.rank() == 0) continue;
        expect_everywhere([&] { return roll(roll(to_array(x, placing), 5, 0), -5, 0).flip(0).eval().flip(0); }, x,
                          name(placing));
        EXPECT_TRUE(same_bits(to_array(x, placing).reshape({-1}).reshape(shape), x)) << name(placing);
      }
    }
}

}  // namespace
}  // namespace trireme::test
