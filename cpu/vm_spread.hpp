// cpu/vm_spread.hpp -- operands of a run that lie along another axis, written in the run's order stretch by stretch
// SPDX-License-Identifier: Apache-2.0
//
// A run over several axes goes through such an operand against its lines: each element is in another one. So some rows of
// the run, all that one axis counts at a time, are turned at once into a buffer that the second-level cache holds.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/vm_worker.hpp"

namespace trireme::cpu {

struct SpreadPlan {
  int axis = -1;               // where the operands are consecutive in memory; -1: there are none to spread
  std::int64_t length = 0;     // elements of the run from one position of that axis to the next: a row
  std::int64_t rows = 0;       // at most in a stretch
  std::size_t row_bytes = 0;   // of all operands

  bool takes(const Job& job, const Register& reg) const {
    return axis >= 0 && reg.place == Place::input && lies_along(*job.launch.arguments[reg.index].access, axis, job.domain.rank - 1);
  }
  std::size_t bytes() const { return axis < 0 ? 0 : static_cast<std::size_t>(rows) * row_bytes; }
};

/// A plan for stretches of whole chunks of so many elements, if some operand is worth it.
SpreadPlan plan_spread(const Job& job, std::int64_t chunk);

/// One worker's stretch.
class Spread {
 public:
  /// `memory` has the plan's bytes.
  Spread(const Job& job, const SpreadPlan& plan, char* memory);

  /// Where a stretch from element `begin` of a run has to end at the latest. At least one chunk is left.
  std::int64_t most(std::int64_t begin) const { return (begin / plan_.length + plan_.rows) * plan_.length; }

  /// Turns elements [begin, end) of the run at a kept position.
  void fill(const Worker& worker, std::int64_t position, std::int64_t begin, std::int64_t end);

  /// Element k of the run in a register's operand; null if it is not spread.
  char* at(std::size_t reg, std::int64_t k) const {
    for (std::size_t h = 0; h < count_; ++h)
      if (held_[h].reg == reg) return held_[h].memory + (k - first_row_ * plan_.length) * held_[h].item;
    return nullptr;
  }

 private:
  struct Held {
    std::size_t reg;
    char* memory;
    std::int64_t item;
  };

  const Job& job_;
  const SpreadPlan& plan_;
  Held held_[kMostTurned];
  std::size_t count_ = 0;
  std::int64_t first_row_ = 0;
};

}  // namespace trireme::cpu
