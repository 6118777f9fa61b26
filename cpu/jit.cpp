// cpu/jit.cpp -- memory that is written or executed but never both, and the choice between the VM and compiled code
// SPDX-License-Identifier: Apache-2.0
#include "cpu/jit.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "cpu/features.hpp"
#include "dispatch/environment.hpp"
#include "trireme/error.hpp"

namespace trireme::cpu {

namespace {

// Compiling takes some 100 us, in which the VM does about this many elements times steps: with one step fewer each
// pass over memory in the first-level cache is saved.
constexpr std::int64_t kWorthCompiling = 2'000'000;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;  // of code in the process
constexpr int kMostVariants = 8;                           // of an executable

std::atomic<std::size_t> bytes_in_use{0};
std::atomic<int> refused_by_system{0};  // errno of the call that did not give executable memory

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

struct Pages {
  void* memory = nullptr;
  std::size_t bytes = 0;
};

/// The bytes in pages of their own, to be executed. Private, so that a fork's parent and child each keep theirs.
Pages executable_pages(const char* from, std::size_t bytes) {
  const std::size_t whole = (bytes + page_size() - 1) / page_size() * page_size();
  if (bytes_in_use.fetch_add(whole, std::memory_order_relaxed) + whole > kMostBytes) {
    bytes_in_use.fetch_sub(whole, std::memory_order_relaxed);
    return {};
  }
  void* memory = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) {
    std::memcpy(memory, from, bytes);
    if (mprotect(memory, whole, PROT_READ | PROT_EXEC) == 0) return {memory, whole};
    refused_by_system.store(errno, std::memory_order_relaxed);
    munmap(memory, whole);
  }
  bytes_in_use.fetch_sub(whole, std::memory_order_relaxed);
  return {};
}

void release_pages(Pages pages) {
  munmap(pages.memory, pages.bytes);
  bytes_in_use.fetch_sub(pages.bytes, std::memory_order_relaxed);
}

bool is_wide(const Level& level) { return std::string_view(level.name) == "avx512"; }
bool level_has_code(const Level& level) { return is_wide(level) || std::string_view(level.name) == "avx2"; }

std::atomic<int> chosen_mode{-1};

JitMode mode_from_environment() {
  const std::string& text = dispatch::environment().jit;
  if (text.empty()) return JitMode::when_worth_it;
  if (text == "0") return JitMode::never;
  if (text == "1") return JitMode::always;
  throw error(Code::invalid_argument, "TRIREME_JIT: expected 0 or 1, got '" + text + "'");
}

}  // namespace

JitMode jit_mode() {
  const int mode = chosen_mode.load(std::memory_order_relaxed);
  if (mode >= 0) [[likely]] return static_cast<JitMode>(mode);
  use_jit(mode_from_environment());
  return jit_mode();
}

void use_jit(JitMode mode) { chosen_mode.store(static_cast<int>(mode), std::memory_order_relaxed); }

std::string jit_unavailable_reason() {
#ifndef TRIREME_ASMJIT
  return "this build has no compiled tier: AsmJit was not there when it was configured";
#endif
  if (jit_mode() == JitMode::never) return "TRIREME_JIT=0";
  if (!level_has_code(current_level())) return std::string("there is no compiled tier for the level ") + current_level().name;
  if (refused_by_system.load(std::memory_order_relaxed) == 0) {
    const char nothing = static_cast<char>(0xc3);
    if (Pages probe = executable_pages(&nothing, 1); probe.memory) release_pages(probe);
  }
  if (int code = refused_by_system.load(std::memory_order_relaxed); code != 0)
    return std::string("the system gives this process no executable memory (mprotect: ") + std::strerror(code) + ")";
  return {};
}

Jit::Jit(const program::Program& program) : program_(program) {
#ifndef TRIREME_ASMJIT
  stay_idle();
#endif
}

Jit::~Jit() {
  for (JitCode* c = codes_.load(std::memory_order_acquire); c;) {
    std::unique_ptr<JitCode> owned(c);
    c = c->next;
    release_pages({owned->memory, owned->bytes});
  }
}

bool Jit::has_code(const Level& level) const {
  for (const JitCode* c = codes_.load(std::memory_order_acquire); c; c = c->next)
    if (c->key.level == &level) return jit_mode() != JitMode::never;
  return false;
}

const JitCode* Jit::code(const JitKey& key, std::int64_t work) {
  const JitMode mode = jit_mode();
  if (mode == JitMode::never) return nullptr;
  int variants = 0;
  for (const JitCode* c = codes_.load(std::memory_order_acquire); c; c = c->next, ++variants)
    if (c->key == key) return c;
  if (variants >= kMostVariants || !level_has_code(*key.level)) return nullptr;
  if (mode == JitMode::when_worth_it) {
    // A lost count costs nothing but time.
    const std::int64_t before = work_.load(std::memory_order_relaxed);
    const std::int64_t now = before + std::min(work, kWorthCompiling);
    work_.store(std::min(now, kWorthCompiling), std::memory_order_relaxed);
    if (now < kWorthCompiling) return nullptr;
  }
  if (refused_by_system.load(std::memory_order_relaxed) != 0 || busy_.exchange(true, std::memory_order_acquire)) return nullptr;
  const JitCode* made = nullptr;
  try {
    made = compile(key);
  } catch (const std::bad_alloc&) {  // then the VM, which needs no memory now
  }
  if (!made) stay_idle();
  busy_.store(false, std::memory_order_release);
  return made;
}

const JitCode* Jit::compile([[maybe_unused]] const JitKey& key) {
#ifdef TRIREME_ASMJIT
  for (const JitCode* c = codes_.load(std::memory_order_acquire); c; c = c->next)
    if (c->key == key) return c;  // made since this launch looked
  const JitText text = jit_assemble({&program_, is_wide(*key.level), key.singles, key.streams});
  if (!text.refusal.empty()) return nullptr;
  auto made = std::make_unique<JitCode>();
  const Pages pages = executable_pages(text.bytes.data(), text.bytes.size());
  if (!pages.memory) return nullptr;
  made->key = key;
  made->memory = pages.memory;
  made->bytes = pages.bytes;
  char* first = static_cast<char*>(pages.memory);
  made->map = reinterpret_cast<JitMap>(first + text.map);
  if (text.fold >= 0) made->fold = reinterpret_cast<JitFold>(first + text.fold);
  made->fold_has_tree = text.fold_has_tree;
  made->next = codes_.load(std::memory_order_relaxed);
  codes_.store(made.get(), std::memory_order_release);
  return made.release();
#else
  return nullptr;
#endif
}

}  // namespace trireme::cpu
