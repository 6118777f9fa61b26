// opencl/backend.cpp -- the OpenCL backend: the contract, passed on to one OpenclDevice each
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "dispatch/registry.hpp"
#include "opencl/device.hpp"
#include "opencl/driver.hpp"
#include "trireme/error.hpp"

namespace trireme::opencl {
namespace {

// The devices of the process, however many backends are made. Never destroyed.
struct DeviceList {
  std::vector<std::unique_ptr<OpenclDevice>> devices;
  std::vector<dispatch::DeviceInfo> infos;
  std::string unavailable;

  DeviceList() {
    const Driver& opened = driver();
    unavailable = opened.unavailable;
    if (!unavailable.empty()) return;
    std::string refused;  // what is there and not used, platforms and devices
    for (const std::string& failure : opened.failures) refused += " " + failure;
    for (const FoundDevice& found : opened.found) {
      if (const std::string why = OpenclDevice::refusal(opened, found); !why.empty()) {
        refused += " " + why;
        continue;
      }
      devices.push_back(std::make_unique<OpenclDevice>(opened, found, static_cast<int>(devices.size())));
      infos.push_back(devices.back()->info());
    }
    if (infos.empty())
      unavailable = "No OpenCL device can be used." + refused + " Install or update the device's driver.";
    else if (!refused.empty())
      infos.front().details += "; not used:" + refused;
  }
};

const DeviceList& device_list() {
  static const DeviceList* const list = new DeviceList;
  return *list;
}

class OpenclBackend final : public dispatch::Backend {
 public:
  std::string_view name() const override { return "opencl"; }

  std::span<const dispatch::DeviceInfo> devices() override {
    if (was_forked()) return {};
    return device_list().infos;
  }
  std::string unavailable_reason() override { return was_forked() ? forked_reason() : device_list().unavailable; }

  dispatch::Support supports(const program::Program& program, int device) override {
    return at(device).supports(program);
  }
  dispatch::Memory allocate(int device, std::size_t bytes) override { return at(device).allocate(bytes); }
  void release(int device, dispatch::Memory memory) noexcept override {
    if (!was_forked()) device_list().devices[static_cast<std::size_t>(device)]->release(memory);
  }
  void copy_in(int device, dispatch::Memory to, std::size_t offset, const void* from, std::size_t bytes) override {
    at(device).copy_in(to, offset, from, bytes);
  }
  void copy_out(int device, void* to, dispatch::Memory from, std::size_t offset, std::size_t bytes) override {
    at(device).copy_out(to, from, offset, bytes);
  }
  std::vector<std::unique_ptr<dispatch::Executable>> compile(std::span<const dispatch::CompileRequest> requests,
                                                             int device) override {
    return at(device).compile(requests);
  }
  void launch(int device, const dispatch::Executable& executable, const dispatch::Launch& launch) override {
    at(device).launch(executable, launch);
  }
  void wait(int device) override { at(device).wait(); }

 private:
  static OpenclDevice& at(int device) {
    if (was_forked()) throw error(Code::device_unavailable, "opencl: " + forked_reason());
    const DeviceList& list = device_list();
    if (device < 0 || static_cast<std::size_t>(device) >= list.devices.size())
      throw error(
          Code::device_unavailable,
          "opencl: there is no device " + std::to_string(device) + "; " +
              (list.unavailable.empty() ? "there are " + std::to_string(list.devices.size()) : list.unavailable));
    return *list.devices[static_cast<std::size_t>(device)];
  }
};

}  // namespace
}  // namespace trireme::opencl

namespace trireme::dispatch {

std::unique_ptr<Backend> make_opencl_backend() { return std::make_unique<opencl::OpenclBackend>(); }

}  // namespace trireme::dispatch
