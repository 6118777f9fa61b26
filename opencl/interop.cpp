// opencl/interop.cpp -- buffers, queues and events that a program shares with the device's order
// SPDX-License-Identifier: Apache-2.0
#include "opencl/device.hpp"
#include "trireme/error.hpp"

namespace trireme::opencl {
namespace {

cl_command_queue queue_of(std::uintptr_t handle) { return reinterpret_cast<cl_command_queue>(handle); }
cl_event event_of(std::uintptr_t handle) { return reinterpret_cast<cl_event>(handle); }

}  // namespace

OpenclDevice::Native OpenclDevice::native() {
  ready();
  return {reinterpret_cast<std::uintptr_t>(context_), reinterpret_cast<std::uintptr_t>(found_.device),
          reinterpret_cast<std::uintptr_t>(queue_)};
}

dispatch::Memory OpenclDevice::adopt(std::uintptr_t pointer, std::size_t bytes) {
  ready();
  const auto buffer = reinterpret_cast<cl_mem>(pointer);
  const std::string where = "from_device_pointer: the cl_mem ";
  cl_context context = nullptr;
  if (const cl_int code = driver_.clGetMemObjectInfo(buffer, kMemContext, sizeof context, &context, nullptr))
    throw error(Code::invalid_argument,
                where + "is none: clGetMemObjectInfo failed on " + name_ + " with " + describe(code));
  if (context != context_)
    throw error(Code::invalid_argument, where + "belongs to another context than that of " + name_ +
                                            "; make it in the one that native_device() gives");
  cl_uint type = 0;
  driver_.clGetMemObjectInfo(buffer, kMemType, sizeof type, &type, nullptr);
  if (type != kMemIsBuffer) throw error(Code::invalid_argument, where + "is an image or a pipe, not a buffer");
  std::size_t length = 0;
  driver_.clGetMemObjectInfo(buffer, kMemBytes, sizeof length, &length, nullptr);
  if (length < bytes)
    throw error(Code::invalid_argument,
                where + "has " + std::to_string(length) + " bytes, the array needs " + std::to_string(bytes));
  check(driver_.clRetainMemObject(buffer), "clRetainMemObject");
  return {pointer, bytes};
}

void OpenclDevice::disown(dispatch::Memory memory) noexcept {
  driver_.clReleaseMemObject(reinterpret_cast<cl_mem>(memory.handle));
}

std::uintptr_t OpenclDevice::handle_at(dispatch::Memory memory, std::size_t&) { return memory.handle; }

void OpenclDevice::check_stream(std::uintptr_t stream) {
  ready();
  if (stream == 0) throw error(Code::invalid_argument, "stream: a null cl_command_queue came for " + name_);
  cl_context context = nullptr;
  if (const cl_int code =
          driver_.clGetCommandQueueInfo(queue_of(stream), kQueueContext, sizeof context, &context, nullptr))
    throw error(Code::invalid_argument,
                "stream: no cl_command_queue: clGetCommandQueueInfo failed on " + name_ + " with " + describe(code));
  if (context != context_)
    throw error(Code::invalid_argument, "stream: the cl_command_queue belongs to another context than that of " +
                                            name_ + "; make it in the one that native_device() gives");
  cl_bitfield properties = 0;
  driver_.clGetCommandQueueInfo(queue_of(stream), kQueueProperties, sizeof properties, &properties, nullptr);
  if (properties & kQueueOutOfOrder)
    throw error(Code::invalid_argument,
                "stream: the cl_command_queue is out of order; " + name_ + " needs one that is in order");
}

void OpenclDevice::stream_after_order(std::uintptr_t stream) {
  check_stream(stream);
  const Turn turn(*this);
  if (turn.queue() != queue_of(stream)) follow(queue_of(stream), turn.queue());
}

void OpenclDevice::order_after_stream(std::uintptr_t stream) {
  check_stream(stream);
  const Turn turn(*this);
  if (turn.queue() != queue_of(stream)) follow(turn.queue(), queue_of(stream));
}

void OpenclDevice::leave_stream(std::uintptr_t stream) noexcept try {
  if (lost()) return;
  std::lock_guard lock(order_mutex_);
  if (last_ != queue_of(stream) || last_ == queue_) return;
  follow(queue_, last_);
  last_ = queue_;
} catch (const error&) {  // lost: nothing goes anywhere any more
}

std::uintptr_t OpenclDevice::record_event() {
  const Turn turn(*this);
  cl_event event = nullptr;
  check(driver_.clEnqueueMarkerWithWaitList(turn.queue(), 0, nullptr, &event), "clEnqueueMarkerWithWaitList");
  driver_.clFlush(turn.queue());
  return reinterpret_cast<std::uintptr_t>(event);
}

void OpenclDevice::wait_event(std::uintptr_t handle) {
  ready();
  const cl_event event = event_of(handle);
  check(driver_.clWaitForEvents(1, &event), "clWaitForEvents");
}

bool OpenclDevice::is_complete(std::uintptr_t event) {
  ready();
  cl_int status = 0;
  check(driver_.clGetEventInfo(event_of(event), kEventStatus, sizeof status, &status, nullptr), "clGetEventInfo");
  if (status < 0) check(status, "the work before an event");
  return status == 0;
}

void OpenclDevice::stream_after_event(std::uintptr_t stream, std::uintptr_t handle) {
  check_stream(stream);
  const cl_event event = event_of(handle);
  check(driver_.clEnqueueBarrierWithWaitList(queue_of(stream), 1, &event, nullptr), "clEnqueueBarrierWithWaitList");
}

double OpenclDevice::seconds_between(std::uintptr_t start, std::uintptr_t end) {
  wait_event(start);
  wait_event(end);
  std::uint64_t times[2] = {};
  for (int k = 0; k < 2; ++k) {
    const cl_int code =
        driver_.clGetEventProfilingInfo(event_of(k ? end : start), kEventEndTime, sizeof times[k], &times[k], nullptr);
    if (code == kProfilingNotAvailable)
      throw error(Code::unsupported,
                  "elapsed_seconds: the queue of " + name_ +
                      " keeps no times; record both events in a StreamScope of a queue with CL_QUEUE_PROFILING_ENABLE");
    check(code, "clGetEventProfilingInfo");
  }
  return static_cast<double>(static_cast<std::int64_t>(times[1] - times[0])) * 1e-9;
}

void OpenclDevice::destroy_event(std::uintptr_t event) noexcept { driver_.clReleaseEvent(event_of(event)); }

}  // namespace trireme::opencl
