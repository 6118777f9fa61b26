// cpu/vm_columns.cpp -- units of a reduction by columns: kept positions side by side, the run row after row
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "cpu/vm_reduce.hpp"

namespace trireme::cpu {

using program::Form;

namespace {

/// The rows of a chunk at one tile of kept positions. What lies in rows of memory, or is the same for all of them, is
/// found once for a block of rows, and what lies along the run is turned for a block.
class Rows {
 public:
  Rows(const ReduceJob& job, Worker& worker, std::int64_t first, std::size_t n)
      : job_(job), worker_(worker), last_(job.domain.rank - 1), first_(first), n_(n) {
    const int kept = job.domain.kept - 1;
    const std::int64_t extent = job.domain.extent[kept];
    coordinates(job.domain, {0, job.domain.kept}, first, coordinate_);
    const bool whole = coordinate_[kept] + static_cast<std::int64_t>(n) <= extent;  // the tile ends with its row of kept positions
    char* block = worker.extra() + job.order.lanes * job.lane_bytes;
    for (std::size_t r = 0; r < job.exe.registers.size(); ++r) {
      const Register& reg = job.exe.registers[r];
      if (reg.place != Place::input && reg.place != Place::index) continue;
      if (moving_count_ == kMostTurned) steady_ = false;
      if (!steady_) break;
      const program::Access& a = worker.access(reg);
      const auto item = static_cast<std::int64_t>(item_size(reg.type));
      if (reg.place == Place::input && whole && is_turned(job, a)) {
        turned_[turned_count_++] = {r, block};
        moving_[moving_count_++] = {r, Blocks::kColumns * item, false};
        block += Blocks::kBytes;
      } else if (reg.place == Place::index && step_ == 0 && !a.wrapped && stays_over(a, job.domain.kept)) {
        stepping_ = r;
        step_ = a.stride[last_];
      } else if (a.wrapped || (a.stride[last_] != 0 && !(reg.place == Place::input && whole && a.stride[kept] == 1))) {
        steady_ = false;
      } else if (a.stride[last_] != 0) {
        moving_[moving_count_++] = {r, a.stride[last_] * item, true};
      }
    }
    if (!steady_) turned_count_ = moving_count_ = 0;
  }

  /// Points the registers to a row: the first one of all, or the one after the last one asked for.
  void next(std::int64_t row, std::int64_t end) {
    if (left_-- == 0) return begin(row, end);
    if (step_ != 0) worker_.step_index(stepping_, step_, n_);
    for (std::size_t k = 0; k < moving_count_; ++k) {
      const auto [reg, bytes, in_memory] = moving_[k];
      worker_.move(reg, bytes);
      if (in_memory) ask_for<0>(worker_.pointer(reg) + kRowsAhead * bytes, n_ * item_size(job_.exe.registers[reg].type));
    }
  }

 private:
  struct Moving {
    std::size_t reg;
    std::int64_t bytes;
    bool in_memory;
  };
  struct Turned {
    std::size_t reg;
    char* block;
  };

  void begin(std::int64_t row, std::int64_t end) {
    const Axes run{job_.domain.kept, job_.domain.rank};
    coordinates(job_.domain, run, row, coordinate_);
    std::int64_t rows = steady_ ? std::min({Blocks::kRows, end - row, job_.domain.extent[last_] - coordinate_[last_]}) : 1;
    left_ = rows - 1;
    for (std::size_t k = 0; k < turned_count_; ++k)
      worker_.turn(job_.exe.registers[turned_[k].reg], turned_[k].block, Blocks::kColumns, coordinate_, job_.domain.kept - 1,
                   static_cast<std::size_t>(rows), n_);
    worker_.fix(run, row);
    worker_.stage_inputs({0, job_.domain.kept}, first_, n_, [&](std::size_t r) -> char* {
      for (std::size_t k = 0; k < turned_count_; ++k)
        if (turned_[k].reg == r) return turned_[k].block;
      return nullptr;
    });
  }

  const ReduceJob& job_;
  Worker& worker_;
  int last_;
  std::int64_t first_;
  std::size_t n_;
  std::int64_t coordinate_[kMaxRank];
  bool steady_ = true;  // no operand has to be gathered row by row
  std::int64_t left_ = 0;
  std::size_t turned_count_ = 0, moving_count_ = 0;
  std::size_t stepping_ = 0;  // an index that is one number for a row, and by how much it grows
  std::int64_t step_ = 0;
  Turned turned_[kMostTurned];
  Moving moving_[kMostTurned];
};

/// Straight from memory: lane l takes rows l, l + lanes, ... in order; several of them at a time, so that rows are read
/// nearly in order too.
template <class LaneAt>
void fold_rows(const ReduceJob& job, Worker& worker, std::int64_t begin, std::int64_t end, std::int64_t first, std::size_t n,
               const LaneAt& lane_at) {
  const std::int64_t all = job.order.lanes;
  FoldRoutine fold = job.routines.fold[job.exe.reduction][job.type_index()];
  for (std::int64_t block = begin; block < end; block += kFoldRows * all)
    for (std::int64_t row = block; row < std::min(end, block + all); ++row) {
      worker.fix({job.domain.kept, job.domain.rank}, row);
      worker.stage_inputs({0, job.domain.kept}, first, n);
      auto rows = static_cast<std::size_t>((std::min(end, block + kFoldRows * all) - row + all - 1) / all);
      fold(lane_at(row - block), worker.reduced(), job.row_stride * all, job.rows_ahead * job.row_stride, rows, n);
    }
}

}  // namespace

void narrow_unit(const ReduceJob& job, Worker& worker, std::int64_t chunk, std::int64_t first, std::size_t n) {
  const std::int64_t begin = chunk * job.order.chunk, end = std::min(job.run, begin + job.order.chunk);
  const auto item = static_cast<std::int64_t>(job.item);
  const int rank = job.domain.rank;
  char* out = job.data(job.exe.reduce_output) + (chunk * job.kept + first) * item;
  NarrowRoutine narrow = job.routines.narrow[job.exe.reduction][job.type_index()];
  if (job.direct) {
    worker.fix({0, rank}, first * job.run + begin);
    worker.stage_inputs({rank, rank}, 0, 1);  // no axis is left: the place itself
    return narrow(out, worker.reduced(), job.row_stride, static_cast<std::size_t>(end - begin), n);
  }
  const Axes run{job.domain.kept, rank};
  for (auto left = static_cast<std::int64_t>(n); left > 0; left -= kNarrowAtOnce, first += kNarrowAtOnce, out += kNarrowAtOnce * item) {
    const std::int64_t columns = std::min(left, kNarrowAtOnce);
    for (std::int64_t c = 0; c < columns; ++c) {
      worker.fix({0, job.domain.kept}, first + c);
      char* to = worker.extra() + c * job.order.chunk * item;
      for (std::int64_t k = begin; k < end;) {
        const std::size_t tile = worker.tile_at(run, k, end);
        worker.stage_inputs(run, k, tile);
        worker.run_steps(tile);
        std::memcpy(to, worker.reduced(), tile * job.item);
        to += tile * job.item;
        k += static_cast<std::int64_t>(tile);
      }
    }
    narrow(out, worker.extra(), job.order.chunk, static_cast<std::size_t>(end - begin), static_cast<std::size_t>(columns));
  }
}

void column_unit(const ReduceJob& job, Worker& worker, std::int64_t chunk, std::int64_t first, std::size_t n) {
  const std::int64_t all = job.order.lanes;
  std::int64_t begin = chunk * job.order.chunk, end = std::min(job.run, begin + job.order.chunk);
  auto lane_at = [&](std::int64_t l) { return worker.extra() + l * job.lane_bytes; };
  std::int64_t used = std::clamp<std::int64_t>(end - begin, 1, all);
  for (std::int64_t l = 0; l < used; ++l) fill_identity(job.exe.reduction, job.type, lane_at(l), n);
  Routine combine = job.combine();
  if (job.direct) {
    fold_rows(job, worker, begin, end, first, n, lane_at);
  } else {
    Rows rows(job, worker, first, n);
    for (std::int64_t row = begin; row < end; ++row) {
      rows.next(row, end);
      char* to = lane_at((row - begin) % all);
      if (job.code) {
        worker.run_code(0, n, to);
        continue;
      }
      worker.run_steps(n);
      combine(to, to, worker.reduced(), nullptr, n);
    }
  }
  for (std::int64_t s = all / 2; s > 0; s /= 2)
    for (std::int64_t l = 0; l < s && l + s < used; ++l) combine(lane_at(l), lane_at(l), lane_at(l + s), nullptr, n);

  auto item = static_cast<std::int64_t>(job.item);
  char* out = job.data(job.exe.reduce_output);
  if (job.exe.form == Form::reduce_outer) {
    std::memcpy(out + (chunk * job.kept + first) * item, lane_at(0), n * job.item);
    return;
  }
  for (std::int64_t k = 0; k < static_cast<std::int64_t>(n); ++k)
    std::memcpy(out + ((first + k) * job.chunks + chunk) * item, lane_at(0) + k * item, job.item);
}

}  // namespace trireme::cpu
