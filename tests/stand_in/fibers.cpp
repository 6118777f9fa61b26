// tests/stand_in/fibers.cpp -- the switch between stacks: a dozen instructions on x86-64, ucontext elsewhere
// SPDX-License-Identifier: Apache-2.0
#include "fibers.hpp"

#include <cstdint>
#include <new>

#include <sys/mman.h>
#include <unistd.h>

#ifndef STAND_IN_UCONTEXT
// Saves what a called function must preserve, on the old stack. MXCSR and the x87 word are the same on both sides. A jump
// rather than a return: the processor's guess of where a return goes would be wrong each time.
extern "C" void stand_in_switch(void** from, void* to);
asm(R"(
.text
.globl stand_in_switch
.hidden stand_in_switch
.type stand_in_switch, @function
stand_in_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  popq %rcx
  jmp *%rcx
.size stand_in_switch, .-stand_in_switch
)");
#endif

namespace stand_in {

Fiber::Fiber() {
  void* memory = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  stack_ = static_cast<unsigned char*>(memory);
  mprotect(stack_, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), PROT_NONE);  // an overflow must not reach a neighbour
  // Stacks that began at the same offset in their pages would compete for the same few cache lines (measured: 1.4x slower).
  static std::size_t count = 0;
  usable_ = kStackBytes - count++ % 64 * 320;
}

Fiber::~Fiber() { munmap(stack_, kStackBytes); }

#ifdef STAND_IN_UCONTEXT

void Fiber::reset(void (*entry)()) {
  getcontext(&here_);
  here_.uc_stack.ss_sp = stack_;
  here_.uc_stack.ss_size = usable_;
  here_.uc_link = nullptr;
  makecontext(&here_, entry, 0);
}

void Fiber::resume() { swapcontext(&scheduler_, &here_); }
void Fiber::leave() { swapcontext(&here_, &scheduler_); }

#else

void Fiber::reset(void (*entry)()) {
  // What stand_in_switch pops: six registers, then the address to "return" to. The slot above is entry's own return address
  // (it never returns) and puts the stack where the ABI wants it at a function's first instruction.
  auto* top = reinterpret_cast<std::uint64_t*>(stack_ + usable_) - 2;
  *top = 0;
  *--top = reinterpret_cast<std::uint64_t>(entry);
  for (int i = 0; i < 6; ++i) *--top = 0;
  here_ = top;
}

void Fiber::resume() { stand_in_switch(&scheduler_, here_); }
void Fiber::leave() { stand_in_switch(&here_, scheduler_); }

#endif

}  // namespace stand_in
