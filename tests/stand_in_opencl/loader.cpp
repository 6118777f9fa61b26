// tests/stand_in_opencl/loader.cpp -- a libOpenCL.so.1 that passes every call on to the real one and fails on cue
// SPDX-License-Identifier: Apache-2.0
//
// In front of the real loader on LD_LIBRARY_PATH. Handles are the real ones. See README.md for the cues.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

#include <dlfcn.h>

#include "opencl/driver.hpp"

using namespace trireme::opencl;

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

constexpr cl_int kBuildFailure = -11;
constexpr const char* kLog = "trireme.cl:1: error: the build fails on cue (STAND_IN_CL_BUILD_FAIL)";

long cue(const char* name, long otherwise = 0) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtol(text, nullptr, 0) : otherwise;
}

bool lacks(const char* what) {
  const char* words = std::getenv("STAND_IN_CL_WITHOUT");
  return words && (std::string(",") + words + ",").find(std::string(",") + what + ",") != std::string::npos;
}

const DriverFunctions* real() {
  static const DriverFunctions* functions = []() -> const DriverFunctions* {
    void* library = dlopen(STAND_IN_CL_REAL, RTLD_NOW | RTLD_LOCAL);
    if (!library) return nullptr;
    auto* found = new DriverFunctions;
#define FUNCTION(name, need, result, parameters) \
  found->name = reinterpret_cast<result(*) parameters>(dlsym(library, #name));
#include "opencl/driver.def"
#undef FUNCTION
    return found;
  }();
  return functions;
}

struct Counts {
  std::mutex mutex;
  long buffers = 0, launches = 0, enqueued = 0;
} counts;

// Whether the n-th call of a kind, counted here, is one of those that fail.
bool fails(long& count, const char* at, const char* how_many) {
  std::lock_guard lock(counts.mutex);
  const long first = cue(at);
  ++count;
  return first != 0 && count >= first && count < first + cue(how_many, 1);
}

bool is_lost() {
  std::lock_guard lock(counts.mutex);
  const long at = cue("STAND_IN_CL_LOST_AT");
  return at != 0 && counts.enqueued >= at;
}

// A command: CL_DEVICE_NOT_AVAILABLE when the device is gone.
cl_int command() {
  {
    std::lock_guard lock(counts.mutex);
    ++counts.enqueued;
  }
  return is_lost() ? kDeviceNotAvailable : kSuccess;
}

cl_int put(const void* value, std::size_t size, std::size_t room, void* to, std::size_t* bytes) {
  if (bytes) *bytes = size;
  if (to && room < size) return -30;
  if (to) std::memcpy(to, value, size);
  return kSuccess;
}

}  // namespace

// Counts start again: what comes next is the first of its kind.
EXPORT void stand_in_cl_reset() {
  std::lock_guard lock(counts.mutex);
  counts.buffers = counts.launches = counts.enqueued = 0;
}

EXPORT cl_int clGetPlatformIDs(cl_uint room, cl_platform_id* platforms, cl_uint* count) {
  std::this_thread::sleep_for(std::chrono::milliseconds(cue("STAND_IN_CL_HANG_MS")));
  return real() ? real()->clGetPlatformIDs(room, platforms, count) : kPlatformNotFound;
}
EXPORT cl_int clGetDeviceIDs(cl_platform_id platform, cl_bitfield type, cl_uint room, cl_device_id* devices,
                             cl_uint* count) {
  return cue("STAND_IN_CL_NO_DEVICE") ? kDeviceNotFound : real()->clGetDeviceIDs(platform, type, room, devices, count);
}

EXPORT cl_int clGetDeviceInfo(cl_device_id device, cl_uint what, std::size_t room, void* to, std::size_t* bytes) {
  const DriverFunctions& cl = *real();
  if (what == kDeviceType && cue("STAND_IN_CL_GPU")) {
    const cl_bitfield gpu = 4;
    return put(&gpu, sizeof gpu, room, to, bytes);
  }
  if (what == kDeviceMaxGroupSize && cue("STAND_IN_CL_GROUP_SIZE")) {
    const auto size = static_cast<std::size_t>(cue("STAND_IN_CL_GROUP_SIZE"));
    return put(&size, sizeof size, room, to, bytes);
  }
  if (what == kDeviceDoubleConfig && lacks("f64")) {
    const cl_bitfield none = 0;
    return put(&none, sizeof none, room, to, bytes);
  }
  if (what == kDeviceExtensions && lacks("f64")) {
    std::size_t size = 0;
    if (const cl_int code = cl.clGetDeviceInfo(device, what, 0, nullptr, &size)) return code;
    std::string words(size, '\0');
    if (const cl_int code = cl.clGetDeviceInfo(device, what, size, words.data(), nullptr)) return code;
    if (const std::size_t at = words.find("cl_khr_fp64"); at != std::string::npos) words.replace(at, 11, "cl_not_fp64");
    return put(words.data(), size, room, to, bytes);
  }
  if (what == kDeviceSingleConfig) {
    cl_bitfield config = 0;
    if (const cl_int code = cl.clGetDeviceInfo(device, what, sizeof config, &config, nullptr)) return code;
    if (lacks("divide")) config &= ~kFpCorrectDivideSqrt;
    if (lacks("subnormals")) config &= ~kFpSubnormals;
    if (lacks("fma")) config &= ~kFpFma;
    return put(&config, sizeof config, room, to, bytes);
  }
  return cl.clGetDeviceInfo(device, what, room, to, bytes);
}

EXPORT cl_mem clCreateBuffer(cl_context context, cl_bitfield flags, std::size_t bytes, void* host, cl_int* code) {
  if (is_lost()) return *code = kDeviceNotAvailable, nullptr;
  if (fails(counts.buffers, "STAND_IN_CL_OOM_AT", "STAND_IN_CL_OOM_COUNT"))
    return *code = static_cast<cl_int>(cue("STAND_IN_CL_OOM_CODE", kAllocationFailure)), nullptr;
  return real()->clCreateBuffer(context, flags, bytes, host, code);
}

EXPORT cl_int clBuildProgram(cl_program program, cl_uint count, const cl_device_id* devices, const char* options,
                             void (*notify)(cl_program, void*), void* user) {
  if (is_lost()) return kDeviceNotAvailable;
  if (cue("STAND_IN_CL_BUILD_FAIL")) return kBuildFailure;
  return real()->clBuildProgram(program, count, devices, options, notify, user);
}
EXPORT cl_int clGetProgramBuildInfo(cl_program program, cl_device_id device, cl_uint what, std::size_t room, void* to,
                                    std::size_t* bytes) {
  if (what == kBuildLog && cue("STAND_IN_CL_BUILD_FAIL")) return put(kLog, std::strlen(kLog) + 1, room, to, bytes);
  return real()->clGetProgramBuildInfo(program, device, what, room, to, bytes);
}

EXPORT cl_int clEnqueueNDRangeKernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                                     const std::size_t* offset, const std::size_t* global, const std::size_t* local,
                                     cl_uint waits, const cl_event* wait_for, cl_event* event) {
  if (const cl_int code = command()) return code;
  if (fails(counts.launches, "STAND_IN_CL_LAUNCH_FAIL_AT", "STAND_IN_CL_LAUNCH_FAIL_COUNT"))
    return static_cast<cl_int>(cue("STAND_IN_CL_LAUNCH_FAIL_CODE", kOutOfResources));
  return real()->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local, waits, wait_for, event);
}
EXPORT cl_int clEnqueueWriteBuffer(cl_command_queue queue, cl_mem to, cl_uint blocking, std::size_t offset,
                                   std::size_t bytes, const void* from, cl_uint waits, const cl_event* wait_for,
                                   cl_event* event) {
  if (const cl_int code = command()) return code;
  return real()->clEnqueueWriteBuffer(queue, to, blocking, offset, bytes, from, waits, wait_for, event);
}
EXPORT cl_int clEnqueueReadBuffer(cl_command_queue queue, cl_mem from, cl_uint blocking, std::size_t offset,
                                  std::size_t bytes, void* to, cl_uint waits, const cl_event* wait_for,
                                  cl_event* event) {
  if (const cl_int code = command()) return code;
  return real()->clEnqueueReadBuffer(queue, from, blocking, offset, bytes, to, waits, wait_for, event);
}
EXPORT cl_int clEnqueueMarkerWithWaitList(cl_command_queue queue, cl_uint waits, const cl_event* wait_for,
                                          cl_event* event) {
  if (const cl_int code = command()) return code;
  return real()->clEnqueueMarkerWithWaitList(queue, waits, wait_for, event);
}
EXPORT cl_int clFinish(cl_command_queue queue) { return is_lost() ? kDeviceNotAvailable : real()->clFinish(queue); }
EXPORT cl_int clFlush(cl_command_queue queue) { return is_lost() ? kDeviceNotAvailable : real()->clFlush(queue); }
EXPORT cl_int clWaitForEvents(cl_uint count, const cl_event* events) {
  return is_lost() ? kDeviceNotAvailable : real()->clWaitForEvents(count, events);
}

// What only passes on.
#define PASS(result, name, parameters, arguments) \
  EXPORT result name parameters { return real()->name arguments; }
PASS(cl_int, clGetPlatformInfo, (cl_platform_id p, cl_uint what, std::size_t room, void* to, std::size_t* bytes),
     (p, what, room, to, bytes))
PASS(cl_context, clCreateContext,
     (const std::intptr_t* p, cl_uint n, const cl_device_id* d, void (*f)(const char*, const void*, std::size_t, void*),
      void* u, cl_int* code),
     (p, n, d, f, u, code))
PASS(cl_int, clReleaseContext, (cl_context c), (c))
PASS(cl_command_queue, clCreateCommandQueue, (cl_context c, cl_device_id d, cl_bitfield p, cl_int* code),
     (c, d, p, code))
PASS(cl_int, clRetainMemObject, (cl_mem m), (m))
PASS(cl_int, clReleaseMemObject, (cl_mem m), (m))
PASS(cl_int, clGetMemObjectInfo, (cl_mem m, cl_uint what, std::size_t room, void* to, std::size_t* bytes),
     (m, what, room, to, bytes))
PASS(cl_int, clRetainCommandQueue, (cl_command_queue q), (q))
PASS(cl_int, clReleaseCommandQueue, (cl_command_queue q), (q))
PASS(cl_int, clGetCommandQueueInfo, (cl_command_queue q, cl_uint what, std::size_t room, void* to, std::size_t* bytes),
     (q, what, room, to, bytes))
PASS(cl_int, clEnqueueBarrierWithWaitList, (cl_command_queue q, cl_uint n, const cl_event* w, cl_event* e),
     (q, n, w, e))
PASS(cl_int, clGetEventInfo, (cl_event e, cl_uint what, std::size_t room, void* to, std::size_t* bytes),
     (e, what, room, to, bytes))
PASS(cl_int, clGetEventProfilingInfo, (cl_event e, cl_uint what, std::size_t room, void* to, std::size_t* bytes),
     (e, what, room, to, bytes))
PASS(cl_int, clReleaseEvent, (cl_event e), (e))
PASS(cl_program, clCreateProgramWithSource,
     (cl_context c, cl_uint n, const char** t, const std::size_t* l, cl_int* code), (c, n, t, l, code))
PASS(cl_program, clCreateProgramWithBinary,
     (cl_context c, cl_uint n, const cl_device_id* d, const std::size_t* l, const unsigned char** b, cl_int* s,
      cl_int* code),
     (c, n, d, l, b, s, code))
PASS(cl_int, clGetProgramInfo, (cl_program p, cl_uint what, std::size_t room, void* to, std::size_t* bytes),
     (p, what, room, to, bytes))
PASS(cl_int, clReleaseProgram, (cl_program p), (p))
PASS(cl_kernel, clCreateKernel, (cl_program p, const char* n, cl_int* code), (p, n, code))
PASS(cl_int, clReleaseKernel, (cl_kernel k), (k))
PASS(cl_int, clSetKernelArg, (cl_kernel k, cl_uint i, std::size_t bytes, const void* v), (k, i, bytes, v))
