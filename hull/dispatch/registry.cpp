// hull/dispatch/registry.cpp -- devices in one flat list: the CPU at once, the others when somebody asks
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/registry.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "dispatch/environment.hpp"
#include "dispatch/measure.hpp"
#include "dispatch/probe.hpp"
#include "dispatch/storage.hpp"
#include "dispatch/time_limit.hpp"
#include "program/float_environment.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

namespace {

/// What asking a backend for its devices gave.
struct Opened {
  std::vector<DeviceInfo> infos;
  std::vector<LibraryReport> libraries;
  std::string no_answer;  // a sentence when it did not answer in time; then nobody may ask it again
};

/// A device's constants, written once and apart from what others read.
struct Measured {
  std::once_flag once;
  DeviceInfo info;
};

struct Registry {
  std::unique_ptr<Backend> cpu = make_cpu_backend();
  std::once_flag others_listed;
  std::vector<std::unique_ptr<Backend>> others;
  std::vector<Opened> opened;              // one for each
  std::vector<RegisteredDevice> devices;   // complete once others_listed; never changes its size after
  std::vector<std::unique_ptr<std::once_flag>> probed;
  RegisteredDevice cpu_device;
  Measured measured_cpu;
  std::vector<std::unique_ptr<Measured>> measured;
};

Registry& registry() {
  static Registry* const instance = [] {
    auto r = std::make_unique<Registry>();
    r->cpu_device = {r->cpu.get(), 0, "cpu", r->cpu->devices()[0], true, true, "", 0};
    return r.release();  // leaked: drivers are not to be closed by static destructors
  }();
  return *instance;
}

std::string no_answer_text(int seconds, const std::string& while_) {
  return "It did not answer within " + std::to_string(seconds) + " s while " + while_ +
         ", and is left alone in this process. Look whether the device hangs (nvidia-smi, clinfo, dmesg); if it is only slow, "
         "set TRIREME_PROBE_TIMEOUT to more seconds, and if it is not wanted, TRIREME_DEVICE=cpu.";
}

/// A driver may hang, so another thread asks. Against a library that hangs in its constructors that does not help: the loader
/// of the process is locked then.
Opened open_backend(Backend& backend) {
  const int limit = probe_timeout();
  std::optional<Opened> opened = within(std::chrono::seconds(limit), [&backend] {
    const program::FloatEnvironment environment;
    Opened out;
    const std::span<const DeviceInfo> infos = backend.devices();
    out.infos.assign(infos.begin(), infos.end());
    out.libraries = backend.libraries();
    return out;
  });
  if (opened) return *std::move(opened);
  Opened out;
  out.no_answer = no_answer_text(limit, "its driver was opened");
  return out;
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
  std::vector<Opened> opened;
  for (auto& backend : r.others) {
    opened.push_back(open_backend(*backend));
    int index = 0;
    for (const DeviceInfo& info : opened.back().infos) {
      if (devices.size() == 255) break;  // ids are bytes
      RegisteredDevice d{backend.get(), index, "", info, false, false, "", 0};
      d.name = std::string(backend->name()) + ":" + std::to_string(index++);
      devices.push_back(std::move(d));
    }
  }
  std::vector<std::unique_ptr<std::once_flag>> probed;
  std::vector<std::unique_ptr<Measured>> measured;
  for (std::size_t k = 0; k < devices.size(); ++k) {
    probed.push_back(std::make_unique<std::once_flag>());
    measured.push_back(std::make_unique<Measured>());
  }
  r.opened = std::move(opened);
  r.devices = std::move(devices);
  r.probed = std::move(probed);
  r.measured = std::move(measured);
}

Registry& listed() {
  Registry& r = registry();
  std::call_once(r.others_listed, [&] { list_others(r); });
  return r;
}

void run_probe(RegisteredDevice& d) {
  if (d.backend->name() == "cpu") return;
  const int limit = probe_timeout();
  std::optional<ProbeResult> answer =
      within(std::chrono::seconds(limit), [backend = d.backend, index = d.index] { return probe(*backend, index); });
  if (!answer) {
    d.reason = no_answer_text(limit, "the probe ran");
    return;
  }
  ProbeResult& result = *answer;
  d.info.compile_seconds = result.compile_seconds;
  d.copy = result.copy;
  d.usable = result.usable;
  d.exact = result.exact;
  d.reason = result.reason;
  d.probe_error = result.error;
}

/// The executable to measure a device with; null for one that is not used.
std::shared_ptr<const Executable> copy_of(const RegisteredDevice& d) {
  if (d.backend->name() != "cpu") return d.exact ? d.copy : nullptr;
  const CompileRequest request{&copy_program(), &copy_layout()};
  return std::move(d.backend->compile(std::span(&request, 1), 0).at(0));
}

/// Why a backend has no devices; "" when it has. Asked anew, as a child of a fork has none.
std::string why_none(const Registry& r, std::size_t k) {
  if (!r.opened[k].no_answer.empty()) return r.opened[k].no_answer;
  return r.others[k]->devices().empty() ? r.others[k]->unavailable_reason() : "";
}

std::string available(Registry& r) {
  std::string names, reasons;
  for (std::size_t k = 0; k < r.devices.size(); ++k) {
    RegisteredDevice& d = device(static_cast<std::uint8_t>(k + 1));
    if (const std::string* lost = why_lost(d)) reasons += "; " + *lost;
    else if (d.usable) names += (names.empty() ? "" : ", ") + d.name;
    else reasons += "; " + d.name + " is not usable: " + d.reason;
  }
  for (std::size_t k = 0; k < r.others.size(); ++k)
    if (const std::string reason = why_none(r, k); !reason.empty()) reasons += "; " + std::string(r.others[k]->name()) + ": " + reason;
  return "available: " + names + reasons;
}

}  // namespace

RegisteredDevice& cpu_device() { return registry().cpu_device; }

const DeviceInfo& measured(std::uint8_t id) {
  Registry& r = registry();
  RegisteredDevice& d = device(id);
  Measured& m = id == kCpu ? r.measured_cpu : *r.measured[id - 1u];
  std::call_once(m.once, [&] {
    m.info = d.info;
    try {
      auto run = [backend = d.backend, index = d.index, copy = copy_of(d), info = d.info]() mutable {
        const program::FloatEnvironment environment;
        if (copy) measure(*backend, index, *copy, info);
        return info;
      };
      // The CPU does not hang, and a thread more would make everything after it pay for being threaded.
      if (id == kCpu) m.info = run();
      else if (auto info = within(std::chrono::seconds(probe_timeout()), run)) m.info = *std::move(info);
    } catch (const std::exception&) {  // a device that fails says so when it is used
    }
  });
  return m.info;
}

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
  const Registry& r = listed();
  for (std::size_t k = 0; k < r.others.size(); ++k) {
    DeviceReport report;
    report.name = r.others[k]->name();
    report.reason = why_none(r, k);
    if (!report.reason.empty()) out.push_back(std::move(report));
  }
  return out;
}

std::vector<BackendReport> backend_reports() {
  std::vector<BackendReport> out;
  const Registry& r = listed();
  for (std::size_t k = 0; k < r.others.size(); ++k) {
    std::string reason = why_none(r, k);
    out.push_back({std::string(r.others[k]->name()), reason.empty(), std::move(reason), r.opened[k].libraries});
  }
  return out;
}

}  // namespace trireme::dispatch
