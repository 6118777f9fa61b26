// opencl/driver.cpp -- opens libOpenCL once, lists its platforms and devices, and says in a sentence why there are none
// SPDX-License-Identifier: Apache-2.0
#include "opencl/driver.hpp"

#include <string_view>

#include "dispatch/device_backend.hpp"
#include "dispatch/dynamic_library.hpp"
#include "program/fork_count.hpp"
#include "trireme/error.hpp"

namespace trireme::opencl {
namespace {

constexpr std::string_view kLibraries[] = {"libOpenCL.so.1"};

constexpr const char* kInstallDriver =
    "Install a driver for the device, such as pocl-opencl-icd for the CPU or the GPU maker's own; it registers itself "
    "in "
    "/etc/OpenCL/vendors, or in the folder that OCL_ICD_VENDORS names.";

// Set before anything of the driver runs, so that a child forked even half way through the opening knows.
program::Owner opener;

// The functions that are missing although required.
std::string resolve(const dispatch::DynamicLibrary& library, DriverFunctions& functions) {
  std::string missing;
  constexpr bool required = true;
  constexpr bool optional = false;
#define FUNCTION(name, need, result, parameters)                                  \
  functions.name = reinterpret_cast<result(*) parameters>(library.symbol(#name)); \
  if (need && !functions.name) missing += missing.empty() ? #name : ", " #name;
#include "opencl/driver.def"
#undef FUNCTION
  return missing;
}

// Some form of get-info call, as text without the terminating zero.
template <class Get>
std::string text_of(Get get) {
  std::size_t bytes = 0;
  if (get(std::size_t{0}, nullptr, &bytes) != kSuccess || bytes == 0) return {};
  std::string text(bytes, '\0');
  if (get(bytes, text.data(), nullptr) != kSuccess) return {};
  while (!text.empty() && (text.back() == '\0' || text.back() == ' ')) text.pop_back();
  return text;
}

void list_devices(Driver& driver, cl_platform_id platform) {
  const std::string name = driver.platform_text(platform, kPlatformName);
  const auto failed = [&](cl_int code) {
    driver.failures.push_back("Platform " + name + " does not list its devices: clGetDeviceIDs failed with " +
                              describe(code) + ".");
  };
  cl_uint count = 0;
  cl_int code = driver.clGetDeviceIDs(platform, kTypeAll, 0, nullptr, &count);
  if (code == kDeviceNotFound || (code == kSuccess && count == 0)) {
    driver.failures.push_back("Platform " + name + " (" + driver.platform_text(platform, kPlatformVersion) +
                              ") has no device.");
    return;
  }
  if (code != kSuccess) return failed(code);
  std::vector<cl_device_id> devices(count);
  code = driver.clGetDeviceIDs(platform, kTypeAll, count, devices.data(), nullptr);
  if (code != kSuccess) return failed(code);
  for (const cl_device_id device : devices) driver.found.push_back({platform, device, name});
}

// Opens everything; the reason why there is nothing to use, "" when there is.
std::string open(Driver& driver) {
  const dispatch::DynamicLibrary library(kLibraries);
  driver.library = library.path();
  driver.tried = library.failures();
  if (!library.is_open())
    return "The OpenCL loader was not found; tried " + library.failures() +
           ". Install it (package ocl-icd-libopencl1 on Debian, ocl-icd elsewhere) and a driver such as "
           "pocl-opencl-icd.";
  if (const std::string missing = resolve(library, driver); !missing.empty())
    return "The OpenCL loader " + library.name() + " lacks " + missing + "; install one for OpenCL 1.2 or newer.";

  cl_uint count = 0;
  cl_int code = driver.clGetPlatformIDs(0, nullptr, &count);
  if (code == kPlatformNotFound || (code == kSuccess && count == 0))
    return std::string("The OpenCL loader works, but no OpenCL platform is installed. ") + kInstallDriver;
  std::vector<cl_platform_id> platforms(count);
  if (code == kSuccess) code = driver.clGetPlatformIDs(count, platforms.data(), nullptr);
  if (code != kSuccess)
    return "The OpenCL loader does not list its platforms: clGetPlatformIDs failed with " + describe(code) + ". " +
           kInstallDriver;

  driver.platforms = platforms;
  for (const cl_platform_id platform : platforms) list_devices(driver, platform);
  if (!driver.found.empty()) return {};
  std::string reason = "No OpenCL platform has a device.";
  for (const std::string& failure : driver.failures) reason += " " + failure;
  return reason + " " + kInstallDriver;
}

}  // namespace

std::string Driver::platform_text(cl_platform_id platform, cl_uint what) const {
  return text_of([&](std::size_t room, void* value, std::size_t* bytes) {
    return clGetPlatformInfo(platform, what, room, value, bytes);
  });
}

std::string Driver::device_text(cl_device_id device, cl_uint what) const {
  return text_of([&](std::size_t room, void* value, std::size_t* bytes) {
    return clGetDeviceInfo(device, what, room, value, bytes);
  });
}

std::string describe(cl_int code) {
  const char* name = "an unknown code";
  switch (code) {
#define ERROR_CODE(value, text) \
  case value:                   \
    name = #text;               \
    break;
#include "opencl/codes.def"
#undef ERROR_CODE
  }
  return std::string(name) + " (" + std::to_string(code) + ")";
}

bool was_forked() {
  return opener.is_a_parent();
}

std::string forked_reason() {
  return dispatch::forked_sentence("OpenCL");
}

const Driver& driver() {
  if (was_forked()) throw error(Code::device_unavailable, "opencl: " + forked_reason());
  // Never destroyed: handles may be released while the process exits.
  static const Driver* const opened = [] {
    opener.claim();
    auto* made = new Driver;
    made->unavailable = open(*made);
    return made;
  }();
  return *opened;
}

void check(cl_int code, const char* call, const std::string& device) {
  if (code == kSuccess) [[likely]]
    return;
  const bool memory = code == kAllocationFailure || code == kOutOfHostMemory;
  throw error(memory ? Code::out_of_memory : Code::device_failure,
              std::string("opencl: ") + call + " failed on " + device + ": " + describe(code));
}

}  // namespace trireme::opencl
