// cpu/vm_reduce.hpp -- a reduction under way: how it is cut into units, and what computes a unit
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/vm_spread.hpp"
#include "cpu/vm_worker.hpp"
#include "program/reduction_order.hpp"

namespace trireme::cpu {

struct ReduceJob : Job {
  explicit ReduceJob(const Job& job) : Job(job) {}

  Dtype type{};
  std::size_t item = 0;
  std::int64_t kept = 0, run = 0, chunks = 1;
  program::ReductionOrder order{};
  // By columns: a unit is a chunk for a tile of kept positions, whose lanes lie side by side. The outer order always
  // goes so; the inner one where the kept positions, not the run, are consecutive in memory.
  bool by_columns = false;
  bool direct = false;           // nothing to compute: the operand's memory is reduced as it lies, or as it was spread
  const JitCode* chunks_code = nullptr;  // computes chunks: all inputs lie in order along the run, or are one element there
  const Register* counts = nullptr;  // of chunks_code: an index that counts along with the run
  bool narrow = false;           // in the outer order, where the run is consecutive in memory: position after position
  std::int64_t row_stride = 0;   // by columns and direct: elements from a row to the next
  std::int64_t rows_ahead = 1;   // by columns and direct: how far ahead memory is asked for
  std::int64_t width = kTile;    // by columns: kept positions of a unit
  std::int64_t lane_bytes = kTile * 8;  // by columns: from one lane's tile to the next
  std::size_t turned = 0;        // by columns and not direct: operands that lie along the run
  SpreadPlan spread{};           // not by columns: operands that lie along another axis of the run than the last one

  Routine combine() const { return routines.routine[row_index(kNone, exe.reduction_row, type)]; }
  int type_index() const { return static_cast<int>(type); }
  /// Bytes that a worker needs beside the slots.
  std::int64_t extra_bytes() const;
};

/// Whether an operand of a job by columns is turned block by block.
inline bool is_turned(const ReduceJob& job, const program::Access& a) { return lies_along(a, job.domain.rank - 1, job.domain.kept - 1); }

/// Kept positions whose chunks are computed before they are reduced together: so many overlap the latencies of additions.
inline constexpr std::int64_t kNarrowAtOnce = 4;

/// One chunk of the run for some kept positions: one after the other, or for a tile of them side by side.
void narrow_unit(const ReduceJob& job, Worker& worker, std::int64_t chunk, std::int64_t first, std::size_t n);
void column_unit(const ReduceJob& job, Worker& worker, std::int64_t chunk, std::int64_t first, std::size_t n);

}  // namespace trireme::cpu
