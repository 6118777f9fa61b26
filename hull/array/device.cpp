// hull/array/device.cpp -- the public view of devices, scopes, levels and threads
// SPDX-License-Identifier: Apache-2.0
#include "trireme/device.hpp"

#include "dispatch/choose.hpp"
#include "dispatch/registry.hpp"
#include "program/out_of_memory.hpp"

namespace trireme {

Device::Device(std::string_view name) try : id_(name == "auto" ? 0 : dispatch::find_device(name)) {
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("device");
}

std::string Device::name() const try {
  return id_ == 0 ? "auto" : dispatch::device(id_).name;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("device");
}

std::vector<DeviceReport> devices() try {
  std::vector<DeviceReport> out;
  std::uint8_t id = 1;
  for (dispatch::RegisteredDevice& d : dispatch::all_devices()) {
    DeviceReport report;
    report.name = d.name;
    report.description = d.info.description;
    report.details = d.info.details;
    report.usable = d.usable;
    report.exact = d.exact;
    report.reason = d.reason;
    report.probe_error = d.probe_error;
    const dispatch::DeviceInfo& info = dispatch::measured(id++);
    report.launch_seconds = info.launch_seconds;
    report.bytes_per_second = info.bytes_per_second;
    report.copy_bytes_per_second = info.copy_bytes_per_second;
    report.compile_seconds = info.compile_seconds;
    report.measured = info.measured;
    report.lacks = d.info.lacks;
    if (const std::string* lost = dispatch::why_lost(d)) {
      report.usable = false;
      report.reason = *lost;
    }
    out.push_back(std::move(report));
  }
  for (DeviceReport& report : dispatch::unavailable_backends()) out.push_back(std::move(report));
  return out;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("devices");
}

std::vector<BackendReport> backends() try {
  return dispatch::backend_reports();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("backends");
}

DeviceScope::DeviceScope(Device device) : previous_(dispatch::current_scope()) { dispatch::set_current_scope(device.id()); }
DeviceScope::~DeviceScope() { dispatch::set_current_scope(previous_); }

namespace {

dispatch::Backend& cpu() { return *dispatch::cpu_device().backend; }

}  // namespace

std::vector<std::string> cpu_levels() try {
  return cpu().levels();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("cpu_levels");
}
std::string cpu_level() try {
  return cpu().level();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("cpu_level");
}
void set_cpu_level(std::string_view level) try {
  cpu().set_level(level);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("set_cpu_level");
}
std::string interpreted_reason() try {
  return cpu().interpreted_reason();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("interpreted_reason");
}
int threads() try {
  return cpu().threads();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("threads");
}
std::string threads_reason() try {
  return cpu().threads_reason();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("threads_reason");
}
void set_threads(int count) try {
  cpu().set_threads(count);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("set_threads");
}

}  // namespace trireme
