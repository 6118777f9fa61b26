// include/trireme/interop.hpp -- sharing a device's memory, streams and events with other code that drives it
// SPDX-License-Identifier: Apache-2.0
//
// Handles of the driver are numbers here, so that no header of CUDA or OpenCL is needed: reinterpret_cast a CUdeviceptr,
// void*, CUstream, cudaStream_t or CUevent, a cl_mem, cl_command_queue or cl_event to DriverHandle. What is enqueued on a
// device by Trireme has one order, whichever stream it goes through; docs/interop.md has the rules of ordering and lifetime.
//
// Errors: Code::invalid_argument for a handle that is null or of another device or context, Code::unsupported on the CPU
// where there is nothing to share, Code::device_failure naming the driver's call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "trireme/array.hpp"

namespace trireme {

using DriverHandle = std::uintptr_t;

/// What a device is to its driver: the primary CUcontext, the CUdevice and the library's CUstream; the cl_context,
/// cl_device_id and the library's cl_command_queue. Memory and queues of OpenCL can be shared only if they are made in
/// this context.
struct NativeDevice {
  DriverHandle context = 0, device = 0, stream = 0;
};
TRIREME_API NativeDevice native_device(Device device);

/// An array over memory of the user's on `device`, row-major; nothing is copied. CUDA: the address of the first element,
/// in memory of the device's primary context. OpenCL: a cl_mem, which is retained, and whose first byte is the first
/// element's. The memory must stay as it is until `on_release` has been called: once, on whichever thread drops the last
/// array that needs it, after work of the library that uses it is over. Without a callback nobody waits: then it must stay
/// until all such arrays are gone and synchronize(device). Work that is still to write it must be ordered: wait_on(device,
/// stream). bools must be 0 or 1. Also throws Code::invalid_argument for an address that is not aligned for the dtype or
/// memory that is too small; then `on_release` is not called. On the CPU it borrows.
TRIREME_API array from_device_pointer(DriverHandle pointer, const Shape& shape, Dtype dtype, Device device,
                                      std::function<void()> on_release = {});

/// Where the elements of `x` are, row-major: on the device that it is pinned to or lies on; evaluates, and does not wait
/// (see wait_on). CUDA, and the CPU: the address of the first element. OpenCL: the cl_mem, with in `offset` the bytes in
/// front of the first element. For reading; valid as long as `x`. Throws Code::invalid_argument for a view that is not
/// row-major (use contiguous()), and without `offset` for one that does not begin where its cl_mem does.
TRIREME_API DriverHandle device_pointer(const array& x, std::size_t* offset = nullptr);

/// What is built in this thread during its life runs on `device`, and what is evaluated on that device goes to `stream`,
/// behind what is there already and behind the library's own work. After it, the library's work waits for that of the
/// stream, which may then be destroyed. CUDA: 0 is the default stream. OpenCL: an in-order queue. Scopes of a thread end
/// in the reverse order of their beginning.
class TRIREME_API StreamScope {
 public:
  StreamScope(Device device, DriverHandle stream);
  ~StreamScope();
  StreamScope(const StreamScope&) = delete;
  StreamScope& operator=(const StreamScope&) = delete;

 private:
  DeviceScope device_;
  void* use_;
};

/// A moment in the order of a device. Copies share it; a default-constructed one has passed.
class TRIREME_API Event {
 public:
  Event() = default;
  /// Behind everything enqueued on the device so far, or behind `x`, which is evaluated, on the device where it then is.
  static Event record(Device device);
  static Event record(const array& x);

  /// Waits for it; throws what the work before it failed with, where the driver tells.
  void wait() const;
  bool is_complete() const;
  Device device() const;
  /// CUevent or cl_event; 0 on the CPU.
  DriverHandle native() const;

 private:
  friend TRIREME_API double elapsed_seconds(const Event& start, const Event& end);
  friend TRIREME_API void wait_on(DriverHandle stream, const Event& event);
  struct State;
  static Event record_on(Device device);
  std::shared_ptr<const State> state_;
};

/// Waits for both, and gives the device's time between them. Throws Code::invalid_argument unless both are of one device,
/// Code::unsupported for an OpenCL queue without CL_QUEUE_PROFILING_ENABLE, which the library's own is.
TRIREME_API double elapsed_seconds(const Event& start, const Event& end);

/// Work that is enqueued in the user's stream from now on waits for `x`, which is evaluated; for the event.
TRIREME_API void wait_on(DriverHandle stream, const array& x);
TRIREME_API void wait_on(DriverHandle stream, const Event& event);
/// Work of the library on `device` from now on waits for what is in the user's stream now.
TRIREME_API void wait_on(Device device, DriverHandle stream);

/// Waits until everything that the library has enqueued on `device` is over; throws what it failed with.
TRIREME_API void synchronize(Device device);

}  // namespace trireme
