// tests/generated_source/opencl_device.cpp -- OpenCL by dlopen: declarations of the dozen functions that tests need
// SPDX-License-Identifier: Apache-2.0
#include "opencl_device.hpp"

#include <dlfcn.h>

#include <cstring>
#include <stdexcept>
#include <vector>

#include "dispatch/source_writer.hpp"
#include "opencl/language.hpp"

namespace trireme::test {

namespace {

using Id = void*;
using Size = std::size_t;

struct Functions {
  int (*clGetPlatformIDs)(unsigned, Id*, unsigned*);
  int (*clGetDeviceIDs)(Id, std::uint64_t, unsigned, Id*, unsigned*);
  Id (*clCreateContext)(const std::intptr_t*, unsigned, const Id*, void*, void*, int*);
  Id (*clCreateCommandQueue)(Id, Id, std::uint64_t, int*);
  Id (*clCreateProgramWithSource)(Id, unsigned, const char**, const Size*, int*);
  int (*clBuildProgram)(Id, unsigned, const Id*, const char*, void*, void*);
  int (*clGetProgramBuildInfo)(Id, Id, unsigned, Size, void*, Size*);
  Id (*clCreateKernel)(Id, const char*, int*);
  int (*clReleaseKernel)(Id);
  Id (*clCreateBuffer)(Id, std::uint64_t, Size, void*, int*);
  int (*clReleaseMemObject)(Id);
  int (*clSetKernelArg)(Id, unsigned, Size, const void*);
  int (*clEnqueueNDRangeKernel)(Id, Id, unsigned, const Size*, const Size*, const Size*, unsigned, const Id*, Id*);
  int (*clEnqueueReadBuffer)(Id, Id, unsigned, Size, Size, void*, unsigned, const Id*, Id*);
  int (*clFinish)(Id);
};

constexpr std::uint64_t kAllDevices = 0xffffffff, kReadWriteCopy = 1 | 32;
constexpr unsigned kBuildLog = 0x1183;

void check(int code, const char* call) {
  if (code != 0) throw std::runtime_error(std::string(call) + " gave " + std::to_string(code));
}

class Device : public OpenclDevice {
 public:
  std::string open() {
    void* library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return "libOpenCL.so.1 is not installed";
    bool complete = true;
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      complete = complete && function;
    };
#define FIND(name) find(cl_.name, #name)
    FIND(clGetPlatformIDs), FIND(clGetDeviceIDs), FIND(clCreateContext), FIND(clCreateCommandQueue);
    FIND(clCreateProgramWithSource), FIND(clBuildProgram), FIND(clGetProgramBuildInfo), FIND(clCreateKernel);
    FIND(clReleaseKernel), FIND(clCreateBuffer), FIND(clReleaseMemObject), FIND(clSetKernelArg);
    FIND(clEnqueueNDRangeKernel), FIND(clEnqueueReadBuffer), FIND(clFinish);
#undef FIND
    if (!complete) return "libOpenCL.so.1 lacks a function of OpenCL 1.2";
    Id platform = nullptr;
    unsigned count = 0;
    if (cl_.clGetPlatformIDs(1, &platform, &count) != 0 || count == 0) return "there is no OpenCL platform";
    if (cl_.clGetDeviceIDs(platform, kAllDevices, 1, &device_, &count) != 0 || count == 0)
      return "there is no OpenCL device";
    int code = 0;
    context_ = cl_.clCreateContext(nullptr, 1, &device_, nullptr, nullptr, &code);
    if (code == 0) queue_ = cl_.clCreateCommandQueue(context_, device_, 0, &code);
    return code == 0 ? "" : "the OpenCL device gives no context or queue";
  }

  void* build(const std::string& source) override {
    const char* text = source.c_str();
    int code = 0;
    const Id program = cl_.clCreateProgramWithSource(context_, 1, &text, nullptr, &code);
    check(code, "clCreateProgramWithSource");
    if (cl_.clBuildProgram(program, 1, &device_, opencl::kBuildOptions, nullptr, nullptr) != 0) {
      std::vector<char> log(1 << 16);
      cl_.clGetProgramBuildInfo(program, device_, kBuildLog, log.size() - 1, log.data(), nullptr);
      throw std::runtime_error(std::string(log.data()) + "\n" + source);
    }
    return program;
  }

  void run(void* built, Work& work, const dispatch::Target& target) override {
    const std::size_t count = work.program.parameters.size();
    std::vector<Id> memory(count);
    std::vector<dispatch::Argument> arguments(count);
    for (std::size_t p = 0; p < count; ++p) {
      arguments[p].access = &work.accesses[p];
      arguments[p].scalar = work.scalars[p];
      const program::Role role = work.program.parameters[p].role;
      if (role == program::Role::scalar || role == program::Role::index) continue;
      std::vector<unsigned char> bytes = pack(work, p);
      int code = 0;
      memory[p] = cl_.clCreateBuffer(context_, kReadWriteCopy, bytes.size(), bytes.data(), &code);
      check(code, "clCreateBuffer");
      arguments[p].memory.handle = reinterpret_cast<std::uintptr_t>(memory[p]);
    }
    dispatch::KernelLaunch launch;
    dispatch::prepare_launch(work.program, {&work.domain, &work.layout, arguments}, opencl::language(), target, launch);
    enqueue(built, dispatch::entry_name({&work.program, &work.layout}), launch);
    for (std::size_t p = 0; p < count; ++p) {
      if (!memory[p]) continue;
      if (work.program.parameters[p].role == program::Role::output) unpack(work, p, memory[p]);
      cl_.clReleaseMemObject(memory[p]);
    }
  }

 private:
  static std::vector<unsigned char> pack(const Work& work, std::size_t p) {
    const std::size_t size = item_size(work.program.parameters[p].type);
    std::vector<unsigned char> bytes(work.buffers[p].size() * size + 1);  // OpenCL has no empty buffers
    for (std::size_t k = 0; k < work.buffers[p].size(); ++k) std::memcpy(&bytes[k * size], &work.buffers[p][k], size);
    return bytes;
  }

  void unpack(Work& work, std::size_t p, Id memory) {
    const std::size_t size = item_size(work.program.parameters[p].type);
    std::vector<unsigned char> bytes(work.buffers[p].size() * size + 1);
    check(cl_.clEnqueueReadBuffer(queue_, memory, 1, 0, bytes.size(), bytes.data(), 0, nullptr, nullptr),
          "clEnqueueReadBuffer");
    for (std::size_t k = 0; k < work.buffers[p].size(); ++k) {
      work.buffers[p][k] = 0;
      std::memcpy(&work.buffers[p][k], &bytes[k * size], size);
    }
  }

  void enqueue(Id program, const std::string& name, const dispatch::KernelLaunch& launch) {
    if (launch.groups == 0) return;
    int code = 0;
    const Id kernel = cl_.clCreateKernel(program, name.c_str(), &code);
    check(code, "clCreateKernel");
    unsigned at = 0;
    for (const dispatch::KernelArgument& a : launch.arguments)
      check(cl_.clSetKernelArg(kernel, at++, a.bytes, &a.bits), "clSetKernelArg");
    check(cl_.clSetKernelArg(kernel, at, launch.geometry.size() * sizeof(std::int64_t), launch.geometry.data()),
          "clSetKernelArg");
    const Size local = static_cast<Size>(launch.group_size), global = launch.groups * local;
    check(cl_.clEnqueueNDRangeKernel(queue_, kernel, 1, nullptr, &global, &local, 0, nullptr, nullptr),
          "clEnqueueNDRangeKernel");
    check(cl_.clFinish(queue_), "clFinish");
    cl_.clReleaseKernel(kernel);
  }

  Functions cl_{};
  Id device_ = nullptr, context_ = nullptr, queue_ = nullptr;
};

}  // namespace

std::unique_ptr<OpenclDevice> OpenclDevice::open(std::string& reason) {
  auto device = std::make_unique<Device>();
  reason = device->open();
  if (!reason.empty()) return nullptr;
  return device;
}

}  // namespace trireme::test
