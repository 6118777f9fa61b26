// cuda/device.cpp -- what a CUDA device is, and its context and stream on first use
// SPDX-License-Identifier: Apache-2.0
#include "cuda/device.hpp"

#include <cstdio>

#include "dispatch/source_writer.hpp"

namespace trireme::cuda {
namespace {

constexpr double kLaunchSeconds = 8e-6;
constexpr double kBytesPerSecond = 1e11;  // when the driver does not tell
constexpr double kCopyBytesPerSecond = 1e10;

// Blocks beyond this share of the device's memory are not kept when they are released.
constexpr std::size_t kCacheShare = 4;

std::string gibibytes(std::size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f GiB", static_cast<double>(bytes) / (1 << 30));
  return text;
}

std::string capability_text(int capability) {
  return std::to_string(capability / 10) + "." + std::to_string(capability % 10);
}

}  // namespace

CudaDevice::CudaDevice(const Driver& driver, int ordinal) : driver_(driver) {
  name_ = "cuda:" + std::to_string(ordinal);
  check(driver_.cuDeviceGet(&handle_, ordinal), "cuDeviceGet", name_);

  char text[256] = {};
  check(driver_.cuDeviceGetName(text, sizeof text - 1, handle_), "cuDeviceGetName", name_);
  info_.description = text;
  name_ += " (" + info_.description + ")";

  const auto attribute = [&](int which) {
    int value = 0;
    return driver_.cuDeviceGetAttribute(&value, which, handle_) == kSuccess ? value : 0;
  };
  capability_ = attribute(kAttributeCapabilityMajor) * 10 + attribute(kAttributeCapabilityMinor);
  target_ = choose_target(driver_.nvrtc, capability_);
  if (driver_.cuDeviceTotalMem_v2(&total_bytes_, handle_) != kSuccess) total_bytes_ = 0;
  cache_ = std::make_unique<dispatch::BlockCache<CUdeviceptr>>(total_bytes_ / kCacheShare);

  info_.details = "compute capability " + capability_text(capability_) + ", " +
                  std::to_string(attribute(kAttributeMultiprocessors)) + " multiprocessors, " +
                  gibibytes(total_bytes_) + ", driver supports CUDA " + version_text(driver_.version);
  if (!driver_.kernel_module.empty()) info_.details += ", kernel module " + driver_.kernel_module;
  info_.details += ", NVRTC " + version_text(driver_.nvrtc.version) + " (" + driver_.nvrtc.library + ")";
  if (target_.architecture != 0 && !target_.exact)
    info_.details += ", compiles for " + capability_text(target_.architecture) + " by way of PTX";

  info_.launch_seconds = kLaunchSeconds;
  info_.copy_bytes_per_second = kCopyBytesPerSecond;
  // Two transfers per clock of the memory, in bytes over the whole bus.
  info_.bytes_per_second = 2.0 * attribute(kAttributeMemoryClockKhz) * 1e3 * attribute(kAttributeBusWidthBits) / 8;
  if (!(info_.bytes_per_second > 0)) info_.bytes_per_second = kBytesPerSecond;
}

dispatch::Support CudaDevice::supports(const program::Program& program) const {
  if (target_.architecture == 0)
    return dispatch::Support::no(name_ + " has compute capability " + capability_text(capability_) +
                                 ", which is older than what NVRTC " + version_text(driver_.nvrtc.version) +
                                 " compiles for; install an NVRTC of an earlier major version");
  return dispatch::writable(program);
}

void CudaDevice::start() {
  std::lock_guard lock(start_mutex_);
  if (started_.load(std::memory_order_relaxed)) return;
  CUcontext context = nullptr;
  check(driver_.cuDevicePrimaryCtxRetain(&context, handle_), "cuDevicePrimaryCtxRetain", name_);
  CUresult code = driver_.cuCtxPushCurrent_v2(context);
  const char* call = "cuCtxPushCurrent";
  if (code == kSuccess) {
    // Not the legacy default stream: the user's own work there must not serialise with ours.
    code = driver_.cuStreamCreate(&stream_, kStreamNonBlocking);
    call = "cuStreamCreate";
    CUcontext popped = nullptr;
    driver_.cuCtxPopCurrent_v2(&popped);
  }
  if (code != kSuccess) {
    driver_.cuDevicePrimaryCtxRelease_v2(handle_);
    check(code, call, name_);
  }
  context_ = context;
  started_.store(true, std::memory_order_release);
}

CudaDevice::Current::Current(CudaDevice& device) : driver_(device.driver_) {
  if (!device.started_.load(std::memory_order_acquire)) device.start();
  check(driver_.cuCtxPushCurrent_v2(device.context_), "cuCtxPushCurrent", device.name_);
}

CudaDevice::Current::~Current() {
  CUcontext ours = nullptr;
  driver_.cuCtxPopCurrent_v2(&ours);
}

void CudaDevice::wait() {
  // Nothing was ever enqueued: no reason to make a context.
  if (!started_.load(std::memory_order_acquire)) return;
  const Current current(*this);
  check(driver_.cuStreamSynchronize(stream_), "cuStreamSynchronize", name_);
}

}  // namespace trireme::cuda
