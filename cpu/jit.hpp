// cpu/jit.hpp -- the compiled tier: when an executable's steps become one loop of machine code, and who keeps it
// SPDX-License-Identifier: Apache-2.0
//
// An executable begins in the tile VM. Once it has been worth it the thread that launches it compiles the program for
// the level in use, and from then on its tiles, rows or chunks are computed by that code, with the same bits. What the
// tier does not take stays with the VM. Nothing here waits: a launch that finds another thread compiling uses the VM.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "cpu/jit_assemble.hpp"
#include "program/program.hpp"

namespace trireme::cpu {

struct Level;

/// What code is made for: the level, and what may differ between launches of a program.
struct JitKey {
  const Level* level = nullptr;
  std::uint64_t singles = 0;  // as in JitRequest
  bool streams = false;
  friend bool operator==(const JitKey&, const JitKey&) = default;
};

struct JitCode {
  JitKey key;
  JitMap map = nullptr;
  JitFold fold = nullptr;   // only of reductions in the inner order
  bool fold_has_tree = false;
  void* memory = nullptr;
  std::size_t bytes = 0;
  JitCode* next = nullptr;
};

/// The part of an executable that the tier keeps.
class Jit {
 public:
  explicit Jit(const program::Program& program);
  ~Jit();
  Jit(const Jit&) = delete;
  Jit& operator=(const Jit&) = delete;

  /// Whether there is nothing to gain or no code can be had, so that no launch need ask.
  bool idle() const { return idle_.load(std::memory_order_relaxed); }
  void stay_idle() { idle_.store(true, std::memory_order_relaxed); }

  /// Whether there is code for launches on the level.
  bool has_code(const Level& level) const;

  /// Code for a launch of `work` element-steps, compiled now if it has become worth it; null: the VM does it.
  const JitCode* code(const JitKey& key, std::int64_t work);

 private:
  const JitCode* compile(const JitKey& key);

  const program::Program program_;
  std::atomic<bool> idle_{false}, busy_{false};
  std::atomic<std::int64_t> work_{0};
  std::atomic<JitCode*> codes_{nullptr};
};

/// Whether launches ask for code: TRIREME_JIT. `always` from the first launch on.
enum class JitMode : std::uint8_t { never, when_worth_it, always };
JitMode jit_mode();
void use_jit(JitMode mode);

/// Why programs are interpreted on the level in use, a sentence; empty where they are compiled.
std::string jit_unavailable_reason();

}  // namespace trireme::cpu
