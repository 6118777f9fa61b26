// tests/array/manipulate_test.cpp -- concat, stack, repeat, tile and eye against the host, of every dtype and placing
// SPDX-License-Identifier: Apache-2.0
#include "trireme/manipulate.hpp"

#include <limits>

#include "support/compare.hpp"
#include "support/oracle.hpp"
#include "support/special_values.hpp"
#include "tests/array/host_gather.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

Shape random_shape(int rank, std::int64_t most, Random& random) {
  Shape shape;
  for (int k = 0; k < rank; ++k) shape.push_back(random.chance(4) ? 0 : random.between(1, most));
  return shape;
}

Bits converted(const HostArray& x, Dtype to, const Coordinates& at) { return *expected_cast(x.dtype, to, element(x, at)); }

HostArray expected_concat(const std::vector<HostArray>& parts, int axis, Dtype dtype) {
  Shape shape = parts[0].shape;
  shape[axis] = 0;
  for (const HostArray& part : parts) shape[axis] += part.shape[axis];
  return host_from(dtype, shape, [&](Coordinates at) {
    auto& place = at[static_cast<std::size_t>(axis)];
    std::size_t k = 0;
    for (; place >= parts[k].shape[axis]; ++k) place -= parts[k].shape[axis];
    return converted(parts[k], dtype, at);
  });
}

std::vector<array> placed(const std::vector<HostArray>& parts, std::int64_t first) {
  std::vector<array> out;
  for (const HostArray& part : parts) out.push_back(to_array(part, placing(first++, part.shape.rank())));
  return out;
}

TEST(concat, every_dtype_rank_axis_and_placing_gives_the_elements_in_order) {
  Random random(11);
  for (Dtype d : kDtypes)
    for (int rank = 1; rank <= kMaxRank; ++rank)
      for (int axis = 0; axis < rank; ++axis) {
        Shape shape = random_shape(rank, rank < 5 ? 4 : 2, random);
        std::vector<HostArray> parts;
        for (int k = 0; k < 3; ++k) {
          shape[axis] = random.below(4);
          parts.push_back(random_array(d, shape, random));
        }
        const HostArray expected = expected_concat(parts, axis, d);
        const int given = random.chance(50) ? axis : axis - rank;
        for (std::int64_t first = 0; first < (rank < 4 ? 6 : 1); ++first)
          expect_everywhere([&] { return concat(placed(parts, first + axis), given); }, expected,
                            "concat on axis " + std::to_string(given) + " of " + expected.shape.text());
      }
}

TEST(concat, mixed_dtypes_are_promoted) {
  Random random(12);
  for (Dtype a : kDtypes)
    for (Dtype b : kDtypes) {
      const std::vector<HostArray> parts = {random_array(a, {3, 2}, random), random_array(b, {3, 5}, random)};
      const HostArray expected = expected_concat(parts, 1, promote(a, b));
      EXPECT_TRUE(same_bits(concat(placed(parts, random.below(6)), 1), expected)) << name(a) << " and " << name(b);
    }
}

TEST(concat, without_axis_flattens_arrays_of_any_shape) {
  Random random(13);
  for (Dtype d : kDtypes) {
    const std::vector<HostArray> parts = {random_array(d, {2, 3}, random), random_array(d, {}, random),
                                          random_array(d, {0, 7}, random), random_array(d, {1, 2, 2}, random)};
    HostArray expected{d, {11}, {}};
    for (const HostArray& part : parts) expected.bits.insert(expected.bits.end(), part.bits.begin(), part.bits.end());
    for (std::int64_t first = 0; first < 6; ++first)
      expect_everywhere([&] { return concat(placed(parts, first), {}); }, expected, "concat without an axis");
  }
}

TEST(concat, lazy_inputs_are_fused_into_the_writes) {
  KeepSettings keep;
  const std::int64_t n = 300'000;
  const array x = arange(n), y = arange(n).flip(0);
  std::vector<std::int64_t> expected;
  for (std::int64_t k = 0; k < n; ++k) expected.push_back(k * 2 + 1);
  for (std::int64_t k = 0; k < n; ++k) expected.push_back(n - 1 - k - 3 * k);
  for (const Setting& setting : settings()) {
    use(setting);
    reset_peak();
    const std::int64_t before = memory_use().live, programs = counters().programs_run;
    const array got = concat({x * 2 + 1, y - 3 * x});
    EXPECT_EQ(memory_use().peak - before, 8 * 2 * n) << "a temporary on " << text(setting);
    EXPECT_EQ(counters().programs_run - programs, 2) << text(setting);
    EXPECT_FALSE(got.is_lazy());
    EXPECT_EQ(got.to_vector<std::int64_t>(), expected) << text(setting);
  }
}

TEST(concat, lazy_inputs_get_values_only_where_others_can_read_them) {
  const array x = arange(5) * 2, total = sum(x, {}, true);
  EXPECT_EQ(concat({x, total, x}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 2, 4, 6, 8, 20, 0, 2, 4, 6, 8}));
  EXPECT_FALSE(x.is_lazy()) << "it would be computed again when it is read";
  const std::vector<array> only = {arange(3) * 3, arange(2) + 7};
  EXPECT_EQ(concat(only).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 3, 6, 7, 8}));
  EXPECT_EQ(concat(only, {}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 3, 6, 7, 8}));
  EXPECT_TRUE(only[0].is_lazy());
  const std::vector<array> rows = {arange(2) * 3, arange(2) + 7};
  EXPECT_EQ(stack(rows, 1).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 7, 3, 8}));
  EXPECT_TRUE(rows[0].is_lazy());
  EXPECT_EQ(rows[0].to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 3})) << "it can still be computed";
  EXPECT_EQ(concat({x}).to_vector<std::int64_t>(), x.to_vector<std::int64_t>());
  EXPECT_EQ(concat({array(), astype(x, f32), array()}).dtype(), f64);
  EXPECT_EQ(concat({array(), array()}).shape(), Shape{0});
}

TEST(concat, views_of_lazy_inputs_take_no_memory) {
  const std::int64_t n = 10'000;
  const array x = arange(n);
  const auto expect_no_temporaries = [&](array (*join)(const array&)) {
    reset_peak();
    const std::int64_t before = memory_use().live, programs = counters().programs_run;
    const array got = join(x);
    EXPECT_EQ(memory_use().peak - before, 8 * 2 * n);
    EXPECT_EQ(counters().programs_run - programs, 2);
    return sum(got).item<std::int64_t>();
  };
  const std::int64_t total = 3 * sum(x).item<std::int64_t>() + n;
  EXPECT_EQ(expect_no_temporaries([](const array& a) { return stack({a * 2, a + 1}, 1); }), total);
  EXPECT_EQ(expect_no_temporaries([](const array& a) { return concat({a * 2, a + 1}, {}); }), total);
}

TEST(concat, large_arrays_with_threads_give_the_elements_in_order) {
  Random random(14);
  for (Dtype d : {boolean, i16, f32, complex64, complex128})
    for (int axis : {0, 1}) {
      const Shape shapes[2][2] = {{{301, 700}, {402, 700}}, {{700, 301}, {700, 402}}};
      const std::vector<HostArray> parts = {random_array(d, shapes[axis][0], random), random_array(d, shapes[axis][1], random)};
      for (std::int64_t first : {0, 3})
        expect_everywhere([&] { return concat(placed(parts, first), axis); }, expected_concat(parts, axis, d), "large concat");
    }
}

TEST(concat, misfits_are_refused_and_named) {
  const array a = zeros({2, 3}), b = zeros({3, 2}), c = zeros({});
  expect_error([&] { concat({a, b}); }, Code::shape_mismatch, "concat", {"(2, 3)", "(3, 2)"});
  expect_error([&] { concat({a, a, zeros({2, 3, 1})}, 1); }, Code::shape_mismatch, "concat", {"(2, 3)", "(2, 3, 1)"});
  expect_error([&] { concat({a, a}, 2); }, Code::invalid_argument, "concat", {"axis 2", "rank 2"});
  expect_error([&] { concat({a, a}, -3); }, Code::invalid_argument, "concat", {"axis -3"});
  expect_error([&] { concat({c, c}); }, Code::invalid_argument, "concat", {"rank 0"});
  expect_error([&] { concat(std::span<const array>{}); }, Code::invalid_argument, "concat");
  const array wide = zeros({std::int64_t{1} << 59}, i8);
  expect_error([&] { concat(std::vector<array>(9, wide)); }, Code::invalid_argument, "concat", {"larger than any memory"});
}

TEST(stack, every_dtype_rank_and_axis_gives_a_new_axis) {
  Random random(15);
  for (Dtype d : kDtypes)
    for (int rank = 0; rank < kMaxRank; ++rank)
      for (int axis = 0; axis <= rank; ++axis) {
        Shape shape = random_shape(rank, rank < 4 ? 4 : 2, random);
        std::vector<HostArray> parts;
        for (int k = 0; k < 3; ++k) parts.push_back(random_array(d, shape, random));
        Shape wider;
        for (int k = 0; k <= rank; ++k) wider.push_back(k == axis ? 3 : shape[k < axis ? k : k - 1]);
        const HostArray expected = host_from(d, wider, [&](Coordinates at) {
          const auto k = static_cast<std::size_t>(at[static_cast<std::size_t>(axis)]);
          at.erase(at.begin() + axis);
          return element(parts[k], at);
        });
        const int given = random.chance(50) ? axis : axis - rank - 1;
        expect_everywhere([&] { return stack(placed(parts, rank + axis), given); }, expected,
                          "stack on axis " + std::to_string(given) + " of " + shape.text());
      }
}

TEST(stack, misfits_are_refused_and_named) {
  const array a = zeros({2, 3});
  expect_error([&] { stack({a, zeros({3, 2})}); }, Code::shape_mismatch, "stack", {"(2, 3)", "(3, 2)"});
  expect_error([&] { stack(std::span<const array>{}); }, Code::invalid_argument, "stack");
  expect_error([&] { stack({a, a}, 3); }, Code::invalid_argument, "stack", {"axis 3"});
  expect_error([&] { stack({a, a}, -4); }, Code::invalid_argument, "stack", {"axis -4"});
  const array deep = zeros({1, 1, 1, 1, 1, 1, 1, 1});
  expect_error([&] { stack({deep, deep}); }, Code::invalid_argument, "stack", {"8"});
}

TEST(repeat, every_dtype_rank_axis_and_placing_repeats_elements) {
  Random random(16);
  for (Dtype d : kDtypes)
    for (int rank = 0; rank <= kMaxRank; ++rank)
      for (int axis = -1; axis < rank; ++axis) {  // -1: none
        const Shape shape = random_shape(rank, rank < 4 ? 4 : 2, random);
        const HostArray x = random_array(d, shape, random);
        const std::int64_t count = random.below(4);
        Shape target = axis < 0 ? Shape{x.size() * count} : shape;
        if (axis >= 0) target[axis] *= count;
        const HostArray expected = host_from(d, target, [&](Coordinates at) {
          if (axis < 0) return x.bits[static_cast<std::size_t>(at[0] / count)];
          at[static_cast<std::size_t>(axis)] /= count;
          return element(x, at);
        });
        const std::optional<int> given = axis < 0 ? std::nullopt : std::optional(random.chance(50) ? axis : axis - rank);
        for (std::int64_t first = 0; first < (rank < 4 ? 6 : 1); ++first)
          expect_everywhere([&] { return repeat(to_array(x, placing(first + axis + 1, rank)), count, given); }, expected,
                            "repeat " + std::to_string(count) + " on axis " + std::to_string(axis) + " of " + shape.text());
      }
}

TEST(tile, every_dtype_and_rank_of_array_and_counts_repeats_the_array) {
  Random random(17);
  for (Dtype d : kDtypes)
    for (int rank = 0; rank <= kMaxRank; ++rank)
      for (int given = 0; given <= kMaxRank; ++given) {
        const Shape shape = random_shape(rank, rank < 4 ? 3 : 2, random);
        const HostArray x = random_array(d, shape, random);
        Shape counts;
        for (int k = 0; k < given; ++k) counts.push_back(random.chance(4) ? 0 : random.between(1, given < 4 ? 3 : 2));
        const int all = std::max(rank, given);
        Shape target;
        for (int k = 0; k < all; ++k)
          target.push_back((k < all - rank ? 1 : shape[k - all + rank]) * (k < all - given ? 1 : counts[k - all + given]));
        const HostArray expected = host_from(d, target, [&](const Coordinates& at) {
          Coordinates from(at.end() - rank, at.end());
          for (int k = 0; k < rank; ++k) from[static_cast<std::size_t>(k)] %= shape[k];
          return element(x, from);
        });
        expect_everywhere([&] { return tile(to_array(x, placing(rank + given, rank)), counts); }, expected,
                          "tile " + counts.text() + " of " + shape.text());
      }
}

TEST(repeat, and_tile_take_lazy_arrays_and_numbers) {
  const array x = arange(3) + 1;
  EXPECT_EQ(repeat(x * 2, 2).to_vector<std::int64_t>(), (std::vector<std::int64_t>{2, 2, 4, 4, 6, 6}));
  EXPECT_EQ(tile(x - 1, {2}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 1, 2, 0, 1, 2}));
  EXPECT_EQ((repeat(x, 3) * tile(x, {3})).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 2, 3, 2, 4, 6, 3, 6, 9}));
  EXPECT_EQ(repeat(7, 3).to_vector<std::int64_t>(), (std::vector<std::int64_t>{7, 7, 7}));
  EXPECT_EQ(tile(0.5, {2, 1}).to_vector<double>(), (std::vector<double>{0.5, 0.5}));
}

TEST(repeat, and_tile_refuse_what_cannot_be) {
  const array x = zeros({2, 3});
  const std::int64_t big = std::numeric_limits<std::int64_t>::max();
  expect_error([&] { repeat(x, -1); }, Code::invalid_argument, "repeat", {"-1"});
  expect_error([&] { repeat(x, 2, 2); }, Code::invalid_argument, "repeat", {"axis 2", "rank 2"});
  expect_error([&] { repeat(x, big, 0); }, Code::invalid_argument, "repeat");
  expect_error([&] { repeat(x, big / 16); }, Code::invalid_argument, "repeat", {"larger than any memory"});
  expect_error([&] { tile(x, {2, -1}); }, Code::invalid_argument, "tile", {"-1"});
  expect_error([&] { tile(x, {big, 2}); }, Code::invalid_argument, "tile");
  expect_error([&] { tile(x, {big / 64, 64}); }, Code::invalid_argument, "tile", {"larger than any memory"});
}

TEST(eye, every_dtype_shape_and_diagonal_has_ones_there) {
  const std::int64_t far = std::numeric_limits<std::int64_t>::max();
  for (Dtype d : kDtypes) {
    const Bits one = *expected_cast(boolean, d, 1);
    for (std::int64_t rows : {0, 1, 2, 5})
      for (std::int64_t columns : {0, 1, 3, 5})
        for (std::int64_t k : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{2}, std::int64_t{-4}, std::int64_t{9}, far, -far - 1}) {
          const HostArray expected = host_from(d, {rows, columns}, [&](const Coordinates& at) { return at[1] - at[0] == k ? one : Bits{0}; });
          EXPECT_TRUE(same_bits(eye(rows, columns, k, d), expected)) << rows << ", " << columns << ", " << k;
        }
    expect_everywhere([&] { return eye(4, {}, 0, d); },
                      host_from(d, {4, 4}, [&](const Coordinates& at) { return at[0] == at[1] ? one : Bits{0}; }), "eye");
  }
}

TEST(eye, views_and_consumers_see_the_same_elements) {
  const auto is_one = [](std::int64_t row, std::int64_t column) { return column - row == 3 ? to_bits(1.0) : Bits{0}; };
  const auto expect_view = [&](const char* what, const std::function<array(const array&)>& view, const Shape& shape,
                               const std::function<std::pair<std::int64_t, std::int64_t>(const Coordinates&)>& place) {
    const HostArray expected = host_from(f64, shape, [&](const Coordinates& at) {
      const auto [row, column] = place(at);
      return is_one(row, column);
    });
    expect_everywhere([&] { return view(eye(700, 800, 3)); }, expected, what);
    expect_everywhere([&] { return view(eye(700, 800, 3).eval()); }, expected, what);
  };
  using Place = std::pair<std::int64_t, std::int64_t>;
  expect_view("whole", [](const array& x) { return x; }, {700, 800}, [](const Coordinates& at) { return Place{at[0], at[1]}; });
  expect_view("transposed", [](const array& x) { return x.T(); }, {800, 700}, [](const Coordinates& at) { return Place{at[1], at[0]}; });
  expect_view("sliced", [](const array& x) { return x.slice({{600, 1, -7}, {2, 800, 3}}); }, {86, 266},
              [](const Coordinates& at) { return Place{600 - 7 * at[0], 2 + 3 * at[1]}; });
  expect_view("rolled", [](const array& x) { return roll(roll(x, 5, 1), -2, 0); }, {700, 800},
              [](const Coordinates& at) { return Place{(at[0] + 2) % 700, (at[1] + 795) % 800}; });
  expect_view("reshaped", [](const array& x) { return x.reshape({-1}).slice({{5, 800 * 9}}); }, {800 * 9 - 5},
              [](const Coordinates& at) { return Place{(at[0] + 5) / 800, (at[0] + 5) % 800}; });
  expect_view("flipped and expanded", [](const array& x) { return x.flip(0).expand_dims(1); }, {700, 1, 800},
              [](const Coordinates& at) { return Place{699 - at[0], at[2]}; });
}

TEST(eye, fuses_into_its_consumer_without_memory) {
  KeepSettings keep;
  const array x = arange(1000 * 1000).reshape({1000, 1000});
  for (const Setting& setting : settings()) {
    use(setting);
    reset_peak();
    const std::int64_t before = memory_use().live;
    const array trace = sum(x * eye(1000, {}, 0, i64));
    EXPECT_EQ(trace.item<std::int64_t>(), 1001 * (999 * 1000 / 2)) << text(setting);
    EXPECT_LT(memory_use().peak - before, 4096) << text(setting);
    EXPECT_EQ(sum(eye(3000, 2000, -500)).item<double>(), 2000) << text(setting);
    EXPECT_EQ(max(sum(eye(300, 300, 1, i32), {0})).item<std::int32_t>(), 1) << text(setting);
  }
}

TEST(eye, impossible_shapes_are_refused) {
  expect_error([] { eye(-1); }, Code::invalid_argument, "eye", {"-1"});
  expect_error([] { eye(3, -2); }, Code::invalid_argument, "eye", {"-2"});
  expect_error([] { eye(std::int64_t{1} << 40, std::int64_t{1} << 40); }, Code::invalid_argument, "eye");
}

}  // namespace
}  // namespace trireme::test
