// cpu/vm_worker.hpp -- one thread's part of a launch: its slots, its registers' pointers, its tiles
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "cpu/features.hpp"
#include "cpu/stage.hpp"
#include "cpu/threads.hpp"
#include "cpu/vm.hpp"
#include "cpu/vm_blocks.hpp"

namespace trireme::cpu {

inline constexpr std::size_t kSlotBytes = kTile * 8 + 64;  // the 64 keep slots from meeting in the same cache sets

/// Slots of this thread, aligned to 64 and kept between launches. Once the thread's drains have run, `late` owns them.
char* worker_memory(std::size_t slots, std::unique_ptr<char[]>& late);

// Waking a parked oneTBB pool takes some 30 us, so work below about twice that stays on the caller. In units of one
// element through one routine, about 0.1 ns.
inline constexpr std::int64_t kWorthThreads = 600'000;
inline constexpr std::int64_t kTaskElements = 16384;

/// Whether `work`, in elements times routines, repays waking threads.
inline bool worth_threads(std::int64_t work) { return work > kWorthThreads && thread_count() > 1; }

inline std::int64_t routines_per_element(const VmExecutable& exe) { return static_cast<std::int64_t>(exe.steps.size()) + 2; }

/// One launch, shared by its workers; and one worker's pointers.
struct Job {
  const VmExecutable& exe;
  const dispatch::Launch& launch;
  const program::Domain& domain;
  const Routines& routines;
  std::int64_t per_task = 0;  // elements, chunks or tiles of a task
  const JitCode* code = nullptr;  // computes tiles, in place of the steps

  char* data(std::uint16_t parameter) const { return reinterpret_cast<char*>(launch.arguments[parameter].memory.handle); }
  program::AccessKind kind(std::uint16_t parameter) const { return launch.layout->access[parameter]; }
  /// Whether some output does not lie in order.
  bool scatters() const {
    for (std::size_t p = 0; p < exe.parameters.size(); ++p)
      if (exe.parameters[p].role == program::Role::output && launch.layout->access[p] == program::AccessKind::strided) return true;
    return false;
  }
};

class Worker {
 public:
  explicit Worker(const Job& job, std::size_t extra_slots = 0) : job_(job), exe_(job.exe) {
    memory_ = worker_memory(static_cast<std::size_t>(exe_.slots) + extra_slots, late_memory_);
    for (std::size_t k = 0; k < exe_.registers.size(); ++k) set_fixed(k);
  }

  char* slot(std::size_t index) const { return memory_ + index * kSlotBytes; }
  char* extra() const { return slot(static_cast<std::size_t>(exe_.slots)); }

  /// Elements [begin, end) of any map.
  void run_map(std::int64_t begin, std::int64_t end) {
    Axes axes{0, job_.domain.rank};
    const bool scatters = job_.scatters();
    for (std::int64_t k = begin; k < end;) {
      std::size_t n = tile_at(axes, k, end);
      stage_inputs(axes, k, n);
      for (std::size_t r = 0; r < exe_.registers.size(); ++r)
        if (exe_.registers[r].place == Place::output) pointer_[r] = output_at(exe_.registers[r], k);
      run_steps(n);
      if (scatters) scatter(axes, k, n);
      k += static_cast<std::int64_t>(n);
    }
  }

  /// Blocks [begin, end) of a map with transposed operands.
  void run_blocks(const Blocks& blocks, std::int64_t begin, std::int64_t end) {
    const program::Domain& domain = job_.domain;
    Axes axes{0, domain.rank};
    int last = domain.rank - 1;
    for (std::int64_t unit = begin; unit < end; ++unit) {
      std::int64_t coordinate[kMaxRank];
      std::size_t rows, columns;
      blocks.place(domain, unit, coordinate, rows, columns);
      if (blocks.copies) {
        const Register &from = exe_.registers[exe_.steps[0].a], &to = exe_.registers[exe_.steps[0].out];
        std::int64_t row_stride = 1;
        for (int k = blocks.axis + 1; k < domain.rank; ++k) row_stride *= domain.extent[k];
        turn(from, output_at(to, position(domain, coordinate)), row_stride, coordinate, last, rows, columns, blocks.streams);
        continue;
      }
      char* block = extra();
      for (std::size_t r = 0; r < exe_.registers.size(); ++r) {
        const Register& reg = exe_.registers[r];
        if (reg.place != Place::input || !blocks.takes(access(reg), last)) continue;
        turn(reg, block, Blocks::kColumns, coordinate, last, rows, columns);
        pointer_[r] = block;
        block += Blocks::kBytes;
      }
      std::int64_t first = coordinate[blocks.axis];
      for (std::size_t row = 0; row < rows; ++row) {
        coordinate[blocks.axis] = first + static_cast<std::int64_t>(row) + kRowsAhead;
        if (row + kRowsAhead < rows) ask_for_row(coordinate, columns);
        coordinate[blocks.axis] -= kRowsAhead;
        std::int64_t here = position(domain, coordinate);
        for (std::size_t r = 0; r < exe_.registers.size(); ++r) {
          const Register& reg = exe_.registers[r];
          if (reg.place == Place::output) pointer_[r] = output_at(reg, here);
          if (reg.place != Place::input) continue;
          if (!blocks.takes(access(reg), last))
            pointer_[r] = const_cast<char*>(
                stage(domain, axes, access(reg), base_[r], item_size(reg.type), coordinate, columns, slot(reg.slot)));
          else if (row > 0)
            pointer_[r] += Blocks::kColumns * item_size(reg.type);
        }
        run_steps(columns);
      }
    }
  }

  /// Moves the inputs' bases to a place of the axes that a reduction does not walk.
  void fix(Axes axes, std::int64_t index) {
    std::int64_t coordinate[kMaxRank];
    coordinates(job_.domain, axes, index, coordinate);
    for (std::size_t r = 0; r < exe_.registers.size(); ++r) {
      const Register& reg = exe_.registers[r];
      if (reg.place != Place::input && reg.place != Place::index) continue;
      const std::int64_t place = offset(reg) + offset_at(access(reg), axes, coordinate);
      if (reg.place == Place::index) place_[r] = place;
      else base_[r] = at(reg, place);
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

  /// Points the inputs' registers to n elements from linear position k of the axes on. What `elsewhere` has of a register
  /// is taken from there.
  template <class Elsewhere>
  void stage_inputs(Axes axes, std::int64_t k, std::size_t n, const Elsewhere& elsewhere) {
    std::int64_t coordinate[kMaxRank];
    coordinates(job_.domain, axes, k, coordinate);
    for (std::size_t r = 0; r < exe_.registers.size(); ++r) {
      const Register& reg = exe_.registers[r];
      if (reg.place == Place::index) stage_index(job_.domain, axes, access(reg), place_[r], coordinate, n, slot(reg.slot));
      if (reg.place != Place::input) continue;
      pointer_[r] = elsewhere(r);
      if (!pointer_[r])
        pointer_[r] = const_cast<char*>(
            stage(job_.domain, axes, access(reg), base_[r], item_size(reg.type), coordinate, n, slot(reg.slot)));
    }
  }
  void stage_inputs(Axes axes, std::int64_t k, std::size_t n) {
    stage_inputs(axes, k, n, [](std::size_t) { return static_cast<char*>(nullptr); });
  }
  void move(std::size_t r, std::int64_t bytes) { pointer_[r] += bytes; }
  /// Moves an index on that is the same for all n elements of a tile.
  void step_index(std::size_t r, std::int64_t step, std::size_t n) { count_up(pointer_[r], place_[r] += step, 0, n); }

  /// Turns the block of an operand that begins at these coordinates: columns go along an axis of the domain, rows along
  /// the one where the operand is consecutive in memory.
  void turn(const Register& reg, char* to, std::int64_t to_stride, const std::int64_t* coordinate, int along, std::size_t rows,
            std::size_t columns, bool past = false) const {
    const program::Access& a = access(reg);
    const char* from = at(reg, a.offset + offset_at(a, {0, job_.domain.rank}, coordinate));
    job_.routines.turn(item_size(reg.type), past)(to, to_stride, from, a.stride[along], rows, columns);
  }

  void run_steps(std::size_t n) {
    if (job_.code) return run_code(0, n, nullptr);
    const Routine* routine = job_.routines.routine;
    for (const VmStep& s : exe_.steps) routine[s.routine](pointer_[s.out], pointer_[s.a], pointer_[s.b], pointer_[s.c], n);
  }

  /// What compiled code takes for the present tile from element `from` on.
  void operands(std::size_t from, const void** operands) const {
    for (std::size_t p = 0; p < exe_.parameters.size(); ++p) operands[p] = &job_.launch.arguments[p].scalar;
    for (std::size_t r = 0; r < exe_.registers.size(); ++r) {
      const Register& reg = exe_.registers[r];
      if (reg.place == Place::input || reg.place == Place::index || reg.place == Place::output)
        operands[reg.index] = pointer_[r] + from * item_size(reg.type);
    }
  }

  /// Elements [from, from + n) of a tile by compiled code: to the outputs, or combined into lanes.
  void run_code(std::size_t from, std::size_t n, char* lanes) const {
    const void* all[kJitParameters];
    operands(from, all);
    all[exe_.parameters.size()] = lanes;
    job_.code->map(all, static_cast<std::int64_t>(n));
  }

  const char* pointer(std::size_t r) const { return pointer_[r]; }
  const char* reduced() const { return pointer_[exe_.reduced]; }
  const program::Access& access(const Register& reg) const { return *job_.launch.arguments[reg.index].access; }

 private:
  /// Asks for what a row of a block reads and writes in memory.
  void ask_for_row(const std::int64_t* coordinate, std::size_t columns) const {
    const int last = job_.domain.rank - 1;
    for (const Register& reg : exe_.registers) {
      const std::size_t bytes = columns * item_size(reg.type);
      if (reg.place == Place::output) ask_for<1>(output_at(reg, position(job_.domain, coordinate)), bytes);
      if (reg.place == Place::input && !access(reg).wrapped && access(reg).stride[last] == 1)
        ask_for<0>(at(reg, offset(reg) + offset_at(access(reg), {0, last + 1}, coordinate)), bytes);
    }
  }

  /// Where a tile of an output is written to: its place in memory, or its slot.
  char* output_at(const Register& reg, std::int64_t position) const {
    if (job_.kind(reg.index) == program::AccessKind::strided) return slot(reg.slot);
    const program::Access* region = job_.launch.arguments[reg.index].access;
    return at(reg, position + (region ? region->offset : 0));
  }

  void scatter(Axes axes, std::int64_t k, std::size_t n) {
    std::int64_t coordinate[kMaxRank];
    coordinates(job_.domain, axes, k, coordinate);
    for (std::size_t r = 0; r < exe_.registers.size(); ++r) {
      const Register& reg = exe_.registers[r];
      if (reg.place == Place::output && job_.kind(reg.index) == program::AccessKind::strided)
        unstage(job_.domain, axes, access(reg), at(reg, offset(reg)), item_size(reg.type), coordinate, n, pointer_[r]);
    }
  }

  char* at(const Register& reg, std::int64_t element) const {
    return job_.data(reg.index) + element * static_cast<std::int64_t>(item_size(reg.type));
  }
  std::int64_t offset(const Register& reg) const { return access(reg).offset; }

  static std::int64_t position(const program::Domain& domain, const std::int64_t* coordinate) {
    std::int64_t position = 0;
    for (int k = 0; k < domain.rank; ++k) position = position * domain.extent[k] + coordinate[k];
    return position;
  }

  /// Pointers that no tile changes, and the start of every input.
  void set_fixed(std::size_t r) {
    const Register& reg = exe_.registers[r];
    switch (reg.place) {
      case Place::scratch:
        pointer_[r] = slot(reg.index);
        break;
      case Place::input:
        base_[r] = at(reg, offset(reg));
        if (job_.kind(reg.index) == program::AccessKind::single && exe_.form == program::Form::map) {
          splat(slot(reg.slot), base_[r], item_size(reg.type), kTile);
          pointer_[r] = slot(reg.slot);
        }
        break;
      case Place::output:
        break;
      case Place::index:
        place_[r] = offset(reg);
        pointer_[r] = slot(reg.slot);
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
  std::unique_ptr<char[]> late_memory_;
  char* memory_;
  char* pointer_[kMaxRegisters];  // set before a tile's steps run
  const char* base_[kMaxRegisters];
  std::int64_t place_[kMaxRegisters];  // of index registers, what base_ is to inputs
};

/// Writes the identity of the reduction `n` times.
void fill_identity(Reduction reduction, Dtype type, char* to, std::size_t n);

/// Runs a reduction; vm_run has set up the rest.
void run_reduce(const Job& job);

}  // namespace trireme::cpu
