// cuda/driver.hpp -- the CUDA driver library: its types, its functions, and how it is opened
// SPDX-License-Identifier: Apache-2.0
//
// Declared here and not included from a toolkit, so that the library builds without one and runs with any driver.
#pragma once

#include <cstddef>
#include <string>

#include "cuda/nvrtc.hpp"

namespace trireme::cuda {

using CUresult = int;
using CUdevice = int;
using CUdeviceptr = unsigned long long;
using CUcontext = struct CUctx_st*;
using CUmodule = struct CUmod_st*;
using CUfunction = struct CUfunc_st*;
using CUstream = struct CUstream_st*;
using CUevent = struct CUevent_st*;
using CUmemoryPool = struct CUmemPoolHandle_st*;

/// CUmemPoolProps: 88 bytes in every version; what later ones name within `rest` is 0.
struct MemPoolProperties {
  int allocation_type = 1;  // CU_MEM_ALLOCATION_TYPE_PINNED
  int handle_types = 0;
  int location_type = 1;  // CU_MEM_LOCATION_TYPE_DEVICE
  int location_id = 0;
  void* security = nullptr;
  unsigned char rest[64] = {};
};
static_assert(sizeof(MemPoolProperties) == 88);

inline constexpr CUresult kSuccess = 0;
inline constexpr CUresult kOutOfMemory = 2;
inline constexpr CUresult kNotReady = 600;
inline constexpr unsigned kStreamNonBlocking = 1;
inline constexpr int kAttributeMultiprocessors = 16;
inline constexpr int kAttributeMemoryClockKhz = 36;
inline constexpr int kAttributeBusWidthBits = 37;
inline constexpr int kAttributeCapabilityMajor = 75;
inline constexpr int kAttributeCapabilityMinor = 76;
inline constexpr int kAttributeMemoryPools = 115;
inline constexpr unsigned kEventDisableTiming = 2;
inline constexpr int kPoolReleaseThreshold = 4;
inline constexpr int kPoolReserved = 5;

// What cuPointerGetAttribute tells.
inline constexpr int kPointerContext = 1;
inline constexpr int kPointerMemoryType = 2;
inline constexpr int kPointerDevice = 9;
inline constexpr int kPointerRangeStart = 11;
inline constexpr int kPointerRangeBytes = 12;
inline constexpr unsigned kMemoryHost = 1;

/// The functions of driver.def as members.
struct DriverFunctions {
#define FUNCTION(name, need, result, parameters) result(*name) parameters = nullptr;
#include "cuda/driver.def"
#undef FUNCTION
};

/// The opened driver with its compiler.
struct Driver : DriverFunctions {
  std::string library, tried; // the driver's file as the loader found it, and what was tried in vain
  std::string unavailable;    // why it cannot be used, in sentences; "" when it can
  int version = 0;            // of CUDA that the driver supports, 12020 for 12.2
  std::string kernel_module;  // version of the kernel's half, such as "535.104.05"; "" when not known
  int device_count = 0;
  Nvrtc nvrtc;

  /// "CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected"
  std::string describe(CUresult code) const;
};

/// The driver; the first call opens it. It stays open until the process ends. Throws Code::device_unavailable in a
/// process that was forked from one that had opened it.
const Driver& driver();

/// Whether this process was forked from one that had opened the driver. Opens nothing.
bool was_forked();
/// What driver() says then.
std::string forked_reason();

/// Whether the code means that the context cannot be used any more: every later call in it fails.
bool is_fatal(CUresult code);

/// Throws Code::out_of_memory or Code::device_failure naming call, device and code, unless `code` is success.
void check(CUresult code, const char* call, const std::string& device);

/// "12.2" for 12020.
std::string version_text(int version);

}  // namespace trireme::cuda
