// tests/stand_in/order.cpp -- the order of work: streams that wait, events, and uses that nothing orders
// SPDX-License-Identifier: Apache-2.0
//
// Whether two works may run in either order does not depend on when this host runs them: each stream counts its works
// and knows how many of every other stream's come before its next one (a vector clock). Events, waits and the host,
// when it has waited for something, carry that knowledge. A block of memory remembers its last writer and readers; a
// use that does not know of them is a mistake that a GPU would let pass, most of the time.
#include "driver.hpp"

#include <algorithm>
#include <cstdio>

namespace stand_in {
namespace {

std::uint64_t known(const Clock& clock, int stream) {
  return static_cast<std::size_t>(stream) < clock.size() ? clock[static_cast<std::size_t>(stream)] : 0;
}

void note(Clock& clock, int stream, std::uint64_t count) {
  if (clock.size() <= static_cast<std::size_t>(stream)) clock.resize(static_cast<std::size_t>(stream) + 1);
  clock[static_cast<std::size_t>(stream)] = std::max(clock[static_cast<std::size_t>(stream)], count);
}

bool waits() { return environment("STAND_IN_ASYNC", 0) != 0; }

CUresult run(CUstream_st& stream, const Work& work) {
  if (stream.context->sticky) return stream.context->sticky;
  std::string what;
  const CUresult result = work.run(&what);
  if (result == CUDA_SUCCESS) return result;
  std::fprintf(stderr, "stand-in: %s\n", what.c_str());
  return stick(stream.context, result, what);
}

// The default stream and blocking ones wait for each other.
void join_default(CUstream_st& stream) {
  CUstream_st& legacy = stream.context->legacy;
  const auto after = [](CUstream_st& later, CUstream_st& earlier) {
    if (earlier.enqueued == 0) return;
    merge(later.clock, earlier.clock);
    later.queue.push_back({{}, earlier.id, earlier.enqueued});
    ++later.enqueued;
  };
  if (&stream != &legacy) {
    if (stream.flags == 0) after(stream, legacy);
    return;
  }
  for (CUstream other : state().streams)
    if (other->context == stream.context && other->flags == 0) after(stream, *other);
}

}  // namespace

void merge(Clock& into, const Clock& from) {
  if (into.size() < from.size()) into.resize(from.size());
  for (std::size_t k = 0; k < from.size(); ++k) into[k] = std::max(into[k], from[k]);
}

CUstream_st* find_stream(CUstream handle) {
  // 0, 1 and 2 are the default stream in its three spellings.
  if (reinterpret_cast<std::uintptr_t>(handle) <= 2) return &current_context()->legacy;
  const auto found = state().streams.find(handle);
  return found != state().streams.end() && (*found)->context == current_context() ? *found : nullptr;
}

CUstream_st* stream_by_id(int id) {
  if (id < kMaxDevices) return &state().contexts[id].legacy;
  for (CUstream stream : state().streams)
    if (stream->id == id) return stream;
  return nullptr;  // destroyed: all its work is done
}

CUresult enqueue(CUstream_st& stream, std::function<CUresult(std::string*)> work) {
  merge(stream.clock, state().host);
  join_default(stream);
  stream.queue.push_back({std::move(work)});
  note(stream.clock, stream.id, ++stream.enqueued);
  return waits() ? stream.context->sticky : finish(stream);
}

void wait_for(CUstream_st& stream, const CUevent_st& event) {
  if (!event.recorded) return;
  merge(stream.clock, event.clock);
  stream.queue.push_back({{}, event.stream, event.position});
  note(stream.clock, stream.id, ++stream.enqueued);
}

CUresult finish(CUstream_st& stream, std::uint64_t position) {
  while (stream.done < position && !stream.queue.empty()) {
    const Work work = std::move(stream.queue.front());
    stream.queue.pop_front();
    ++stream.done;
    if (work.run) {
      run(stream, work);
    } else if (CUstream_st* other = stream_by_id(work.stream)) {
      finish(*other, work.position);
    }
  }
  return stream.context->sticky;
}

CUresult finish_all(CUcontext context) {
  finish(context->legacy);
  merge(state().host, context->legacy.clock);
  for (CUstream stream : state().streams) {
    if (stream->context != context) continue;
    finish(*stream);
    merge(state().host, stream->clock);
  }
  return context->sticky;
}

CUresult note_use(Uses& uses, CUstream_st& stream, bool writes, std::size_t bytes) {
  merge(stream.clock, state().host);
  join_default(stream);
  const Clock& now = stream.clock;
  std::string other;
  if (uses.writer >= 0 && uses.writer != stream.id && known(now, uses.writer) < uses.written)
    other = "written in stream " + std::to_string(uses.writer);
  if (writes)
    for (std::size_t k = 0; k < uses.read.size(); ++k)
      if (static_cast<int>(k) != stream.id && known(now, static_cast<int>(k)) < uses.read[k])
        other = "read in stream " + std::to_string(k);
  const std::uint64_t next = stream.enqueued + 1;  // at least: joining the default stream once more may come before it
  if (writes) {
    uses.writer = stream.id;
    uses.written = next;
    uses.read.clear();
  } else {
    note(uses.read, stream.id, next);
  }
  if (other.empty()) return CUDA_SUCCESS;
  ++state().races;
  const std::string what = "memory of " + std::to_string(bytes) + " bytes, " + other + ", is " +
                           (writes ? "written" : "read") + " in stream " + std::to_string(stream.id) +
                           " without an event or a wait in between";
  std::fprintf(stderr, "stand-in: %s\n", what.c_str());
  return stick(stream.context, CUDA_ERROR_ILLEGAL_ADDRESS, what);
}

CUresult note_use(const void* address, CUstream_st& stream, bool writes) {
  CUdeviceptr begin = 0;
  const void* host_begin = nullptr;
  const auto device_address = reinterpret_cast<CUdeviceptr>(address);
  if (const Block* block = find_block(device_address, &begin)) {
    if (block->device != stream.context->device) {
      const std::string what = "memory of device " + std::to_string(block->device) + " is used on device " +
                               std::to_string(stream.context->device);
      std::fprintf(stderr, "stand-in: %s\n", what.c_str());
      return stick(stream.context, CUDA_ERROR_ILLEGAL_ADDRESS, what);
    }
    return note_use(*block->uses, stream, writes, block->bytes);
  }
  if (const Block* block = find_host_block(address, &host_begin))
    return note_use(*block->uses, stream, writes, block->bytes);
  return CUDA_SUCCESS;
}

}  // namespace stand_in
