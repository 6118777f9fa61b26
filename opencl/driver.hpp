// opencl/driver.hpp -- the OpenCL loader: its types, its functions, and how it is opened
// SPDX-License-Identifier: Apache-2.0
//
// Declared here and not included from OpenCL's headers, so that the library builds without them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace trireme::opencl {

using cl_int = std::int32_t;
using cl_uint = std::uint32_t;
using cl_bitfield = std::uint64_t;
using cl_platform_id = struct _cl_platform_id*;
using cl_device_id = struct _cl_device_id*;
using cl_context = struct _cl_context*;
using cl_command_queue = struct _cl_command_queue*;
using cl_mem = struct _cl_mem*;
using cl_program = struct _cl_program*;
using cl_kernel = struct _cl_kernel*;
using cl_event = struct _cl_event*;

inline constexpr cl_int kSuccess = 0;
inline constexpr cl_int kDeviceNotFound = -1;
inline constexpr cl_int kDeviceNotAvailable = -2;
inline constexpr cl_int kAllocationFailure = -4;
inline constexpr cl_int kOutOfResources = -5;
inline constexpr cl_int kOutOfHostMemory = -6;
inline constexpr cl_int kProfilingNotAvailable = -7;
inline constexpr cl_int kInvalidContext = -34;
inline constexpr cl_int kInvalidQueue = -36;
inline constexpr cl_int kInvalidBufferSize = -61;
inline constexpr cl_int kPlatformNotFound = -1001;

inline constexpr cl_uint kPlatformVersion = 0x0901;
inline constexpr cl_uint kPlatformName = 0x0902;
inline constexpr std::intptr_t kContextPlatform = 0x1084;
inline constexpr cl_uint kProgramBinarySizes = 0x1165;
inline constexpr cl_uint kProgramBinaries = 0x1166;
inline constexpr cl_uint kBuildLog = 0x1183;
inline constexpr cl_bitfield kMemReadWrite = 1;
inline constexpr cl_uint kMemType = 0x1100;
inline constexpr cl_uint kMemBytes = 0x1102;
inline constexpr cl_uint kMemContext = 0x1106;
inline constexpr cl_uint kMemIsBuffer = 0x10F0;
inline constexpr cl_uint kQueueContext = 0x1090;
inline constexpr cl_uint kQueueDevice = 0x1091;
inline constexpr cl_uint kQueueProperties = 0x1093;
inline constexpr cl_bitfield kQueueOutOfOrder = 1;
inline constexpr cl_uint kEventStatus = 0x11D3;
inline constexpr cl_uint kEventEndTime = 0x1283;

inline constexpr cl_bitfield kTypeCpu = 2;
inline constexpr cl_bitfield kTypeAll = 0xFFFFFFFF;

inline constexpr cl_uint kDeviceType = 0x1000;
inline constexpr cl_uint kDeviceComputeUnits = 0x1002;
inline constexpr cl_uint kDeviceMaxGroupSize = 0x1004;
inline constexpr cl_uint kDeviceMaxAllocation = 0x1010;
inline constexpr cl_uint kDeviceMaxParameterBytes = 0x1017;
inline constexpr cl_uint kDeviceSingleConfig = 0x101B;
inline constexpr cl_uint kDeviceMemory = 0x101F;
inline constexpr cl_uint kDeviceLittleEndian = 0x1026;
inline constexpr cl_uint kDeviceAvailable = 0x1027;
inline constexpr cl_uint kDeviceCompiler = 0x1028;
inline constexpr cl_uint kDeviceName = 0x102B;
inline constexpr cl_uint kDriverVersion = 0x102D;
inline constexpr cl_uint kDeviceVersion = 0x102F;
inline constexpr cl_uint kDeviceExtensions = 0x1030;
inline constexpr cl_uint kDeviceDoubleConfig = 0x1032;

// Bits of the floating-point configurations.
inline constexpr cl_bitfield kFpSubnormals = 1 << 0;
inline constexpr cl_bitfield kFpNearest = 1 << 2;
inline constexpr cl_bitfield kFpFma = 1 << 5;
inline constexpr cl_bitfield kFpCorrectDivideSqrt = 1 << 7;

/// The functions of driver.def as members.
struct DriverFunctions {
#define FUNCTION(name, need, result, parameters) result(*name) parameters = nullptr;
#include "opencl/driver.def"
#undef FUNCTION
};

/// A device that some platform lists; not yet looked at.
struct FoundDevice {
  cl_platform_id platform;
  cl_device_id device;
  std::string platform_name;
};

/// The opened loader and what its platforms list.
struct Driver : DriverFunctions {
  std::string library, tried;  // the loader's file as the system found it, and what was tried in vain
  std::vector<cl_platform_id> platforms;
  std::string unavailable;  // why there is nothing to use, in sentences; "" when there is
  std::vector<FoundDevice> found;
  std::vector<std::string> failures;  // platforms that could not be asked, each with its reason

  std::string platform_text(cl_platform_id platform, cl_uint what) const;
  std::string device_text(cl_device_id device, cl_uint what) const;
  /// A number of a device; 0 when it does not tell.
  template <class T>
  T device_value(cl_device_id device, cl_uint what) const {
    T value{};
    return clGetDeviceInfo(device, what, sizeof value, &value, nullptr) == kSuccess ? value : T{};
  }
};

/// The driver; the first call opens it. It stays open until the process ends. Throws Code::device_unavailable in a
/// process that was forked from one that had opened it.
const Driver& driver();

/// Whether this process was forked from one that had opened the driver. Opens nothing.
bool was_forked();
/// What driver() says then.
std::string forked_reason();

/// "CL_OUT_OF_RESOURCES (-5)"
std::string describe(cl_int code);

/// Throws Code::out_of_memory or Code::device_failure naming call, device and code, unless `code` is success.
void check(cl_int code, const char* call, const std::string& device);

}  // namespace trireme::opencl
