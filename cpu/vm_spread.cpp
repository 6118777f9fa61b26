// cpu/vm_spread.cpp -- turning stretches of a run
// SPDX-License-Identifier: Apache-2.0
#include "cpu/vm_spread.hpp"

#include <algorithm>

namespace trireme::cpu {

namespace {

// A stretch stays in the second-level cache, with room for what else is read; one that is longer because its rows are
// stays below the second number, and beyond that gathering costs no more. More rows than the third are no gain.
constexpr std::size_t kUsualBytes = std::size_t{512} << 10, kMostBytes = std::size_t{2} << 20;
constexpr std::int64_t kMostRows = 4096, kLeastRows = 8;

}  // namespace

SpreadPlan plan_spread(const Job& job, std::int64_t chunk) {
  const program::Domain& domain = job.domain;
  const int last = domain.rank - 1;
  SpreadPlan plan;
  if (domain.run_size() == 0) return plan;
  for (const Register& reg : job.exe.registers)
    for (int k = domain.kept; k < last && plan.axis < 0; ++k) {
      plan.axis = k;
      if (domain.extent[k] < kLeastRows || !plan.takes(job, reg)) plan.axis = -1;
    }
  if (plan.axis < 0) return plan;
  plan.length = 1;
  for (int k = plan.axis + 1; k <= last; ++k) plan.length *= domain.extent[k];
  std::size_t operands = 0;
  for (const Register& reg : job.exe.registers) {
    if (!plan.takes(job, reg)) continue;
    ++operands;
    plan.row_bytes += static_cast<std::size_t>(plan.length) * item_size(reg.type);
  }
  // A chunk begins and ends within rows.
  const std::int64_t least = chunk / plan.length + 2;
  plan.rows = std::clamp(static_cast<std::int64_t>(kUsualBytes / plan.row_bytes), least, std::max(least, kMostRows));
  if (operands > kMostTurned || plan.bytes() > kMostBytes) plan.axis = -1;
  return plan;
}

Spread::Spread(const Job& job, const SpreadPlan& plan, char* memory) : job_(job), plan_(plan) {
  for (std::size_t r = 0; r < job.exe.registers.size(); ++r) {
    const Register& reg = job.exe.registers[r];
    if (!plan.takes(job, reg)) continue;
    held_[count_++] = {r, memory, static_cast<std::int64_t>(item_size(reg.type))};
    memory += static_cast<std::size_t>(plan.rows * plan.length) * item_size(reg.type);
  }
}

void Spread::fill(const Worker& worker, std::int64_t position, std::int64_t begin, std::int64_t end) {
  const program::Domain& domain = job_.domain;
  const int last = domain.rank - 1;
  first_row_ = begin / plan_.length;
  const std::int64_t stop = (end + plan_.length - 1) / plan_.length;
  std::int64_t coordinate[kMaxRank];
  coordinates(domain, {0, domain.kept}, position, coordinate);
  for (std::int64_t row = first_row_, rows; row < stop; row += rows) {
    coordinates(domain, {domain.kept, plan_.axis + 1}, row, coordinate);
    rows = std::min(stop - row, domain.extent[plan_.axis] - coordinate[plan_.axis]);
    // The axes between are walked one by one.
    for (std::int64_t k = 0; k < plan_.length; k += domain.extent[last]) {
      coordinates(domain, {plan_.axis + 1, last + 1}, k, coordinate);
      for (std::size_t h = 0; h < count_; ++h)
        worker.turn(job_.exe.registers[held_[h].reg], at(held_[h].reg, row * plan_.length + k), plan_.length, coordinate, last,
                    static_cast<std::size_t>(rows), static_cast<std::size_t>(domain.extent[last]));
    }
  }
}

}  // namespace trireme::cpu
