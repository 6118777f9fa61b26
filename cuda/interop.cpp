// cuda/interop.cpp -- memory, streams and events that a program shares with the device's order
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "cuda/device.hpp"
#include "trireme/error.hpp"

namespace trireme::cuda {
namespace {

CUstream stream_of(std::uintptr_t handle) { return reinterpret_cast<CUstream>(handle); }
CUevent event_of(std::uintptr_t handle) { return reinterpret_cast<CUevent>(handle); }

std::string hexadecimal(std::uintptr_t address) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  do text.insert(text.begin(), kDigits[address % 16]);
  while (address /= 16);
  return "0x" + text;
}

}  // namespace

CudaDevice::Native CudaDevice::native() {
  const Current current(*this);
  return {reinterpret_cast<std::uintptr_t>(context_), static_cast<std::uintptr_t>(handle_),
          reinterpret_cast<std::uintptr_t>(stream_)};
}

dispatch::Memory CudaDevice::adopt(std::uintptr_t pointer, std::size_t bytes) {
  const Current current(*this);
  const std::string where = "from_device_pointer: " + hexadecimal(pointer) + " ";
  const auto attribute = [&](auto& value, int which) {
    return driver_.cuPointerGetAttribute && driver_.cuPointerGetAttribute(&value, which, pointer) == kSuccess;
  };
  unsigned type = 0;
  if (driver_.cuPointerGetAttribute && !attribute(type, kPointerMemoryType))
    throw error(Code::invalid_argument,
                where + "is no memory that CUDA knows; " + name_ + " needs a pointer from CUDA");
  int ordinal = handle_;
  if (type == kMemoryHost) throw error(Code::invalid_argument, where + "is memory of the host, not of " + name_);
  if (attribute(ordinal, kPointerDevice) && ordinal != handle_)
    throw error(Code::invalid_argument, where + "lies on CUDA device " + std::to_string(ordinal) + ", not on " + name_);
  CUcontext context = context_;  // memory of a pool belongs to none
  if (attribute(context, kPointerContext) && context && context != context_)
    throw error(Code::invalid_argument,
                where + "belongs to another context than the primary one of " + name_ + ", which Trireme uses");
  CUdeviceptr begin = 0;
  std::size_t length = 0;
  if (attribute(begin, kPointerRangeStart) && attribute(length, kPointerRangeBytes) && begin <= pointer &&
      (pointer - begin > length || bytes > length - (pointer - begin)))
    throw error(Code::invalid_argument,
                where + "has " + std::to_string(length - std::min<std::size_t>(length, pointer - begin)) +
                    " bytes up to the end of its allocation, the array needs " + std::to_string(bytes));
  return {pointer, bytes};
}

std::uintptr_t CudaDevice::handle_at(dispatch::Memory memory, std::size_t& offset) {
  return memory.handle + std::exchange(offset, 0);
}

void CudaDevice::check_stream(std::uintptr_t stream) {
  const Current current(*this);
  if (!driver_.cuStreamGetCtx) return;
  CUcontext context = nullptr;
  const CUresult code = driver_.cuStreamGetCtx(stream_of(stream), &context);
  if (code != kSuccess && !is_fatal(code))
    throw error(Code::invalid_argument,
                "stream: " + hexadecimal(stream) + " is no stream of " + name_ + ": " + driver_.describe(code));
  check(code, "cuStreamGetCtx");
  if (context != context_)
    throw error(Code::invalid_argument, "stream: " + hexadecimal(stream) +
                                            " belongs to another context than the primary one of " + name_ +
                                            ", which Trireme uses");
}

void CudaDevice::stream_after_order(std::uintptr_t stream) {
  check_stream(stream);
  const Turn turn(*this);
  if (turn.stream() == stream_of(stream)) return;
  check(driver_.cuEventRecord(handover_, turn.stream()), "cuEventRecord");
  check(driver_.cuStreamWaitEvent(stream_of(stream), handover_, 0), "cuStreamWaitEvent");
}

void CudaDevice::order_after_stream(std::uintptr_t stream) {
  check_stream(stream);
  const Turn turn(*this);
  if (turn.stream() == stream_of(stream)) return;
  check(driver_.cuEventRecord(handover_, stream_of(stream)), "cuEventRecord");
  check(driver_.cuStreamWaitEvent(turn.stream(), handover_, 0), "cuStreamWaitEvent");
}

void CudaDevice::leave_stream(std::uintptr_t stream) noexcept try {
  const Current current(*this);
  std::lock_guard lock(order_mutex_);
  if (last_ == stream_of(stream) && last_ != stream_) move_order(stream_);
} catch (const error&) {  // lost: nothing goes anywhere any more
}

std::uintptr_t CudaDevice::record_event() {
  const Turn turn(*this);
  CUevent event = make_event(0);
  const CUresult code = driver_.cuEventRecord(event, turn.stream());
  if (code != kSuccess) driver_.cuEventDestroy_v2(event);
  check(code, "cuEventRecord");
  return reinterpret_cast<std::uintptr_t>(event);
}

void CudaDevice::wait_event(std::uintptr_t event) {
  const Current current(*this);
  check(driver_.cuEventSynchronize(event_of(event)), "cuEventSynchronize");
}

bool CudaDevice::is_complete(std::uintptr_t event) {
  const Current current(*this);
  const CUresult code = driver_.cuEventQuery(event_of(event));
  if (code == kNotReady) return false;
  check(code, "cuEventQuery");
  return true;
}

void CudaDevice::stream_after_event(std::uintptr_t stream, std::uintptr_t event) {
  check_stream(stream);
  const Current current(*this);
  check(driver_.cuStreamWaitEvent(stream_of(stream), event_of(event), 0), "cuStreamWaitEvent");
}

double CudaDevice::seconds_between(std::uintptr_t start, std::uintptr_t end) {
  wait_event(start);
  wait_event(end);
  const Current current(*this);
  float milliseconds = 0;
  check(driver_.cuEventElapsedTime(&milliseconds, event_of(start), event_of(end)), "cuEventElapsedTime");
  return static_cast<double>(milliseconds) * 1e-3;
}

void CudaDevice::destroy_event(std::uintptr_t event) noexcept try {
  const Current current(*this);
  driver_.cuEventDestroy_v2(event_of(event));
} catch (const error&) {  // lost, and the event with it
}

}  // namespace trireme::cuda
