// examples/geoid/colours.cpp -- a piecewise linear colour ramp, shaded and packed
// SPDX-License-Identifier: Apache-2.0
#include "colours.hpp"

#include <cstddef>
#include <iterator>
#include <utility>

namespace colours {
namespace {

using trireme::array;

/// Lightest at zero height and darker towards both extremes, in steps that look equal.
struct Knot {
  float height;  // metres
  int colour;    // sRGB
};
constexpr Knot kRamp[] = {{-107, 0x2a0f4a}, {-80, 0x3b2f86}, {-55, 0x2f5fae}, {-30, 0x3c93b8},
                          {-10, 0x7fbfb5},  {5, 0xdfe3c4},   {20, 0xf0cf8e},  {38, 0xea9f56},
                          {55, 0xd5623e},   {70, 0xa92d3f},  {86, 0x6b1039}};
constexpr std::size_t kLast = std::size(kRamp) - 1;

constexpr float component(const Knot& knot, int shift) { return static_cast<float>(knot.colour >> shift & 255); }

/// Change per metre in the segment that ends at knot k.
constexpr float slope(std::size_t k, int shift) {
  return (component(kRamp[k], shift) - component(kRamp[k - 1], shift)) / (kRamp[k].height - kRamp[k - 1].height);
}

/// The ramp without a branch: a piecewise linear function is a line plus, at each knot, half the change of slope times
/// the distance from the knot.
array ramp(const array& height, int shift) {
  const float line = (slope(1, shift) + slope(kLast, shift)) / 2;
  float constant = component(kRamp[0], shift) - line * kRamp[0].height;
  for (std::size_t k = 1; k < kLast; ++k)
    constant -= (slope(k + 1, shift) - slope(k, shift)) / 2 * (kRamp[k].height - kRamp[0].height);
  array value = height * line + constant;
  for (std::size_t k = 1; k < kLast; ++k)
    value = abs(height - kRamp[k].height) * ((slope(k + 1, shift) - slope(k, shift)) / 2) + std::move(value);
  return value;
}

}  // namespace

array shaded(const array& height, const array& light, const array& white) {
  const auto byte = [&](int shift) {
    return astype(minimum(ramp(height, shift) * light + 255.0F * white, 255.0F) + 0.5F, trireme::i32).eval();
  };
  return (byte(16) * 256 + byte(8)) * 256 + byte(0);
}

}  // namespace colours
