// tests/stand_in/driver.cpp -- initialisation, devices, contexts, symbol look-up, and the hooks for tests
// SPDX-License-Identifier: Apache-2.0
#include "driver.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <dlfcn.h>
#include <unistd.h>

using namespace stand_in;

namespace {

thread_local std::vector<CUcontext>* context_stack = nullptr;  // leaked: outlives the thread's destructors

std::vector<CUcontext>& contexts() {
  if (!context_stack) context_stack = new std::vector<CUcontext>;
  return *context_stack;
}

bool valid_device(CUdevice device) { return device >= 0 && device < device_count(); }

bool is_context(CUcontext context) {
  const State& s = state();
  return context >= s.contexts && context < s.contexts + kMaxDevices;
}

// CUdevice_attribute by value, in its own order; what is not listed is 0, as on a device without the feature.
int attribute_value(int attribute) {
  switch (attribute) {
    case 1: return 1024;         // MAX_THREADS_PER_BLOCK
    case 2: case 3: return 1024; // MAX_BLOCK_DIM_X, _Y
    case 4: return 64;           // MAX_BLOCK_DIM_Z
    case 5: return 0x7fffffff;   // MAX_GRID_DIM_X
    case 6: case 7: return 65535;
    case 8: return 48 * 1024;    // MAX_SHARED_MEMORY_PER_BLOCK
    case 9: return 65536;        // TOTAL_CONSTANT_MEMORY
    case 10: return 32;          // WARP_SIZE
    case 11: return 0x7fffffff;  // MAX_PITCH
    case 12: return 65536;       // MAX_REGISTERS_PER_BLOCK
    case 13: return 1000000;     // CLOCK_RATE, kHz
    case 14: return 512;         // TEXTURE_ALIGNMENT
    case 15: return 1;           // GPU_OVERLAP
    case 16: return 4;           // MULTIPROCESSOR_COUNT
    case 19: return 1;           // CAN_MAP_HOST_MEMORY
    case 31: return 1;           // CONCURRENT_KERNELS
    case 36: return 1000000;     // MEMORY_CLOCK_RATE, kHz
    case 37: return 64;          // GLOBAL_MEMORY_BUS_WIDTH
    case 38: return 4 << 20;     // L2_CACHE_SIZE
    case 39: return 2048;        // MAX_THREADS_PER_MULTIPROCESSOR
    case 40: return 1;           // ASYNC_ENGINE_COUNT
    case 41: return 1;           // UNIFIED_ADDRESSING
    case 75: return 9;           // COMPUTE_CAPABILITY_MAJOR
    case 76: return 0;           // COMPUTE_CAPABILITY_MINOR
    case 78: return 1;           // STREAM_PRIORITIES_SUPPORTED
    case 81: return 228 * 1024;  // MAX_SHARED_MEMORY_PER_MULTIPROCESSOR
    case 82: return 65536;       // MAX_REGISTERS_PER_MULTIPROCESSOR
    case 87: return 2;           // SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO
    case 90: return 1;           // COMPUTE_PREEMPTION_SUPPORTED
    case 97: return int(kMaxDynamicShared);  // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
    case 106: return 32;         // MAX_BLOCKS_PER_MULTIPROCESSOR
    case 111: return 1024;       // RESERVED_SHARED_MEMORY_PER_BLOCK
    case 115: return environment("STAND_IN_POOLS", 1) != 0;  // MEMORY_POOLS_SUPPORTED
    default: return 0;
  }
}

// cuInit() was called, in this process. STAND_IN_FORK=fail makes a forked child meet what the real driver answers there.
bool initialised() {
  const State& s = state();
  if (s.initialised_by == 0) return false;
  const char* fork = std::getenv("STAND_IN_FORK");
  return !fork || std::strcmp(fork, "fail") != 0 || s.initialised_by == getpid();
}

}  // namespace

namespace stand_in {

State& state() {
  static State* s = [] {  // never destroyed: a host may call during exit
    auto* fresh = new State;
    fresh->stream_count = kMaxDevices;
    for (int d = 0; d < kMaxDevices; ++d) {
      fresh->contexts[d].device = d;
      fresh->contexts[d].legacy.id = d;
      fresh->contexts[d].legacy.context = &fresh->contexts[d];
    }
    return fresh;
  }();
  return *s;
}

long environment(const char* name, long fallback) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtol(text, nullptr, 0) : fallback;
}

int device_count() { return int(std::clamp<long>(environment("STAND_IN_DEVICES", 1), 0, kMaxDevices)); }

CUcontext current_context() { return contexts().empty() ? nullptr : contexts().back(); }

CUresult ready() {
  if (!initialised()) return CUDA_ERROR_NOT_INITIALIZED;
  if (state().ended) return CUDA_ERROR_DEINITIALIZED;
  const CUcontext context = current_context();
  if (!context) return CUDA_ERROR_INVALID_CONTEXT;
  if (context->sticky) return context->sticky;
  return context->retained > 0 ? CUDA_SUCCESS : CUDA_ERROR_CONTEXT_IS_DESTROYED;
}

CUresult stick(CUcontext context, CUresult error, const std::string& sentence) {
  state().message = sentence;
  return context->sticky = error;
}

bool fails_now(std::uint64_t n, const char* at) {
  const auto first = static_cast<std::uint64_t>(environment(at, 0));
  return first != 0 && n >= first && n < first + static_cast<std::uint64_t>(environment("STAND_IN_OOM_COUNT", 1));
}

namespace {

// As the real driver, this one is gone when its library's destructors have run; static objects of a program may come later.
struct End {
  ~End() { state().ended = true; }
} at_end;

}  // namespace

}  // namespace stand_in

STAND_IN_API CUresult cuInit(unsigned flags) {
  if (flags != 0) return CUDA_ERROR_INVALID_VALUE;
  if (const long ms = environment("STAND_IN_INIT_DELAY_MS", 0)) std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  if (const long code = environment("STAND_IN_CUINIT", 0)) return CUresult(code);
  if (device_count() == 0) return CUDA_ERROR_NO_DEVICE;
  if (state().initialised_by == 0) state().initialised_by = getpid();
  return initialised() ? CUDA_SUCCESS : CUDA_ERROR_NOT_INITIALIZED;
}
STAND_IN_API CUresult cuDriverGetVersion(int* version) {
  if (!version) return CUDA_ERROR_INVALID_VALUE;
  *version = int(environment("STAND_IN_DRIVER_VERSION", kDefaultDriverVersion));
  return CUDA_SUCCESS;
}

#define STAND_IN_DEVICE_CALL(POINTER, DEVICE)                \
  if (!initialised()) return CUDA_ERROR_NOT_INITIALIZED;     \
  if (!(POINTER)) return CUDA_ERROR_INVALID_VALUE;           \
  if (!valid_device(DEVICE)) return CUDA_ERROR_INVALID_DEVICE

STAND_IN_API CUresult cuDeviceGetCount(int* count) {
  STAND_IN_DEVICE_CALL(count, 0);
  *count = device_count();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceGet(CUdevice* device, int ordinal) {
  STAND_IN_DEVICE_CALL(device, ordinal);
  *device = ordinal;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
  STAND_IN_DEVICE_CALL(name && length > 0, device);
  std::snprintf(name, std::size_t(length), "Stand-in device %d", device);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceGetAttribute(int* value, int attribute, CUdevice device) {
  STAND_IN_DEVICE_CALL(value, device);
  if (attribute <= 0) return CUDA_ERROR_INVALID_VALUE;
  *value = attribute_value(attribute);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceTotalMem_v2(std::size_t* bytes, CUdevice device) {
  STAND_IN_DEVICE_CALL(bytes, device);
  *bytes = std::size_t(environment("STAND_IN_MEMORY", 4l << 30));
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceGetUuid_v2(CUuuid* uuid, CUdevice device) {
  STAND_IN_DEVICE_CALL(uuid, device);
  std::memcpy(uuid->bytes, "stand-in device", 15);
  uuid->bytes[15] = char(device);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDeviceGetPCIBusId(char* id, int length, CUdevice device) {
  STAND_IN_DEVICE_CALL(id && length > 0, device);
  std::snprintf(id, std::size_t(length), "0000:%02x:00.0", device + 1);
  return CUDA_SUCCESS;
}

STAND_IN_API CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  STAND_IN_DEVICE_CALL(context, device);
  *context = &state().contexts[device];
  if ((*context)->sticky) return (*context)->sticky;
  ++(*context)->retained;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  STAND_IN_DEVICE_CALL(true, device);
  CUctx_st& context = state().contexts[device];
  if (context.retained == 0) return CUDA_ERROR_INVALID_CONTEXT;
  if (--context.retained == 0) context.sticky = CUDA_SUCCESS;  // a broken context ends with its last owner
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned* flags, int* active) {
  STAND_IN_DEVICE_CALL(flags && active, device);
  *flags = 0;
  *active = state().contexts[device].retained > 0;
  return CUDA_SUCCESS;
}

#undef STAND_IN_DEVICE_CALL

STAND_IN_API CUresult cuCtxSetCurrent(CUcontext context) {
  if (!initialised()) return CUDA_ERROR_NOT_INITIALIZED;
  if (context && !is_context(context)) return CUDA_ERROR_INVALID_CONTEXT;
  if (!contexts().empty()) contexts().pop_back();
  if (context) contexts().push_back(context);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuCtxGetCurrent(CUcontext* context) {
  if (!initialised()) return CUDA_ERROR_NOT_INITIALIZED;
  if (!context) return CUDA_ERROR_INVALID_VALUE;
  *context = current_context();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuCtxPushCurrent_v2(CUcontext context) {
  if (!initialised()) return CUDA_ERROR_NOT_INITIALIZED;
  if (!context || !is_context(context)) return CUDA_ERROR_INVALID_CONTEXT;
  contexts().push_back(context);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuCtxPopCurrent_v2(CUcontext* context) {
  if (!initialised()) return CUDA_ERROR_NOT_INITIALIZED;
  if (contexts().empty()) return CUDA_ERROR_INVALID_CONTEXT;
  if (context) *context = contexts().back();
  contexts().pop_back();
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuCtxGetDevice(CUdevice* device) {
  if (!initialised()) return CUDA_ERROR_NOT_INITIALIZED;
  if (!device) return CUDA_ERROR_INVALID_VALUE;
  if (!current_context()) return CUDA_ERROR_INVALID_CONTEXT;
  *device = current_context()->device;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuCtxSynchronize() {
  STAND_IN_READY();
  return finish_all(current_context());
}

// Answers with this library's newest version of a call, as the driver does for a caller built against a recent header.
STAND_IN_API CUresult cuGetProcAddress_v2(const char* symbol, void** function, int, unsigned long long, int* status) {
  if (!symbol || !function) return CUDA_ERROR_INVALID_VALUE;
  Dl_info self{};
  dladdr(reinterpret_cast<void*>(&state), &self);
  void* library = dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  const std::string newest = std::string(symbol) + "_v2";
  *function = library ? dlsym(library, newest.c_str()) : nullptr;
  if (library && !*function) *function = dlsym(library, symbol);
  if (library) dlclose(library);
  if (status) *status = *function ? 0 : 1;  // CU_GET_PROC_ADDRESS_SUCCESS, _SYMBOL_NOT_FOUND
  return *function ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}

// NVRTC 13 opens libcuda.so.1 itself and calls this for private tables of functions, without a look whether it is there.
STAND_IN_API CUresult cuGetExportTable(const void** table, const CUuuid* id) {
  if (!table || !id) return CUDA_ERROR_INVALID_VALUE;
  *table = nullptr;
  return CUDA_ERROR_NOT_FOUND;
}

// For tests; a real driver has none of these.
STAND_IN_API unsigned long long stand_in_launch_count() { return state().launches; }
STAND_IN_API unsigned long long stand_in_allocation_count() { return state().allocations; }
STAND_IN_API unsigned long long stand_in_live_bytes() { return live_bytes(); }
STAND_IN_API const char* stand_in_last_message() { return state().message.c_str(); }
STAND_IN_API unsigned long long stand_in_race_count() { return state().races; }
STAND_IN_API unsigned long long stand_in_call_count() { return state().calls; }
// Forgets sticky errors and starts the counts of allocations, launches and races again; memory and modules stay.
STAND_IN_API void stand_in_reset() {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  for (CUctx_st& context : state().contexts) context.sticky = CUDA_SUCCESS;
  state().launches = state().allocations = state().host_allocations = state().races = 0;
  state().message.clear();
}
