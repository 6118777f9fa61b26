// tests/stand_in/driver_errors.cpp -- the driver's names and sentences for its error codes
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "cuda_types.hpp"

namespace {

struct ErrorText {
  CUresult code;
  const char* name;
  const char* text;
};

#define STAND_IN_ERROR(CODE, TEXT) {CODE, #CODE, TEXT}
constexpr ErrorText kErrors[] = {
    STAND_IN_ERROR(CUDA_SUCCESS, "no error"),
    STAND_IN_ERROR(CUDA_ERROR_INVALID_VALUE, "invalid argument"),
    STAND_IN_ERROR(CUDA_ERROR_OUT_OF_MEMORY, "out of memory"),
    STAND_IN_ERROR(CUDA_ERROR_NOT_INITIALIZED, "initialization error"),
    STAND_IN_ERROR(CUDA_ERROR_DEINITIALIZED, "driver shutting down"),
    STAND_IN_ERROR(CUDA_ERROR_STUB_LIBRARY, "CUDA driver is a stub library"),
    STAND_IN_ERROR(CUDA_ERROR_DEVICE_UNAVAILABLE, "CUDA-capable device(s) is/are busy or unavailable"),
    STAND_IN_ERROR(CUDA_ERROR_NO_DEVICE, "no CUDA-capable device is detected"),
    STAND_IN_ERROR(CUDA_ERROR_INVALID_DEVICE, "invalid device ordinal"),
    STAND_IN_ERROR(CUDA_ERROR_INVALID_IMAGE, "device kernel image is invalid"),
    STAND_IN_ERROR(CUDA_ERROR_INVALID_CONTEXT, "invalid device context"),
    STAND_IN_ERROR(CUDA_ERROR_NO_BINARY_FOR_GPU, "no kernel image is available for execution on the device"),
    STAND_IN_ERROR(CUDA_ERROR_INVALID_PTX, "a PTX JIT compilation failed"),
    STAND_IN_ERROR(CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "the provided PTX was compiled with an unsupported toolchain."),
    STAND_IN_ERROR(CUDA_ERROR_SHARED_OBJECT_INIT_FAILED, "shared object initialization failed"),
    STAND_IN_ERROR(CUDA_ERROR_OPERATING_SYSTEM, "OS call failed or operation not supported on this OS"),
    STAND_IN_ERROR(CUDA_ERROR_INVALID_HANDLE, "invalid resource handle"),
    STAND_IN_ERROR(CUDA_ERROR_NOT_FOUND, "named symbol not found"),
    STAND_IN_ERROR(CUDA_ERROR_NOT_READY, "device not ready"),
    STAND_IN_ERROR(CUDA_ERROR_ILLEGAL_ADDRESS, "an illegal memory access was encountered"),
    STAND_IN_ERROR(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, "too many resources requested for launch"),
    STAND_IN_ERROR(CUDA_ERROR_LAUNCH_TIMEOUT, "the launch timed out and was terminated"),
    STAND_IN_ERROR(CUDA_ERROR_CONTEXT_IS_DESTROYED, "context is destroyed"),
    STAND_IN_ERROR(CUDA_ERROR_ASSERT, "device-side assert triggered"),
    STAND_IN_ERROR(CUDA_ERROR_ILLEGAL_INSTRUCTION, "an illegal instruction was encountered"),
    STAND_IN_ERROR(CUDA_ERROR_MISALIGNED_ADDRESS, "misaligned address"),
    STAND_IN_ERROR(CUDA_ERROR_LAUNCH_FAILED, "unspecified launch failure"),
    STAND_IN_ERROR(CUDA_ERROR_NOT_PERMITTED, "operation not permitted"),
    STAND_IN_ERROR(CUDA_ERROR_NOT_SUPPORTED, "operation not supported"),
    STAND_IN_ERROR(CUDA_ERROR_SYSTEM_NOT_READY, "system not yet initialized"),
    STAND_IN_ERROR(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, "system has unsupported display driver / cuda driver combination"),
    STAND_IN_ERROR(CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE, "forward compatibility was attempted on non supported HW"),
    STAND_IN_ERROR(CUDA_ERROR_UNKNOWN, "unknown error"),
};
#undef STAND_IN_ERROR

const ErrorText* find_error(CUresult code) {
  const auto* found = std::find_if(std::begin(kErrors), std::end(kErrors), [&](const ErrorText& e) { return e.code == code; });
  return found == std::end(kErrors) ? nullptr : found;
}

}  // namespace

STAND_IN_API CUresult cuGetErrorName(CUresult code, const char** name) {
  if (!name) return CUDA_ERROR_INVALID_VALUE;
  const ErrorText* found = find_error(code);
  *name = found ? found->name : nullptr;
  return found ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
STAND_IN_API CUresult cuGetErrorString(CUresult code, const char** text) {
  if (!text) return CUDA_ERROR_INVALID_VALUE;
  const ErrorText* found = find_error(code);
  *text = found ? found->text : nullptr;
  return found ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
