// tests/stand_in/driver_stream.cpp -- streams and events of a device that finishes everything at once
// SPDX-License-Identifier: Apache-2.0
#include "driver.hpp"

using namespace stand_in;

namespace stand_in {

bool valid_stream(CUstream stream) {
  // 0, 1 and 2 are the default stream in its three spellings.
  return reinterpret_cast<std::uintptr_t>(stream) <= 2 || state().streams.count(stream) != 0;
}

}  // namespace stand_in

namespace {

CUresult check(CUstream stream) { return valid_stream(stream) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE; }
CUresult check(CUevent event) { return state().events.count(event) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE; }

}  // namespace

STAND_IN_API CUresult cuStreamCreate(CUstream* stream, unsigned flags) {
  STAND_IN_READY();
  if (!stream || flags > 1) return CUDA_ERROR_INVALID_VALUE;
  *stream = *state().streams.insert(new CUstream_st).first;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuStreamCreateWithPriority(CUstream* stream, unsigned flags, int) {
  return cuStreamCreate(stream, flags);
}
STAND_IN_API CUresult cuStreamDestroy_v2(CUstream stream) {
  STAND_IN_READY();
  if (state().streams.erase(stream) == 0) return CUDA_ERROR_INVALID_HANDLE;
  delete stream;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuStreamSynchronize(CUstream stream) {
  STAND_IN_READY();
  return check(stream);
}
STAND_IN_API CUresult cuStreamQuery(CUstream stream) {
  STAND_IN_READY();
  return check(stream);
}
STAND_IN_API CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned) {
  STAND_IN_READY();
  if (const CUresult bad = check(stream)) return bad;
  return check(event);
}
STAND_IN_API CUresult cuLaunchHostFunc(CUstream stream, void (*function)(void*), void* data) {
  {
    STAND_IN_READY();
    if (const CUresult bad = check(stream)) return bad;
    if (!function) return CUDA_ERROR_INVALID_VALUE;
  }
  function(data);  // without the lock: it may wait for another thread
  return CUDA_SUCCESS;
}

STAND_IN_API CUresult cuEventCreate(CUevent* event, unsigned flags) {
  STAND_IN_READY();
  if (!event) return CUDA_ERROR_INVALID_VALUE;
  *event = *state().events.insert(new CUevent_st).first;
  (*event)->flags = flags;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventDestroy_v2(CUevent event) {
  STAND_IN_READY();
  if (state().events.erase(event) == 0) return CUDA_ERROR_INVALID_HANDLE;
  delete event;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventRecord(CUevent event, CUstream stream) {
  STAND_IN_READY();
  if (const CUresult bad = check(stream)) return bad;
  if (const CUresult bad = check(event)) return bad;
  event->recorded = true;
  event->time = std::chrono::steady_clock::now();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventSynchronize(CUevent event) {
  STAND_IN_READY();
  return check(event);
}
STAND_IN_API CUresult cuEventQuery(CUevent event) {
  STAND_IN_READY();
  return check(event);
}
STAND_IN_API CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  STAND_IN_READY();
  if (!milliseconds) return CUDA_ERROR_INVALID_VALUE;
  if (const CUresult bad = check(start)) return bad;
  if (const CUresult bad = check(end)) return bad;
  const bool timed = !((start->flags | end->flags) & CU_EVENT_DISABLE_TIMING);
  if (!timed || !start->recorded || !end->recorded) return CUDA_ERROR_INVALID_HANDLE;
  *milliseconds = std::chrono::duration<float, std::milli>(end->time - start->time).count();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuEventElapsedTime_v2(float* milliseconds, CUevent start, CUevent end) {
  return cuEventElapsedTime(milliseconds, start, end);
}
