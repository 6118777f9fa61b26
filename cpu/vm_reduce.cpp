// cpu/vm_reduce.cpp -- reductions by the tile VM, in the orders of program/reduction_order.hpp
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <limits>

#include "cpu/jit_run.hpp"
#include "cpu/vm_worker.hpp"
#include "program/reduction_order.hpp"

namespace trireme::cpu {

using program::Domain;
using program::Form;

void fill_identity(Reduction reduction, Dtype type, char* to, std::size_t n) {
  auto fill = [&](auto value) {
    for (std::size_t k = 0; k < n; ++k) std::memcpy(to + k * sizeof value, &value, sizeof value);
  };
  auto limits = [&]<class T>(T) {
    using L = std::numeric_limits<T>;
    if (reduction == kSum) fill(T{0});
    else if (reduction == kProduct) fill(T{1});
    else if constexpr (L::has_infinity) fill(reduction == kMinimum ? L::infinity() : -L::infinity());
    else fill(reduction == kMinimum ? L::max() : L::min());
  };
  switch (type) {
    case Dtype::f32: return limits(float{});
    case Dtype::f64: return limits(double{});
    case Dtype::i32: return limits(std::int32_t{});
    case Dtype::i64: return limits(std::int64_t{});
    case Dtype::u32: return limits(std::uint32_t{});
    case Dtype::u64: return limits(std::uint64_t{});
    default: return;  // no reduction accumulates in another dtype
  }
}

namespace {

struct ReduceJob : Job {
  explicit ReduceJob(const Job& job) : Job(job) {}

  Dtype type{};
  std::size_t item = 0;
  std::int64_t kept = 0, run = 0, chunks = 1;
  program::ReductionOrder order{};
  // By columns: a unit is a chunk for a tile of kept positions, whose lanes lie side by side. The outer order always
  // goes so; the inner one where the kept positions, not the run, are consecutive in memory.
  bool by_columns = false;
  bool direct = false;           // nothing to compute: the operand's memory is reduced as it lies
  const JitCode* chunks_code = nullptr;  // computes chunks: all inputs lie in order along the run, or are one element there
  bool narrow = false;           // direct, in the outer order, with a run that is consecutive in memory
  std::int64_t row_stride = 0;   // by columns and direct: elements from a row to the next
  std::int64_t rows_ahead = 1;   // by columns and direct: how far ahead memory is asked for
  std::int64_t width = kTile;    // by columns: kept positions of a unit
  std::int64_t lane_bytes = kTile * 8;  // by columns: from one lane's tile to the next

  Routine combine() const { return routines.routine[row_index(kNone, exe.reduction_row, type)]; }
  int type_index() const { return static_cast<int>(type); }
};

constexpr auto kInnerLanes = static_cast<std::size_t>(program::kInnerOrder.lanes);
constexpr std::int64_t kInnerChunk = program::kInnerOrder.chunk;

/// Chunks [unit, end) as far as they belong to one kept position, straight from memory. Returns the first one not done.
std::int64_t direct_units(const ReduceJob& job, Worker& worker, std::int64_t unit, std::int64_t end) {
  std::int64_t position = unit / job.chunks, chunk = unit % job.chunks;
  std::int64_t last = std::min(end - unit + chunk, job.chunks);
  std::int64_t begin = chunk * kInnerChunk, stop = std::min(job.run, last * kInnerChunk);
  const char* first = nullptr;
  const void* operands[kJitParameters];
  if (begin < stop) {
    worker.fix({0, job.domain.kept}, position);
    worker.stage_inputs({job.domain.kept, job.domain.rank}, begin, 1);  // stride 1: the first element's place is the run's
    if (job.chunks_code) worker.operands(0, operands);
    else first = worker.reduced();
  }
  char* out = job.data(job.exe.reduce_output) + unit * static_cast<std::int64_t>(job.item);
  if (job.chunks_code) JitChunks{job.exe, *job.chunks_code, job.routines}.run(operands, stop - begin, out);
  else job.routines.chunk[job.exe.reduction][job.type_index()](out, first, static_cast<std::size_t>(stop - begin));
  return unit + last - chunk;
}

constexpr std::int64_t kLongRun = std::int64_t{4} << 20;

/// One chunk of the run at one kept position.
void inner_unit(const ReduceJob& job, Worker& worker, std::int64_t unit) {
  std::int64_t begin = unit % job.chunks * kInnerChunk, end = std::min(job.run, begin + kInnerChunk);
  char* out = job.data(job.exe.reduce_output) + unit * static_cast<std::int64_t>(job.item);
  worker.fix({0, job.domain.kept}, unit / job.chunks);
  Axes axes{job.domain.kept, job.domain.rank};
  char* lanes = worker.extra();
  auto used = static_cast<std::size_t>(std::clamp<std::int64_t>(end - begin, 1, program::kInnerOrder.lanes));
  fill_identity(job.exe.reduction, job.type, lanes, used);
  Routine combine = job.combine();
  for (std::int64_t k = begin; k < end;) {
    // Beyond the caches short tiles let the processor read for the next one while it computes.
    std::size_t n = std::min<std::size_t>(job.run > kLongRun ? kTile / 4 : kTile, worker.tile_at(axes, k, end));
    worker.stage_inputs(axes, k, n);
    if (!job.code) worker.run_steps(n);
    const char* values = worker.reduced();
    for (std::size_t done = 0; done < n;) {
      std::size_t lane = (static_cast<std::size_t>(k - begin) + done) % kInnerLanes;
      std::size_t piece = std::min(n - done, kInnerLanes - lane);
      char* to = lanes + lane * job.item;
      if (job.code) worker.run_code(done, piece, to);
      else combine(to, to, values + done * job.item, nullptr, piece);
      done += piece;
    }
    k += static_cast<std::int64_t>(n);
  }
  job.routines.tree[job.exe.reduction][job.type_index()](lanes, used);
  std::memcpy(out, lanes, job.item);
}

// Bytes of a row that a direct reduction by columns takes at once: as many as keep all lanes in the second-level cache.
// Those of the inner order, 512, would have to be narrow; but reading narrow pieces of rows costs more than lanes that
// the next level holds (4096 x 4096, transposed: 8.1 ms with pieces of 256 bytes, 5.1 with 1024, 4.4 with 4096).
constexpr std::int64_t kOuterRowBytes = 16384, kInnerRowBytes = 4096, kLeastRowBytes = 256;

/// One chunk of the run for some kept positions, whose runs lie one after the other.
void narrow_unit(const ReduceJob& job, Worker& worker, std::int64_t chunk, std::int64_t first, std::size_t n) {
  std::int64_t begin = chunk * job.order.chunk, end = std::min(job.run, begin + job.order.chunk);
  int rank = job.domain.rank;
  worker.fix({0, rank}, first * job.run + begin);
  worker.stage_inputs({rank, rank}, 0, 1);  // no axis is left: the place itself
  char* out = job.data(job.exe.reduce_output) + (chunk * job.kept + first) * static_cast<std::int64_t>(job.item);
  NarrowRoutine narrow = job.routines.narrow[job.exe.reduction][job.type_index()];
  narrow(out, worker.reduced(), job.row_stride, static_cast<std::size_t>(end - begin), n);
}

/// One chunk of the run for one tile of kept positions.
void column_unit(const ReduceJob& job, Worker& worker, std::int64_t chunk, std::int64_t first, std::size_t n) {
  const std::int64_t all = job.order.lanes;
  std::int64_t begin = chunk * job.order.chunk, end = std::min(job.run, begin + job.order.chunk);
  auto lane_at = [&](std::int64_t l) { return worker.extra() + l * job.lane_bytes; };
  std::int64_t used = std::clamp<std::int64_t>(end - begin, 1, all);
  for (std::int64_t l = 0; l < used; ++l) fill_identity(job.exe.reduction, job.type, lane_at(l), n);
  Routine combine = job.combine();
  Axes kept{0, job.domain.kept}, run{job.domain.kept, job.domain.rank};
  if (job.direct) {
    // Lane l takes rows l, l + lanes, ... in order; several of them at a time, so that rows are read nearly in order too.
    FoldRoutine fold = job.routines.fold[job.exe.reduction][job.type_index()];
    for (std::int64_t block = begin; block < end; block += kFoldRows * all)
      for (std::int64_t row = block; row < std::min(end, block + all); ++row) {
        worker.fix(run, row);
        worker.stage_inputs(kept, first, n);
        auto rows = static_cast<std::size_t>((std::min(end, block + kFoldRows * all) - row + all - 1) / all);
        fold(lane_at(row - block), worker.reduced(), job.row_stride * all, job.rows_ahead * job.row_stride, rows, n);
      }
  } else {
    for (std::int64_t row = begin; row < end; ++row) {
      worker.fix(run, row);
      worker.stage_inputs(kept, first, n);
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

constexpr std::int64_t kNarrowColumns = 64;

std::size_t slots_for(std::int64_t bytes) { return (static_cast<std::size_t>(bytes) + kSlotBytes - 1) / kSlotBytes; }

void run_units(const ReduceJob& job, std::int64_t begin, std::int64_t end) {
  Worker worker(job, slots_for(job.by_columns ? job.order.lanes * job.lane_bytes : job.order.lanes * 8));
  if (!job.by_columns) {
    if (job.direct || job.chunks_code)
      for (std::int64_t unit = begin; unit < end;) unit = direct_units(job, worker, unit, end);
    else
      for (std::int64_t unit = begin; unit < end; ++unit) inner_unit(job, worker, unit);
    return;
  }
  std::int64_t tiles = (job.kept + job.width - 1) / job.width;
  for (std::int64_t unit = begin; unit < end; ++unit) {
    std::int64_t last = std::min(job.kept, (unit % tiles + 1) * job.width);
    for (std::int64_t k = unit % tiles * job.width; k < last;) {
      std::size_t n = job.direct ? static_cast<std::size_t>(last - k) : worker.tile_at({0, job.domain.kept}, k, last);
      (job.narrow ? narrow_unit : column_unit)(job, worker, unit / tiles, k, n);
      k += static_cast<std::int64_t>(n);
    }
  }
}

/// Whether an axis is one stride apart per position, with the given stride.
bool steps_by(const program::Access& a, int axis, std::int64_t stride) {
  return a.stride[axis] == stride && !(a.wrapped && a.modulus[axis]);
}

/// Reductions of a plain operand go straight over its memory, when the run or the kept positions are consecutive there.
void find_direct(ReduceJob& job) {
  const Register& reg = job.exe.registers[job.exe.reduced];
  if (reg.place != Place::input) return;
  const Domain& domain = job.domain;
  const program::Access& a = *job.launch.arguments[reg.index].access;
  bool inner = !job.by_columns;
  int run_axes = domain.rank - domain.kept;
  if (inner && (run_axes == 0 || (run_axes == 1 && steps_by(a, domain.rank - 1, 1)))) {
    job.direct = true;
  } else if (domain.kept == 1 && run_axes == 1 && steps_by(a, 0, 1) && steps_by(a, 1, a.stride[1])) {
    job.direct = job.by_columns = true;
    job.row_stride = a.stride[1];
    job.lane_bytes = kOuterRowBytes;
    if (inner) {
      // Two pieces for each thread at least.
      std::int64_t share = job.kept * static_cast<std::int64_t>(job.item) * job.chunks / (2 * thread_count());
      job.lane_bytes = std::clamp(share / kLeastRowBytes * kLeastRowBytes, kLeastRowBytes, kInnerRowBytes);
      job.rows_ahead = 2;
    }
    job.width = job.lane_bytes / static_cast<std::int64_t>(job.item);
  } else if (!inner && domain.kept == 1 && run_axes == 1 && job.run > 0 && steps_by(a, 1, 1) && steps_by(a, 0, a.stride[0]) &&
             job.routines.narrow[job.exe.reduction][job.type_index()]) {
    job.direct = job.narrow = true;
    job.row_stride = a.stride[0];
    job.width = kNarrowColumns;
  }
}

/// Code for chunks as they lie in memory, else for tiles.
void find_code(ReduceJob& job) {
  if (job.exe.jit.idle() || job.run == 0) return;
  const int last = job.domain.rank - 1;
  const std::int64_t elements = job.kept * job.run;
  bool in_order = !job.by_columns && !job.exe.has_index && job.domain.kept == last;
  JitKey key{&current_level(), 0, false};
  for (const Register& reg : job.exe.registers) {
    if (reg.place != Place::input || !in_order) continue;
    const program::Access& a = *job.launch.arguments[reg.index].access;
    if (steps_by(a, last, 0)) key.singles |= std::uint64_t{1} << (reg.index & 63);
    else in_order = steps_by(a, last, 1);
  }
  if (in_order) job.chunks_code = job.exe.jit.code(key, elements * routines_per_element(job.exe));
  else job.code = jit_for_tiles(job.exe, elements);
}

}  // namespace

void run_reduce(const Job& base) {
  bool inner = base.exe.form == Form::reduce_inner;
  ReduceJob job{base};
  job.type = base.exe.parameters[base.exe.reduce_output].type;
  job.item = item_size(job.type);
  job.kept = base.domain.kept_size();
  job.run = base.domain.run_size();
  job.order = inner ? program::kInnerOrder : program::kOuterOrder;
  job.chunks = program::chunks(job.order, job.run);
  job.by_columns = !inner;
  if (job.kept == 0) return;
  if (job.exe.steps.empty()) find_direct(job);
  else find_code(job);
  std::int64_t units = job.chunks * (job.by_columns ? (job.kept + job.width - 1) / job.width : job.kept);
  if (!worth_threads(job.kept * job.run * routines_per_element(job.exe))) return run_units(job, 0, units);
  std::int64_t tasks = std::min<std::int64_t>(units, std::int64_t{16} * thread_count());
  job.per_task = (units + tasks - 1) / tasks;
  struct Context {
    const ReduceJob& job;
    std::int64_t units;
  } context{job, units};
  parallel((units + job.per_task - 1) / job.per_task,
           [](void* c, std::int64_t task) {
             auto& context = *static_cast<Context*>(c);
             std::int64_t begin = task * context.job.per_task;
             run_units(context.job, begin, std::min(context.units, begin + context.job.per_task));
           },
           &context);
}

}  // namespace trireme::cpu
