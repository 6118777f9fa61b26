// opencl/compile.cpp -- programs to OpenCL text to kernels, and their launches
// SPDX-License-Identifier: Apache-2.0
#include "opencl/device.hpp"

#include <utility>

#include "dispatch/launch_workspace.hpp"
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

// The program from a binary, not built yet; null when the driver refuses it.
cl_program from_binary(const Driver& driver, cl_context context, cl_device_id device, const std::string& bytes) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const std::size_t length = bytes.size();
  cl_int status = kSuccess, code = kSuccess;
  const cl_program program = driver.clCreateProgramWithBinary(context, 1, &device, &length, &data, &status, &code);
  if (code == kSuccess && status == kSuccess) return program;
  if (code == kSuccess && program) driver.clReleaseProgram(program);
  return nullptr;
}

// The driver's binary of a built program, "" when it gives none.
std::string binary_of(const Driver& driver, cl_program program) {
  std::size_t length = 0;
  if (!driver.clGetProgramInfo ||
      driver.clGetProgramInfo(program, kProgramBinarySizes, sizeof length, &length, nullptr) != kSuccess)
    return {};
  std::string bytes(length, '\0');
  char* data = bytes.data();
  if (length == 0 || driver.clGetProgramInfo(program, kProgramBinaries, sizeof data, &data, nullptr) != kSuccess) return {};
  return bytes;
}

}  // namespace

std::string OpenclDevice::build_options() const {
  std::string options = "-cl-std=CL1.2";
  if (f32_ & kFpCorrectDivideSqrt) options += " -cl-fp32-correctly-rounded-divide-sqrt";
  return options;
}

// Binaries belong to one driver and one device.
std::string OpenclDevice::image_key(std::span<const dispatch::CompileRequest> requests) const {
  if (!driver_.clCreateProgramWithBinary || !driver_.clGetProgramInfo) return {};
  std::string key = "opencl\n";
  for (const cl_uint what : {kPlatformName, kPlatformVersion}) key += driver_.platform_text(found_.platform, what) + "\n";
  for (const cl_uint what : {kDeviceName, kDeviceVersion, kDriverVersion}) key += driver_.device_text(found_.device, what) + "\n";
  return key + build_options() + "\n" + dispatch::write_source(requests, language(), target_);
}

std::vector<std::unique_ptr<dispatch::Executable>> OpenclDevice::compile(
    std::span<const dispatch::CompileRequest> requests, dispatch::Image* image) {
  std::vector<std::unique_ptr<dispatch::Executable>> executables;
  if (requests.empty()) return executables;
  for (const dispatch::CompileRequest& request : requests)
    if (const std::size_t bytes = dispatch::parameter_bytes(request); bytes > max_parameter_bytes_)
      throw error(Code::unsupported, "compile: " + name_ + " takes kernels with at most " +
                                         std::to_string(max_parameter_bytes_) +
                                         " bytes of parameters, and this one has " + std::to_string(bytes));
  ready();

  std::string source = dispatch::write_source(requests, language(), target_);
  const std::string options = build_options();
  const auto build = [&](cl_program program) {
    std::lock_guard lock(build_mutex_);
    return driver_.clBuildProgram(program, 1, &found_.device, options.c_str(), nullptr, nullptr);
  };
  cl_int code = kSuccess;
  cl_program handle = nullptr;
  if (image && !image->bytes.empty()) {
    handle = from_binary(driver_, context_, found_.device, image->bytes);
    image->used = handle && build(handle) == kSuccess;
    if (handle && !image->used) driver_.clReleaseProgram(std::exchange(handle, nullptr));
  }
  const bool compiles = !handle;
  if (compiles) {
    const char* text = source.data();
    const std::size_t length = source.size();
    handle = driver_.clCreateProgramWithSource(context_, 1, &text, &length, &code);
    check(code, "clCreateProgramWithSource");
  }
  const auto built = std::make_shared<const Built>(*this, std::move(source), handle);
  if (compiles) code = build(handle);
  if (code == kDeviceNotAvailable) check(code, "clBuildProgram");
  if (code != kSuccess)
    throw error(Code::device_failure, "opencl: clBuildProgram failed on " + name_ + ": " + describe(code) +
                                          "; options: " + options + "; log:\n" +
                                          build_log(driver_, handle, found_.device));
  if (compiles && image) image->bytes = binary_of(driver_, handle);

  executables.reserve(requests.size());
  for (const dispatch::CompileRequest& request : requests) {
    const std::string entry = dispatch::entry_name(request);
    const cl_kernel kernel = driver_.clCreateKernel(handle, entry.c_str(), &code);
    opencl::check(code, "clCreateKernel", name_ + ", " + entry);
    executables.push_back(std::make_unique<OpenclExecutable>(built, kernel, *request.program));
  }
  return executables;
}

void OpenclDevice::launch(const dispatch::Executable& executable, const dispatch::Launch& launch) {
  const auto& compiled = static_cast<const OpenclExecutable&>(executable);
  if (&compiled.device() != this)
    throw error(Code::internal, "launch: an executable of " + compiled.device().name() + " came to " + name_);
  const dispatch::LaunchLease lease;
  dispatch::KernelLaunch& prepared = lease.launch();
  dispatch::prepare_launch(compiled.program(), launch, language(), target_, prepared);
  if (prepared.groups == 0) return;

  const auto local = static_cast<std::size_t>(prepared.group_size);
  const std::size_t global = static_cast<std::size_t>(prepared.groups) * local;
  std::lock_guard lock(compiled.mutex());
  cl_uint index = 0;
  const auto set = [&](std::size_t bytes, const void* value) {
    check(driver_.clSetKernelArg(compiled.kernel(), index++, bytes, value), "clSetKernelArg");
  };
  for (const dispatch::KernelArgument& argument : prepared.arguments) {
    // A buffer is passed by the address of its cl_mem, whose bits are the handle's.
    set(argument.is_memory ? sizeof(cl_mem) : argument.bytes, &argument.bits);
  }
  if (!prepared.geometry.empty()) set(prepared.geometry.size() * sizeof(std::int64_t), prepared.geometry.data());
  const auto enqueue = [&] {
    const Turn turn(*this);
    const cl_int code = driver_.clEnqueueNDRangeKernel(turn.queue(), compiled.kernel(), 1, nullptr, &global, &local, 0,
                                                       nullptr, nullptr);
    // Without it the device need not begin before somebody waits.
    return code == kSuccess ? driver_.clFlush(turn.queue()) : code;
  };
  cl_int code = enqueue();
  if (code == kAllocationFailure || code == kOutOfResources) {
    // Many devices take the memory of a buffer only now.
    drain_cache();
    code = enqueue();
  }
  check(code, "clEnqueueNDRangeKernel");
}

}  // namespace trireme::opencl
