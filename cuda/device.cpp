// cuda/device.cpp -- what a CUDA device is, and its context and stream on first use
// SPDX-License-Identifier: Apache-2.0
#include "cuda/device.hpp"

#include <algorithm>
#include <cstdio>

#include "cuda/staging.hpp"
#include "dispatch/source_writer.hpp"
#include "trireme/error.hpp"

namespace trireme::cuda {
namespace {

constexpr double kLaunchSeconds = 8e-6;
constexpr double kBytesPerSecond = 1e11;  // when the driver does not tell
constexpr double kCopyBytesPerSecond = 1e10;

// Released memory beyond this share of the device's goes back to the driver.
constexpr std::size_t kCacheShare = 4;
// With a pool of the driver's, which does that, blocks up to a MiB are still kept here first: it answers in microseconds.
constexpr std::size_t kLargestBeforePool = 1 << 20;
constexpr std::size_t kShareBeforePool = 128;

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
  cuda::check(driver_.cuDeviceGet(&handle_, ordinal), "cuDeviceGet", name_);

  char text[256] = {};
  cuda::check(driver_.cuDeviceGetName(text, sizeof text - 1, handle_), "cuDeviceGetName", name_);
  info_.description = text;
  name_ += " (" + info_.description + ")";

  const auto attribute = [&](int which) {
    int value = 0;
    return driver_.cuDeviceGetAttribute(&value, which, handle_) == kSuccess ? value : 0;
  };
  capability_ = attribute(kAttributeCapabilityMajor) * 10 + attribute(kAttributeCapabilityMinor);
  target_ = choose_target(driver_.nvrtc, capability_);
  if (driver_.cuDeviceTotalMem_v2(&total_bytes_, handle_) != kSuccess) total_bytes_ = 0;
  has_pools_ = attribute(kAttributeMemoryPools) != 0 && driver_.cuMemPoolCreate && driver_.cuMemPoolSetAttribute &&
               driver_.cuMemPoolTrimTo && driver_.cuMemAllocFromPoolAsync && driver_.cuMemFreeAsync;

  info_.details = "compute capability " + capability_text(capability_) + ", " +
                  std::to_string(attribute(kAttributeMultiprocessors)) + " multiprocessors, " +
                  gibibytes(total_bytes_) + ", driver supports CUDA " + version_text(driver_.version);
  if (!driver_.kernel_module.empty()) info_.details += ", kernel module " + driver_.kernel_module;
  info_.details += ", NVRTC " + version_text(driver_.nvrtc.version) + " (" + driver_.nvrtc.library + ")";
  if (target_.architecture != 0 && !target_.exact)
    info_.details += ", compiles for " + capability_text(target_.architecture) + " by way of PTX";

  if (!has_pools_) info_.details += ", no memory pools";

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

CudaDevice::~CudaDevice() = default;

void CudaDevice::start() {
  std::lock_guard lock(start_mutex_);
  if (started_.load(std::memory_order_relaxed)) return;
  CUcontext context = nullptr;
  cuda::check(driver_.cuDevicePrimaryCtxRetain(&context, handle_), "cuDevicePrimaryCtxRetain", name_);
  CUresult code = driver_.cuCtxPushCurrent_v2(context);
  const char* call = "cuCtxPushCurrent";
  if (code == kSuccess) {
    // Not the legacy default stream: the user's own work there must not serialise with ours.
    code = driver_.cuStreamCreate(&stream_, kStreamNonBlocking);
    call = "cuStreamCreate";
    if (code == kSuccess) {
      code = driver_.cuEventCreate(&handover_, kEventDisableTiming);
      call = "cuEventCreate";
    }
    if (code == kSuccess) make_pool();
    CUcontext popped = nullptr;
    driver_.cuCtxPopCurrent_v2(&popped);
  }
  if (code != kSuccess) {
    driver_.cuDevicePrimaryCtxRelease_v2(handle_);
    cuda::check(code, call, name_);
  }
  const std::size_t share = pool_ ? kShareBeforePool : kCacheShare;
  cache_ = std::make_unique<dispatch::BlockCache<CUdeviceptr>>(total_bytes_ / share);
  largest_cached_ = pool_ ? kLargestBeforePool : total_bytes_;
  staging_ = std::make_unique<Staging>(*this);
  context_ = context;
  last_ = stream_;
  started_.store(true, std::memory_order_release);
}

// A pool of ours: what the program does with the device's default one is its own affair. Without one the blocks are cached
// here; why a driver that has pools makes none does not matter.
void CudaDevice::make_pool() {
  if (!has_pools_) return;
  MemPoolProperties properties;
  properties.location_id = handle_;
  CUmemoryPool pool = nullptr;
  if (driver_.cuMemPoolCreate(&pool, &properties) != kSuccess) return;
  std::uint64_t keep = total_bytes_ / kCacheShare;
  driver_.cuMemPoolSetAttribute(pool, kPoolReleaseThreshold, &keep);
  pool_ = pool;
}

void CudaDevice::fail(CUresult code, const char* call) {
  if (is_fatal(code)) lost_.set(name_, call, driver_.describe(code));
  cuda::check(code, call, name_);
  throw error(Code::internal, "cuda: no failure");  // never: the code is not success
}

CudaDevice::Current::Current(CudaDevice& device) : driver_(device.driver_) {
  if (const std::string* reason = device.lost()) throw error(Code::device_failure, "cuda: " + *reason);
  if (!device.started_.load(std::memory_order_acquire)) device.start();
  device.check(driver_.cuCtxPushCurrent_v2(device.context_), "cuCtxPushCurrent");
}

CudaDevice::Current::~Current() {
  CUcontext ours = nullptr;
  driver_.cuCtxPopCurrent_v2(&ours);
}

CudaDevice::Turn::Turn(CudaDevice& device) : current_(device), lock_(device.order_mutex_) {
  const dispatch::StreamUse* use = dispatch::stream_of_thread(&device);
  stream_ = use ? reinterpret_cast<CUstream>(use->stream) : device.stream_;
  if (stream_ != device.last_) device.move_order(stream_);
}

// With the context and the right to enqueue.
void CudaDevice::move_order(CUstream stream) {
  check(driver_.cuEventRecord(handover_, last_), "cuEventRecord");
  check(driver_.cuStreamWaitEvent(stream, handover_, 0), "cuStreamWaitEvent");
  last_ = stream;
}

CUevent CudaDevice::make_event(unsigned flags) {
  CUevent event = nullptr;
  check(driver_.cuEventCreate(&event, flags), "cuEventCreate");
  return event;
}

void CudaDevice::wait() {
  // Nothing was ever enqueued: no reason to make a context.
  if (!started_.load(std::memory_order_acquire) && !lost()) return;
  const Current current(*this);
  CUstream last = nullptr;
  {
    std::lock_guard lock(order_mutex_);
    last = last_;
  }
  check(driver_.cuStreamSynchronize(last), "cuStreamSynchronize");
}

}  // namespace trireme::cuda
