// cpu/vm.cpp -- running an executable over a domain: the tiles of maps, and the memory of workers
// SPDX-License-Identifier: Apache-2.0
#include "cpu/vm.hpp"

#include <cstdint>
#include <utility>

#include "cpu/vm_worker.hpp"
#include "program/float_environment.hpp"
#include "program/thread_exit.hpp"

namespace trireme::cpu {

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

bool is_flat(const Job& job) {
  for (std::size_t k = 0; k < job.exe.parameters.size(); ++k) {
    AccessKind kind = job.launch.layout->access[k];
    const program::Role role = job.exe.parameters[k].role;
    if ((role == program::Role::input || role == program::Role::index) && kind != AccessKind::contiguous && kind != AccessKind::single) return false;
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
  std::int64_t tasks = std::clamp<std::int64_t>(n / kTaskElements, 1, std::int64_t{16} * thread_count());
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

}  // namespace

void vm_run(const VmExecutable& executable, const Launch& launch) {
  program::FloatEnvironment environment;
  Job job{executable, launch, *launch.domain, current_level().routines};
  if (executable.form != Form::map) return run_reduce(job);
  if (job.domain.size() > 0) run_map(job);
}

}  // namespace trireme::cpu
