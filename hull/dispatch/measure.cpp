// hull/dispatch/measure.cpp -- small launches, large launches and copies, timed
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/measure.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "trireme/error.hpp"

namespace trireme::dispatch {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kLaunches = 8;            // small ones; the fastest counts, as others may have been interrupted
constexpr int kRepeats = 3;             // of a large one
constexpr double kLongEnough = 1e-3;    // seconds, far above what a clock and a launch add
constexpr std::size_t kFirst = std::size_t{256} << 10;  // bytes of an array
constexpr std::size_t kLast = std::size_t{64} << 20;    // beyond the caches of large GPUs
constexpr std::size_t kLastCopy = std::size_t{16} << 20;
constexpr std::size_t kHostFirst = std::size_t{32} << 20;  // beyond the caches of most processors

template <class Work>
double seconds_of(Work work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Two arrays on the device.
class Arrays {
 public:
  Arrays(Backend& backend, int device, const Executable& copy, std::size_t bytes) : backend_(backend), device_(device), copy_(copy) {
    domain_.rank = domain_.kept = 1;
    domain_.extent[0] = static_cast<std::int64_t>(bytes / sizeof(float));
    access_.stride[0] = 1;
    arguments_[0] = {backend.allocate(device, bytes), &access_, 0};
    try {
      arguments_[1] = {backend.allocate(device, bytes), nullptr, 0};
    } catch (...) {
      backend.release(device, arguments_[0].memory);
      throw;
    }
  }
  ~Arrays() {
    for (const Argument& argument : arguments_) backend_.release(device_, argument.memory);
  }
  Arrays(const Arrays&) = delete;
  Arrays& operator=(const Arrays&) = delete;

  /// The time of one launch until it is complete: the least of several after a first one.
  double launch_seconds(int times) const {
    const auto once = [this] {
      backend_.launch(device_, copy_, {&domain_, &copy_layout(), arguments_});
      backend_.wait(device_);
    };
    once();
    double least = seconds_of(once);
    for (int k = 1; k < times; ++k) least = std::min(least, seconds_of(once));
    return least;
  }

  /// The time to copy an array's bytes to the device and back.
  double copy_seconds(std::vector<char>& host) const {
    return seconds_of([&] {
      backend_.copy_in(device_, arguments_[0].memory, 0, host.data(), host.size());
      backend_.copy_out(device_, host.data(), arguments_[0].memory, 0, host.size());
    });
  }

 private:
  Backend& backend_;
  const int device_;
  const Executable& copy_;
  program::Domain domain_;
  program::Access access_;
  Argument arguments_[2];
};

}  // namespace

const program::Program& copy_program() {
  static const program::Program* const made = [] {
    program::Builder b;
    const std::uint16_t in = b.parameter(program::Role::input, Dtype::f32);
    const std::uint16_t out = b.parameter(program::Role::output, Dtype::f32);
    b.store(out, b.load(in));
    return new program::Program(b.take());
  }();
  return *made;
}

const program::Layout& copy_layout() {
  static const program::Layout* const made =
      new program::Layout{1, 1, false, std::vector(2, program::AccessKind::contiguous)};
  return *made;
}

void measure(Backend& backend, int device, const Executable& copy, DeviceInfo& info) {
  const bool is_cpu = backend.name() == "cpu";
  const double launch = Arrays(backend, device, copy, 256 * sizeof(float)).launch_seconds(kLaunches);
  double bytes_per_second = 0, copy_bytes_per_second = 0;
  try {
    for (std::size_t bytes = is_cpu ? kHostFirst : kFirst; bytes <= kLast; bytes *= 4) {
      const Arrays arrays(backend, device, copy, bytes);
      const double seconds = arrays.launch_seconds(kRepeats) - launch;
      if (seconds > 0) bytes_per_second = 2 * static_cast<double>(bytes) / seconds;
      if (seconds >= kLongEnough) break;
    }
    for (std::size_t bytes = kFirst; bytes <= kLastCopy; bytes *= 4) {
      const Arrays arrays(backend, device, copy, bytes);
      std::vector<char> host(bytes);
      arrays.copy_seconds(host);
      const double seconds = std::min(arrays.copy_seconds(host), arrays.copy_seconds(host));
      if (seconds > 0) copy_bytes_per_second = 2 * static_cast<double>(bytes) / seconds;
      if (seconds >= kLongEnough) break;
    }
  } catch (const error& failure) {
    if (failure.code() != Code::out_of_memory) throw;  // else: as far as there was room
  }
  if (!(launch > 0) || !(bytes_per_second > 0) || !(copy_bytes_per_second > 0)) return;
  info.launch_seconds = launch;
  info.bytes_per_second = bytes_per_second;
  info.copy_bytes_per_second = copy_bytes_per_second;
  info.measured = true;
}

}  // namespace trireme::dispatch
