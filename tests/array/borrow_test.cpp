// tests/array/borrow_test.cpp -- arrays over memory of the user's: no copy, one release, no count, no write
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include "dispatch/tally.hpp"
#include "support/compare.hpp"
#include "support/special_values.hpp"
#include "tests/array/host_gather.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

/// Memory that notices its release; it is spoiled then, so that a later read shows.
struct Lender {
  std::vector<float> values = std::vector<float>(1000);
  std::atomic<int> releases{0};

  Lender() {
    for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<float>(k);
  }
  array lend(const Shape& shape = {1000}) {
    return array::borrow(std::span<const float>(values), shape, [this] {
      ++releases;
      std::fill(values.begin(), values.end(), -1.0f);
    });
  }
};

TEST(borrow, array_lies_where_the_values_are) {
  const Lender empty;
  Lender lender;
  {
    const array x = lender.lend({10, 100});
    EXPECT_EQ(x.shape(), (Shape{10, 100}));
    EXPECT_EQ(x.dtype(), f32);
    EXPECT_FALSE(x.is_lazy());
    EXPECT_EQ(x.span<float>().data(), lender.values.data());
    EXPECT_EQ(x.at(3).span<float>().data(), lender.values.data() + 300);
    EXPECT_EQ(x.contiguous().span<float>().data(), lender.values.data());
    EXPECT_EQ(x.reshape({-1}).span<float>().data(), lender.values.data());
    EXPECT_EQ(x.to_vector<float>(), empty.values);
    EXPECT_EQ(sum(x * 2).item<float>(), 999000.0f);
    EXPECT_EQ(lender.releases, 0);
  }
  EXPECT_EQ(lender.releases, 1);
}

TEST(borrow, every_dtype_is_read_in_place) {
  Random random(31);
  for (Dtype d : kDtypes) {
    const HostArray values = random_array(d, {7, 5}, random);
    const std::size_t item = item_size(d);
    const auto bytes = std::make_unique<unsigned char[]>(35 * item);
    for (std::size_t k = 0; k < 35; ++k) std::memcpy(bytes.get() + k * item, &values.bits[k], item);
    int releases = 0;
    {
      const array x = array::borrow_host(bytes.get(), 35, {7, 5}, d, [&] { ++releases; });
      EXPECT_TRUE(same_bits(x, values)) << name(d);
      EXPECT_TRUE(same_bits(where(true, x, x), values)) << name(d);
      EXPECT_EQ(bits(x), bits(to_array(values)));
    }
    EXPECT_EQ(releases, 1) << name(d);
  }
}

TEST(borrow, release_waits_for_the_last_handle_view_and_consumer) {
  Lender lender;
  std::optional<array> x = lender.lend();
  std::optional<array> copy = *x, view = x->slice({{5, 10}}), lazy = *x * 2;
  std::optional<array> lazy_view = (*lazy + 1).slice({{0, 3}});
  for (std::optional<array>* each : {&x, &copy, &view}) {
    each->reset();
    EXPECT_EQ(lender.releases, 0);
  }
  EXPECT_EQ(lazy->to_vector<float>()[999], 1998.0f);  // computed: lets its input go, but the other consumer holds on
  EXPECT_EQ(lender.releases, 1) << "lazy_view needs only what is computed now";
  EXPECT_EQ(lazy_view->to_vector<float>(), (std::vector<float>{1, 3, 5}));
  EXPECT_EQ(lender.releases, 1);
}

TEST(borrow, lazy_consumer_alone_keeps_the_memory) {
  Lender lender;
  array lazy = lender.lend() + 1;
  EXPECT_EQ(lender.releases, 0);
  lazy.eval();
  EXPECT_EQ(lender.releases, 1) << "an evaluated array needs its input no longer";
  EXPECT_EQ(lazy.to_vector<float>()[10], 11.0f);
  { const array dropped = lender.lend() + 1; }
  EXPECT_EQ(lender.releases, 2) << "nor does one that is never computed";
}

TEST(borrow, another_threads_handle_keeps_the_memory_and_releases_it) {
  Lender lender;
  std::thread::id released_on;
  std::atomic<bool> dropped{false};
  array x = array::borrow(std::span<const float>(lender.values), {1000}, [&] {
    ++lender.releases;
    released_on = std::this_thread::get_id();
  });
  std::thread other([&, mine = x]() mutable {
    while (!dropped) std::this_thread::yield();
    EXPECT_EQ(lender.releases, 0);
    EXPECT_EQ(sum(mine).item<float>(), 499500.0f);
    mine = array();
  });
  const std::thread::id id = other.get_id();
  x = array();
  dropped = true;
  other.join();
  EXPECT_EQ(lender.releases, 1);
  EXPECT_EQ(released_on, id);
}

TEST(borrow, handles_dropped_on_many_threads_release_once) {
  for (int turn = 0; turn < 50; ++turn) {
    Lender lender;
    {
      const array x = lender.lend();
      std::vector<std::thread> threads;
      for (int k = 0; k < 4; ++k)
        threads.emplace_back([x] {
          for (int n = 0; n < 20; ++n) array y = x.slice({{n, 100}}) + x.at(n);
        });
      for (std::thread& t : threads) t.join();
      EXPECT_EQ(lender.releases, 0);
    }
    EXPECT_EQ(lender.releases, 1);
  }
}

TEST(borrow, what_a_release_throws_is_lost) {
  const float value = 1;
  { const array x = array::borrow(std::span(&value, 1), {1}, [] { throw std::runtime_error("lost"); }); }
  { const array x = array::borrow(std::span(&value, 1), {}); }
}

TEST(borrow, a_release_may_use_the_library) {
  const float value = 3;
  double seen = 0;
  { const array x = array::borrow(std::span(&value, 1), {}, [&] { seen = (full({}, 2, f64) * 21).item<double>(); }); }
  EXPECT_EQ(seen, 42);
}

TEST(borrow, misfits_are_refused_without_a_release) {
  alignas(16) std::array<unsigned char, 96> bytes{};
  int releases = 0;
  const auto lend = [&](std::size_t offset, std::int64_t count, const Shape& shape, Dtype d) {
    array::borrow_host(bytes.data() + offset, count, shape, d, [&] { ++releases; });
  };
  expect_error([&] { lend(0, 4, {5}, f32); }, Code::shape_mismatch, "borrow", {"(5,)", "5 elements", "4"});
  expect_error([&] { lend(0, 4, {-1, -4}, f32); }, Code::invalid_argument, "borrow", {"(-1, -4)"});
  for (Dtype d : kDtypes) {
    const std::size_t alignment = item_size(component(d));
    for (std::size_t offset = 1; offset < 16; ++offset) {
      releases = 0;
      if (offset % alignment == 0) {
        lend(offset, 4, {4}, d);
        EXPECT_EQ(releases, 1) << name(d) << " at " << offset;
        continue;
      }
      expect_error([&] { lend(offset, 4, {4}, d); }, Code::invalid_argument, "borrow", {std::string(name(d)), std::to_string(alignment)});
      EXPECT_EQ(releases, 0) << name(d) << " at " << offset;
    }
  }
}

TEST(borrow, failing_allocations_are_errors_without_a_release) {
  const float value = 1;
  for (std::int64_t n = 1; n < 20; ++n) {
    int releases = 0;
    dispatch::fail_allocation(n);
    try {
      const array x = array::borrow(std::span(&value, 1), {}, [&] { ++releases; });
      dispatch::fail_allocation(0);
    } catch (const error& e) {
      dispatch::fail_allocation(0);
      EXPECT_EQ(e.code(), Code::out_of_memory);
      EXPECT_EQ(releases, 0) << "allocation " << n;
    }
  }
}

TEST(borrow, no_elements_need_no_memory) {
  int releases = 0;
  {
    const array x = array::borrow(std::span<const double>(), {0, 3}, [&] { ++releases; });
    EXPECT_EQ(x.size(), 0);
    EXPECT_TRUE(x.span<double>().empty());
    EXPECT_EQ(sum(x).item<double>(), 0.0);
    EXPECT_TRUE((x + 1).to_vector<double>().empty());
  }
  EXPECT_EQ(releases, 1);
}

TEST(borrow, borrowed_bytes_are_not_counted) {
  KeepSettings keep;
  const std::vector<double> values(100'000, 1.0);
  reset_peak();
  const MemoryUse before = memory_use();
  {
    const array x = array::borrow(std::span<const double>(values), {100, 1000});
    EXPECT_EQ(memory_use().live, before.live);
    EXPECT_EQ(sum(x.T() * 2, {0, 1}).item<double>(), 200'000.0);
    const array y = (x + 1).eval();
    EXPECT_EQ(memory_use().live - before.live, 800'000);
  }
  EXPECT_EQ(memory_use().live, before.live);
}

TEST(borrow, borrowed_memory_is_never_written_over) {
  Lender lender;
  const std::vector<float> expected = lender.values;
  const float* place = nullptr;
  {
    array x = lender.lend();
    place = x.span<float>().data();
    const array y = update(std::move(x), {{0, 10}}, -5);
    EXPECT_NE(y.span<float>().data(), place);
    EXPECT_EQ(y.to_vector<float>()[9], -5.0f);
    EXPECT_EQ(y.to_vector<float>()[10], 10.0f);
  }
  EXPECT_EQ(lender.releases, 1) << "only the copy was needed";
  Lender second;
  array out = second.lend();
  full({1000}, 7, f32).eval_into(out);
  EXPECT_NE(out.span<float>().data(), second.values.data());
  EXPECT_EQ(out.to_vector<float>()[0], 7.0f);
  EXPECT_EQ(second.releases, 1);
}

TEST(borrow, without_a_copy_a_change_of_the_memory_shows) {
  std::vector<float> values(10, 1.0f);
  const array x = array::borrow(std::span<const float>(values), {10});
  values[3] = 5;  // against the rules, to see that nothing was copied
  EXPECT_EQ(x.to_vector<float>()[3], 5.0f);
  EXPECT_EQ(sum(x).item<float>(), 14.0f);
}

}  // namespace
}  // namespace trireme::test
