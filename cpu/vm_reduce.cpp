// cpu/vm_reduce.cpp -- reductions by the tile VM, in the orders of program/reduction_order.hpp
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <limits>

#include "cpu/jit_run.hpp"
#include "cpu/vm_reduce.hpp"

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

constexpr auto kInnerLanes = static_cast<std::size_t>(program::kInnerOrder.lanes);
constexpr std::int64_t kInnerChunk = program::kInnerOrder.chunk;

/// The values of an index that counts along with the run, for compiled code: those of one chunk.
struct Counted {
  char* memory;
  std::int64_t chunk = -1;
};

/// Chunks [chunk, last) of a kept position, straight from memory; one if an index counts along.
void direct_units(const ReduceJob& job, Worker& worker, const Spread& spread, Counted& counted, std::int64_t position, std::int64_t chunk,
                  std::int64_t last) {
  std::int64_t begin = chunk * kInnerChunk, stop = std::min(job.run, last * kInnerChunk);
  const char* first = nullptr;
  const void* operands[kJitParameters];
  if (begin < stop) {
    worker.fix({0, job.domain.kept}, position);
    // Of one element: its place is the run's.
    worker.stage_inputs({job.domain.kept, job.domain.rank}, begin, 1, [&](std::size_t r) { return spread.at(r, begin); });
    if (job.chunks_code) worker.operands(0, operands);
    else first = worker.reduced();
  }
  if (job.counts) {
    if (counted.chunk != chunk)
      count_up(counted.memory, worker.access(*job.counts).offset + begin, 1, static_cast<std::size_t>(stop - begin));
    counted.chunk = chunk;
    operands[job.counts->index] = counted.memory;
  }
  char* out = job.data(job.exe.reduce_output) + (position * job.chunks + chunk) * static_cast<std::int64_t>(job.item);
  if (job.chunks_code) JitChunks{job.exe, *job.chunks_code, job.routines}.run(operands, stop - begin, out);
  else job.routines.chunk[job.exe.reduction][job.type_index()](out, first, static_cast<std::size_t>(stop - begin));
}

constexpr std::int64_t kLongRun = std::int64_t{4} << 20;

/// One chunk of the run at one kept position.
void inner_unit(const ReduceJob& job, Worker& worker, const Spread& spread, std::int64_t position, std::int64_t chunk) {
  std::int64_t begin = chunk * kInnerChunk, end = std::min(job.run, begin + kInnerChunk);
  char* out = job.data(job.exe.reduce_output) + (position * job.chunks + chunk) * static_cast<std::int64_t>(job.item);
  worker.fix({0, job.domain.kept}, position);
  Axes axes{job.domain.kept, job.domain.rank};
  char* lanes = worker.extra();
  auto used = static_cast<std::size_t>(std::clamp<std::int64_t>(end - begin, 1, program::kInnerOrder.lanes));
  fill_identity(job.exe.reduction, job.type, lanes, used);
  Routine combine = job.combine();
  for (std::int64_t k = begin; k < end;) {
    // Beyond the caches short tiles let the processor read for the next one while it computes.
    std::size_t n = std::min<std::size_t>(job.run > kLongRun ? kTile / 4 : kTile, worker.tile_at(axes, k, end));
    worker.stage_inputs(axes, k, n, [&](std::size_t r) { return spread.at(r, k); });
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

constexpr std::int64_t kNarrowColumns = 64, kLeastColumns = 64, kInnerLaneBytes = 2048;

/// Chunks [begin, end) of all kept positions one after the other: those of a stretch, of one position, at a time.
void run_chunks(const ReduceJob& job, Worker& worker, std::int64_t begin, std::int64_t end) {
  char* memory = worker.extra() + job.order.lanes * 8;
  Spread spread(job, job.spread, memory);
  Counted counted{memory + job.spread.bytes()};
  for (std::int64_t unit = begin; unit < end;) {
    std::int64_t position = unit / job.chunks, chunk = unit % job.chunks;
    std::int64_t last = std::min(end - unit + chunk, job.chunks);
    if (job.spread.axis >= 0) {
      const std::int64_t first = chunk * kInnerChunk, most = spread.most(first);
      if (most < job.run) last = std::min(last, most / kInnerChunk);
      spread.fill(worker, position, first, std::min(job.run, last * kInnerChunk));
    }
    unit += last - chunk;
    const bool direct = job.direct || job.chunks_code;
    const std::int64_t at_once = direct && !job.counts ? last - chunk : 1;
    for (; chunk < last; chunk += at_once)
      if (direct) direct_units(job, worker, spread, counted, position, chunk, chunk + at_once);
      else inner_unit(job, worker, spread, position, chunk);
  }
}

void run_units(const ReduceJob& job, std::int64_t begin, std::int64_t end) {
  Worker worker(job, (static_cast<std::size_t>(job.extra_bytes()) + kSlotBytes - 1) / kSlotBytes);
  if (!job.by_columns) return run_chunks(job, worker, begin, end);
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
  } else if (job.spread.axis >= 0) {
    job.direct = job.spread.takes(job, reg);
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

/// The inner order by columns: where some operand lies along the kept positions, and those are enough to fill vectors.
void find_columns(ReduceJob& job) {
  const Domain& domain = job.domain;
  if (domain.kept == 0 || domain.kept == domain.rank || domain.extent[domain.kept - 1] < kLeastColumns) return;
  for (const Register& reg : job.exe.registers)
    if (reg.place == Place::input && lies_along(*job.launch.arguments[reg.index].access, domain.kept - 1, domain.rank - 1)) job.by_columns = true;
  if (!job.by_columns) return;
  // Two pieces for each thread at least, and lanes that the second-level cache holds.
  const auto item = static_cast<std::int64_t>(job.item);
  std::int64_t share = job.kept * job.chunks / (2 * thread_count());
  job.width = std::clamp(share / kLeastColumns * kLeastColumns, kLeastColumns, kInnerLaneBytes / item);
  job.lane_bytes = job.width * item;
}

/// The outer order along the run: where some operand lies so, and none lies along the kept positions.
void find_narrow(ReduceJob& job) {
  const int kept = job.domain.kept - 1, last = job.domain.rank - 1;
  if (job.run < kLeastColumns || !job.routines.narrow[job.exe.reduction][job.type_index()]) return;
  bool along_run = false;
  for (const Register& reg : job.exe.registers) {
    if (reg.place != Place::input) continue;
    const program::Access& a = *job.launch.arguments[reg.index].access;
    if (lies_along(a, kept, last)) return;
    along_run |= lies_along(a, last, kept);
  }
  if (!along_run) return;
  job.narrow = true;
  job.width = kNarrowColumns;
}

/// Whether an operand lies along the run as it counts, or with `stride` 0 is one element there.
bool follows_run(const Domain& domain, const program::Access& a, std::int64_t stride) {
  for (int k = domain.rank - 1; k >= domain.kept; stride *= domain.extent[k--])
    if (!steps_by(a, k, stride)) return false;
  return true;
}

/// Code for chunks as they lie in memory, else for tiles.
void find_code(ReduceJob& job) {
  if (job.exe.jit.idle() || job.run == 0) return;
  const std::int64_t elements = job.kept * job.run;
  bool in_order = !job.by_columns && job.domain.kept < job.domain.rank;
  JitKey key{&current_level(), 0, false};
  for (const Register& reg : job.exe.registers) {
    if ((reg.place != Place::input && reg.place != Place::index) || !in_order || job.spread.takes(job, reg)) continue;
    const program::Access& a = *job.launch.arguments[reg.index].access;
    if (reg.place == Place::index) {
      in_order = !job.counts && follows_run(job.domain, a, 1) && stays_over(a, job.domain.kept);
      job.counts = &reg;
      continue;
    }
    if (follows_run(job.domain, a, 0)) key.singles |= std::uint64_t{1} << (reg.index & 63);
    else in_order = follows_run(job.domain, a, 1);
  }
  if (in_order) job.chunks_code = job.exe.jit.code(key, elements * routines_per_element(job.exe));
  if (!job.chunks_code) job.counts = nullptr;
  if (!in_order) job.code = jit_for_tiles(job.exe, elements);
}

}  // namespace

std::int64_t ReduceJob::extra_bytes() const {
  if (!by_columns) return order.lanes * 8 + static_cast<std::int64_t>(spread.bytes()) + (counts ? order.chunk * 8 : 0);
  if (narrow) return kNarrowAtOnce * order.chunk * 8;
  return order.lanes * lane_bytes + static_cast<std::int64_t>(turned * Blocks::kBytes);
}

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
  if (inner) job.spread = plan_spread(job, kInnerChunk);
  if (job.exe.steps.empty()) find_direct(job);
  if (inner && !job.direct && job.spread.axis < 0) find_columns(job);
  if (!inner && !job.direct) find_narrow(job);
  if (!job.exe.steps.empty() && !job.narrow) find_code(job);
  if (job.by_columns && !job.direct && !job.narrow)
    for (const Register& reg : job.exe.registers)
      job.turned += reg.place == Place::input && is_turned(job, *job.launch.arguments[reg.index].access);
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
