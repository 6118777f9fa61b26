// cuda/compile.cpp -- programs to CUDA text to a module, and launches of its functions
// SPDX-License-Identifier: Apache-2.0
#include "cuda/device.hpp"

#include <utility>

#include "cuda/language.hpp"
#include "dispatch/launch_workspace.hpp"
#include "dispatch/source_writer.hpp"
#include "trireme/error.hpp"

namespace trireme::cuda {
namespace {

constexpr std::uint64_t kMostGroups = 0x7fffffff;  // of the grid's x extent
constexpr std::size_t kMostParameterBytes = 4096;  // what every driver and device takes

// A loaded translation unit; all executables compiled together hold it.
class Module {
 public:
  Module(CudaDevice& device, std::string source, CUmodule handle)
      : device_(device), source_(std::move(source)), handle_(handle) {}
  ~Module() {
    if (was_forked()) return;
    try {
      device_.wait();
      const CudaDevice::Current current(device_);
      device_.driver().cuModuleUnload(handle_);
    } catch (const error&) {  // the driver is gone, and the module with it
    }
  }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const CudaDevice& device() const { return device_; }
  const std::string& source() const { return source_; }
  CUmodule handle() const { return handle_; }

 private:
  CudaDevice& device_;
  const std::string source_;
  const CUmodule handle_;
};

class CudaExecutable final : public dispatch::Executable {
 public:
  CudaExecutable(std::shared_ptr<const Module> module, CUfunction function, const program::Program& program)
      : module_(std::move(module)), function_(function), program_(program) {}

  std::string source() const override { return module_->source(); }
  const CudaDevice& device() const { return module_->device(); }
  CUfunction function() const { return function_; }
  const program::Program& program() const { return program_; }

 private:
  const std::shared_ptr<const Module> module_;
  const CUfunction function_;
  const program::Program program_;
};

}  // namespace

// Machine code does not depend on the driver; PTX, which it compiles, is the same for all.
std::string CudaDevice::image_key(std::span<const dispatch::CompileRequest> requests) const {
  return "cuda\n" + compile_key(driver_.nvrtc, target_) + dispatch::write_source(requests, language());
}

std::vector<std::unique_ptr<dispatch::Executable>> CudaDevice::compile(
    std::span<const dispatch::CompileRequest> requests, dispatch::Image* image) {
  std::vector<std::unique_ptr<dispatch::Executable>> executables;
  if (requests.empty()) return executables;
  if (target_.architecture == 0) throw error(Code::unsupported, "compile: " + supports(*requests[0].program).reason);

  for (const dispatch::CompileRequest& request : requests)
    if (const std::size_t bytes = dispatch::parameter_bytes(request); bytes > kMostParameterBytes)
      throw error(Code::unsupported, "compile: " + name_ + " takes kernels with at most " +
                                         std::to_string(kMostParameterBytes) +
                                         " bytes of parameters, and this one has " + std::to_string(bytes));

  std::string source = dispatch::write_source(requests, language());
  dispatch::Image unkept;
  if (!image) image = &unkept;
  std::string& code_bytes = image->bytes;

  const Current current(*this);
  CUmodule handle = nullptr;
  image->used = !code_bytes.empty() && driver_.cuModuleLoadData(&handle, code_bytes.data()) == kSuccess;
  if (!image->used) code_bytes = compile_text(driver_.nvrtc, source, target_);
  if (const CUresult code = image->used ? kSuccess : driver_.cuModuleLoadData(&handle, code_bytes.data())) {
    if (is_fatal(code)) check(code, "cuModuleLoadData");
    // An NVRTC that is newer than the driver is the usual cause.
    const bool newer = driver_.nvrtc.version > driver_.version;
    cuda::check(code, "cuModuleLoadData",
                name_ + ", code of NVRTC " + version_text(driver_.nvrtc.version) + ", driver for CUDA " +
                    version_text(driver_.version) +
                    (newer ? " (update the driver, or install an NVRTC that is not newer)" : ""));
  }
  const auto module = std::make_shared<const Module>(*this, std::move(source), handle);
  executables.reserve(requests.size());
  for (const dispatch::CompileRequest& request : requests) {
    CUfunction function = nullptr;
    const std::string entry = dispatch::entry_name(request);
    cuda::check(driver_.cuModuleGetFunction(&function, handle, entry.c_str()), "cuModuleGetFunction", name_ + ", " + entry);
    executables.push_back(std::make_unique<CudaExecutable>(module, function, *request.program));
  }
  return executables;
}

void CudaDevice::launch(const dispatch::Executable& executable, const dispatch::Launch& launch) {
  const auto& compiled = static_cast<const CudaExecutable&>(executable);
  if (&compiled.device() != this)
    throw error(Code::internal, "launch: an executable of " + compiled.device().name() + " came to " + name_);
  const dispatch::LaunchLease lease;
  dispatch::KernelLaunch& prepared = lease.launch();
  dispatch::prepare_launch(compiled.program(), launch, language(), {}, prepared);
  if (prepared.groups == 0) return;
  if (prepared.groups > kMostGroups)
    throw error(Code::unsupported, "launch: " + name_ + " takes at most " + std::to_string(kMostGroups) +
                                       " groups, and the program needs " + std::to_string(prepared.groups));

  void** parameters = lease.pointers();
  const Turn turn(*this);
  check(driver_.cuLaunchKernel(compiled.function(), static_cast<unsigned>(prepared.groups), 1, 1,
                               static_cast<unsigned>(prepared.group_size), 1, 1, 0, turn.stream(), parameters, nullptr),
        "cuLaunchKernel");
}

}  // namespace trireme::cuda
