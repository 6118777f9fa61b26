// benchmarks/support/peer_errors.hpp -- the operands that functions are timed on, and how far a loop's results are off
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "program/opcode.hpp"
#include "support/vector_peers.hpp"

namespace trireme::bench {

struct PeerOperands {
  program::Opcode op;
  double low, high, low_b, high_b;
};
inline constexpr PeerOperands kPeerOperands[] = {
#define PEER(name, sleef, low, high) {program::Opcode::name, low, high, 0, 1},
#define PEER_OF_TWO(name, sleef, low, high, low_b, high_b) {program::Opcode::name, low, high, low_b, high_b},
#define ALONE(name, low, high) {program::Opcode::name, low, high, 0, 1},
#define ALONE_OF_TWO(name, low, high, low_b, high_b) {program::Opcode::name, low, high, low_b, high_b},
#include "support/vector_peers.def"
#undef PEER
#undef PEER_OF_TWO
#undef ALONE
#undef ALONE_OF_TWO
};

/// Uniform in [low, high).
template <class T>
std::vector<T> operands(double low, double high, std::size_t n, std::uint64_t seed) {
  std::vector<T> out(n);
  for (T& v : out) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    v = static_cast<T>(low + (high - low) * (static_cast<double>(seed >> 11) * 0x1p-53));
  }
  return out;
}

/// Whether others have the function, so that its error is measured here; tests/math does so of all.
inline bool has_reference(program::Opcode op) {
  switch (op) {
#define PEER(name, sleef, low, high)
#define PEER_OF_TWO(name, sleef, low, high, low_b, high_b)
#define ALONE(name, low, high) case program::Opcode::name:
#define ALONE_OF_TWO(name, low, high, low_b, high_b) case program::Opcode::name:
#include "support/vector_peers.def"
#undef PEER
#undef PEER_OF_TWO
#undef ALONE
#undef ALONE_OF_TWO
      return false;
    default:
      return true;
  }
}

/// The C library's functions in long double, of those that has_reference.
inline long double peer_reference(program::Opcode op, long double a, long double b) {
  using program::Opcode;
  using namespace std;
  switch (op) {
#define PEER(name, sleef, low, high) \
  case Opcode::name:                 \
    return name(a);
#define PEER_OF_TWO(name, sleef, low, high, low_b, high_b) \
  case Opcode::name:                                       \
    return name(a, b);
#define ALONE(name, low, high)
#define ALONE_OF_TWO(name, low, high, low_b, high_b)
#include "support/vector_peers.def"
#undef PEER
#undef PEER_OF_TWO
#undef ALONE
#undef ALONE_OF_TWO
    default:
      return numeric_limits<long double>::quiet_NaN();
  }
}

/// The largest error in ulp, over 2^17 operands of the timed interval and as many of any bits (f32: evenly spread ones).
/// What does not count: a true value that is no normal number, and NaN.
template <class T, class Call>
double largest_error(int function, Call call) {
  using L = std::numeric_limits<T>;
  constexpr std::size_t n = std::size_t{1} << 17;
  const PeerOperands& p = kPeerOperands[function];
  std::vector<T> a = operands<T>(p.low, p.high, 2 * n, 3), b = operands<T>(p.low_b, p.high_b, 2 * n, 4), out(2 * n);
  std::uint64_t seed = 5;
  for (std::size_t k = n; k < 2 * n; ++k) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    const std::uint64_t bits = sizeof(T) == 4 ? (k - n) << 15 | seed >> 49 : seed ^ seed << 32;
    std::memcpy(&a[k], &bits, sizeof(T));
  }
  call(out.data(), a.data(), b.data(), 2 * n);
  double worst = 0;
  for (std::size_t k = 0; k < 2 * n; ++k) {
    const long double expected = peer_reference(p.op, a[k], b[k]);
    const auto size = static_cast<T>(std::fabs(expected));
    if (!(size >= L::min() && size <= L::max())) continue;
    int exponent = 0;
    std::frexp(expected, &exponent);
    const auto error = static_cast<double>(std::ldexp(std::fabs(static_cast<long double>(out[k]) - expected), L::digits - exponent));
    worst = error <= worst ? worst : std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
  }
  return worst;
}

}  // namespace trireme::bench
