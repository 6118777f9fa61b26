// tests/stand_in/driver_module.cpp -- modules, functions and launches
// SPDX-License-Identifier: Apache-2.0
#include "driver.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include "block.hpp"

using namespace stand_in;

namespace {

constexpr int kDeviceArch = 90;

// A cubin runs on its own major version from its own minor on; PTX on anything not older.
bool runs_here(const ImageHeader& header) {
  if (header.is_virtual) return header.arch <= kDeviceArch;
  return header.arch / 10 == kDeviceArch / 10 && header.arch <= kDeviceArch;
}

// The file stays open while the library is loaded: the loader knows a library by its name, and a descriptor's number would
// name another file after it was closed.
CUresult open_object(const unsigned char* bytes, std::size_t size, CUmod_st* module) {
  module->file = memfd_create("stand_in_kernels", MFD_CLOEXEC);
  if (module->file < 0) return CUDA_ERROR_OPERATING_SYSTEM;
  for (std::size_t done = 0; done < size;) {
    const ssize_t n = write(module->file, bytes + done, size - done);
    if (n <= 0) return CUDA_ERROR_OPERATING_SYSTEM;
    done += static_cast<std::size_t>(n);
  }
  const std::string path = "/proc/self/fd/" + std::to_string(module->file);
  module->library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module->library) {
    state().message = dlerror();
    return CUDA_ERROR_SHARED_OBJECT_INIT_FAILED;
  }
  using Entry = const Module* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(module->library, "stand_in_module"));
  module->code = entry ? entry() : nullptr;
  return module->code && module->code->abi == kAbi ? CUDA_SUCCESS : CUDA_ERROR_INVALID_IMAGE;
}

void close_module(CUmod_st* module) {
  if (module->library) dlclose(module->library);
  if (module->file >= 0) close(module->file);
  delete module;
}

int static_shared_bytes(const Module& code) {
  return static_cast<int>(code.shared_end - code.shared_begin);
}

bool is_function(CUfunction function) {
  for (CUmodule m : state().modules) {
    for (auto& [name, f] : m->functions) {
      if (&f == function) return true;
    }
  }
  return false;
}

CUresult check_shape(const CUfunc_st& function, const Index& grid, const Index& block, std::size_t shared) {
  const unsigned long long threads = 1ull * block.x * block.y * block.z;
  if (!grid.x || !grid.y || !grid.z || threads == 0) return CUDA_ERROR_INVALID_VALUE;
  if (grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535) return CUDA_ERROR_INVALID_VALUE;
  if (block.x > 1024 || block.y > 1024 || block.z > 64) return CUDA_ERROR_INVALID_VALUE;
  if (threads > static_cast<unsigned long long>(function.kernel->max_threads)) return CUDA_ERROR_INVALID_VALUE;
  return shared > static_cast<std::size_t>(function.max_dynamic_shared) ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

// CU_LAUNCH_PARAM_BUFFER_POINTER (1) and _SIZE (2): all parameters packed in one buffer, each at its own alignment.
CUresult unpack(const Kernel& kernel, void** extra, std::vector<void*>* parameters) {
  unsigned char* buffer = nullptr;
  std::size_t size = 0;
  for (void** e = extra; *e; e += 2) {
    if (*e == reinterpret_cast<void*>(1)) buffer = static_cast<unsigned char*>(e[1]);
    if (*e == reinterpret_cast<void*>(2)) size = *static_cast<std::size_t*>(e[1]);
  }
  std::size_t offset = 0;
  for (int i = 0; i < kernel.parameter_count; ++i) {
    const std::size_t alignment = kernel.parameter_alignments[i];
    offset = (offset + alignment - 1) / alignment * alignment;
    parameters->push_back(buffer + offset);
    offset += kernel.parameter_sizes[i];
  }
  return buffer && offset <= size ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

}  // namespace

STAND_IN_API CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  STAND_IN_READY();
  if (!module || !image) return CUDA_ERROR_INVALID_VALUE;
  if (const long code = environment("STAND_IN_LOAD", 0)) return CUresult(code);
  if (std::memcmp(image, kImageMagic, sizeof kImageMagic) != 0) return CUDA_ERROR_INVALID_IMAGE;
  ImageHeader header;
  std::memcpy(&header, image, sizeof header);
  const auto* bytes = static_cast<const unsigned char*>(image) + sizeof header;
  if (header.bytes > (1u << 30) || checksum(bytes, header.bytes) != header.checksum) return CUDA_ERROR_INVALID_IMAGE;
  if (!runs_here(header)) return CUDA_ERROR_NO_BINARY_FOR_GPU;
  auto* fresh = new CUmod_st;
  fresh->arch = header.arch;
  if (const CUresult bad = open_object(bytes, header.bytes, fresh)) {
    close_module(fresh);
    return bad;
  }
  for (int i = 0; i < fresh->code->kernel_count; ++i) {
    const Kernel& kernel = fresh->code->kernels[i];
    fresh->functions[kernel.name] = {fresh, &kernel};
  }
  state().modules.insert(fresh);
  *module = fresh;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuModuleLoadDataEx(CUmodule* module, const void* image, unsigned, int*, void**) {
  return cuModuleLoadData(module, image);
}
STAND_IN_API CUresult cuModuleUnload(CUmodule module) {
  STAND_IN_READY();
  if (state().modules.erase(module) == 0) return CUDA_ERROR_INVALID_HANDLE;
  close_module(module);
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuModuleGetFunction(CUfunction* function, CUmodule module, const char* name) {
  STAND_IN_READY();
  if (!function || !name) return CUDA_ERROR_INVALID_VALUE;
  if (state().modules.count(module) == 0) return CUDA_ERROR_INVALID_HANDLE;
  const auto found = module->functions.find(name);
  if (found == module->functions.end()) return CUDA_ERROR_NOT_FOUND;
  *function = &found->second;
  return CUDA_SUCCESS;
}

STAND_IN_API CUresult cuFuncGetAttribute(int* value, int attribute, CUfunction function) {
  STAND_IN_READY();
  if (!value) return CUDA_ERROR_INVALID_VALUE;
  if (!is_function(function)) return CUDA_ERROR_INVALID_HANDLE;
  switch (attribute) {
    case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK: *value = function->kernel->max_threads; break;
    // Of the whole module: the stand-in does not know which kernel uses which variable.
    case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES: *value = static_shared_bytes(*function->module->code); break;
    case CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES:
    case CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES: *value = 0; break;
    case CU_FUNC_ATTRIBUTE_NUM_REGS: *value = 32; break;
    case CU_FUNC_ATTRIBUTE_PTX_VERSION:
    case CU_FUNC_ATTRIBUTE_BINARY_VERSION: *value = function->module->arch; break;
    case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES: *value = function->max_dynamic_shared; break;
    default: return CUDA_ERROR_INVALID_VALUE;
  }
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuFuncSetAttribute(CUfunction function, int attribute, int value) {
  STAND_IN_READY();
  if (!is_function(function)) return CUDA_ERROR_INVALID_HANDLE;
  if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES) return CUDA_SUCCESS;
  if (value < 0 || value > static_cast<int>(kMaxDynamicShared)) return CUDA_ERROR_INVALID_VALUE;
  function->max_dynamic_shared = value;
  return CUDA_SUCCESS;
}
STAND_IN_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, CUfunction function, int threads,
                                                                  std::size_t shared) {
  STAND_IN_READY();
  if (!blocks || threads <= 0) return CUDA_ERROR_INVALID_VALUE;
  if (!is_function(function)) return CUDA_ERROR_INVALID_HANDLE;
  const std::size_t per_block = shared + 1024;  // 1024: what the system keeps of each block's share
  *blocks = std::min({2048 / threads, 32, static_cast<int>(kMaxDynamicShared / per_block)});
  return CUDA_SUCCESS;
}

STAND_IN_API CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                                     unsigned block_y, unsigned block_z, unsigned shared_bytes, CUstream stream,
                                     void** parameters, void** extra) {
  STAND_IN_READY();
  CUstream_st* where = find_stream(stream);
  if (!is_function(function) || !where) return CUDA_ERROR_INVALID_HANDLE;
  const Index grid{grid_x, grid_y, grid_z}, block{block_x, block_y, block_z};
  if (const CUresult bad = check_shape(*function, grid, block, shared_bytes)) return bad;
  const Kernel& kernel = *function->kernel;
  std::vector<void*> unpacked;
  if (extra) {
    if (const CUresult bad = unpack(kernel, extra, &unpacked)) return bad;
    parameters = unpacked.data();
  }
  if (!parameters && kernel.parameter_count > 0) return CUDA_ERROR_INVALID_VALUE;

  const bool late = environment("STAND_IN_LATE", 0) != 0 || environment("STAND_IN_ASYNC", 0) != 0;
  const auto n = static_cast<std::uint64_t>(environment("STAND_IN_LAUNCH_FAIL_AT", 0));
  if (++state().launches == n) {
    const auto code = static_cast<CUresult>(environment("STAND_IN_LAUNCH_FAIL_CODE", CUDA_ERROR_LAUNCH_FAILED));
    stick(current_context(), code, "launch failed on cue (STAND_IN_LAUNCH_FAIL_AT)");
    return late ? CUDA_SUCCESS : code;
  }
  if (environment("STAND_IN_EMPTY_LAUNCH", 0) != 0) return CUDA_SUCCESS;
  // The parameters' values are taken now; what they point to, when the stream comes to the launch.
  auto values = std::make_shared<std::vector<std::vector<std::max_align_t>>>();
  for (int i = 0; i < kernel.parameter_count; ++i) {
    values->emplace_back((kernel.parameter_sizes[i] + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t));
    std::memcpy(values->back().data(), parameters[i], kernel.parameter_sizes[i]);
    if (kernel.parameter_pointers[i] == kNoPointer) continue;
    void* address = nullptr;
    std::memcpy(&address, parameters[i], sizeof address);
    if (const CUresult race = note_use(address, *where, kernel.parameter_pointers[i] == kWrites)) return race;
  }
  const CUmodule module = function->module;
  const bool reverse = environment("STAND_IN_REVERSE", 0) != 0;
  const CUresult result = enqueue(*where, [=, &kernel](std::string* what) -> CUresult {
    if (state().modules.count(module) == 0) {
      *what = "a module was unloaded while a kernel of it waited in a stream";
      return CUDA_ERROR_LAUNCH_FAILED;
    }
    std::vector<void*> pointers;
    for (auto& value : *values) pointers.push_back(value.data());
    OpenMemory open;
    CUresult failed = run_grid({module->code, &kernel, grid, block, shared_bytes, pointers.data(), reverse}, what);
    if (!failed && !redzones_intact(what)) failed = CUDA_ERROR_ILLEGAL_ADDRESS;
    if (failed) *what = std::string("kernel ") + kernel.name + ": " + *what;
    return failed;
  });
  return late ? CUDA_SUCCESS : result;
}
