// cpu/backend.cpp -- the CPU's implementation of the contract; always present, always usable
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <fstream>
#include <new>

#include "cpu/features.hpp"
#include "cpu/threads.hpp"
#include "cpu/vm.hpp"
#include "dispatch/registry.hpp"
#include "trireme/error.hpp"

namespace trireme::cpu {

namespace {

using dispatch::DeviceInfo;
using dispatch::Memory;

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("model name", 0) == 0)
      if (std::size_t colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "processor";
}

class CpuBackend final : public dispatch::Backend {
 public:
  CpuBackend() {
    info_.description = processor_name();
    info_.details = "tile VM over xsimd, oneTBB";
    info_.is_host = true;
    info_.launch_seconds = 3e-7;
    info_.bytes_per_second = 1e10;
    info_.copy_bytes_per_second = 1e10;
  }

  std::string_view name() const override { return "cpu"; }
  std::span<const DeviceInfo> devices() override {
    // What the environment says is checked before the first use, not when it first matters.
    current_level();
    jit_mode();
    thread_count();
    return {&info_, 1};
  }
  std::string unavailable_reason() override { return {}; }
  dispatch::Support supports(const program::Program& program, int) override { return vm_supports(program); }

  Memory allocate(int, std::size_t bytes) override {
    void* p = ::operator new(bytes + 64, std::align_val_t{64}, std::nothrow);
    if (!p) throw error(Code::out_of_memory, "allocate: " + std::to_string(bytes) + " bytes on cpu are not to be had");
    return {reinterpret_cast<std::uintptr_t>(p), bytes};
  }
  void release(int, Memory memory) noexcept override {
    ::operator delete(reinterpret_cast<void*>(memory.handle), std::align_val_t{64});
  }
  void copy_in(int, Memory to, std::size_t offset, const void* from, std::size_t bytes) override {
    if (bytes) std::memcpy(reinterpret_cast<char*>(to.handle) + offset, from, bytes);
  }
  void copy_out(int, void* to, Memory from, std::size_t offset, std::size_t bytes) override {
    if (bytes) std::memcpy(to, reinterpret_cast<char*>(from.handle) + offset, bytes);
  }

  std::vector<std::unique_ptr<dispatch::Executable>> compile(std::span<const dispatch::CompileRequest> requests, int,
                                                             dispatch::Image*) override {
    std::vector<std::unique_ptr<dispatch::Executable>> out;
    for (const dispatch::CompileRequest& r : requests) out.push_back(std::make_unique<VmExecutable>(*r.program));
    return out;
  }
  void launch(int, const dispatch::Executable& executable, const dispatch::Launch& launch) override {
    vm_run(static_cast<const VmExecutable&>(executable), launch);
  }
  void launch_flat(const dispatch::Executable& executable, std::int64_t n, std::span<const dispatch::FlatArgument> arguments) override {
    vm_run_flat(static_cast<const VmExecutable&>(executable), n, arguments);
  }
  bool reduce_flat(const dispatch::Executable& executable, std::int64_t n, std::span<const dispatch::FlatArgument> arguments) override {
    return vm_reduce_flat(static_cast<const VmExecutable&>(executable), n, arguments);
  }
  void wait(int) override {}

  std::vector<std::string> levels() override {
    std::vector<std::string> out;
    for (const Level& level : cpu::levels())
      if (level.usable) out.emplace_back(level.name);
    return out;
  }
  std::string level() override { return current_level().name; }
  void set_level(std::string_view level) override { use_level(level); }
  bool is_compiled(const dispatch::Executable& executable) override {
    return static_cast<const VmExecutable&>(executable).jit.has_code(current_level());
  }
  std::string interpreted_reason() override { return jit_unavailable_reason(); }
  int threads() override { return thread_count(); }
  std::string threads_reason() override { return thread_reason(); }
  void set_threads(int count) override { set_thread_count(count); }

 private:
  DeviceInfo info_;
};

}  // namespace

}  // namespace trireme::cpu

namespace trireme::dispatch {

std::unique_ptr<Backend> make_cpu_backend() { return std::make_unique<cpu::CpuBackend>(); }

}  // namespace trireme::dispatch
