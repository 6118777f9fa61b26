// tests/stand_in/block.cpp -- threads of a block as fibers: run to completion, switch only where one waits for others
// SPDX-License-Identifier: Apache-2.0
#include "block.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <memory>
#include <vector>

#include <pthread.h>

#include "fibers.hpp"

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

namespace stand_in {
namespace {

constexpr unsigned kWarp = 32;
constexpr unsigned kMaxThreads = 1024;
constexpr unsigned char kPoison = 0xff;  // NaN, or -1: shared memory starts with garbage on a device

struct Runner {
  Fiber fiber;
  bool waiting = false;  // false when it has no thread
  bool ready = false;    // its meeting took place
  unsigned thread = 0;
  Index thread_idx{};
  Meeting kind{};
  unsigned place = 0;
  unsigned long long value = 0;
  int lane = 0;
};

// All state of the one launch that may run. Plain globals: fibers of one OS thread, behind the driver's lock.
struct Grid {
  Launch launch{};
  unsigned thread_count = 0;
  unsigned started = 0;
  Runner* current = nullptr;
  Runner* by_thread[kMaxThreads] = {};
  std::vector<std::unique_ptr<Runner>> pool;
  std::vector<Runner*> idle;
  std::vector<Runner*> busy;
  CUresult failure = CUDA_SUCCESS;
  const char* failure_text = "";
  pthread_t owner{};
};

Grid& grid() {
  static Grid* g = new Grid;  // never destroyed: nothing may run at exit
  return *g;
}

// Every fiber's loop: threads that meet nobody are all run here, one after another, without a switch.
void run_threads() {
  Grid& g = grid();
  Runner* self = g.current;
  for (;;) {
    while (g.started < g.thread_count) {
      const Index& d = g.launch.block;
      const unsigned position = g.started++;
      self->thread = g.launch.reverse ? g.thread_count - 1 - position : position;
      self->thread_idx = {self->thread % d.x, self->thread / d.x % d.y, self->thread / d.x / d.y};
      g.launch.module->slots->thread_idx = self->thread_idx;
      g.by_thread[self->thread] = self;
      g.launch.kernel->call(g.launch.parameters);
      g.by_thread[self->thread] = nullptr;
    }
    self->waiting = false;
    self->fiber.leave();
  }
}

[[noreturn]] void fail(int code, const char* what) {
  Grid& g = grid();
  g.failure = code;
  g.failure_text = what;
  g.current->fiber.leave();
  __builtin_unreachable();  // a failed launch resets its fibers
}

unsigned long long meet(Meeting kind, unsigned place, unsigned long long value, int lane) {
  Runner* self = grid().current;
  const bool in_warp = kind >= kWarpBarrier;
  if (in_warp && !(place >> (self->thread % kWarp) & 1)) {
    fail(CUDA_ERROR_LAUNCH_FAILED, "a thread called a warp function with a mask that leaves itself out");
  }
  self->kind = kind;
  self->place = place;
  self->value = value;
  self->lane = lane;
  self->waiting = true;
  self->ready = false;
  self->fiber.leave();
  return self->value;
}

const Services kServices = {meet, [](int code, const char* what) { fail(code, what); }};

// The lanes of a warp that `mask` names and that have not returned; false unless all of them wait for the same meeting.
bool warp_has_met(const Runner& first, Runner* (&lanes)[kWarp]) {
  Grid& g = grid();
  const unsigned base = first.thread / kWarp * kWarp;
  for (unsigned i = 0; i < kWarp; ++i) {
    const bool named = (first.place >> i & 1) && base + i < g.thread_count;
    lanes[i] = named ? g.by_thread[base + i] : nullptr;
    if (lanes[i] && (lanes[i]->kind != first.kind || lanes[i]->place != first.place || lanes[i]->ready)) return false;
  }
  return true;
}

void finish_warp_meeting(Meeting kind, Runner* (&lanes)[kWarp]) {
  unsigned long long results[kWarp] = {};
  unsigned long long ballot = 0;
  for (unsigned i = 0; i < kWarp; ++i) ballot |= lanes[i] && lanes[i]->value ? 1ull << i : 0;
  for (unsigned i = 0; i < kWarp; ++i) {
    if (!lanes[i]) continue;
    results[i] = ballot;
    if (kind == kWarpShuffle) {
      const Runner* source = lanes[lanes[i]->lane & 31];
      results[i] = source ? source->value : ~0ull;  // undefined on a device: make it look wrong
    }
  }
  for (unsigned i = 0; i < kWarp; ++i) {
    if (!lanes[i]) continue;
    lanes[i]->value = results[i];
    lanes[i]->ready = true;
  }
}

// Called when every live thread waits. False when none can go on.
bool release_some() {
  Grid& g = grid();
  bool released = false;
  bool all_at_barrier = true;
  unsigned long long count = 0;
  for (Runner* r : g.busy) {
    if (r->kind < kWarpBarrier) {
      all_at_barrier = all_at_barrier && r->kind == g.busy[0]->kind && r->place == g.busy[0]->place;
      count += r->value != 0;
      continue;
    }
    all_at_barrier = false;
    Runner* lanes[kWarp];
    if (r->ready || !warp_has_met(*r, lanes)) continue;
    finish_warp_meeting(r->kind, lanes);
    released = true;
  }
  if (!all_at_barrier) return released;
  for (Runner* r : g.busy) {
    r->value = count;
    r->ready = true;
  }
  return true;
}

void step(Runner* r) {
  Grid& g = grid();
  g.current = r;
  g.launch.module->slots->thread_idx = r->thread_idx;
  r->fiber.resume();
  g.current = nullptr;
}

Runner* take_idle() {
  Grid& g = grid();
  if (g.idle.empty()) {
    g.pool.push_back(std::make_unique<Runner>());
    g.pool.back()->fiber.reset(run_threads);
    return g.pool.back().get();
  }
  Runner* r = g.idle.back();
  g.idle.pop_back();
  return r;
}

void run_block() {
  Grid& g = grid();
  const Module& m = *g.launch.module;
  std::fill(m.shared_begin, m.shared_end, kPoison);
  std::fill_n(m.dynamic_shared, g.launch.dynamic_shared_bytes, kPoison);
  g.started = 0;
  g.busy.clear();
  while (g.started < g.thread_count && !g.failure) {
    Runner* r = take_idle();
    step(r);
    (r->waiting ? g.busy : g.idle).push_back(r);
  }
  while (!g.busy.empty() && !g.failure) {
    if (!release_some()) {
      g.failure = CUDA_ERROR_LAUNCH_FAILED;
      g.failure_text = "divergent barrier: the threads of a block wait for each other at different places";
      return;
    }
    for (Runner* r : g.busy) {
      if (!r->ready) continue;
      step(r);
      if (g.failure) return;
      if (!r->waiting) g.idle.push_back(r);
    }
    g.busy.erase(std::remove_if(g.busy.begin(), g.busy.end(), [](Runner* r) { return !r->waiting; }), g.busy.end());
  }
}

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
struct sigaction previous_actions[4];

// A kernel's fault becomes the launch's error. A fault of another host thread keeps its old meaning.
void on_fault(int signal, siginfo_t*, void*) {
  if (!grid().current || !pthread_equal(pthread_self(), grid().owner)) {
    for (int i = 0; i < 4; ++i) sigaction(kSignals[i], &previous_actions[i], nullptr);
    return;
  }
  if (signal == SIGFPE) fail(CUDA_ERROR_LAUNCH_FAILED, "integer division without a result: garbage on a device");
  if (signal == SIGILL) fail(CUDA_ERROR_ILLEGAL_INSTRUCTION, "illegal instruction");
  fail(CUDA_ERROR_ILLEGAL_ADDRESS, "access outside of device memory");
}

void catch_faults(bool on) {
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  for (int i = 0; i < 4; ++i) {
    if (on) {
      sigaction(kSignals[i], &action, &previous_actions[i]);
    } else {
      sigaction(kSignals[i], &previous_actions[i], nullptr);
    }
  }
}

// A device does not see the host's rounding mode or its flush-to-zero.
class DeviceArithmetic {
 public:
#if defined(__SSE2__)
  explicit DeviceArithmetic(bool flush) : saved_(_mm_getcsr()) { _mm_setcsr(flush ? 0x9fc0 : 0x1f80); }
  ~DeviceArithmetic() { _mm_setcsr(saved_); }

 private:
  unsigned saved_;
#elif defined(__aarch64__)
  explicit DeviceArithmetic(bool flush) {
    asm volatile("mrs %0, fpcr" : "=r"(saved_));
    set(flush ? 1ull << 24 : 0);
  }
  ~DeviceArithmetic() { set(saved_); }

 private:
  static void set(unsigned long long word) { asm volatile("msr fpcr, %0" : : "r"(word)); }
  unsigned long long saved_;
#else
  explicit DeviceArithmetic(bool) {}
#endif
};

}  // namespace

CUresult run_grid(const Launch& launch, std::string* what) {
  Grid& g = grid();
  g.launch = launch;
  g.thread_count = launch.block.x * launch.block.y * launch.block.z;
  g.failure = CUDA_SUCCESS;
  g.owner = pthread_self();
  *launch.module->services = &kServices;
  Slots& slots = *launch.module->slots;
  slots.block_dim = launch.block;
  slots.grid_dim = launch.grid;

  catch_faults(true);
  {
    DeviceArithmetic arithmetic(launch.module->flush_subnormals != 0);
    const Index& d = launch.grid;
    const unsigned long long blocks = 1ull * d.x * d.y * d.z;
    for (unsigned long long i = 0; i < blocks && !g.failure; ++i) {
      const unsigned long long b = launch.reverse ? blocks - 1 - i : i;
      slots.block_idx = {unsigned(b % d.x), unsigned(b / d.x % d.y), unsigned(b / d.x / d.y)};
      run_block();
    }
  }
  catch_faults(false);

  if (g.failure) {
    // Threads were left in the middle of the kernel: throw their stacks' contents away.
    g.idle.clear();
    std::fill(std::begin(g.by_thread), std::end(g.by_thread), nullptr);
    for (auto& r : g.pool) {
      r->fiber.reset(run_threads);
      r->waiting = false;
      g.idle.push_back(r.get());
    }
    *what = g.failure_text;
  }
  return g.failure;
}

}  // namespace stand_in
