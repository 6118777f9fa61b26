// tests/support/map_program.hpp -- a hand-built f32 program, its host twin, and its run straight through a backend
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "dispatch/backend.hpp"
#include "program/program.hpp"

namespace trireme::test {

/// sqrt((a * b + s) / b) over two inputs and a scalar: needs division and square root correctly rounded, subnormals
/// kept, and no contraction.
inline program::Program quotient_program() {
  using program::Opcode;
  using program::Role;
  program::Builder builder;
  const auto a = builder.parameter(Role::input, f32), b = builder.parameter(Role::input, f32);
  const auto s = builder.parameter(Role::scalar, f32), out = builder.parameter(Role::output, f32);
  const auto vb = builder.load(b);
  const auto product = builder.emit(Opcode::multiply, f32, builder.load(a), vb);
  const auto sum = builder.emit(Opcode::add, f32, product, builder.scalar(s));
  builder.store(out, builder.emit(Opcode::sqrt, f32, builder.emit(Opcode::divide, f32, sum, vb)));
  return builder.take();
}
inline float quotient(float a, float b, float s) {
  const volatile float product = a * b;
  const volatile float sum = product + s;
  const volatile float quotient = sum / b;
  return std::sqrt(static_cast<float>(quotient));
}

/// a - b over two inputs; the scalar is there so that it launches like the other.
inline program::Program difference_program() {
  using program::Opcode;
  using program::Role;
  program::Builder builder;
  const auto a = builder.parameter(Role::input, f32), b = builder.parameter(Role::input, f32);
  builder.parameter(Role::scalar, f32);
  const auto out = builder.parameter(Role::output, f32);
  const auto va = builder.load(a);
  builder.store(out, builder.emit(Opcode::subtract, f32, va, builder.load(b)));
  return builder.take();
}

inline program::Layout contiguous_layout() {
  program::Layout layout;
  layout.rank = layout.kept = 1;
  layout.access.assign(4, program::AccessKind::contiguous);
  return layout;
}

/// Values of many magnitudes, subnormals, zeros and infinities among them; the same for equal seeds.
inline std::vector<float> mixed_values(std::size_t n, std::uint32_t seed) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    seed = seed * 1664525u + 1013904223u;
    const std::uint32_t bits = seed >> 9 << 6 | (seed >> 3 & 63);
    switch (i % 8) {
      case 5:
        values[i] = std::ldexp(static_cast<float>(seed >> 8), -160);
        break;
      case 6:
        values[i] = i % 16 == 6 ? 0.0f : std::numeric_limits<float>::infinity();
        break;
      default:
        values[i] =
            std::ldexp(1.0f + static_cast<float>(bits & 0x7fffff) * 0x1p-23f, static_cast<int>(seed >> 27) - 16);
    }
  }
  return values;
}

/// Equal bits, or both NaN.
inline bool same(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0 || (std::isnan(a) && std::isnan(b)); }

/// Device memory for a scope.
class Block {
 public:
  Block(dispatch::Backend& backend, int device, std::size_t bytes)
      : backend_(backend), device_(device), memory_(backend.allocate(device, bytes)) {}
  ~Block() { backend_.release(device_, memory_); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  const dispatch::Memory& memory() const { return memory_; }

 private:
  dispatch::Backend& backend_;
  const int device_;
  const dispatch::Memory memory_;
};

/// Buffers on a device for the programs above. Two positions behind the last result hold a mark, which must survive.
class MapRun {
 public:
  static constexpr float kMark = -7;

  MapRun(dispatch::Backend& backend, int device, const std::vector<float>& a, const std::vector<float>& b)
      : backend_(backend),
        device_(device),
        results_(a.size() + 2, kMark),
        a_(backend, device, a.size() * sizeof(float)),
        b_(backend, device, a.size() * sizeof(float)),
        out_(backend, device, results_.size() * sizeof(float)) {
    backend.copy_in(device, a_.memory(), 0, a.data(), a.size() * sizeof(float));
    backend.copy_in(device, b_.memory(), 0, b.data(), b.size() * sizeof(float));
    backend.copy_in(device, out_.memory(), 0, results_.data(), results_.size() * sizeof(float));
    domain_.rank = domain_.kept = 1;
    domain_.extent[0] = static_cast<std::int64_t>(a.size());
  }

  void launch(const dispatch::Executable& executable, float s) {
    std::uint64_t scalar = 0;
    std::memcpy(&scalar, &s, sizeof s);
    const dispatch::Argument arguments[] = {
        {a_.memory(), &access_, 0}, {b_.memory(), &access_, 0}, {{}, nullptr, scalar}, {out_.memory(), nullptr, 0}};
    backend_.launch(device_, executable, {&domain_, &layout_, arguments});
  }

  const std::vector<float>& results() {
    backend_.copy_out(device_, results_.data(), out_.memory(), 0, results_.size() * sizeof(float));
    return results_;
  }

 private:
  dispatch::Backend& backend_;
  const int device_;
  std::vector<float> results_;
  const Block a_, b_, out_;
  program::Domain domain_;
  const program::Layout layout_ = contiguous_layout();
  const program::Access access_;
};

/// The executable's results over a and b, and the two marks.
inline std::vector<float> run_map(dispatch::Backend& backend, int device, const dispatch::Executable& executable,
                                  const std::vector<float>& a, const std::vector<float>& b, float s) {
  MapRun run(backend, device, a, b);
  run.launch(executable, s);
  backend.wait(device);
  return run.results();
}

/// Compiles one program.
inline std::unique_ptr<dispatch::Executable> compile_one(dispatch::Backend& backend, int device,
                                                         const program::Program& program) {
  const program::Layout layout = contiguous_layout();
  const dispatch::CompileRequest request{&program, &layout};
  return std::move(backend.compile({&request, 1}, device).at(0));
}

}  // namespace trireme::test
