// tests/array/update_test.cpp -- update against the host: slices of every kind, values of every kind, in place or copied
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "support/compare.hpp"
#include "support/oracle.hpp"
#include "support/special_values.hpp"
#include "tests/array/host_gather.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

/// The places that Python's range(extent)[slice] has, by counting.
std::vector<std::int64_t> places(const Slice& s, std::int64_t extent) {
  const auto bound = [&](const std::optional<std::int64_t>& v, std::int64_t missing) {
    if (!v) return missing;
    const std::int64_t w = *v < 0 ? *v + extent : *v;
    return s.step > 0 ? std::clamp<std::int64_t>(w, 0, extent) : std::clamp<std::int64_t>(w, -1, extent - 1);
  };
  const std::int64_t start = bound(s.start, s.step > 0 ? 0 : extent - 1), stop = bound(s.stop, s.step > 0 ? extent : -1);
  std::vector<std::int64_t> out;
  for (std::int64_t i = start; s.step > 0 ? i < stop : i > stop; i += s.step) out.push_back(i);
  return out;
}

struct Selected {
  Shape shape;
  std::vector<std::vector<std::int64_t>> places;
};

Selected select(const Shape& shape, const std::vector<Slice>& slices) {
  Selected out{shape, {}};
  for (int k = 0; k < shape.rank(); ++k) {
    out.places.push_back(places(static_cast<std::size_t>(k) < slices.size() ? slices[static_cast<std::size_t>(k)] : Slice{}, shape[k]));
    out.shape[k] = static_cast<std::int64_t>(out.places.back().size());
  }
  return out;
}

/// x with the selected elements replaced by those of `value`, which broadcasts.
HostArray expected_update(const HostArray& x, const Selected& selected, const HostArray& value) {
  HostArray out = x;
  for (std::int64_t n = 0, size = selected.shape.size(); n < size; ++n) {
    const Coordinates at = coordinates(selected.shape, n);
    Coordinates to = at, from;
    for (std::size_t k = 0; k < at.size(); ++k) to[k] = selected.places[k][static_cast<std::size_t>(at[k])];
    const std::size_t missing = at.size() - static_cast<std::size_t>(value.shape.rank());
    for (int k = 0; k < value.shape.rank(); ++k) from.push_back(value.shape[k] == 1 ? 0 : at[missing + static_cast<std::size_t>(k)]);
    out.bits[flat_index(x.shape, to)] = *expected_cast(value.dtype, x.dtype, element(value, from));
  }
  return out;
}

Slice random_slice(std::int64_t extent, Random& random) {
  Slice s;
  if (random.chance(70)) s.start = random.between(-extent - 2, extent + 2);
  if (random.chance(70)) s.stop = random.between(-extent - 2, extent + 2);
  s.step = random.between(1, 3) * (random.chance(50) ? 1 : -1);
  return s;
}

TEST(update, random_slices_and_values_of_every_dtype_give_the_hosts_elements) {
  Random random(41);
  for (Dtype d : kDtypes)
    for (int turn = 0; turn < 60; ++turn) {
      const int rank = turn % (kMaxRank + 1);
      Shape shape;
      for (int k = 0; k < rank; ++k) shape.push_back(random.chance(5) ? 0 : random.between(1, rank < 4 ? 6 : 2));
      std::vector<Slice> slices;
      for (std::int64_t k = 0, count = random.between(0, rank); k < count; ++k) slices.push_back(random_slice(shape[static_cast<int>(k)], random));
      const Selected selected = select(shape, slices);
      Shape value_shape;
      const std::int64_t dropped = random.between(0, rank);
      for (int k = static_cast<int>(dropped); k < rank; ++k) value_shape.push_back(random.chance(30) ? 1 : selected.shape[k]);
      Dtype from = d;
      if (random.chance(50)) do from = kDtypes[random.below(std::size(kDtypes))]; while (kind(from) > kind(d));
      const HostArray x = random_array(d, shape, random), value = random_array(from, value_shape, random);
      const HostArray expected = expected_update(x, selected, value);
      const Placing mine = placing(turn, rank), other = placing(random.below(6), rank);
      const std::string what = "update of " + shape.text() + " by " + value_shape.text();
      expect_everywhere([&] { return update(to_array(x, mine), slices, to_array(value, other)); }, expected, what);
      const array kept = to_array(x, mine);
      EXPECT_TRUE(same_bits(update(kept, slices, to_array(value, other)), expected)) << what;
      EXPECT_TRUE(same_bits(kept, x)) << "the array itself has changed: " << what;
    }
}

TEST(update, large_arrays_with_threads_give_the_hosts_elements) {
  Random random(42);
  for (Dtype d : {u8, f16, f32, complex128}) {
    const HostArray x = random_array(d, {900, 1001}, random), value = random_array(d, {450, 1001}, random);
    const std::vector<Slice> slices = {{898, {}, -2}, {{}, {}, -1}};
    expect_everywhere([&] { return update(to_array(x), slices, to_array(value)); }, expected_update(x, select(x.shape, slices), value), "steps");
    const HostArray column = random_array(d, {700, 1}, random);
    const std::vector<Slice> block = {{100, 800}, {3, 999}};
    expect_everywhere([&] { return update(to_array(x), block, to_array(column)); }, expected_update(x, select(x.shape, block), column), "block");
  }
}

TEST(update, moved_array_is_written_in_place) {
  KeepSettings keep;
  array x = (arange(100'000) + 0).eval();
  const std::int64_t* place = x.span<std::int64_t>().data();
  reset_peak();
  const std::int64_t before = memory_use().live, programs = counters().programs_run;
  x = update(std::move(x), {{10, 20}}, arange(10) * 2);
  EXPECT_EQ(x.span<std::int64_t>().data(), place);
  EXPECT_LE(memory_use().peak - before, 80) << "arange(10) and nothing else";
  EXPECT_EQ(counters().programs_run - programs, 1);
  EXPECT_EQ(memory_use().live, before);
  EXPECT_EQ(x.slice({{8, 22}}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{8, 9, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 21}));
  for (int k = 0; k < 100; ++k) x = update(std::move(x), {{k, k + 1}}, -k);
  EXPECT_EQ(x.span<std::int64_t>().data(), place);
  EXPECT_EQ(x.to_vector<std::int64_t>()[99], -99);
}

TEST(update, moved_lazy_array_is_computed_once_and_written_in_place) {
  KeepSettings keep;
  const array base = arange(100'000);
  reset_peak();
  const std::int64_t before = memory_use().live;
  const array x = update(base * 3, {{0, {}, 2}}, 1);
  EXPECT_LE(memory_use().peak - before, 800'000 + 8);
  EXPECT_EQ(x.slice({{0, 5}}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{1, 3, 1, 9, 1}));
}

TEST(update, what_else_holds_the_values_keeps_them) {
  const std::vector<std::int64_t> old = {0, 1, 2, 3, 4, 5};
  const auto made = [] { return (arange(6) + 0).eval(); };
  {
    const array x = made();
    EXPECT_EQ(update(x, {{0, 2}}, 9).to_vector<std::int64_t>(), (std::vector<std::int64_t>{9, 9, 2, 3, 4, 5}));
    EXPECT_EQ(x.to_vector<std::int64_t>(), old);
  }
  {
    array x = made();
    const array view = x.slice({{{}, {}, -1}});
    update(std::move(x), {{0, 6}}, 9);
    EXPECT_EQ(view.flip(0).to_vector<std::int64_t>(), old);
  }
  {
    array x = made();
    const array lazy = x + 0;
    update(std::move(x), {{0, 6}}, 9);
    EXPECT_EQ(lazy.to_vector<std::int64_t>(), old);
  }
  {
    array x = made();
    const array shape = x.reshape({2, 3});
    update(std::move(x), {}, 9);
    EXPECT_EQ(shape.to_vector<std::int64_t>(), old);
  }
  {  // a moved view of memory that another array holds
    const array x = made();
    EXPECT_EQ(update(x.slice({{1, 4}}), {{0, 1}}, 9).to_vector<std::int64_t>(), (std::vector<std::int64_t>{9, 2, 3}));
    EXPECT_EQ(x.to_vector<std::int64_t>(), old);
  }
  {  // filled arrays are one element seen many times
    const array x = zeros({4}, i64), one = full({1}, 5, i64);
    EXPECT_EQ(update(x, {{1, 3}}, 2).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 2, 2, 0}));
    EXPECT_EQ(update(zeros({4}, i64), {{1, 3}}, 2).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 2, 2, 0}));
    EXPECT_EQ(update(one, {}, 2).item<std::int64_t>(), 2);
    EXPECT_EQ(one.item<std::int64_t>(), 5);
  }
}

TEST(update, value_that_depends_on_the_array_reads_the_old_elements) {
  const auto made = [] { return (arange(6) + 0).eval(); };
  const std::vector<std::int64_t> shifted = {0, 0, 1, 2, 3, 4}, reversed = {5, 4, 3, 2, 1, 0};
  for (bool moved : {false, true}) {
    const auto change = [&](const std::vector<Slice>& slices, const std::function<array(const array&)>& value) {
      array x = made(), v = value(x);
      return moved ? update(std::move(x), slices, std::move(v)) : update(x, slices, v);
    };
    EXPECT_EQ(change({{1, 6}}, [](const array& x) { return x.slice({{0, 5}}); }).to_vector<std::int64_t>(), shifted);
    EXPECT_EQ(change({{1, 6}}, [](const array& x) { return x.slice({{0, 5}}) + 0; }).to_vector<std::int64_t>(), shifted);
    EXPECT_EQ(change({}, [](const array& x) { return x.flip(0); }).to_vector<std::int64_t>(), reversed);
    EXPECT_EQ(change({{{}, {}, -1}}, [](const array& x) { return x * 1; }).to_vector<std::int64_t>(), reversed);
    EXPECT_EQ(change({}, [](const array& x) { return sum(x); }).to_vector<std::int64_t>(), std::vector<std::int64_t>(6, 15));
    EXPECT_EQ(change({{0, 3}}, [](const array& x) { return roll(x, 1).slice({{0, 3}}); }).to_vector<std::int64_t>(),
              (std::vector<std::int64_t>{5, 0, 1, 3, 4, 5}));
  }
}

TEST(update, numbers_are_weak) {
  EXPECT_EQ(update(zeros({2}, i8), {{0, 1}}, 127).to_vector<std::int8_t>(), (std::vector<std::int8_t>{127, 0}));
  EXPECT_EQ(update(zeros({2}, f32), {{0, 1}}, 0.1).to_vector<float>(), (std::vector<float>{0.1f, 0}));
  EXPECT_EQ(update(zeros({2}, f32), {{0, 1}}, 3).to_vector<float>(), (std::vector<float>{3, 0}));
  EXPECT_EQ(update(zeros({1}, complex64), {}, std::complex<double>(1, 2)).item<std::complex<float>>(), std::complex<float>(1, 2));
  EXPECT_EQ(update(zeros({2}, boolean), {{1, 2}}, true).to_vector<bool>(), (std::vector<bool>{false, true}));
  EXPECT_EQ(update(zeros({1}, u64), {}, ~std::uint64_t{0}).item<std::uint64_t>(), ~std::uint64_t{0});
  EXPECT_EQ(update(zeros({1}, f64), {}, true).item<double>(), 1.0);
  EXPECT_EQ(update(array(), {}, 1).size(), 0);
}

TEST(update, misfits_are_refused_and_named_and_the_array_stays) {
  const array x = (arange(6).reshape({2, 3}) + 0).eval(), small = zeros({3}, i8), real = zeros({3}, f32);
  expect_error([&] { update(x, {{}, {}, {}}, 1); }, Code::invalid_argument, "update", {"3 slices", "(2, 3)"});
  expect_error([&] { update(x, {{0, 2, 0}}, 1); }, Code::out_of_range, "update", {"step", "0"});
  expect_error([&] { update(x, {{0, 1}}, arange(2)); }, Code::shape_mismatch, "update", {"(2,)", "(1, 3)"});
  expect_error([&] { update(x, {{0, 1}}, arange(6).reshape({2, 3})); }, Code::shape_mismatch, "update", {"(2, 3)", "(1, 3)"});
  expect_error([&] { update(x, {}, arange(6).reshape({1, 2, 3})); }, Code::shape_mismatch, "update", {"(1, 2, 3)", "(2, 3)"});
  expect_error([&] { update(x, {{1, 1}}, arange(2).reshape({2, 1})); }, Code::shape_mismatch, "update", {"(0, 3)"});
  expect_error([&] { update(x, {}, 0.5); }, Code::out_of_range, "update", {"0.5", "int64"});
  expect_error([&] { update(small, {}, 128); }, Code::out_of_range, "update", {"128", "int8"});
  expect_error([&] { update(small, {}, -129); }, Code::out_of_range, "update", {"-129", "int8"});
  expect_error([&] { update(x, {}, zeros({3}, f16)); }, Code::dtype_mismatch, "update", {"float16", "int64"});
  expect_error([&] { update(real, {}, zeros({3}, complex64)); }, Code::dtype_mismatch, "update", {"complex64", "float32"});
  expect_error([&] { update(zeros({3}, boolean), {}, small); }, Code::dtype_mismatch, "update", {"int8", "bool"});
  EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(small.to_vector<std::int8_t>(), std::vector<std::int8_t>(3, 0));
}

TEST(update, arrays_on_other_devices_are_written_over_where_they_lie) {
  int others = 0;
  for (const DeviceReport& report : devices()) {
    if (!report.usable || !report.exact || report.name == "cpu") continue;
    ++others;
    const Device device(report.name);
    array x;
    {
      DeviceScope scope(device);
      x = (arange(6) + 1).eval();
    }
    ASSERT_EQ(x.device().name(), report.name);
    const std::int64_t moved = counters().bytes_moved;
    x = update(std::move(x), {{0, {}, 2}}, 9);
    x = update(std::move(x), {{1, 3}}, array::from({std::int64_t{-1}, std::int64_t{-2}}));
    EXPECT_LE(counters().bytes_moved - moved, 8 + 16) << "the values and nothing else, to " << report.name;
    EXPECT_EQ(x.device().name(), report.name);
    EXPECT_EQ(concat({x, arange(2) * 3}).device().name(), report.name);
    EXPECT_EQ(concat({arange(2) * 3, x}).device().name(), report.name);
    EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{9, -1, -2, 4, 9, 6}));
  }
  if (others == 0) GTEST_SKIP() << "no exact device but the cpu";
}

TEST(update, elements_of_wider_arrays_are_converted_as_by_astype) {
  EXPECT_EQ(update(zeros({2}, u8), {}, array::from({300, -1})).to_vector<std::uint8_t>(), (std::vector<std::uint8_t>{44, 255}));
  EXPECT_EQ(update(zeros({1}, f16), {}, array::from({1e6})).to_vector<float16>()[0].bits, 0x7c00);
}

}  // namespace
}  // namespace trireme::test
