// benchmarks/transpose.cpp -- copies of transposed arrays, and expressions over them, in f32
// SPDX-License-Identifier: Apache-2.0
//
// The copy is reshape() of a transposed view to one axis, which strides cannot express.
#include <memory>
#include <thread>

#include "support/cases.hpp"
#include "support/hand_loops.hpp"

namespace trireme::bench {
namespace {

/// out[c][r] = x[r][c] element by element: what is right.
std::vector<float> transposed(std::int64_t side) {
  const Buffer& x = input(0, side * side);
  std::vector<float> out(x.size());
  const auto n = static_cast<std::size_t>(side);
  for (std::size_t r = 0; r < n; ++r)
    for (std::size_t c = 0; c < n; ++c) out[c * n + r] = x.data()[r * n + c];
  return out;
}

void add_side(std::int64_t side, int threads) {
  const std::int64_t n = side * side;
  const Case copy{"transpose", n, threads, 8 * n}, map{"m+m.T", n, threads, 12 * n};
  add(copy, "hand", [side, n, loop = hand_loops().transpose] {
    Buffer& out = output(0, n);
    return Timed{[side, loop, &out, &x = input(0, n)] { loop(x.data(), out.data(), static_cast<std::size_t>(side)); },
                 [&out, side] { return equal({out.data(), out.size()}, transposed(side)); }};
  });
  add(copy, "trireme", [side, n] {
    auto result = std::make_shared<array>();
    return Timed{[result, x = input_array(0, n).reshape({side, side})] { *result = x.T().reshape({-1}).eval(); },
                 [result, side] { return equal(*result, transposed(side)); }};
  });
  add(map, "trireme", [side, n] {
    auto result = std::make_shared<array>();
    return Timed{[result, x = input_array(0, n).reshape({side, side})] { *result = (x + x.T()).eval(); },
                 [result, side, n] {
                   std::vector<float> right = transposed(side);
                   for (std::size_t k = 0; k < right.size(); ++k) right[k] += input(0, n)[k];
                   return equal(*result, right);
                 }};
  });
}

}  // namespace

void add_transposes() {
  const int most = std::thread::hardware_concurrency() > 1 ? 2 : 1;
  for (int threads = 1; threads <= most; ++threads)
    for (std::int64_t side : {300, 1000, 1024, 3000}) add_side(side, threads);
}

}  // namespace trireme::bench
