// cpu/routines.hpp -- the table of precompiled routines that a level fills and the tile VM calls
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "program/program.hpp"

namespace trireme::cpu {

/// out[k] = f(a[k], b[k], c[k]) for k < n. No alignment is asked; nothing beyond n is touched. `out` may be `a`, `b`
/// or `c` when the element sizes are equal.
using Routine = void (*)(void* out, const void* a, const void* b, const void* c, std::size_t n);

/// Combines lanes[0..m) by the tree of program/reduction_order.hpp into lanes[0].
using TreeRoutine = void (*)(void* lanes, std::size_t m);

/// Combines contiguous elements in the inner order, chunk by chunk: out[c] for each chunk c of n elements, out[0] = the
/// identity when n is 0.
using ChunkRoutine = void (*)(void* out, const void* x, std::size_t n);

/// lane[k] = combine(lane[k], x[k + row * stride]) for k < n and rows in order. Asks for the memory `ahead` of it, which
/// the next call will read. `stride` and `ahead` in elements.
using FoldRoutine = void (*)(void* lane, const void* x, std::int64_t stride, std::int64_t ahead, std::size_t rows, std::size_t n);
inline constexpr int kFoldRows = 4;  // best called with a multiple of this many rows

/// out[c] = elements [0, n) of column c combined in the outer order, for c < columns; n is at most a chunk. The elements
/// of a column are consecutive and `stride` elements lie from a column to the next.
using NarrowRoutine = void (*)(void* out, const void* x, std::int64_t stride, std::size_t n, std::size_t columns);

/// to[r * to_stride + c] = from[c * from_stride + r] for r < rows and c < columns, strides in elements.
using TransposeRoutine = void (*)(void* to, std::int64_t to_stride, const void* from, std::int64_t from_stride, std::size_t rows,
                                  std::size_t columns);

/// Copies past the caches: `to` is aligned to 64 bytes. Whoever reads the memory on another thread needs a fence first,
/// which the last call for a stretch, with no bytes, makes.
using StreamRoutine = void (*)(void* to, const void* from, std::size_t bytes);

/// Which operand of a routine is one element for all positions.
enum Broadcast : std::uint8_t { kNone, kFirst, kSecond, kBroadcasts };

/// Two rows in one pass, the first's result staying in a register; both roundings happen. The first is add, subtract
/// or multiply of a and b; the second, with c: add, subtract (result - c), reversed subtract (c - result), multiply.
inline constexpr int kPairFirsts = 3;
inline constexpr int kPairSeconds = 4;

/// A row over two operands that first pass through a function of one operand, in one pass: so the processor overlaps
/// the long latencies of both. At least one function is not the identity.
enum Through : std::uint8_t { kItself, kSqrt, kExp, kExpNegative, kThroughs };
inline constexpr int kJointRows = 4;  // add, subtract, multiply, divide

enum Reduction : std::uint8_t { kSum, kProduct, kMinimum, kMaximum, kReductions };

/// Elementwise routines are numbered, so that an executable is the same for every level.
constexpr int row_index(Broadcast broadcast, program::Opcode op, Dtype last_operand) {
  return (broadcast * program::kTableOps + static_cast<int>(op)) * kDtypeCount + static_cast<int>(last_operand);
}
inline constexpr int kFirstCast = kBroadcasts * program::kTableOps * kDtypeCount;
constexpr int cast_index(Dtype from, Dtype to) { return kFirstCast + static_cast<int>(from) * kDtypeCount + static_cast<int>(to); }
inline constexpr int kFirstPair = kFirstCast + kDtypeCount * kDtypeCount;
constexpr int pair_index(int first, int second, bool b_broadcast, bool c_broadcast, bool f64) {
  return kFirstPair + (((first * kPairSeconds + second) * 2 + b_broadcast) * 2 + c_broadcast) * 2 + f64;
}
inline constexpr int kFirstExpNegative = kFirstPair + kPairFirsts * kPairSeconds * 8;
constexpr int exp_negative_index(bool f64) { return kFirstExpNegative + f64; }  // exp(-a)
inline constexpr int kFirstJoint = kFirstExpNegative + 2;
constexpr int joint_index(int row, Through left, Through right, bool f64) {
  return kFirstJoint + ((row * kThroughs + left) * kThroughs + right) * 2 + f64;
}
/// The square root of a pair's result, in the same pass: its latency covers the pair and the memory. No broadcasts of b.
inline constexpr int kFirstRoot = kFirstJoint + kJointRows * kThroughs * kThroughs * 2;
constexpr int root_index(int first, int second, bool c_broadcast, bool f64) {
  return kFirstRoot + ((first * kPairSeconds + second) * 2 + c_broadcast) * 2 + f64;
}
/// The sum of two or three squares from the left, or its square root, in one pass.
inline constexpr int kFirstSquares = kFirstRoot + kPairFirsts * kPairSeconds * 4;
constexpr int squares_index(int count, bool root, bool f64) { return kFirstSquares + ((count - 2) * 2 + root) * 2 + f64; }
/// out[2 k] = a[k], out[2 k + 1] = b[k]: the parts of complex numbers.
inline constexpr int kFirstInterleave = kFirstSquares + 8;
constexpr int interleave_index(bool f64) { return kFirstInterleave + f64; }
inline constexpr int kRoutines = kFirstInterleave + 2;
static_assert(kRoutines < 0x10000, "a step names its routine in 16 bits");

struct Routines {
  Routine routine[kRoutines];                    // null where a row has no such variant
  TreeRoutine tree[kReductions][kDtypeCount];
  ChunkRoutine chunk[kReductions][kDtypeCount];
  FoldRoutine fold[kReductions][kDtypeCount];
  NarrowRoutine narrow[kReductions][kDtypeCount];
  StreamRoutine stream;
  TransposeRoutine transpose[4];                 // of elements of 1, 2, 4 and 8 bytes
  TransposeRoutine transpose_past[2];            // of 4 and 8 bytes, past the caches, with the fence; `to` aligned to an element

  /// The transpose of elements of `item` bytes; past the caches only of 4 and 8.
  TransposeRoutine turn(std::size_t item, bool past) const {
    return past ? transpose_past[item == 8] : transpose[item == 1 ? 0 : item == 2 ? 1 : item == 4 ? 2 : 3];
  }
};

// Each level's files define these; fill calls fill_math, and nothing else of them is called from outside.
namespace baseline {
void fill(Routines& table);
void fill_math(Routines& table);
}
namespace avx2 {
void fill(Routines& table);
void fill_math(Routines& table);
}
namespace avx512 {
void fill(Routines& table);
void fill_math(Routines& table);
}
namespace neon {
void fill(Routines& table);
void fill_math(Routines& table);
}

}  // namespace trireme::cpu
