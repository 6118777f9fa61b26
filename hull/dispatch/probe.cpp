// hull/dispatch/probe.cpp -- the exactness probe: measured, not believed
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/probe.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "dispatch/compile_cached.hpp"
#include "dispatch/measure.hpp"
#include "program/float_environment.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

namespace {

using program::Builder;
using program::Opcode;
using program::Role;
using program::Value;

constexpr const char* kChecks[] = {"fma", "divide", "sqrt", "multiply then add (contracted?)", "subnormal product"};
constexpr int kOutputs = 5;

/// Operands whose results need every bit: halfway cases, cancellation, subnormals, extremes.
template <class T>
std::vector<T> operands(unsigned seed) {
  using L = std::numeric_limits<T>;
  std::vector<T> out = {T(1), T(-1), T(3), T(0.1), L::min(), L::denorm_min(), L::max(), L::epsilon(), T(1) + L::epsilon(),
                        T(1) - L::epsilon() / 2, T(0), T(-0.0), L::infinity(), L::quiet_NaN(), T(1e-30), T(7)};
  std::uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
  while (out.size() < 1024) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    auto mantissa = static_cast<T>(state >> 40) / static_cast<T>(1 << 23) - T(1);
    out.push_back(std::ldexp(mantissa, static_cast<int>(state >> 32 & 63) - 32));
  }
  // Turned by the seed, so that special values meet ordinary ones.
  for (std::size_t k = 0; k < out.size(); ++k) std::swap(out[k], out[(k * 7 + seed * 13) % out.size()]);
  return out;
}

template <class T>
T expected(int check, T x, T y, T z) {
  volatile T product = x * y;  // volatile: the host must not contract either
  switch (check) {
    case 0: return std::fma(x, y, z);
    case 1: return x / y;
    case 2: return std::sqrt(x);
    case 3: return product + z;
    default: return x * std::numeric_limits<T>::min();
  }
}

template <class T>
bool same_bits(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
}

template <class T>
double ulp_error(T got, T want) {
  if (!std::isfinite(got) || !std::isfinite(want)) return std::isfinite(got) == std::isfinite(want) ? 0 : 1e30;
  T ulp = std::nextafter(std::fabs(want), std::numeric_limits<T>::infinity()) - std::fabs(want);
  return std::fabs(static_cast<double>(got - want)) / static_cast<double>(ulp);
}

template <class T>
program::Program floating_program(Dtype type) {
  Builder b;
  std::uint16_t in[3];
  for (auto& p : in) p = b.parameter(Role::input, type);
  std::uint16_t tiny = b.parameter(Role::scalar, type);
  std::uint16_t out[kOutputs];
  for (auto& p : out) p = b.parameter(Role::output, type);
  Value x = b.load(in[0]), y = b.load(in[1]), z = b.load(in[2]), t = b.scalar(tiny);
  b.store(out[0], b.emit(Opcode::fma, type, x, y, z));
  b.store(out[1], b.emit(Opcode::divide, type, x, y));
  b.store(out[2], b.emit(Opcode::sqrt, type, x));
  Value product = b.emit(Opcode::multiply, type, x, y);
  b.store(out[3], b.emit(Opcode::add, type, product, z));
  b.store(out[4], b.emit(Opcode::multiply, type, x, t));
  return b.take();
}

/// Memory of the probe on the device.
class Buffers {
 public:
  Buffers(Backend& backend, int device) : backend_(backend), device_(device) {}
  ~Buffers() {
    for (Memory m : all_) backend_.release(device_, m);
  }
  Buffers(const Buffers&) = delete;
  Buffers& operator=(const Buffers&) = delete;
  Memory make(std::size_t bytes) { return all_.emplace_back(backend_.allocate(device_, bytes)); }

 private:
  Backend& backend_;
  int device_;
  std::vector<Memory> all_;
};

template <class T>
void probe_floating(Backend& backend, int device, Dtype type, ProbeResult& result) {
  program::Program p = floating_program<T>(type);
  if (Support support = backend.supports(p, device); !support.yes) {
    // A device may do without f64: its programs are refused one by one, and f32 may still be exact.
    if (type == Dtype::f64) return;
    result.exact = false;
    result.reason = support.reason;
    return;
  }
  std::vector<T> x = operands<T>(1), y = operands<T>(2), z = operands<T>(3);
  std::size_t n = x.size(), bytes = n * sizeof(T);
  Buffers buffers(backend, device);
  program::Domain domain;
  domain.rank = domain.kept = 1;
  domain.extent[0] = static_cast<std::int64_t>(n);
  program::Layout layout{1, 1, false, std::vector(p.parameters.size(), program::AccessKind::contiguous)};
  program::Access access;
  access.stride[0] = 1;
  std::vector<Argument> arguments(p.parameters.size());
  const std::vector<T>* inputs[] = {&x, &y, &z};
  for (std::size_t k = 0; k < 3; ++k) {
    arguments[k] = {buffers.make(bytes), &access, 0};
    backend.copy_in(device, arguments[k].memory, 0, inputs[k]->data(), bytes);
  }
  T tiny = std::numeric_limits<T>::min();
  std::memcpy(&arguments[3].scalar, &tiny, sizeof tiny);
  for (std::size_t k = 4; k < arguments.size(); ++k) arguments[k].memory = buffers.make(bytes);

  // What may be timed later comes with the first of the programs: one compilation less.
  const bool with_copy = type == Dtype::f32;
  const CompileRequest requests[] = {{&p, &layout}, {&copy_program(), &copy_layout()}};
  CompiledUnit unit = compile_cached(backend, std::span(requests, with_copy ? 2 : 1), device);
  if (!unit.from_disk) result.compile_seconds = std::chrono::duration<double>(unit.time).count();
  const Executable& executable = *unit.executables.at(0);
  backend.launch(device, executable, {&domain, &layout, arguments});
  backend.wait(device);

  std::vector<T> got(n);
  for (int check = 0; check < kOutputs; ++check) {
    backend.copy_out(device, got.data(), arguments[static_cast<std::size_t>(4 + check)].memory, 0, bytes);
    for (std::size_t k = 0; k < n; ++k) {
      T want = expected(check, x[k], y[k], z[k]);
      if (same_bits(got[k], want)) continue;
      result.error = std::max(result.error, ulp_error(got[k], want));
      if (result.exact)
        result.reason = "the probe found wrong bits in " + std::string(name(type)) + " " + kChecks[check];
      result.exact = false;
    }
  }
  if (with_copy) result.copy = std::move(unit.executables.at(1));
}

}  // namespace

ProbeResult probe(Backend& backend, int device) {
  program::FloatEnvironment environment;
  ProbeResult result;
  try {
    result.usable = result.exact = true;
    probe_floating<float>(backend, device, Dtype::f32, result);
    if (result.exact) probe_floating<double>(backend, device, Dtype::f64, result);
  } catch (const error& e) {
    result = {};
    result.reason = std::string("the probe failed: ") + e.what();
  }
  return result;
}

}  // namespace trireme::dispatch
