// hull/array/range.hpp -- Python's slices of an axis as places and a count
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "trireme/array.hpp"

namespace trireme {

struct Range {
  std::int64_t start, count, step;
};

/// Python's slice.indices(): clamped, then counted. An empty range starts at 0, and one of a single place has step 1, so
/// that neither leads out of the axis. Throws Code::out_of_range naming `function` for a step of 0.
inline Range python_range(std::string_view function, const Slice& slice, std::int64_t extent) {
  if (slice.step == 0) throw error(Code::out_of_range, std::string(function) + ": the step of a slice is 0");
  const bool back = slice.step < 0;
  const auto clamp = [&](std::int64_t v) {
    if (v < 0) v += extent;
    return std::clamp<std::int64_t>(v, back ? -1 : 0, back ? extent - 1 : extent);
  };
  const std::int64_t start = slice.start ? clamp(*slice.start) : back ? extent - 1 : 0;
  const std::int64_t stop = slice.stop ? clamp(*slice.stop) : back ? -1 : extent;
  const std::int64_t span = back ? start - stop : stop - start;
  // Unsigned, since the magnitude of the smallest step has no signed value.
  const std::uint64_t magnitude = back ? 0 - static_cast<std::uint64_t>(slice.step) : static_cast<std::uint64_t>(slice.step);
  const std::int64_t count = span <= 0 ? 0 : static_cast<std::int64_t>((static_cast<std::uint64_t>(span) - 1) / magnitude + 1);
  return {count ? start : 0, count, count > 1 ? slice.step : 1};
}

}  // namespace trireme
