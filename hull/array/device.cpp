// hull/array/device.cpp -- the public view of devices, scopes, levels and threads
// SPDX-License-Identifier: Apache-2.0
#include "trireme/device.hpp"

#include "dispatch/choose.hpp"
#include "dispatch/registry.hpp"

namespace trireme {

Device::Device(std::string_view name) : id_(name == "auto" ? 0 : dispatch::find_device(name)) {}

std::string Device::name() const { return id_ == 0 ? "auto" : dispatch::device(id_).name; }

std::vector<DeviceReport> devices() {
  std::vector<DeviceReport> out;
  for (dispatch::RegisteredDevice& d : dispatch::all_devices()) {
    DeviceReport report;
    report.name = d.name;
    report.description = d.info.description;
    report.details = d.info.details;
    report.usable = d.usable;
    report.exact = d.exact;
    report.reason = d.reason;
    report.probe_error = d.probe_error;
    out.push_back(std::move(report));
  }
  for (DeviceReport& report : dispatch::unavailable_backends()) out.push_back(std::move(report));
  return out;
}

DeviceScope::DeviceScope(Device device) : previous_(dispatch::current_scope()) { dispatch::set_current_scope(device.id()); }
DeviceScope::~DeviceScope() { dispatch::set_current_scope(previous_); }

namespace {

dispatch::Backend& cpu() { return *dispatch::cpu_device().backend; }

}  // namespace

std::vector<std::string> cpu_levels() { return cpu().levels(); }
std::string cpu_level() { return cpu().level(); }
void set_cpu_level(std::string_view level) { cpu().set_level(level); }
int threads() { return cpu().threads(); }
std::string threads_reason() { return cpu().threads_reason(); }
void set_threads(int count) { cpu().set_threads(count); }

}  // namespace trireme
