// tests/array/transposed_test.cpp -- transposed and strided operands large enough to go by blocks, against plain copies
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/compare.hpp"
#include "trireme/create.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/io.hpp"
#include "trireme/manipulate.hpp"
#include "trireme/reduce.hpp"

namespace trireme::test {
namespace {

/// Numbers without a pattern that a transposition would keep: fractions that sums must round.
array numbers(const Shape& shape, Dtype dtype) {
  std::vector<double> values(static_cast<std::size_t>(shape.size()));
  std::uint32_t state = 7;
  for (double& v : values) {
    state = state * 1664525u + 1013904223u;
    v = static_cast<double>(state >> 8) * 0x1p-20 - 8;
  }
  return astype(array::from(values, shape), dtype).eval();
}

/// The elements of x with its axes in the given order, picked one by one on the host.
template <class T>
array picked(const array& x, const Shape& order) {
  const auto from = x.to_vector<T>();
  const int rank = x.rank();
  Shape shape, strides = x.shape();
  std::int64_t step = 1;
  for (int k = rank - 1; k >= 0; --k) {
    strides[k] = step;
    step *= x.shape()[k];
  }
  for (int k = 0; k < rank; ++k) shape.push_back(x.shape()[static_cast<int>(order[k])]);
  std::vector<T> out;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    std::int64_t left = i, place = 0;
    for (int k = rank - 1; k >= 0; --k) {
      place += left % shape[k] * strides[static_cast<int>(order[k])];
      left /= shape[k];
    }
    out.push_back(from[static_cast<std::size_t>(place)]);
  }
  return array::from(out, shape);
}

/// Runs `body` on every level, with 1 and 2 threads.
template <class Body>
void everywhere(Body body) {
  const KeepSettings keep;
  for (const Setting& setting : settings()) {
    SCOPED_TRACE(text(setting));
    use(setting);
    body();
  }
}

struct Turned {
  Shape shape, order;
};

const Turned kTurned[] = {
    {{300, 200}, {1, 0}},   {{129, 5}, {1, 0}},        {{64, 513}, {1, 0}},         {{16, 128}, {1, 0}},
    {{3, 70, 140}, {0, 2, 1}}, {{150, 3, 40}, {2, 1, 0}}, {{140, 33, 2, 9}, {3, 1, 2, 0}}, {{1027, 4}, {1, 0}},
    {{31, 2, 1100}, {2, 1, 0}}, {{2100, 18}, {1, 0}},  {{18, 2100}, {1, 0}},        {{9, 8200}, {1, 0}}, {{700, 900}, {1, 0}},
};

template <class T>
class transposed : public testing::Test {};
using Types = testing::Types<float, double, std::int32_t, std::int64_t>;
TYPED_TEST_SUITE(transposed, Types);

TYPED_TEST(transposed, maps_pick_the_right_elements) {
  everywhere([] {
    for (const Turned& turned : kTurned) {
      const array x = numbers(turned.shape, dtype_of<TypeParam>);
      const array view = x.transpose(turned.order), copy = picked<TypeParam>(x, turned.order);
      EXPECT_EQ(view.to_vector<TypeParam>(), copy.to_vector<TypeParam>()) << turned.shape.text();
      EXPECT_EQ(bits(view + 1), bits(copy + 1)) << turned.shape.text();
      EXPECT_EQ(bits(view * copy + view), bits(copy * copy + copy)) << turned.shape.text();
      EXPECT_EQ(bits(where(view > 0, view, copy)), bits(copy)) << turned.shape.text();
      const array row = copy.slice({{0, 1}}).eval();  // broadcast beside a transposed operand
      EXPECT_EQ(bits(view - row), bits(copy - row)) << turned.shape.text();
    }
  });
}

// 16 MiB and more, which is written past the caches, with rows that begin anywhere in a line and pieces left over.
TYPED_TEST(transposed, large_copies_pick_the_right_elements) {
  const Turned large[] = {{{2100, 2003}, {1, 0}}, {{130, 33001}, {1, 0}}, {{3, 1301, 1100}, {0, 2, 1}}};
  for (const Turned& turned : large) {
    const array x = numbers(turned.shape, dtype_of<TypeParam>);
    const array view = x.transpose(turned.order), copy = picked<TypeParam>(x, turned.order);
    const array row = copy.slice({{0, 1}}).eval();
    everywhere([&] {
      EXPECT_EQ(bits(view.reshape({-1})), bits(copy.reshape({-1}))) << turned.shape.text();
      EXPECT_EQ(bits(concat({row, view}, 0)), bits(concat({row, copy}, 0))) << turned.shape.text();
    });
  }
}

TYPED_TEST(transposed, bools_pick_the_right_elements) {
  everywhere([] {
    for (const Turned& turned : kTurned) {
      const array x = numbers(turned.shape, dtype_of<TypeParam>);
      const array expected = (picked<TypeParam>(x, turned.order) > 0).eval();
      EXPECT_EQ((x > 0).eval().transpose(turned.order).template to_vector<bool>(), expected.to_vector<bool>());
    }
  });
}

TYPED_TEST(transposed, reductions_keep_their_order) {
  everywhere([] {
    for (const Turned& turned : kTurned) {
      const array x = numbers(turned.shape, dtype_of<TypeParam>);
      const array view = x.transpose(turned.order), copy = picked<TypeParam>(x, turned.order);
      for (int axis = 0; axis < view.rank(); ++axis) {
        EXPECT_EQ(bits(sum(view, {axis})), bits(sum(copy, {axis}))) << turned.shape.text() << " axis " << axis;
        EXPECT_EQ(bits(max(view, {axis})), bits(max(copy, {axis}))) << turned.shape.text() << " axis " << axis;
        EXPECT_EQ(bits(min(view, {axis})), bits(min(copy, {axis}))) << turned.shape.text() << " axis " << axis;
        EXPECT_EQ(bits(sum(view * view, {axis})), bits(sum(copy * copy, {axis}))) << turned.shape.text() << " axis " << axis;
      }
      EXPECT_EQ(bits(sum(view)), bits(sum(copy))) << turned.shape.text();
    }
  });
}

// What is fused into a reduction lies along the kept positions, along the run, along another axis of a run of several
// axes, or is one element there: each alone and one beside the other.
TYPED_TEST(transposed, fused_reductions_keep_their_order) {
  everywhere([] {
    for (const Turned& turned : kTurned) {
      const array x = numbers(turned.shape, dtype_of<TypeParam>);
      const array view = x.transpose(turned.order), copy = picked<TypeParam>(x, turned.order);
      const array row = copy.slice({{0, 1}}).eval(), column = view.slice({{}, {0, 1}}).eval();
      const array turned_terms = view * row - copy + view * view, plain_terms = copy * row - copy + copy * copy;
      const int rank = view.rank();
      for (int set = 0; set < 1 << rank; ++set) {
        std::vector<int> axes;
        for (int k = 0; k < rank; ++k)
          if (set >> k & 1) axes.push_back(k);
        SCOPED_TRACE(turned.shape.text() + " axes " + std::to_string(set));
        EXPECT_EQ(bits(sum(turned_terms, axes)), bits(sum(plain_terms, axes)));
        EXPECT_EQ(bits(sum(view, axes)), bits(sum(copy, axes)));
        EXPECT_EQ(bits(min(view * column + 1, axes)), bits(min(copy * column + 1, axes)));
        EXPECT_EQ(bits(count_nonzero(view > copy * row, axes)), bits(count_nonzero(copy > copy * row, axes)));
      }
      for (int k = 0; k < rank; ++k) EXPECT_EQ(bits(argmax(view * row, k)), bits(argmax(copy * row, k))) << turned.shape.text() << " axis " << k;
    }
  });
}

TYPED_TEST(transposed, strides_pick_the_right_elements) {
  const array x = numbers({5000}, dtype_of<TypeParam>);
  const auto all = x.to_vector<TypeParam>();
  for (std::int64_t step : {-1, 2, -2, 3, 4, -5})
    for (std::int64_t start : {0, 1, 4998, 4999}) {
      std::vector<TypeParam> expected;
      for (std::int64_t k = start; k >= 0 && k < 5000; k += step) expected.push_back(all[static_cast<std::size_t>(k)]);
      EXPECT_EQ(x.slice({{start, {}, step}}).template to_vector<TypeParam>(), expected) << start << " by " << step;
    }
}

}  // namespace
}  // namespace trireme::test
