// cpu/vm.cpp -- running an executable over a domain: maps, reductions in inner and in outer order
// SPDX-License-Identifier: Apache-2.0
#include "cpu/vm.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include "cpu/features.hpp"
#include "cpu/stage.hpp"
#include "cpu/threads.hpp"
#include "graph/float_environment.hpp"
#include "program/reduction_order.hpp"

namespace trireme::cpu {

using dispatch::Launch;
using program::AccessKind;
using program::Domain;
using program::Form;

namespace {

constexpr std::size_t kSlotBytes = kTile * 8 + 64;  // the 64 keep slots from meeting in the same cache sets
constexpr std::size_t kMaxRegisters = 512;

// Waking a parked oneTBB pool takes some 30 us, so work below about twice that stays on the caller. In units of one
// element through one routine, about 0.1 ns.
constexpr std::int64_t kWorthThreads = 600'000;
constexpr std::int64_t kTaskElements = 16384;

/// Slots of this thread, kept between launches.
char* worker_memory(std::size_t slots) {
  struct Memory {
    std::unique_ptr<char[]> bytes;
    std::size_t slots = 0;
  };
  thread_local Memory memory;
  if (slots > memory.slots) {
    memory.bytes = std::make_unique<char[]>(slots * kSlotBytes + 64);
    memory.slots = slots;
  }
  auto address = reinterpret_cast<std::uintptr_t>(memory.bytes.get());
  return memory.bytes.get() + (64 - address % 64) % 64;
}

/// One launch, shared by its workers; and one worker's pointers.
struct Job {
  const VmExecutable& exe;
  const Launch& launch;
  const Domain& domain;
  const Routines& routines;
  std::int64_t per_task = 0;  // elements, chunks or tiles of a task

  char* data(std::uint16_t parameter) const { return reinterpret_cast<char*>(launch.arguments[parameter].memory.handle); }
  AccessKind kind(std::uint16_t parameter) const { return launch.layout->access[parameter]; }
};

class Worker {
 public:
  explicit Worker(const Job& job, std::size_t extra_slots = 0) : job_(job), exe_(job.exe) {
    memory_ = worker_memory(static_cast<std::size_t>(exe_.slots) + extra_slots);
    for (std::size_t k = 0; k < exe_.registers.size(); ++k) set_fixed(k);
  }

  char* slot(std::size_t index) const { return memory_ + index * kSlotBytes; }
  char* extra() const { return slot(static_cast<std::size_t>(exe_.slots)); }

  /// Elements [begin, end) of a map whose operands are all contiguous or single.
  void run_flat(std::int64_t begin, std::int64_t end) {
    for (std::int64_t k = begin; k < end; k += static_cast<std::int64_t>(kTile)) {
      auto n = static_cast<std::size_t>(std::min<std::int64_t>(end - k, kTile));
      for (std::size_t r = 0; r < exe_.registers.size(); ++r) {
        const Register& reg = exe_.registers[r];
        if (reg.place == Place::output) pointer_[r] = at(reg, k);
        else if (reg.place == Place::input && job_.kind(reg.index) == AccessKind::contiguous) pointer_[r] = at(reg, k + offset(reg));
      }
      run_steps(n);
    }
  }

  /// Elements [begin, end) of any map.
  void run_map(std::int64_t begin, std::int64_t end) {
    Axes axes{0, job_.domain.rank};
    for (std::int64_t k = begin; k < end;) {
      std::size_t n = tile_at(axes, k, end);
      stage_inputs(axes, k, n);
      for (std::size_t r = 0; r < exe_.registers.size(); ++r)
        if (exe_.registers[r].place == Place::output) pointer_[r] = at(exe_.registers[r], k);
      run_steps(n);
      k += static_cast<std::int64_t>(n);
    }
  }

  /// Moves the inputs' bases to a place of the axes that a reduction does not walk.
  void fix(Axes axes, std::int64_t index) {
    std::int64_t coordinate[kMaxRank];
    coordinates(job_.domain, axes, index, coordinate);
    for (std::size_t r = 0; r < exe_.registers.size(); ++r) {
      const Register& reg = exe_.registers[r];
      if (reg.place != Place::input) continue;
      const program::Access& access = *job_.launch.arguments[reg.index].access;
      base_[r] = at(reg, access.offset + offset_at(access, axes, coordinate));
    }
  }

  /// How many elements from linear position k of the axes make a tile that ends with its row, where rows are long.
  std::size_t tile_at(Axes axes, std::int64_t k, std::int64_t end) const {
    std::int64_t n = std::min<std::int64_t>(end - k, kTile);
    if (axes.to == axes.from) return static_cast<std::size_t>(n);
    std::int64_t row = job_.domain.extent[axes.to - 1];
    if (row >= static_cast<std::int64_t>(kTile / 2)) n = std::min(n, row - k % row);
    return static_cast<std::size_t>(n);
  }

  void stage_inputs(Axes axes, std::int64_t k, std::size_t n) {
    std::int64_t coordinate[kMaxRank];
    coordinates(job_.domain, axes, k, coordinate);
    for (std::size_t r = 0; r < exe_.registers.size(); ++r) {
      const Register& reg = exe_.registers[r];
      if (reg.place != Place::input) continue;
      const program::Access& access = *job_.launch.arguments[reg.index].access;
      pointer_[r] = const_cast<char*>(
          stage(job_.domain, axes, access, base_[r], item_size(reg.type), coordinate, n, slot(reg.slot)));
    }
  }

  void run_steps(std::size_t n) {
    const Routine* routine = job_.routines.routine;
    for (const VmStep& s : exe_.steps) routine[s.routine](pointer_[s.out], pointer_[s.a], pointer_[s.b], pointer_[s.c], n);
  }

  const char* reduced() const { return pointer_[exe_.reduced]; }

 private:
  char* at(const Register& reg, std::int64_t element) const {
    return job_.data(reg.index) + element * static_cast<std::int64_t>(item_size(reg.type));
  }
  std::int64_t offset(const Register& reg) const { return job_.launch.arguments[reg.index].access->offset; }

  /// Pointers that no tile changes, and the start of every input.
  void set_fixed(std::size_t r) {
    const Register& reg = exe_.registers[r];
    switch (reg.place) {
      case Place::scratch:
        pointer_[r] = slot(reg.index);
        break;
      case Place::input:
        base_[r] = at(reg, offset(reg));
        if (job_.kind(reg.index) == AccessKind::single && exe_.form == Form::map) {
          splat(slot(reg.slot), base_[r], item_size(reg.type), kTile);
          pointer_[r] = slot(reg.slot);
        }
        break;
      case Place::output:
        break;
      case Place::broadcast:
      case Place::splat: {
        const std::uint64_t* bits = reg.from_literal ? &reg.literal : &job_.launch.arguments[reg.index].scalar;
        // Little-endian: the low bytes come first.
        pointer_[r] = const_cast<char*>(reinterpret_cast<const char*>(bits));
        if (reg.place == Place::splat) {
          splat(slot(reg.slot), pointer_[r], item_size(reg.type), kTile);
          pointer_[r] = slot(reg.slot);
        }
        break;
      }
    }
  }

  const Job& job_;
  const VmExecutable& exe_;
  char* memory_;
  char* pointer_[kMaxRegisters];  // set before a tile's steps run
  const char* base_[kMaxRegisters];
};

/// Whether `work`, in elements times routines, repays waking threads.
bool worth_threads(std::int64_t work) { return work > kWorthThreads && thread_count() > 1; }

std::int64_t routines_per_element(const VmExecutable& exe) { return static_cast<std::int64_t>(exe.steps.size()) + 2; }

// Maps.

bool is_flat(const Job& job) {
  for (std::size_t k = 0; k < job.exe.parameters.size(); ++k) {
    AccessKind kind = job.launch.layout->access[k];
    if (job.exe.parameters[k].role == program::Role::input && kind != AccessKind::contiguous && kind != AccessKind::single) return false;
  }
  return true;
}

void run_map(Job& job) {
  std::int64_t n = job.domain.size();
  auto range = [](const Job& j, std::int64_t begin, std::int64_t end) {
    Worker worker(j);
    if (is_flat(j)) worker.run_flat(begin, end);
    else worker.run_map(begin, end);
  };
  if (!worth_threads(n * routines_per_element(job.exe))) return range(job, 0, n);
  std::int64_t tasks = std::clamp<std::int64_t>(n / kTaskElements, 1, 16 * thread_count());
  job.per_task = (n / tasks + kTile) / static_cast<std::int64_t>(kTile) * static_cast<std::int64_t>(kTile);
  struct Context {
    Job& job;
    decltype(range) run;
    std::int64_t n;
  } context{job, range, n};
  parallel((n + job.per_task - 1) / job.per_task,
           [](void* c, std::int64_t task) {
             auto& context = *static_cast<Context*>(c);
             std::int64_t begin = task * context.job.per_task;
             context.run(context.job, begin, std::min(context.n, begin + context.job.per_task));
           },
           &context);
}

// Reductions.

/// Writes the identity of the reduction `n` times.
void fill_identity(Reduction reduction, Dtype type, char* to, std::size_t n) {
  auto fill = [&](auto value) {
    for (std::size_t k = 0; k < n; ++k) std::memcpy(to + k * sizeof value, &value, sizeof value);
  };
  auto limits = [&]<class T>(T) {
    using L = std::numeric_limits<T>;
    if (reduction == kSum) fill(T{0});
    else if constexpr (L::has_infinity) fill(reduction == kMinimum ? L::infinity() : -L::infinity());
    else fill(reduction == kMinimum ? L::max() : L::min());
  };
  switch (type) {
    case Dtype::f32: return limits(float{});
    case Dtype::f64: return limits(double{});
    case Dtype::i32: return limits(std::int32_t{});
    case Dtype::i64: return limits(std::int64_t{});
    case Dtype::boolean: return;  // no reduction accumulates in bool
  }
}

struct ReduceJob : Job {
  Dtype type;
  std::size_t item;
  std::int64_t kept, run, chunks;
  std::int64_t row_stride = 0;   // outer and direct: elements from a row to the next
  std::int64_t width = kTile;    // outer: kept positions of a unit
  bool direct = false;  // nothing to compute, and runs (inner) or rows (outer) lie in memory as they are

  Routine combine() const { return routines.routine[row_index(kNone, exe.reduction_row, type)]; }
  int type_index() const { return static_cast<int>(type); }
};

constexpr auto kInnerLanes = static_cast<std::size_t>(program::kInnerOrder.lanes);
constexpr std::int64_t kInnerChunk = program::kInnerOrder.chunk;

/// One chunk of the run at one kept position.
void inner_unit(const ReduceJob& job, Worker& worker, std::int64_t unit) {
  std::int64_t begin = unit % job.chunks * kInnerChunk, end = std::min(job.run, begin + kInnerChunk);
  char* out = job.data(job.exe.reduce_output) + unit * static_cast<std::int64_t>(job.item);
  worker.fix({0, job.domain.kept}, unit / job.chunks);
  Axes axes{job.domain.kept, job.domain.rank};
  if (job.direct) {
    const char* first = nullptr;
    if (begin < end) {
      worker.stage_inputs(axes, begin, 1);  // stride 1: the first element's place is the chunk's
      first = worker.reduced();
    }
    job.routines.chunk[job.exe.reduction][job.type_index()](out, first, static_cast<std::size_t>(end - begin));
    return;
  }
  char* lanes = worker.extra();
  auto used = static_cast<std::size_t>(std::clamp<std::int64_t>(end - begin, 1, program::kInnerOrder.lanes));
  fill_identity(job.exe.reduction, job.type, lanes, used);
  Routine combine = job.combine();
  for (std::int64_t k = begin; k < end;) {
    std::size_t n = worker.tile_at(axes, k, end);
    worker.stage_inputs(axes, k, n);
    worker.run_steps(n);
    const char* values = worker.reduced();
    for (std::size_t done = 0; done < n;) {
      std::size_t lane = (static_cast<std::size_t>(k - begin) + done) % kInnerLanes;
      std::size_t piece = std::min(n - done, kInnerLanes - lane);
      char* to = lanes + lane * job.item;
      combine(to, to, values + done * job.item, nullptr, piece);
      done += piece;
    }
    k += static_cast<std::int64_t>(n);
  }
  job.routines.tree[job.exe.reduction][job.type_index()](lanes, used);
  std::memcpy(out, lanes, job.item);
}

constexpr std::int64_t kOuterLanes = program::kOuterOrder.lanes;
constexpr std::size_t kFoldBytes = 4096;  // of a row that a direct outer reduction takes at once

/// One chunk of the run for one tile of kept positions.
void outer_unit(const ReduceJob& job, Worker& worker, std::int64_t chunk, std::int64_t first, std::size_t n) {
  std::int64_t begin = chunk * program::kOuterOrder.chunk, end = std::min(job.run, begin + program::kOuterOrder.chunk);
  char* lanes = worker.extra();
  auto lane_at = [&](std::int64_t l) { return lanes + l * static_cast<std::int64_t>(kFoldBytes); };
  std::int64_t used = std::clamp<std::int64_t>(end - begin, 1, kOuterLanes);
  for (std::int64_t l = 0; l < used; ++l) fill_identity(job.exe.reduction, job.type, lane_at(l), n);
  Routine combine = job.combine();
  Axes kept{0, job.domain.kept};
  if (job.direct) {
    // Lane l takes rows l, l + 16, ... in order; four of them at a time, so that the rows are read nearly in order too.
    FoldRoutine fold = job.routines.fold[job.exe.reduction][job.type_index()];
    for (std::int64_t block = begin; block < end; block += 4 * kOuterLanes)
      for (std::int64_t row = block; row < std::min(end, block + kOuterLanes); ++row) {
        worker.fix({job.domain.kept, job.domain.rank}, row);
        worker.stage_inputs(kept, first, n);
        auto rows = static_cast<std::size_t>((std::min(end, block + 4 * kOuterLanes) - row + kOuterLanes - 1) / kOuterLanes);
        fold(lane_at(row - block), worker.reduced(), job.row_stride * kOuterLanes, rows, n);
      }
    end = begin;
  }
  for (std::int64_t row = begin; row < end; ++row) {
    worker.fix({job.domain.kept, job.domain.rank}, row);
    worker.stage_inputs(kept, first, n);
    worker.run_steps(n);
    char* to = lane_at((row - begin) % kOuterLanes);
    combine(to, to, worker.reduced(), nullptr, n);
  }
  for (std::int64_t s = kOuterLanes / 2; s > 0; s /= 2)
    for (std::int64_t l = 0; l < s && l + s < used; ++l) combine(lane_at(l), lane_at(l), lane_at(l + s), nullptr, n);
  char* out = job.data(job.exe.reduce_output) + (chunk * job.kept + first) * static_cast<std::int64_t>(job.item);
  std::memcpy(out, lanes, n * job.item);
}

constexpr std::size_t kExtraInner = (kInnerLanes * 8 + kSlotBytes - 1) / kSlotBytes;
constexpr std::size_t kExtraOuter = (static_cast<std::size_t>(kOuterLanes) * kFoldBytes + kSlotBytes - 1) / kSlotBytes;
static_assert(kTile * 8 <= kFoldBytes);

void inner_units(const ReduceJob& job, std::int64_t begin, std::int64_t end) {
  Worker worker(job, kExtraInner);
  for (std::int64_t unit = begin; unit < end; ++unit) inner_unit(job, worker, unit);
}

void outer_units(const ReduceJob& job, std::int64_t begin, std::int64_t end) {
  Worker worker(job, kExtraOuter);
  std::int64_t tiles = (job.kept + job.width - 1) / job.width;
  for (std::int64_t unit = begin; unit < end; ++unit) {
    std::int64_t last = std::min(job.kept, (unit % tiles + 1) * job.width);
    for (std::int64_t k = unit % tiles * job.width; k < last;) {
      std::size_t n = job.direct ? static_cast<std::size_t>(last - k) : worker.tile_at({0, job.domain.kept}, k, last);
      outer_unit(job, worker, unit / tiles, k, n);
      k += static_cast<std::int64_t>(n);
    }
  }
}

/// Whether an axis is one stride apart per position, with the given stride.
bool steps_by(const program::Access& a, int axis, std::int64_t stride) {
  return a.stride[axis] == stride && !(a.wrapped && a.modulus[axis]);
}

/// Reductions of a plain operand go straight over its memory, when the run (inner) or the kept positions (outer) are
/// consecutive there.
void find_direct(ReduceJob& job, bool inner) {
  const Register& reg = job.exe.registers[job.exe.reduced];
  if (reg.place != Place::input) return;
  const Domain& domain = job.domain;
  const program::Access& a = *job.launch.arguments[reg.index].access;
  int run_axes = domain.rank - domain.kept;
  if (inner) {
    job.direct = run_axes == 0 || (run_axes == 1 && steps_by(a, domain.rank - 1, 1));
  } else if (domain.kept == 1 && run_axes == 1 && steps_by(a, 0, 1) && steps_by(a, 1, a.stride[1])) {
    job.direct = true;
    job.row_stride = a.stride[1];
    job.width = static_cast<std::int64_t>(kFoldBytes / job.item);
  }
}

void run_reduce(const Job& base) {
  ReduceJob job{base, base.exe.parameters[base.exe.reduce_output].type, 0, base.domain.kept_size(), base.domain.run_size(), 1, 0,
                kTile, false};
  job.item = item_size(job.type);
  bool inner = job.exe.form == Form::reduce_inner;
  job.chunks = program::chunks(inner ? program::kInnerOrder : program::kOuterOrder, job.run);
  if (job.kept == 0) return;
  if (job.exe.steps.empty()) find_direct(job, inner);
  std::int64_t units = job.chunks * (inner ? job.kept : (job.kept + job.width - 1) / job.width);
  auto run = inner ? inner_units : outer_units;
  if (!worth_threads(job.kept * job.run * routines_per_element(job.exe))) return run(job, 0, units);
  std::int64_t tasks = std::min<std::int64_t>(units, 16 * thread_count());
  job.per_task = (units + tasks - 1) / tasks;
  struct Context {
    const ReduceJob& job;
    decltype(run) run_units;
    std::int64_t units;
  } context{job, run, units};
  parallel((units + job.per_task - 1) / job.per_task,
           [](void* c, std::int64_t task) {
             auto& context = *static_cast<Context*>(c);
             std::int64_t begin = task * context.job.per_task;
             context.run_units(context.job, begin, std::min(context.units, begin + context.job.per_task));
           },
           &context);
}

}  // namespace

void vm_run(const VmExecutable& executable, const Launch& launch) {
  graph::FloatEnvironment environment;
  Job job{executable, launch, *launch.domain, current_level().routines};
  if (executable.form != Form::map) return run_reduce(job);
  if (job.domain.size() > 0) run_map(job);
}

}  // namespace trireme::cpu
