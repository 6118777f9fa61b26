// tests/stand_in/stand_in_session.hpp -- opens the two stand-in libraries as a backend would, for the stand-in's own tests
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "cuda_types.hpp"

namespace stand_in_test {

struct _nvrtcProgram;

// Opened RTLD_LOCAL by absolute path and never closed, so that nothing leans on a global symbol.
inline void* open_library(const char* name) {
  const std::string path = std::string(STAND_IN_DIR) + "/" + name;
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) ADD_FAILURE() << dlerror();
  return library;
}

template <typename F>
void find(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(library, name));
  if (!function) ADD_FAILURE() << "missing " << name;
}

struct Cuda {
  CUresult (*cuInit)(unsigned);
  CUresult (*cuDriverGetVersion)(int*);
  CUresult (*cuDeviceGetCount)(int*);
  CUresult (*cuDevicePrimaryCtxRetain)(CUcontext*, CUdevice);
  CUresult (*cuDevicePrimaryCtxRelease_v2)(CUdevice);
  CUresult (*cuCtxSetCurrent)(CUcontext);
  CUresult (*cuCtxSynchronize)();
  CUresult (*cuModuleLoadData)(CUmodule*, const void*);
  CUresult (*cuModuleUnload)(CUmodule);
  CUresult (*cuModuleGetFunction)(CUfunction*, CUmodule, const char*);
  CUresult (*cuMemAlloc_v2)(CUdeviceptr*, std::size_t);
  CUresult (*cuMemFree_v2)(CUdeviceptr);
  CUresult (*cuMemcpyHtoD_v2)(CUdeviceptr, const void*, std::size_t);
  CUresult (*cuMemcpyDtoH_v2)(void*, CUdeviceptr, std::size_t);
  CUresult (*cuMemsetD32_v2)(CUdeviceptr, unsigned, std::size_t);
  CUresult (*cuStreamCreate)(CUstream*, unsigned);
  CUresult (*cuStreamDestroy_v2)(CUstream);
  CUresult (*cuStreamSynchronize)(CUstream);
  CUresult (*cuEventCreate)(CUevent*, unsigned);
  CUresult (*cuEventRecord)(CUevent, CUstream);
  CUresult (*cuEventElapsedTime)(float*, CUevent, CUevent);
  CUresult (*cuEventDestroy_v2)(CUevent);
  CUresult (*cuLaunchKernel)(CUfunction, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, CUstream, void**,
                             void**);
  CUresult (*cuGetErrorName)(CUresult, const char**);
  CUresult (*cuGetProcAddress_v2)(const char*, void**, int, unsigned long long, int*);
  CUresult (*cuGetExportTable)(const void**, const CUuuid*);
  unsigned long long (*launch_count)();
  unsigned long long (*live_bytes)();
  const char* (*last_message)();
  void (*reset)();
};

struct Nvrtc {
  nvrtcResult (*nvrtcCreateProgram)(_nvrtcProgram**, const char*, const char*, int, const char* const*, const char* const*);
  nvrtcResult (*nvrtcCompileProgram)(_nvrtcProgram*, int, const char* const*);
  nvrtcResult (*nvrtcGetProgramLogSize)(_nvrtcProgram*, std::size_t*);
  nvrtcResult (*nvrtcGetProgramLog)(_nvrtcProgram*, char*);
  nvrtcResult (*nvrtcGetCUBINSize)(_nvrtcProgram*, std::size_t*);
  nvrtcResult (*nvrtcGetCUBIN)(_nvrtcProgram*, char*);
  nvrtcResult (*nvrtcDestroyProgram)(_nvrtcProgram**);
  unsigned long long (*compile_count)();
};

inline const Cuda& cuda() {
  static const Cuda* calls = [] {
    auto* c = new Cuda{};
    void* library = open_library("libcuda.so.1");
#define STAND_IN_FIND(NAME) find(library, #NAME, c->NAME)
    STAND_IN_FIND(cuInit);
    STAND_IN_FIND(cuDriverGetVersion);
    STAND_IN_FIND(cuDeviceGetCount);
    STAND_IN_FIND(cuDevicePrimaryCtxRetain);
    STAND_IN_FIND(cuDevicePrimaryCtxRelease_v2);
    STAND_IN_FIND(cuCtxSetCurrent);
    STAND_IN_FIND(cuCtxSynchronize);
    STAND_IN_FIND(cuModuleLoadData);
    STAND_IN_FIND(cuModuleUnload);
    STAND_IN_FIND(cuModuleGetFunction);
    STAND_IN_FIND(cuMemAlloc_v2);
    STAND_IN_FIND(cuMemFree_v2);
    STAND_IN_FIND(cuMemcpyHtoD_v2);
    STAND_IN_FIND(cuMemcpyDtoH_v2);
    STAND_IN_FIND(cuMemsetD32_v2);
    STAND_IN_FIND(cuStreamCreate);
    STAND_IN_FIND(cuStreamDestroy_v2);
    STAND_IN_FIND(cuStreamSynchronize);
    STAND_IN_FIND(cuEventCreate);
    STAND_IN_FIND(cuEventRecord);
    STAND_IN_FIND(cuEventElapsedTime);
    STAND_IN_FIND(cuEventDestroy_v2);
    STAND_IN_FIND(cuLaunchKernel);
    STAND_IN_FIND(cuGetErrorName);
    STAND_IN_FIND(cuGetProcAddress_v2);
    STAND_IN_FIND(cuGetExportTable);
    find(library, "stand_in_launch_count", c->launch_count);
    find(library, "stand_in_live_bytes", c->live_bytes);
    find(library, "stand_in_last_message", c->last_message);
    find(library, "stand_in_reset", c->reset);
    return c;
  }();
  return *calls;
}

inline const Nvrtc& nvrtc() {
  static const Nvrtc* calls = [] {
    auto* c = new Nvrtc{};
    void* library = open_library("libnvrtc.so.12");
    STAND_IN_FIND(nvrtcCreateProgram);
    STAND_IN_FIND(nvrtcCompileProgram);
    STAND_IN_FIND(nvrtcGetProgramLogSize);
    STAND_IN_FIND(nvrtcGetProgramLog);
    STAND_IN_FIND(nvrtcGetCUBINSize);
    STAND_IN_FIND(nvrtcGetCUBIN);
    STAND_IN_FIND(nvrtcDestroyProgram);
    find(library, "stand_in_compile_count", c->compile_count);
#undef STAND_IN_FIND
    return c;
  }();
  return *calls;
}

// Device memory with a copy of a vector in it.
class Buffer {
 public:
  template <typename T>
  explicit Buffer(const std::vector<T>& values) : bytes_(values.size() * sizeof(T)) {
    EXPECT_EQ(cuda().cuMemAlloc_v2(&address_, bytes_), CUDA_SUCCESS);
    EXPECT_EQ(cuda().cuMemcpyHtoD_v2(address_, values.data(), bytes_), CUDA_SUCCESS);
  }
  ~Buffer() { cuda().cuMemFree_v2(address_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  CUdeviceptr address() const { return address_; }
  template <typename T>
  std::vector<T> read() const {
    std::vector<T> values(bytes_ / sizeof(T));
    EXPECT_EQ(cuda().cuMemcpyDtoH_v2(values.data(), address_, bytes_), CUDA_SUCCESS);
    return values;
  }

 private:
  CUdeviceptr address_ = 0;
  std::size_t bytes_ = 0;
};

struct Extent {
  unsigned x = 1, y = 1, z = 1;
};

// A current context, and modules that go with it. Counters and cues start fresh in each test.
class Session : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("STAND_IN_REVERSE");  // some tests look at the order
    cuda().reset();
    CUcontext context = nullptr;
    ASSERT_EQ(cuda().cuInit(0), CUDA_SUCCESS);
    ASSERT_EQ(cuda().cuDevicePrimaryCtxRetain(&context, 0), CUDA_SUCCESS);
    ASSERT_EQ(cuda().cuCtxSetCurrent(context), CUDA_SUCCESS);
  }
  void TearDown() override {
    for (const std::string& name : cues_) unsetenv(name.c_str());
    cuda().reset();
    for (CUmodule m : modules_) EXPECT_EQ(cuda().cuModuleUnload(m), CUDA_SUCCESS);
    EXPECT_EQ(cuda().live_bytes(), 0u);
    cuda().cuDevicePrimaryCtxRelease_v2(0);
  }

  void cue(const char* name, const char* value) {
    setenv(name, value, 1);
    cues_.emplace_back(name);
  }

  nvrtcResult compile(const char* text, const std::vector<const char*>& options, std::string* log, std::vector<char>* image) {
    _nvrtcProgram* program = nullptr;
    EXPECT_EQ(nvrtc().nvrtcCreateProgram(&program, text, "test.cu", 0, nullptr, nullptr), NVRTC_SUCCESS);
    const nvrtcResult result = nvrtc().nvrtcCompileProgram(program, int(options.size()), options.data());
    std::size_t bytes = 0;
    EXPECT_EQ(nvrtc().nvrtcGetProgramLogSize(program, &bytes), NVRTC_SUCCESS);
    std::vector<char> words(bytes);
    EXPECT_EQ(nvrtc().nvrtcGetProgramLog(program, words.data()), NVRTC_SUCCESS);
    *log = words.data();
    if (image && result == NVRTC_SUCCESS) {
      EXPECT_EQ(nvrtc().nvrtcGetCUBINSize(program, &bytes), NVRTC_SUCCESS);
      image->resize(bytes);
      EXPECT_EQ(nvrtc().nvrtcGetCUBIN(program, image->data()), NVRTC_SUCCESS);
    }
    EXPECT_EQ(nvrtc().nvrtcDestroyProgram(&program), NVRTC_SUCCESS);
    return result;
  }

  CUfunction kernel(const char* text, const char* name,
                    const std::vector<const char*>& options = {"--gpu-architecture=sm_90", "--fmad=false"}) {
    std::string log;
    std::vector<char> image;
    EXPECT_EQ(compile(text, options, &log, &image), NVRTC_SUCCESS) << log;
    CUmodule module = nullptr;
    CUfunction function = nullptr;
    EXPECT_EQ(cuda().cuModuleLoadData(&module, image.data()), CUDA_SUCCESS) << cuda().last_message();
    if (module) modules_.push_back(module);
    EXPECT_EQ(cuda().cuModuleGetFunction(&function, module, name), CUDA_SUCCESS);
    return function;
  }

  template <typename... Parameters>
  CUresult run(CUfunction function, Extent grid, Extent block, Parameters... parameters) {
    void* pointers[] = {&parameters..., nullptr};
    return cuda().cuLaunchKernel(function, grid.x, grid.y, grid.z, block.x, block.y, block.z, shared_bytes, nullptr, pointers,
                                 nullptr);
  }

  CUmodule last_module() const { return modules_.back(); }

  unsigned shared_bytes = 0;

 private:
  std::vector<CUmodule> modules_;
  std::vector<std::string> cues_;
};

}  // namespace stand_in_test
