// opencl/compile.cpp -- programs to OpenCL text to kernels, and their launches
// SPDX-License-Identifier: Apache-2.0
#include "opencl/device.hpp"

#include <utility>

#include "dispatch/source_writer.hpp"
#include "opencl/language.hpp"
#include "trireme/error.hpp"

namespace trireme::opencl {
namespace {

// A built translation unit; all executables compiled together hold it.
class Built {
 public:
  Built(OpenclDevice& device, std::string source, cl_program handle)
      : device_(device), source_(std::move(source)), handle_(handle) {}
  ~Built() {
    if (!was_forked()) device_.driver().clReleaseProgram(handle_);
  }
  Built(const Built&) = delete;
  Built& operator=(const Built&) = delete;

  const OpenclDevice& device() const { return device_; }
  const std::string& source() const { return source_; }
  cl_program handle() const { return handle_; }

 private:
  OpenclDevice& device_;
  const std::string source_;
  const cl_program handle_;
};

class OpenclExecutable final : public dispatch::Executable {
 public:
  OpenclExecutable(std::shared_ptr<const Built> built, cl_kernel kernel, const program::Program& program)
      : built_(std::move(built)), kernel_(kernel), program_(program) {}
  ~OpenclExecutable() override {
    if (!was_forked()) built_->device().driver().clReleaseKernel(kernel_);
  }

  std::string source() const override { return built_->source(); }
  const OpenclDevice& device() const { return built_->device(); }
  const program::Program& program() const { return program_; }
  cl_kernel kernel() const { return kernel_; }
  /// Arguments belong to the kernel object, so setting them and enqueueing is one step.
  std::mutex& mutex() const { return mutex_; }

 private:
  const std::shared_ptr<const Built> built_;
  const cl_kernel kernel_;
  const program::Program program_;
  mutable std::mutex mutex_;
};

std::string build_log(const Driver& driver, cl_program program, cl_device_id device) {
  std::size_t bytes = 0;
  if (driver.clGetProgramBuildInfo(program, device, kBuildLog, 0, nullptr, &bytes) != kSuccess || bytes == 0) return {};
  std::string log(bytes, '\0');
  if (driver.clGetProgramBuildInfo(program, device, kBuildLog, bytes, log.data(), nullptr) != kSuccess) return {};
  while (!log.empty() && (log.back() == '\0' || log.back() == '\n')) log.pop_back();
  return log;
}

}  // namespace

std::vector<std::unique_ptr<dispatch::Executable>> OpenclDevice::compile(
    std::span<const dispatch::CompileRequest> requests) {
  std::vector<std::unique_ptr<dispatch::Executable>> executables;
  if (requests.empty()) return executables;
  for (const dispatch::CompileRequest& request : requests)
    if (const std::size_t bytes = dispatch::parameter_bytes(request); bytes > max_parameter_bytes_)
      throw error(Code::unsupported, "compile: " + name_ + " takes kernels with at most " +
                                         std::to_string(max_parameter_bytes_) +
                                         " bytes of parameters, and this one has " + std::to_string(bytes));
  if (!started_.load(std::memory_order_acquire)) start();

  std::string source = dispatch::write_source(requests, language());
  const char* text = source.data();
  const std::size_t length = source.size();
  cl_int code = kSuccess;
  const cl_program handle = driver_.clCreateProgramWithSource(context_, 1, &text, &length, &code);
  check(code, "clCreateProgramWithSource", name_);
  const auto built = std::make_shared<const Built>(*this, std::move(source), handle);

  std::string options = "-cl-std=CL1.2";
  if (f32_ & kFpCorrectDivideSqrt) options += " -cl-fp32-correctly-rounded-divide-sqrt";
  {
    std::lock_guard lock(build_mutex_);
    code = driver_.clBuildProgram(handle, 1, &found_.device, options.c_str(), nullptr, nullptr);
  }
  if (code != kSuccess)
    throw error(Code::device_failure, "opencl: clBuildProgram failed on " + name_ + ": " + describe(code) +
                                          "; options: " + options + "; log:\n" +
                                          build_log(driver_, handle, found_.device));

  executables.reserve(requests.size());
  for (const dispatch::CompileRequest& request : requests) {
    const std::string entry = dispatch::entry_name(request);
    const cl_kernel kernel = driver_.clCreateKernel(handle, entry.c_str(), &code);
    check(code, "clCreateKernel", name_ + ", " + entry);
    executables.push_back(std::make_unique<OpenclExecutable>(built, kernel, *request.program));
  }
  return executables;
}

void OpenclDevice::launch(const dispatch::Executable& executable, const dispatch::Launch& launch) {
  const auto& compiled = static_cast<const OpenclExecutable&>(executable);
  if (&compiled.device() != this)
    throw error(Code::internal, "launch: an executable of " + compiled.device().name() + " came to " + name_);
  dispatch::KernelLaunch prepared;
  dispatch::prepare_launch(compiled.program(), launch, prepared);
  if (prepared.groups == 0) return;

  const std::size_t local = dispatch::kGroupSize;
  const std::size_t global = static_cast<std::size_t>(prepared.groups) * local;
  std::lock_guard lock(compiled.mutex());
  cl_uint index = 0;
  const auto set = [&](std::size_t bytes, const void* value) {
    check(driver_.clSetKernelArg(compiled.kernel(), index++, bytes, value), "clSetKernelArg", name_);
  };
  for (const dispatch::KernelArgument& argument : prepared.arguments) {
    // A buffer is passed by the address of its cl_mem, whose bits are the handle's.
    set(argument.is_memory ? sizeof(cl_mem) : argument.bytes, &argument.bits);
  }
  if (!prepared.geometry.empty()) set(prepared.geometry.size() * sizeof(std::int64_t), prepared.geometry.data());
  check(driver_.clEnqueueNDRangeKernel(queue_, compiled.kernel(), 1, nullptr, &global, &local, 0, nullptr, nullptr),
        "clEnqueueNDRangeKernel", name_);
  // Without it the device need not begin before somebody waits.
  check(driver_.clFlush(queue_), "clFlush", name_);
}

}  // namespace trireme::opencl
