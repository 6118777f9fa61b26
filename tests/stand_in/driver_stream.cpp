// tests/stand_in/driver_stream.cpp -- streams and events
// SPDX-License-Identifier: Apache-2.0
#include "driver.hpp"

using namespace stand_in;

namespace {

CUresult check(CUevent event) { return state().events.count(event) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE; }

// Does one work of the stream, so that a host that asks again and again gets there.
CUresult progress(CUstream_st& stream, std::uint64_t position) {
  if (stream.done < position) {
    finish(stream, stream.done + 1);
    if (stream.context->sticky) return stream.context->sticky;
    return CUDA_ERROR_NOT_READY;
  }
  return stream.context->sticky;
}

}  // namespace

STAND_IN_API CUresult cuStreamCreate(CUstream* stream, unsigned flags) {
  STAND_IN_READY();
  if (!stream || flags > 1) return CUDA_ERROR_INVALID_VALUE;
  auto* made = new CUstream_st;
  made->id = state().stream_count++;
  made->context = current_context();
  made->flags = flags;
  *stream = *state().streams.insert(made).first;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuStreamCreateWithPriority(CUstream* stream, unsigned flags, int) {
  return cuStreamCreate(stream, flags);
}
STAND_IN_API CUresult cuStreamDestroy_v2(CUstream stream) {
  STAND_IN_READY();
  const auto found = state().streams.find(stream);
  if (found == state().streams.end()) return CUDA_ERROR_INVALID_HANDLE;
  finish(*stream);  // a device goes on with the work; nobody can wait for it by this handle any more
  state().streams.erase(found);
  delete stream;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuStreamGetCtx(CUstream stream, CUcontext* context) {
  STAND_IN_READY();
  if (!context) return CUDA_ERROR_INVALID_VALUE;
  if (reinterpret_cast<std::uintptr_t>(stream) <= 2) return *context = current_context(), CUDA_SUCCESS;
  if (state().streams.count(stream) == 0) return CUDA_ERROR_INVALID_HANDLE;
  *context = stream->context;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuStreamSynchronize(CUstream handle) {
  STAND_IN_READY();
  CUstream_st* stream = find_stream(handle);
  if (!stream) return CUDA_ERROR_INVALID_HANDLE;
  merge(state().host, stream->clock);
  return finish(*stream);
}
STAND_IN_API CUresult cuStreamQuery(CUstream handle) {
  STAND_IN_READY();
  CUstream_st* stream = find_stream(handle);
  if (!stream) return CUDA_ERROR_INVALID_HANDLE;
  const CUresult result = progress(*stream, stream->enqueued);
  if (result == CUDA_SUCCESS) merge(state().host, stream->clock);
  return result;
}
STAND_IN_API CUresult cuStreamWaitEvent(CUstream handle, CUevent event, unsigned) {
  STAND_IN_READY();
  CUstream_st* stream = find_stream(handle);
  if (!stream) return CUDA_ERROR_INVALID_HANDLE;
  if (const CUresult bad = check(event)) return bad;
  wait_for(*stream, *event);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuLaunchHostFunc(CUstream handle, void (*function)(void*), void* data) {
  {
    STAND_IN_READY();
    CUstream_st* stream = find_stream(handle);
    if (!stream) return CUDA_ERROR_INVALID_HANDLE;
    if (!function) return CUDA_ERROR_INVALID_VALUE;
    if (const CUresult bad = finish(*stream)) return bad;
  }
  function(data);  // without the lock: it may wait for another thread
  return CUDA_SUCCESS;
}

STAND_IN_API CUresult cuEventCreate(CUevent* event, unsigned flags) {
  STAND_IN_READY();
  if (!event) return CUDA_ERROR_INVALID_VALUE;
  *event = *state().events.insert(new CUevent_st).first;
  (*event)->flags = flags;
  (*event)->context = current_context();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventDestroy_v2(CUevent event) {
  STAND_IN_READY();
  if (state().events.erase(event) == 0) return CUDA_ERROR_INVALID_HANDLE;
  delete event;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventRecord(CUevent event, CUstream handle) {
  STAND_IN_READY();
  CUstream_st* stream = find_stream(handle);
  if (!stream) return CUDA_ERROR_INVALID_HANDLE;
  if (const CUresult bad = check(event)) return bad;
  if (event->context != stream->context) return CUDA_ERROR_INVALID_HANDLE;
  auto time = std::make_shared<std::chrono::steady_clock::time_point>();
  const CUresult result = enqueue(*stream, [time](std::string*) {
    *time = std::chrono::steady_clock::now();
    return CUDA_SUCCESS;
  });
  event->recorded = true;
  event->time = time;
  event->stream = stream->id;
  event->position = stream->enqueued;
  event->clock = stream->clock;
  return result;
}
STAND_IN_API CUresult cuEventSynchronize(CUevent event) {
  STAND_IN_READY();
  if (const CUresult bad = check(event)) return bad;
  if (!event->recorded) return CUDA_SUCCESS;
  merge(state().host, event->clock);
  CUstream_st* stream = stream_by_id(event->stream);
  return stream ? finish(*stream, event->position) : event->context->sticky;
}
STAND_IN_API CUresult cuEventQuery(CUevent event) {
  STAND_IN_READY();
  if (const CUresult bad = check(event)) return bad;
  CUstream_st* stream = event->recorded ? stream_by_id(event->stream) : nullptr;
  const CUresult result = stream ? progress(*stream, event->position) : event->context->sticky;
  if (result == CUDA_SUCCESS && event->recorded) merge(state().host, event->clock);
  return result;
}
STAND_IN_API CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  STAND_IN_READY();
  if (!milliseconds) return CUDA_ERROR_INVALID_VALUE;
  if (const CUresult bad = check(start)) return bad;
  if (const CUresult bad = check(end)) return bad;
  const bool timed = !((start->flags | end->flags) & CU_EVENT_DISABLE_TIMING);
  if (!timed || !start->recorded || !end->recorded) return CUDA_ERROR_INVALID_HANDLE;
  for (CUevent event : {start, end}) {
    CUstream_st* stream = stream_by_id(event->stream);
    if (stream && stream->done < event->position) return CUDA_ERROR_NOT_READY;
  }
  *milliseconds = std::chrono::duration<float, std::milli>(*end->time - *start->time).count();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventElapsedTime_v2(float* milliseconds, CUevent start, CUevent end) {
  return cuEventElapsedTime(milliseconds, start, end);
}
