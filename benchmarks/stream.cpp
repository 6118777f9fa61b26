// benchmarks/stream.cpp -- the kernels of BabelStream in f32 against every store strategy by hand
// SPDX-License-Identifier: Apache-2.0
//
// A variant of BabelStream (Deakin et al.), not the original: results go to a new array of the library each time, as
// its values do not change, and copy is abs() of an array that has no negative number, since copying an immutable
// array copies nothing. The hand-written loops use ordinary stores, non-temporal ones, and memcpy.
#include <cmath>
#include <cstring>
#include <memory>
#include <thread>

#include "support/cases.hpp"
#include "support/hand_loops.hpp"

namespace trireme::bench {
namespace {

constexpr std::int64_t kLarge = std::int64_t{1} << 26;  // 256 MiB an array: far beyond every cache
constexpr float kScalar = 0.4f;

using Kernel = void (*)(const float* a, const float* b, float* out, std::size_t n);

struct Stream {
  const char* name;
  int arrays;  // read and written
  array (*build)(const array& a, const array& b);
  Kernel HandLoops::*plain;
  Kernel HandLoops::*streaming;
};

const Stream kStreams[] = {
    {"copy", 2, [](const array& a, const array&) { return abs(a); }, &HandLoops::copy, &HandLoops::copy_streaming},
    {"mul", 2, [](const array& a, const array&) { return kScalar * a; }, &HandLoops::mul, &HandLoops::mul_streaming},
    {"add", 3, [](const array& a, const array& b) { return a + b; }, &HandLoops::add2, &HandLoops::add2_streaming},
    {"triad", 3, [](const array& a, const array& b) { return a + kScalar * b; }, &HandLoops::triad,
     &HandLoops::triad_streaming},
};

/// Positive numbers, made once.
Buffer& positive(int which, std::int64_t n) {
  static Buffer* made[2] = {};
  if (!made[which] || made[which]->size() != static_cast<std::size_t>(n)) {
    delete made[which];
    made[which] = new Buffer(static_cast<std::size_t>(n));
    for (std::size_t k = 0; k < made[which]->size(); ++k) (*made[which])[k] = 0.1f + static_cast<float>(k % 7) * 0.1f;
  }
  return *made[which];
}

const array& positive_array(int which, std::int64_t n) {
  static array* const made = new array[2];  // leaked, as all results are
  Buffer& x = positive(which, n);
  if (made[which].size() != n) made[which] = array::from(std::span<const float>(x.data(), x.size()), {n});
  return made[which];
}

/// Runs the kernel over `threads` equal parts. A thread costs some 10 us to make, which is nothing here.
void run_parts(int threads, Kernel kernel, const float* a, const float* b, float* out, std::size_t n) {
  if (threads == 1) return kernel(a, b, out, n);
  const std::size_t half = n / 2 / 1024 * 1024;
  std::jthread other([=] { kernel(a + half, b + half, out + half, n - half); });
  kernel(a, b, out, half);
}

void add_stream(const Stream& s, std::int64_t n, int threads) {
  const Case c{std::string("stream ") + s.name, n, threads, 4 * n * s.arrays};
  const HandLoops hand = hand_loops();
  const auto right = [&s, n, plain = hand.*s.plain](const float* out) {
    std::vector<float> part(4096);
    const auto size = static_cast<std::size_t>(n);
    for (std::size_t first : {std::size_t{0}, (size - part.size()) / 2, size - part.size()}) {
      plain(positive(0, n).data() + first, positive(1, n).data() + first, part.data(), part.size());
      if (!equal({out + first, part.size()}, part)) return false;
    }
    return true;
  };
  const auto by_hand = [&](const char* side, Kernel kernel) {
    add(c, side, [n, threads, kernel, right] {
      Buffer& out = output(0, n);
      return Timed{[n, threads, kernel, &out, &a = positive(0, n), &b = positive(1, n)] {
                     run_parts(threads, kernel, a.data(), b.data(), out.data(), static_cast<std::size_t>(n));
                   },
                   [&out, right] { return right(out.data()); }};
    });
  };
  by_hand("hand", hand.*s.plain);
  by_hand("hand, streaming", hand.*s.streaming);
  if (s.plain == &HandLoops::copy)
    by_hand("memcpy", [](const float* a, const float*, float* out, std::size_t size) { std::memcpy(out, a, size * 4); });
  add(c, "trireme", [&s, n, right] {
    auto result = std::make_shared<array>();
    return Timed{[&s, result, a = positive_array(0, n), b = positive_array(1, n)] { *result = s.build(a, b).eval(); },
                 [result, right] { return right(result->to_vector<float>().data()); }};
  });
}

void add_dot(std::int64_t n, int threads) {
  const Case c{"stream dot", n, threads, 8 * n};
  const auto dot = hand_loops().dot;
  add(c, "hand", [n, threads, dot] {
    auto sum = std::make_shared<double>();
    return Timed{[n, threads, dot, sum, &a = positive(0, n), &b = positive(1, n)] {
                   const auto size = static_cast<std::size_t>(n), half = threads == 1 ? size : size / 2;
                   float second = 0;
                   std::jthread other;
                   if (threads > 1)
                     other = std::jthread([&] { second = dot(a.data() + half, b.data() + half, size - half); });
                   const float first = dot(a.data(), b.data(), half);
                   if (threads > 1) other.join();
                   *sum = static_cast<double>(first) + second;
                 },
                 [sum] { return *sum > 0; }};
  });
  add(c, "trireme", [n] {
    auto value = std::make_shared<float>();
    return Timed{[value, a = positive_array(0, n), b = positive_array(1, n)] { *value = sum(a * b).item<float>(); },
                 [value, n] {
                   double exact = 0;
                   for (std::size_t k = 0; k < static_cast<std::size_t>(n); ++k)
                     exact += static_cast<double>(positive(0, n)[k] * positive(1, n)[k]);
                   // 2^26 roundings in blocks of 16 and a tree: far below 1e-5 of the sum.
                   return std::abs(*value / exact - 1) < 1e-5;
                 }};
  });
}

}  // namespace

void add_streams() {
  const int most = std::thread::hardware_concurrency() > 1 ? 2 : 1;
  for (int threads = 1; threads <= most; ++threads) {
    for (const Stream& s : kStreams) add_stream(s, kLarge, threads);
    add_dot(kLarge, threads);
  }
}

}  // namespace trireme::bench
