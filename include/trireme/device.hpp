// include/trireme/device.hpp -- which devices there are, why others are not, and how to choose one
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trireme/export.hpp"

namespace trireme {

/// A device that runs programs: "cpu", "opencl:0", "cuda:1". The default-constructed one means "unpinned".
class TRIREME_API Device {
 public:
  constexpr Device() = default;
  /// The device called `name` ("cpu", "cuda", "opencl:1"; "auto" is the unpinned one). Throws
  /// Code::device_unavailable, naming what is available, when it is not usable here.
  explicit Device(std::string_view name);

  std::string name() const;
  bool is_auto() const { return id_ == 0; }
  friend bool operator==(Device, Device) = default;

  /// For the library: the position in the registry's list, 1 for the CPU.
  static constexpr Device from_id(std::uint8_t id) {
    Device d;
    d.id_ = id;
    return d;
  }
  constexpr std::uint8_t id() const { return id_; }

 private:
  std::uint8_t id_ = 0;
};

/// One line of what `trireme doctor` prints about a device or about a backend without one.
struct DeviceReport {
  std::string name;         // "cuda:0", or the backend's name when it has no usable device
  std::string description;  // as the driver calls it
  bool usable = false;
  bool exact = false;       // whether the probe found the arithmetic that exact numerics needs
  std::string reason;       // why it is not usable or not exact, and what to do about it
  std::string details;      // versions of driver and library
  double probe_error = 0;   // largest error of the self-test, in ulp
  // What `auto` reckons with: the time of a launch, and the rates of memory and of copies to and from the CPU.
  double launch_seconds = 0;
  double bytes_per_second = 0;
  double copy_bytes_per_second = 0;
  double compile_seconds = 0;  // of a program, if it compiles any and has compiled one
  bool measured = false;       // else these are guesses
  std::vector<std::string> lacks;  // arithmetic that it has not or not exactly, and what becomes of programs that need it
};

/// A library that a backend opens at run time.
struct LibraryReport {
  std::string purpose;  // "driver", "compiler"
  std::string file;     // the one that loaded, as the loader found it; "" when none did
  std::string version;
  std::string tried;    // other names that were tried before, each with the loader's words
};

/// A backend that looks for libraries.
struct BackendReport {
  std::string name;    // "opencl", "cuda"
  bool usable = false; // it has devices
  std::string reason;  // why not, and what to do about it
  std::vector<LibraryReport> libraries;
};

/// The backends beside the CPU's. Opens drivers.
TRIREME_API std::vector<BackendReport> backends();

/// Every device of every backend, usable or not. The first call opens drivers and runs the probe.
TRIREME_API std::vector<DeviceReport> devices();

/// Runs what is built in this thread during its life on `device`, unless an array is pinned elsewhere.
class TRIREME_API DeviceScope {
 public:
  explicit DeviceScope(Device device);
  ~DeviceScope();
  DeviceScope(const DeviceScope&) = delete;
  DeviceScope& operator=(const DeviceScope&) = delete;

 private:
  std::uint8_t previous_;
};

/// The instruction-set levels of the CPU backend that this machine can run, slowest first, such as
/// {"baseline", "avx2", "avx512"}, or {"neon"} on AArch64.
TRIREME_API std::vector<std::string> cpu_levels();
/// The level in use. Chosen by CPUID on first use, or by TRIREME_CPU_LEVEL.
TRIREME_API std::string cpu_level();
/// Throws Code::invalid_argument, listing what there is, for an unknown or unusable level.
TRIREME_API void set_cpu_level(std::string_view level);
/// Why all programs on the CPU are interpreted at this level, a sentence; empty where those that repay it are compiled. The
/// results are the same.
TRIREME_API std::string interpreted_reason();

/// Threads that the CPU backend uses, and a sentence that says where the number comes from.
TRIREME_API int threads();
TRIREME_API std::string threads_reason();
/// At least 1. Results do not depend on it.
TRIREME_API void set_threads(int count);

}  // namespace trireme
