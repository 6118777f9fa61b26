// cpu/vm_blocks.hpp -- operands that lie along another axis, and how a map over them is cut so that each cache line is read once
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "cpu/vm.hpp"
#include "program/domain.hpp"

namespace trireme::cpu {

/// At most so many operands of a reduction are turned; a program with more, none of which arrays make, gathers.
inline constexpr std::size_t kMostTurned = 24;

/// How many rows ahead memory is asked for. Rows lie in pages of their own, and the processor's prefetchers stop at the end
/// of one.
inline constexpr int kRowsAhead = 2;

/// Asks for memory that is read, or written (1), soon.
template <int Write>
inline void ask_for(const char* from, std::size_t bytes) {
  for (std::size_t k = 0; k < bytes; k += 64) __builtin_prefetch(from + k, Write);
}

/// Whether an operand is consecutive in memory along this axis and not along the last one, so that it is better turned
/// block by block than gathered.
inline bool lies_along(const program::Access& a, int axis, int last) {
  return !a.wrapped && a.stride[axis] == 1 && a.stride[last] != 1 && a.stride[last] != 0;
}

/// Whether the first `axes` axes of the domain leave an operand or an index where it is.
inline bool stays_over(const program::Access& a, int axes) {
  return std::all_of(a.stride, a.stride + axes, [](std::int64_t stride) { return stride == 0; });
}

/// A map over operands that are consecutive along another axis than the last one goes by blocks: some rows of that axis,
/// a piece of the last one. A block of such an operand is turned at once, so that each of its cache lines is read once.
struct Blocks {
  static constexpr std::int64_t kRows = 16, kColumns = kTile;
  static constexpr std::int64_t kStreamedRows = 64;  // so that what is read of a column is some lines in a row
  static constexpr std::size_t kBytes = kRows * kColumns * 8;
  int axis = -1;  // -1: no such operand
  std::int64_t row_blocks = 0, column_blocks = 0, count = 0;
  std::size_t operands = 0;
  std::int64_t rows = kRows;
  bool copies = false;   // the map is nothing but a copy of the operand
  bool streams = false;  // and its result is written past the caches

  bool takes(const program::Access& a, int last) const { return lies_along(a, axis, last); }

  /// The first coordinates and the size of a block.
  void place(const program::Domain& domain, std::int64_t unit, std::int64_t* coordinate, std::size_t& rows, std::size_t& columns) const {
    int last = domain.rank - 1;
    coordinate[axis] = unit % row_blocks * this->rows;
    unit /= row_blocks;
    coordinate[last] = unit % column_blocks * kColumns;
    unit /= column_blocks;
    for (int k = last - 1; k >= 0; --k) {
      if (k == axis) continue;
      coordinate[k] = unit % domain.extent[k];
      unit /= domain.extent[k];
    }
    rows = static_cast<std::size_t>(std::min(this->rows, domain.extent[axis] - coordinate[axis]));
    columns = static_cast<std::size_t>(std::min(kColumns, domain.extent[last] - coordinate[last]));
  }
};

}  // namespace trireme::cpu
