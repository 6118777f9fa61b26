// cuda/driver.cpp -- opens libcuda and NVRTC once, and says in a sentence why not
// SPDX-License-Identifier: Apache-2.0
#include "cuda/driver.hpp"

#include <fstream>
#include <sstream>
#include <string_view>

#include "dispatch/device_backend.hpp"
#include "dispatch/dynamic_library.hpp"
#include "program/fork_count.hpp"
#include "trireme/error.hpp"

namespace trireme::cuda {
namespace {

constexpr std::string_view kLibraries[] = {"libcuda.so.1"};
constexpr int kOldestCuda = 12000;

constexpr CUresult kStubLibrary = 34;
constexpr CUresult kNoDevice = 100;
constexpr CUresult kOperatingSystem = 304;
constexpr CUresult kSystemNotReady = 802;
constexpr CUresult kDriverMismatch = 803;
constexpr CUresult kCompatNotSupported = 804;
constexpr CUresult kUnknown = 999;

// Set before anything of the driver runs, so that a child forked even half way through the opening knows.
program::Owner opener;

// The kernel's half of the driver, from the line "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  ...".
std::string read_kernel_module() {
  std::ifstream file("/proc/driver/nvidia/version");
  std::string line;
  if (!std::getline(file, line)) return {};
  std::istringstream words(line);
  for (std::string word; words >> word;)
    if (word.find('.') != std::string::npos && word.find_first_not_of("0123456789.") == std::string::npos) return word;
  return {};
}

// The functions that are missing although required.
std::string resolve(const dispatch::DynamicLibrary& library, DriverFunctions& functions) {
  std::string missing;
  constexpr bool required = true;
  constexpr bool optional = false;
#define FUNCTION(name, need, result, parameters)                                  \
  functions.name = reinterpret_cast<result(*) parameters>(library.symbol(#name)); \
  if (need && !functions.name) missing += missing.empty() ? #name : ", " #name;
#include "cuda/driver.def"
#undef FUNCTION
  return missing;
}

std::string module_sentence(const Driver& driver) {
  return driver.kernel_module.empty() ? std::string()
                                      : " The loaded kernel module is version " + driver.kernel_module + ".";
}

std::string init_reason(const Driver& driver, CUresult code) {
  const std::string failed = "cuInit failed with " + driver.describe(code);
  switch (code) {
    case kNoDevice:
      return "The CUDA driver found no device: " + failed +
             ". Check that nvidia-smi lists a GPU, that the job was given one, and that CUDA_VISIBLE_DEVICES does not "
             "hide it.";
    case kStubLibrary:
      return "The libcuda.so.1 that was found is the toolkit's stub, not a driver: " + failed +
             ". Remove the toolkit's lib64/stubs folder from LD_LIBRARY_PATH.";
    case kOperatingSystem:
      return "The CUDA driver was refused by the operating system: " + failed +
             ". Check that /dev/nvidia* exist and that this user may open them.";
    case kSystemNotReady:
      return "The CUDA driver is not ready: " + failed +
             ". On a machine with NVSwitch start the service nvidia-fabricmanager.";
    case kDriverMismatch:
      return "libcuda and the kernel module of the NVIDIA driver are of different versions: " + failed + "." +
             module_sentence(driver) +
             " Reboot after a driver update; in a container use the host's libcuda, not one from the image.";
    case kCompatNotSupported:
      return "A forward-compatibility libcuda was found, which this GPU does not take: " + failed +
             ". Remove the folder cuda-compat from LD_LIBRARY_PATH.";
    case kUnknown:
      return "The CUDA driver does not start: " + failed +
             ". After suspend and resume reload the kernel module (sudo rmmod nvidia_uvm; sudo modprobe nvidia_uvm); "
             "otherwise look for Xid lines in dmesg.";
  }
  return "The CUDA driver does not start: " + failed + ". Check that nvidia-smi works on this machine." +
         module_sentence(driver);
}

// Opens everything; the reason why it cannot be used, "" when it can.
std::string open(Driver& driver) {
  const dispatch::DynamicLibrary library(kLibraries);
  driver.library = library.path();
  driver.tried = library.failures();
  if (!library.is_open())
    return "The CUDA driver library was not found; tried " + library.failures() +
           ". Install NVIDIA's driver, or run on a machine that has a GPU.";
  driver.kernel_module = read_kernel_module();
  const std::string missing = resolve(library, driver);

  // The version first: a driver that is too old explains whatever else goes wrong.
  if (driver.cuDriverGetVersion && driver.cuDriverGetVersion(&driver.version) != kSuccess) driver.version = 0;
  if (driver.version != 0 && driver.version < kOldestCuda)
    return "The CUDA driver is too old: it supports CUDA " + version_text(driver.version) + ", and Trireme needs " +
           version_text(kOldestCuda) + " (NVIDIA driver 525) or newer." + module_sentence(driver) +
           " Update the driver.";
  if (!missing.empty())
    return "The CUDA driver library " + library.name() + " lacks " + missing + "; install a newer NVIDIA driver." +
           module_sentence(driver);

  if (const CUresult code = driver.cuInit(0)) return init_reason(driver, code);
  if (const CUresult code = driver.cuDeviceGetCount(&driver.device_count))
    return "The CUDA driver does not list its devices: cuDeviceGetCount failed with " + driver.describe(code) + ".";
  if (driver.device_count == 0) return init_reason(driver, kNoDevice);

  driver.nvrtc = open_nvrtc(driver.version);
  if (driver.nvrtc.library.empty())
    return "The CUDA driver works and has " + std::to_string(driver.device_count) +
           " device(s), but NVRTC, the run-time compiler, was not found or cannot be used; tried " +
           driver.nvrtc.failures +
           ". Install NVRTC 12.0 or newer (part of the CUDA toolkit) and put its folder on LD_LIBRARY_PATH.";
  return {};
}

}  // namespace

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string Driver::describe(CUresult code) const {
  const char* name = nullptr;
  const char* text = nullptr;
  if (!cuGetErrorName || cuGetErrorName(code, &name) != kSuccess || !name) name = "an unknown code";
  if (!cuGetErrorString || cuGetErrorString(code, &text) != kSuccess) text = nullptr;
  return std::string(name) + " (" + std::to_string(code) + ")" + (text ? std::string(": ") + text : std::string());
}

bool was_forked() {
  return opener.is_a_parent();
}

std::string forked_reason() {
  return dispatch::forked_sentence("CUDA");
}

const Driver& driver() {
  if (was_forked()) throw error(Code::device_unavailable, "cuda: " + forked_reason());
  // Never destroyed: handles may be released while the process exits.
  static const Driver* const opened = [] {
    opener.claim();
    auto* made = new Driver;
    made->unavailable = open(*made);
    return made;
  }();
  return *opened;
}

bool is_fatal(CUresult code) {
  switch (code) {
    case 4:    // DEINITIALIZED: the process is ending
    case 214:  // ECC_UNCORRECTABLE
    case 220:  // NVLINK_UNCORRECTABLE
    case 700:  // ILLEGAL_ADDRESS
    case 702:  // LAUNCH_TIMEOUT
    case 709:  // CONTEXT_IS_DESTROYED
    case 710:  // ASSERT
    case 714:  // HARDWARE_STACK_ERROR
    case 715:  // ILLEGAL_INSTRUCTION
    case 716:  // MISALIGNED_ADDRESS
    case 717:  // INVALID_ADDRESS_SPACE
    case 718:  // INVALID_PC
    case 719:  // LAUNCH_FAILED
    case kUnknown:
      return true;
  }
  return false;
}

void check(CUresult code, const char* call, const std::string& device) {
  if (code == kSuccess) [[likely]]
    return;
  throw error(code == kOutOfMemory ? Code::out_of_memory : Code::device_failure,
              std::string("cuda: ") + call + " failed on " + device + ": " + driver().describe(code));
}

}  // namespace trireme::cuda
