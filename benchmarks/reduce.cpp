// benchmarks/reduce.cpp -- sums in f32 against the speed of reading the same memory, and along each axis of a matrix
// SPDX-License-Identifier: Apache-2.0
//
// The yardstick is the best simple loop: 8 vector accumulators, one thread, in no fixed order, with and without
// prefetch, on huge pages. Data are small integers, so that every order gives the same sum and all sides can be
// checked.
#include <memory>
#include <thread>

#include "support/cases.hpp"
#include "support/hand_loops.hpp"

namespace trireme::bench {
namespace {

float exact_sum(std::int64_t n) {
  double sum = 0;
  for (float v : input(4, n)) sum += v;
  return static_cast<float>(sum);
}

float exact_squares(std::int64_t n) {
  double sum = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(n); ++k) {
    const double d = input(4, n)[k] - input(5, n)[k];
    sum += d * d;
  }
  return static_cast<float>(sum);
}

array squared(array d) { return d * d; }

/// A side that computes one float.
template <class Compute>
void add_scalar(const Case& c, const char* side, float (*exact)(std::int64_t), Compute compute) {
  add(c, side, [compute, exact, n = c.n] {
    auto value = std::make_shared<float>();
    return Timed{[value, run = compute()] { *value = run(); benchmark::ClobberMemory(); },
                 [value, exact, n] { return *value == exact(n); }};
  });
}

void add_sums(std::int64_t n, int threads) {
  const HandLoops hand = hand_loops();
  const Case sums{"sum(x)", n, threads, 4 * n}, squares{"sum((x-y)**2)", n, threads, 8 * n};
  for (auto [side, loop] : {std::pair{"hand", hand.read}, std::pair{"hand, prefetch", hand.read_ahead}})
    add_scalar(sums, side, exact_sum, [n, loop = loop] {
      return [&x = input(4, n), loop] { return loop(x.data(), x.size()); };
    });
  add_scalar(sums, "trireme", exact_sum, [n] { return [x = input_array(4, n)] { return sum(x).item<float>(); }; });
  add_scalar(squares, "hand", exact_squares, [n, loop = hand.squares] {
    return [&x = input(4, n), &y = input(5, n), loop] { return loop(x.data(), y.data(), x.size()); };
  });
  add_scalar(squares, "trireme", exact_squares, [n] {
    return [x = input_array(4, n), y = input_array(5, n)] {
      // A handle of the difference that lives while the sum is read would make it a result too, which takes memory.
      array d = squared(x - y);
      return sum(std::move(d)).item<float>();
    };
  });
}

constexpr std::int64_t kSide = 4096;

struct Turned {
  bool turned;   // the transposed view
  bool negated;  // with an operation to fuse, whose result is as exact
};

void add_axis(const char* name, int threads, Turned how, std::vector<int> axes) {
  const Case c{name, kSide * kSide, threads, 4 * kSide * kSide};
  add(c, "trireme", [how, axes] {
    auto result = std::make_shared<array>();
    array x = input_array(4, kSide * kSide).reshape({kSide, kSide});
    if (how.turned) x = x.T();
    const float expected = exact_sum(kSide * kSide) * (how.negated ? -1 : 1);
    return Timed{[result, x, how, axes] {
                   array summed = how.negated ? -x : x;  // moved on for the same reason as above
                   *result = sum(std::move(summed), axes).eval();
                 },
                 [result, expected] { return sum(*result).item<float>() == expected; }};
  });
  add_scalar(c, "hand, all of it", exact_sum, [loop = hand_loops().read_ahead] {
    return [&x = input(4, kSide * kSide), loop] { return loop(x.data(), x.size()); };
  });
}

}  // namespace

void add_reductions() {
  const int most = std::thread::hardware_concurrency() > 1 ? 2 : 1;
  for (int threads = 1; threads <= most; ++threads) {
    for (std::int64_t n : kSizes) add_sums(n, threads);
    add_axis("sum(m, axis=0)", threads, {false, false}, {0});
    add_axis("sum(m, axis=1)", threads, {false, false}, {1});
    add_axis("sum(m.T, axis=0)", threads, {true, false}, {0});
    add_axis("sum(m.T, axis=1)", threads, {true, false}, {1});
    add_axis("sum(m.T)", threads, {true, false}, {});
    add_axis("sum(-m.T, axis=0)", threads, {true, true}, {0});
    add_axis("sum(-m.T, axis=1)", threads, {true, true}, {1});
    add_axis("sum(-m.T)", threads, {true, true}, {});
  }
}

}  // namespace trireme::bench
