// hull/dispatch/registry.cpp -- devices in one flat list: the CPU at once, the others when somebody asks
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/registry.hpp"

#include <memory>
#include <mutex>
#include <vector>

#include "dispatch/probe.hpp"
#include "dispatch/storage.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

namespace {

struct Registry {
  std::unique_ptr<Backend> cpu = make_cpu_backend();
  std::once_flag others_listed;
  std::vector<std::unique_ptr<Backend>> others;
  std::vector<RegisteredDevice> devices;   // complete once others_listed; never changes its size after
  std::vector<std::unique_ptr<std::once_flag>> probed;
  RegisteredDevice cpu_device;
};

Registry& registry() {
  static Registry* const instance = [] {
    auto r = std::make_unique<Registry>();
    r->cpu_device = {r->cpu.get(), 0, "cpu", r->cpu->devices()[0], true, true, "", 0};
    return r.release();  // leaked: drivers are not to be closed by static destructors
  }();
  return *instance;
}

/// Changes nothing when it throws, so that it can be tried again.
void list_others(Registry& r) {
  std::vector<RegisteredDevice> devices{r.cpu_device};
  if (r.others.empty()) {
    std::vector<std::unique_ptr<Backend>> others;
    others.push_back(make_opencl_backend());
    others.push_back(make_cuda_backend());
    r.others = std::move(others);
  }
  for (auto& backend : r.others) {
    int index = 0;
    for (const DeviceInfo& info : backend->devices()) {
      if (devices.size() == 255) break;  // ids are bytes
      RegisteredDevice d{backend.get(), index, "", info, false, false, "", 0};
      d.name = std::string(backend->name()) + ":" + std::to_string(index++);
      devices.push_back(std::move(d));
    }
  }
  std::vector<std::unique_ptr<std::once_flag>> probed;
  for (std::size_t k = 0; k < devices.size(); ++k) probed.push_back(std::make_unique<std::once_flag>());
  r.devices = std::move(devices);
  r.probed = std::move(probed);
}

Registry& listed() {
  Registry& r = registry();
  std::call_once(r.others_listed, [&] { list_others(r); });
  return r;
}

void run_probe(RegisteredDevice& d) {
  if (d.backend->name() == "cpu") return;
  ProbeResult result = probe(*d.backend, d.index);
  d.usable = result.usable;
  d.exact = result.exact;
  d.reason = result.reason;
  d.probe_error = result.error;
}

std::string available(Registry& r) {
  std::string names, reasons;
  for (std::size_t k = 0; k < r.devices.size(); ++k) {
    RegisteredDevice& d = device(static_cast<std::uint8_t>(k + 1));
    if (const std::string* lost = why_lost(d)) reasons += "; " + *lost;
    else if (d.usable) names += (names.empty() ? "" : ", ") + d.name;
    else reasons += "; " + d.name + " is not usable: " + d.reason;
  }
  for (auto& backend : r.others)
    if (backend->devices().empty()) reasons += "; " + std::string(backend->name()) + ": " + backend->unavailable_reason();
  return "available: " + names + reasons;
}

}  // namespace

RegisteredDevice& cpu_device() { return registry().cpu_device; }

RegisteredDevice& device(std::uint8_t id) {
  if (id == kCpu) return cpu_device();
  Registry& r = listed();
  if (id == 0 || id > r.devices.size()) throw error(Code::internal, "device: no device has id " + std::to_string(id));
  RegisteredDevice& d = r.devices[id - 1u];
  std::call_once(*r.probed[id - 1u], [&] { run_probe(d); });
  return d;
}

std::span<RegisteredDevice> listed_devices() { return listed().devices; }

std::span<RegisteredDevice> all_devices() {
  Registry& r = listed();
  for (std::size_t k = 1; k < r.devices.size(); ++k) device(static_cast<std::uint8_t>(k + 1));
  return r.devices;
}

std::uint8_t find_device(std::string_view wanted) {
  if (wanted == "cpu" || wanted == "cpu:0") return kCpu;
  Registry& r = listed();
  std::string full(wanted);
  if (full.find(':') == std::string::npos) full += ":0";
  for (std::size_t k = 1; k < r.devices.size(); ++k) {
    if (r.devices[k].name != full) continue;
    auto id = static_cast<std::uint8_t>(k + 1);
    if (const std::string* lost = why_lost(r.devices[k])) throw error(Code::device_unavailable, "device: " + *lost);
    if (device(id).usable) return id;
    throw error(Code::device_unavailable, "device: " + full + " is not usable: " + r.devices[k].reason + "; " + available(r));
  }
  throw error(Code::device_unavailable, "device: there is no '" + std::string(wanted) + "' here; " + available(r));
}

std::vector<DeviceReport> unavailable_backends() {
  std::vector<DeviceReport> out;
  for (auto& backend : listed().others) {
    if (!backend->devices().empty()) continue;
    DeviceReport report;
    report.name = backend->name();
    report.reason = backend->unavailable_reason();
    out.push_back(std::move(report));
  }
  return out;
}

}  // namespace trireme::dispatch
