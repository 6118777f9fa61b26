// cpu/vm.cpp -- running an executable over a domain: the tiles of maps, and the memory of workers
// SPDX-License-Identifier: Apache-2.0
#include "cpu/vm.hpp"

#include <cstdint>
#include <iterator>
#include <utility>

#include "cpu/jit_run.hpp"
#include "cpu/vm_worker.hpp"
#include "program/float_environment.hpp"
#include "program/reduction_order.hpp"
#include "program/thread_exit.hpp"

namespace trireme::cpu {

using dispatch::FlatArgument;
using dispatch::Launch;
using program::AccessKind;
using program::Form;

namespace {

// Without a destructor, as arrays may be evaluated by the destructors of thread-local objects, after its own.
struct WorkerMemory {
  char* bytes;
  std::size_t slots;
};
thread_local constinit WorkerMemory memory{nullptr, 0};

void drop_memory() {
  delete[] memory.bytes;
  memory = {nullptr, 0};
}

}  // namespace

char* worker_memory(std::size_t slots, std::unique_ptr<char[]>& late) {
  char* bytes = memory.bytes;
  if (slots > memory.slots) [[unlikely]] {
    auto fresh = std::make_unique<char[]>(slots * kSlotBytes + 64);
    bytes = fresh.get();
    if (program::ThreadExit::gone()) {
      late = std::move(fresh);
    } else {
      if (!memory.bytes) program::ThreadExit::at_exit(&drop_memory);
      delete[] memory.bytes;
      memory = {fresh.release(), slots};
    }
  }
  return bytes + (64 - reinterpret_cast<std::uintptr_t>(bytes) % 64) % 64;
}

namespace {

// Results of this size leave no use for what a cache holds of them, and writing past it saves reading them first. Where
// the caches hold a part, writing past them costs up to ten times as much as it saves.
constexpr std::int64_t kWorthStreaming = std::int64_t{64} << 20;
// A transposing copy writes a piece of a row here and there, so it gains from smaller results on.
constexpr std::int64_t kWorthStreamingTurned = std::int64_t{16} << 20;
constexpr std::size_t kMostStreams = 4;
constexpr std::int64_t kStreamTile = 64;

// So few that waking threads would not repay, however long the program.
constexpr std::int64_t kFewElements = 1024;

/// A map whose operands are all contiguous or single.
struct FlatJob {
  const VmExecutable& exe;
  const FlatArgument* arguments;
  const Routines& routines;
  bool streams = false;  // outputs are computed in slots and written past the caches

  /// Where a buffer's element k is.
  char* at(const Register& reg, std::int64_t k) const {
    return reinterpret_cast<char*>(arguments[reg.index].address) + k * static_cast<std::int64_t>(item_size(reg.type));
  }

  /// Elements [begin, end). After each tile `after` gets the registers' pointers, the tile's size, and a slot of its own.
  template <class After>
  void run(std::int64_t begin, std::int64_t end, After after) const {
    std::unique_ptr<char[]> late_memory;
    char* memory = worker_memory(static_cast<std::size_t>(exe.slots) + 1 + (streams ? kMostStreams : 0), late_memory);
    char* spare = memory + static_cast<std::size_t>(exe.slots) * kSlotBytes;
    std::size_t tile = static_cast<std::size_t>(std::min<std::int64_t>(end - begin, kTile));
    char* pointer[kMaxRegisters];
    std::uint16_t moving[kMaxRegisters];
    std::size_t count = 0, outputs = 0;
    std::uint16_t streamed[kMostStreams];
    char* to[kMostStreams];
    for (std::size_t r = 0; r < exe.registers.size(); ++r) {
      const Register& reg = exe.registers[r];
      char* slot = memory + (reg.place == Place::scratch ? reg.index : reg.slot) * kSlotBytes;
      switch (reg.place) {
        case Place::scratch:
          pointer[r] = slot;
          break;
        case Place::input:
          if (arguments[reg.index].single) {
            splat(slot, at(reg, 0), item_size(reg.type), tile);
            pointer[r] = slot;
            break;
          }
          [[fallthrough]];
        case Place::output:
          pointer[r] = at(reg, begin);
          if (streams && reg.place == Place::output && outputs < kMostStreams) {
            to[outputs] = pointer[r];
            streamed[outputs++] = static_cast<std::uint16_t>(r);
            pointer[r] = spare + outputs * kSlotBytes;
            break;
          }
          moving[count++] = static_cast<std::uint16_t>(r);
          break;
        case Place::index:  // such a launch is not flat
          break;
        case Place::broadcast:
        case Place::splat: {
          // Little-endian: the low bytes come first.
          const std::uint64_t* bits = reg.from_literal ? &reg.literal : &arguments[reg.index].scalar;
          pointer[r] = const_cast<char*>(reinterpret_cast<const char*>(bits));
          if (reg.place == Place::broadcast) break;
          splat(slot, pointer[r], item_size(reg.type), tile);
          pointer[r] = slot;
          break;
        }
      }
    }
    const Routine* routine = routines.routine;
    // Short tiles let the processor read for the next one while a stream is written; long programs have no need of it.
    const std::int64_t most = outputs > 0 && exe.steps.size() <= 3 ? kStreamTile : kTile;
    for (std::int64_t left = end - begin;; left -= most) {
      tile = static_cast<std::size_t>(std::min(left, most));
      for (const VmStep& s : exe.steps) routine[s.routine](pointer[s.out], pointer[s.a], pointer[s.b], pointer[s.c], tile);
      after(pointer, tile, spare);
      for (std::size_t k = 0; k < outputs; ++k) {
        std::size_t bytes = tile * item_size(exe.registers[streamed[k]].type);
        routines.stream(to[k], pointer[streamed[k]], bytes);
        to[k] += bytes;
      }
      if (left <= most && outputs > 0) routines.stream(nullptr, nullptr, 0);
      if (left <= most) return;
      for (std::size_t k = 0; k < count; ++k) pointer[moving[k]] += static_cast<std::size_t>(most) * item_size(exe.registers[moving[k]].type);
    }
  }
};

/// Runs [0, n) by `run`, which takes a stretch of units of so many elements; in tasks if the work repays waking threads.
template <class Run>
void in_tasks(std::int64_t n, std::int64_t elements, std::int64_t tile, const VmExecutable& exe, const Run& run) {
  if (!worth_threads(n * elements * routines_per_element(exe))) return run(0, n);
  std::int64_t tasks = std::clamp<std::int64_t>(n * elements / kTaskElements, 1, std::int64_t{16} * thread_count());
  struct Context {
    const Run& run;
    std::int64_t n, per_task;
  } context{run, n, (n / tasks + tile) / tile * tile};  // whole tiles, but for the last one
  parallel((n + context.per_task - 1) / context.per_task,
           [](void* c, std::int64_t task) {
             auto& context = *static_cast<Context*>(c);
             std::int64_t begin = task * context.per_task;
             context.run(begin, std::min(context.n, begin + context.per_task));
           },
           &context);
}

Blocks find_blocks(const Job& job) {
  Blocks blocks;
  int last = job.domain.rank - 1;
  if (job.exe.has_index || job.scatters() || last < 1 || job.domain.extent[last] < Blocks::kColumns / 4) return blocks;
  for (const Register& reg : job.exe.registers) {
    if (reg.place != Place::input) continue;
    const program::Access& a = *job.launch.arguments[reg.index].access;
    for (int k = 0; k < last && blocks.axis < 0; ++k) {
      blocks.axis = k;
      if (job.domain.extent[k] < Blocks::kRows / 4 || !blocks.takes(a, last)) blocks.axis = -1;
    }
    if (blocks.axis >= 0) blocks.operands += blocks.takes(a, last);
  }
  if (blocks.axis < 0) return blocks;
  if (job.exe.steps.size() == 1) {
    const VmStep& s = job.exe.steps[0];
    const Register &from = job.exe.registers[s.a], &to = job.exe.registers[s.out];
    blocks.copies = s.routine == cast_index(from.type, from.type) && from.place == Place::input && to.place == Place::output &&
                    blocks.takes(*job.launch.arguments[from.index].access, last);
    const std::size_t item = item_size(to.type);
    blocks.streams = blocks.copies && (item == 4 || item == 8) &&
                     job.domain.size() * static_cast<std::int64_t>(item) >= kWorthStreamingTurned;
    if (blocks.streams) blocks.rows = Blocks::kStreamedRows;
  }
  blocks.row_blocks = (job.domain.extent[blocks.axis] + blocks.rows - 1) / blocks.rows;
  blocks.column_blocks = (job.domain.extent[last] + Blocks::kColumns - 1) / Blocks::kColumns;
  blocks.count = job.domain.size() / job.domain.extent[blocks.axis] / job.domain.extent[last] * blocks.row_blocks * blocks.column_blocks;
  return blocks;
}

/// Whether some output is large enough, and all of them lie as streams need it.
bool streams(const VmExecutable& exe, std::int64_t n, std::span<const FlatArgument> arguments) {
  bool worth = false;
  for (std::size_t k = 0; k < exe.parameters.size(); ++k) {
    if (exe.parameters[k].role != program::Role::output) continue;
    if (arguments[k].address % 64 || item_size(exe.parameters[k].type) > 8) return false;  // a slot has room for 8 bytes each
    worth |= n * static_cast<std::int64_t>(item_size(exe.parameters[k].type)) >= kWorthStreaming;
  }
  return worth;
}

/// The arguments for a FlatJob, if the launch is one and has at most `most` of them.
bool flat_arguments(const VmExecutable& exe, const Launch& launch, FlatArgument* out, std::size_t most) {
  if (exe.has_index || exe.parameters.size() > most) return false;
  for (std::size_t k = 0; k < exe.parameters.size(); ++k) {
    const dispatch::Argument& argument = launch.arguments[k];
    AccessKind kind = launch.layout->access[k];
    out[k] = {argument.memory.handle, argument.scalar, kind == AccessKind::single};
    if (exe.parameters[k].role == program::Role::scalar || !argument.access) continue;
    if (kind != AccessKind::contiguous && kind != AccessKind::single) return false;
    out[k].address += static_cast<std::uintptr_t>(argument.access->offset) * item_size(exe.parameters[k].type);
  }
  return true;
}

}  // namespace

void vm_run_flat(const VmExecutable& executable, std::int64_t n, std::span<const FlatArgument> arguments) {
  if (n == 0) return;
  if (n <= kFewElements && !executable.plain.empty() && jit_mode() != JitMode::always && vm_run_plain(executable, n, arguments.data()))
    return;
  program::FloatEnvironment environment;
  FlatJob job{executable, arguments.data(), current_level().routines};
  job.streams = n >= kWorthStreaming / 8 && streams(executable, n, arguments);
  if (const JitCode* code = jit_for_flat(executable, n, arguments, job.streams))
    return in_tasks(n, 1, kTile, executable, [&](std::int64_t begin, std::int64_t end) {
      const void* operands[kJitParameters];
      jit_operands(executable, arguments, begin, operands);
      code->map(operands, end - begin);
    });
  in_tasks(n, 1, kTile, executable, [&](std::int64_t begin, std::int64_t end) { job.run(begin, end, [](char* const*, std::size_t, char*) {}); });
}

bool vm_reduce_flat(const VmExecutable& exe, std::int64_t n, std::span<const FlatArgument> arguments) {
  constexpr std::int64_t chunk = program::kInnerOrder.chunk, most_chunks = 512;
  constexpr auto lanes = static_cast<std::size_t>(program::kInnerOrder.lanes);
  static_assert(kTile == lanes);  // so that a tile meets the lanes one to one
  const Register& reduced = exe.registers[exe.reduced];
  Dtype type = exe.parameters[exe.reduce_output].type;
  if (n == 0 || n > most_chunks * chunk || reduced.type != type || worth_threads(n * routines_per_element(exe))) return false;
  if (reduced.place != Place::scratch && (reduced.place != Place::input || arguments[reduced.index].single)) return false;
  program::FloatEnvironment environment;
  const Routines& routines = current_level().routines;
  ChunkRoutine contiguous = routines.chunk[exe.reduction][static_cast<int>(type)];
  FlatJob job{exe, arguments.data(), routines};
  auto* out = reinterpret_cast<char*>(arguments[exe.reduce_output].address);
  std::int64_t chunks = program::chunks(program::kInnerOrder, n);
  alignas(64) char partials[most_chunks * 8];
  char* to = chunks == 1 ? out : partials;
  if (const JitCode* code = jit_for_flat(exe, n, arguments, false)) {
    const void* operands[kJitParameters];
    jit_operands(exe, arguments, 0, operands);
    JitChunks{exe, *code, routines}.run(operands, n, to);
  } else if (exe.steps.empty()) {
    contiguous(to, job.at(reduced, 0), static_cast<std::size_t>(n));
  } else {
    Routine combine = routines.routine[row_index(kNone, exe.reduction_row, type)];
    std::size_t item = item_size(type);
    std::int64_t done = 0;
    job.run(0, n, [&](char* const* pointer, std::size_t tile, char* lane) {
      std::int64_t place = done % chunk;
      if (place == 0) fill_identity(exe.reduction, type, lane, std::min<std::size_t>(lanes, static_cast<std::size_t>(n - done)));
      combine(lane, lane, pointer[exe.reduced], nullptr, tile);
      done += static_cast<std::int64_t>(tile);
      if (done % chunk != 0 && done != n) return;
      std::size_t used = std::min<std::size_t>(lanes, static_cast<std::size_t>(place) + tile);
      routines.tree[exe.reduction][static_cast<int>(type)](lane, used);
      __builtin_memcpy(to, lane, item);
      to += item;
    });
  }
  if (chunks > 1) contiguous(out, partials, static_cast<std::size_t>(chunks));
  return true;
}

void vm_run(const VmExecutable& executable, const Launch& launch) {
  std::int64_t n = launch.domain->size();
  FlatArgument flat[32];
  if (executable.form == Form::map && flat_arguments(executable, launch, flat, std::size(flat)))
    return vm_run_flat(executable, n, {flat, executable.parameters.size()});
  program::FloatEnvironment environment;
  Job job{executable, launch, *launch.domain, current_level().routines};
  if (executable.form != Form::map) return run_reduce(job);
  if (n == 0) return;
  job.code = jit_for_tiles(executable, n);
  Blocks blocks = find_blocks(job);
  if (blocks.axis < 0)
    return in_tasks(n, 1, kTile, executable, [&](std::int64_t begin, std::int64_t end) { Worker(job).run_map(begin, end); });
  std::size_t slots = (blocks.operands * Blocks::kBytes + kSlotBytes - 1) / kSlotBytes;
  in_tasks(blocks.count, blocks.rows * Blocks::kColumns, 1, executable, [&](std::int64_t begin, std::int64_t end) {
    Worker(job, slots).run_blocks(blocks, begin, end);
  });
}

}  // namespace trireme::cpu
