// hull/array/interop.cpp -- the public functions that share devices: checks, and who waits for whom
// SPDX-License-Identifier: Apache-2.0
#include "trireme/interop.hpp"

#include <chrono>
#include <string>

#include "array/build.hpp"
#include "dispatch/evaluate.hpp"
#include "dispatch/registry.hpp"
#include "dispatch/storage.hpp"
#include "graph/infer.hpp"
#include "program/out_of_memory.hpp"

namespace trireme {

namespace {

using dispatch::Interop;

/// Borrowed CUDA memory keeps the alignment that other blocks have: an address in between becomes an offset.
constexpr std::uintptr_t kAlignment = 64;

bool is_cuda(Device device) { return dispatch::device(device.id()).backend->name() == "cuda"; }

/// The driver's side of a device; null on the CPU. Throws for the unpinned device and for one that is not usable.
Interop* find_interop(const char* function, Device device) {
  if (device.is_auto()) throw error(Code::invalid_argument, std::string(function) + ": needs a device, not auto");
  dispatch::RegisteredDevice& where = dispatch::device(device.id());
  return device.id() == dispatch::kCpu ? nullptr : where.backend->interop(where.index);
}

Interop& interop_of(const char* function, Device device) {
  if (Interop* found = find_interop(function, device)) return *found;
  throw error(Code::unsupported, std::string(function) + ": the cpu has no driver and no streams");
}

/// Where an evaluated node's value belongs, and its block there.
struct Place {
  std::uint8_t device;
  graph::Storage* storage;
};
Place place_of(const build::Owned& n) {
  dispatch::evaluate(n.get(), false);
  const std::uint8_t device = n->pinned ? n->device : n->storage->device;
  std::int64_t moved = 0;
  return {device, dispatch::on_device(n->storage, device, moved)};
}

}  // namespace

NativeDevice native_device(Device device) try {
  const Interop::Native native = interop_of("native_device", device).native();
  return {native.context, native.device, native.stream};
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("native_device");
}

array from_device_pointer(DriverHandle pointer, const Shape& shape, Dtype dtype, Device device,
                          std::function<void()> on_release) try {
  Interop* interop = find_interop("from_device_pointer", device);
  if (!interop)
    return array::borrow_host(reinterpret_cast<const void*>(pointer),
                              graph::checked_size("from_device_pointer", shape, dtype), shape, dtype,
                              std::move(on_release));
  const std::size_t item = item_size(dtype);
  const auto bytes = static_cast<std::size_t>(graph::checked_size("from_device_pointer", shape, dtype)) * item;
  if (pointer == 0) throw error(Code::invalid_argument, "from_device_pointer: the pointer is null");
  std::uintptr_t lead = 0;
  if (is_cuda(device)) {
    if (pointer % item != 0)
      throw error(Code::invalid_argument, "from_device_pointer: " + std::string(name(dtype)) +
                                              " needs an address that is a multiple of " + std::to_string(item) +
                                              ", and " + std::to_string(pointer) + " came");
    lead = pointer % kAlignment;
  }
  dispatch::Memory memory = interop->adopt(pointer, bytes);
  memory = {memory.handle - lead, memory.bytes + lead};
  graph::Storage* storage = nullptr;
  try {
    storage = dispatch::adopt(device.id(), memory, std::move(on_release));
  } catch (...) {
    interop->disown(memory);
    throw;
  }
  build::Owned leaf =
      build::leaf(shape, dtype, storage, graph::contiguous_strides(shape), static_cast<std::int64_t>(lead / item));
  leaf->device = device.id();
  leaf->pinned = true;
  return array(leaf.release());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("from_device_pointer");
}

DriverHandle device_pointer(const array& x, std::size_t* offset) try {
  build::Owned n = build::node_of(x);
  const Place place = place_of(n);
  if (!graph::is_contiguous(n->shape, n->strides))
    throw error(Code::invalid_argument, "device_pointer: the elements of this view of shape " + n->shape.text() +
                                            " are not in row-major order; use contiguous()");
  std::size_t bytes = static_cast<std::size_t>(n->offset) * item_size(n->dtype);
  Interop* interop = find_interop("device_pointer", Device::from_id(place.device));
  DriverHandle handle = interop ? interop->handle_at(place.storage->memory, bytes)
                                : place.storage->memory.handle + std::exchange(bytes, 0);
  if (bytes != 0 && !offset)
    throw error(Code::invalid_argument, "device_pointer: the first element is " + std::to_string(bytes) +
                                            " bytes behind the start of its cl_mem; ask for the offset too");
  if (offset) *offset = bytes;
  return handle;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("device_pointer");
}

StreamScope::StreamScope(Device device, DriverHandle stream) try : device_(device) {
  Interop& interop = interop_of("StreamScope", device);
  interop.check_stream(stream);
  auto* use = new dispatch::StreamUse{&interop, stream, dispatch::streams_of_thread};
  dispatch::streams_of_thread = use;
  use_ = use;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("StreamScope");
}

StreamScope::~StreamScope() {
  auto* use = static_cast<dispatch::StreamUse*>(use_);
  dispatch::streams_of_thread = use->outer;
  const_cast<Interop*>(use->device)->leave_stream(use->stream);
  delete use;
}

struct Event::State {
  Device device;
  Interop* interop = nullptr;  // null: of the CPU, whose work is over when it returns
  DriverHandle handle = 0;
  std::chrono::steady_clock::time_point time{};
  ~State() {
    if (interop) interop->destroy_event(handle);
  }
};

Event Event::record_on(Device device) {
  auto state = std::make_shared<State>();
  state->device = device;
  Interop* interop = find_interop("Event::record", device);
  if (interop) {
    state->handle = interop->record_event();
    state->interop = interop;
  } else {
    state->time = std::chrono::steady_clock::now();
  }
  Event event;
  event.state_ = std::move(state);
  return event;
}

Event Event::record(Device device) try { return record_on(device); } catch (const std::bad_alloc&) {
  program::throw_out_of_memory("Event::record");
}

Event Event::record(const array& x) try {
  build::Owned n = build::node_of(x);
  return record_on(Device::from_id(place_of(n).device));
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("Event::record");
}

void Event::wait() const try {
  if (state_ && state_->interop) state_->interop->wait_event(state_->handle);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("Event::wait");
}

bool Event::is_complete() const try {
  return !state_ || !state_->interop || state_->interop->is_complete(state_->handle);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("Event::is_complete");
}

Device Event::device() const { return state_ ? state_->device : Device(); }
DriverHandle Event::native() const { return state_ ? state_->handle : 0; }

double elapsed_seconds(const Event& start, const Event& end) try {
  if (!start.state_ || !end.state_ || start.state_->device != end.state_->device)
    throw error(Code::invalid_argument, "elapsed_seconds: needs two recorded events of one device, and they are of " +
                                            start.device().name() + " and " + end.device().name());
  if (!start.state_->interop) return std::chrono::duration<double>(end.state_->time - start.state_->time).count();
  return start.state_->interop->seconds_between(start.state_->handle, end.state_->handle);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("elapsed_seconds");
}

void wait_on(DriverHandle stream, const array& x) try {
  build::Owned n = build::node_of(x);
  // On the CPU the value is there when it is evaluated.
  if (Interop* interop = find_interop("wait_on", Device::from_id(place_of(n).device)))
    interop->stream_after_order(stream);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("wait_on");
}

void wait_on(DriverHandle stream, const Event& event) try {
  if (event.state_ && event.state_->interop) event.state_->interop->stream_after_event(stream, event.state_->handle);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("wait_on");
}

void wait_on(Device device, DriverHandle stream) try {
  interop_of("wait_on", device).order_after_stream(stream);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("wait_on");
}

void synchronize(Device device) try {
  if (device.is_auto()) throw error(Code::invalid_argument, "synchronize: needs a device, not auto");
  dispatch::RegisteredDevice& where = dispatch::device(device.id());
  where.backend->wait(where.index);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("synchronize");
}

}  // namespace trireme
