// cpu/features.cpp -- CPUID and XGETBV, and the choice of a level
// SPDX-License-Identifier: Apache-2.0
#include "cpu/features.hpp"

#include <atomic>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "dispatch/environment.hpp"
#include "trireme/error.hpp"

namespace trireme::cpu {

namespace {

#if defined(__x86_64__)
struct Features {
  bool avx2 = false, avx512 = false;
};

Features detect() {
  Features f;
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return f;
  bool osxsave = c >> 27 & 1, fma = c >> 12 & 1, f16c = c >> 29 & 1;
  if (!osxsave) return f;
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  bool saves_ymm = (low & 0x06) == 0x06;   // the system keeps XMM and YMM across switches
  bool saves_zmm = (low & 0xe6) == 0xe6;   // and opmask and ZMM registers
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return f;
  f.avx2 = saves_ymm && fma && f16c && (b >> 5 & 1) && (b >> 8 & 1);  // AVX2, BMI2
  constexpr unsigned kNeeded = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;  // F DQ CD BW VL
  f.avx512 = f.avx2 && saves_zmm && (b & kNeeded) == kNeeded;
  return f;
}
#endif

std::string listing() {
  std::string out;
  for (const Level& level : levels()) {
    if (!out.empty()) out += ", ";
    out += level.name;
    if (!level.usable) out += std::string(" (not here: needs ") + level.needs + ")";
  }
  return out;
}

const Level* find(std::string_view name, std::string_view whence) {
  for (const Level& level : levels())
    if (level.usable && name == level.name) return &level;
  throw error(Code::invalid_argument, std::string(whence) + ": there is no level '" + std::string(name) + "' here; levels: " + listing());
}

std::atomic<const Level*> chosen{nullptr};

const Level* choose() {
  const std::string& wanted = dispatch::environment().cpu_level;
  if (!wanted.empty()) return find(wanted, "TRIREME_CPU_LEVEL");
  const Level* best = nullptr;
  for (const Level& level : levels())
    if (level.usable) best = &level;
  return best;
}

}  // namespace

std::vector<Level>& levels() {
  static auto* const all = [] {
    auto* v = new std::vector<Level>;  // leaked: threads may still compute while the process ends
#if defined(__x86_64__)
    Features f = detect();
    v->push_back({"baseline", true, "SSE2", {}});
    v->push_back({"avx2", f.avx2, "AVX2, FMA, F16C and BMI2", {}});
    v->push_back({"avx512", f.avx512, "AVX-512 F, CD, DQ, BW and VL", {}});
    baseline::fill((*v)[0].routines);
    if (f.avx2) avx2::fill((*v)[1].routines);
    if (f.avx512) avx512::fill((*v)[2].routines);
#elif defined(__aarch64__)
    v->push_back({"neon", true, "Advanced SIMD, which every AArch64 has", {}});
    neon::fill(v->back().routines);
#endif
    return v;
  }();
  return *all;
}

const Level& current_level() {
  const Level* level = chosen.load(std::memory_order_acquire);
  if (!level) {
    level = choose();
    chosen.store(level, std::memory_order_release);
  }
  return *level;
}

void use_level(std::string_view name) { chosen.store(find(name, "set_cpu_level"), std::memory_order_release); }

}  // namespace trireme::cpu
