// cpu/stage.hpp -- one tile of an operand: its place in memory when it lies there in order, else gathered
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "program/domain.hpp"

namespace trireme::cpu {

/// A span of axes of a domain that is walked in row-major order.
struct Axes {
  int from, to;
};

/// Coordinates of linear position `index` within the axes.
void coordinates(const program::Domain& domain, Axes axes, std::int64_t index, std::int64_t* out);

/// Elements from `base` of an access at fixed coordinates of the axes.
std::int64_t offset_at(const program::Access& access, Axes axes, const std::int64_t* coordinate);

/// The n elements from coordinate `at` on: a pointer into memory when they are consecutive there, else `slot`, into
/// which they were copied. `base` is where the other axes' coordinates lead, with the access's own offset.
const char* stage(const program::Domain& domain, Axes axes, const program::Access& access, const char* base,
                  std::size_t item, const std::int64_t* at, std::size_t n, char* slot);

/// Writes the n elements in `slot` to the places from coordinate `at` on; the access does not wrap.
void unstage(const program::Domain& domain, Axes axes, const program::Access& access, char* base, std::size_t item,
             const std::int64_t* at, std::size_t n, const char* slot);

/// The n places, as i64, that an access leads to from coordinate `at` on, into `slot`; `base` as above, a place.
void stage_index(const program::Domain& domain, Axes axes, const program::Access& access, std::int64_t base,
                 const std::int64_t* at, std::size_t n, char* slot);

/// first, first + step, ... as n i64.
void count_up(char* slot, std::int64_t first, std::int64_t step, std::size_t n);

/// Repeats one element of `item` bytes.
void splat(char* slot, const char* element, std::size_t item, std::size_t n);

}  // namespace trireme::cpu
