// tests/generated_source/nvrtc_device.hpp -- the real NVRTC by dlopen, which compiles for GPUs without having one
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace trireme::test {

/// Looks in the toolkit's usual places before the loader's path, where a stand-in may be.
class NvrtcLibrary {
 public:
  NvrtcLibrary() {
    std::vector<std::string> names;
    for (const char* variable : {"CUDA_PATH", "CUDA_HOME"})
      if (const char* folder = std::getenv(variable)) names.push_back(std::string(folder) + "/lib64/libnvrtc.so");
    for (const char* name : {"/usr/local/cuda/lib64/libnvrtc.so", "libnvrtc.so.13", "libnvrtc.so.12"})
      names.push_back(name);
    void* library = nullptr;
    for (std::size_t k = 0; !library && k < names.size(); ++k)
      library = dlopen(names[k].c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
      reason_ = "no libnvrtc was found";
      return;
    }
    find(library, create_, "nvrtcCreateProgram");
    find(library, compile_, "nvrtcCompileProgram");
    find(library, log_, "nvrtcGetProgramLog");
    find(library, log_size_, "nvrtcGetProgramLogSize");
    find(library, code_size_, "nvrtcGetCUBINSize");
    find(library, destroy_, "nvrtcDestroyProgram");
  }

  /// Why nothing can be compiled; "" when it can.
  const std::string& reason() const { return reason_; }

  /// "" when the text compiles to machine code without a warning, or the log.
  std::string compile(const std::string& source, int architecture) {
    void* program = nullptr;
    if (create_(&program, source.c_str(), "program.cu", 0, nullptr, nullptr) != 0) return "nvrtcCreateProgram failed";
    const std::string target = "--gpu-architecture=sm_" + std::to_string(architecture);
    const char* options[] = {target.c_str(),    "--std=c++17",      "--fmad=false",   "--ftz=false",
                             "--prec-div=true", "--prec-sqrt=true", "-default-device"};
    const int code = compile_(program, 7, options);
    std::size_t size = 0;
    std::string log;
    log_size_(program, &size);
    log.resize(size);
    log_(program, log.data());
    std::size_t cubin = 0;
    code_size_(program, &cubin);
    destroy_(&program);
    const bool quiet = log.find("warning") == std::string::npos;
    return code == 0 && cubin > 0 && quiet ? "" : "nvrtc gave " + std::to_string(code) + ": " + log;
  }

 private:
  template <class F>
  void find(void* library, F& function, const char* name) {
    function = reinterpret_cast<F>(dlsym(library, name));
    if (!function) reason_ = std::string("libnvrtc lacks ") + name;
  }

  std::string reason_;
  int (*create_)(void**, const char*, const char*, int, const char* const*, const char* const*) = nullptr;
  int (*compile_)(void*, int, const char* const*) = nullptr;
  int (*log_)(void*, char*) = nullptr;
  int (*log_size_)(void*, std::size_t*) = nullptr;
  int (*code_size_)(void*, std::size_t*) = nullptr;
  int (*destroy_)(void**) = nullptr;
};

}  // namespace trireme::test
