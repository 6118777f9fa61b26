// hull/dispatch/registry.hpp -- the list of backends and devices, and the probe that decides which are usable
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>

#include "dispatch/backend.hpp"
#include "trireme/device.hpp"

namespace trireme::dispatch {

/// Made by each backend's folder; called once, must not touch a driver.
std::unique_ptr<Backend> make_cpu_backend();
std::unique_ptr<Backend> make_opencl_backend();
std::unique_ptr<Backend> make_cuda_backend();

/// One device in the registry's flat list. Device::id() is its position + 1; the CPU is first.
struct RegisteredDevice {
  Backend* backend = nullptr;
  int index = 0;         // within the backend
  std::string name;      // "cuda:0"
  DeviceInfo info;
  bool usable = false;   // the probe's programs compiled and ran
  bool exact = false;    // and every bit of their results was right
  std::string reason;    // when not usable or not exact
  double probe_error = 0;
  std::shared_ptr<const Executable> copy = nullptr;  // left by the probe, for measured()
};

/// Why a device that the probe found usable is so no more; null while it works.
inline const std::string* why_lost(const RegisteredDevice& device) { return device.backend->lost(device.index); }

/// The CPU device; never opens a driver.
RegisteredDevice& cpu_device();

/// The device's constants of the cost model, measured when this is first called, which takes some milliseconds or tens of them.
/// What cannot be measured, or not in time, is as the backend guesses it; then DeviceInfo::measured is false. Probes the device.
const DeviceInfo& measured(std::uint8_t id);

/// The device with this id, probed. Opens drivers unless it is the CPU's id.
RegisteredDevice& device(std::uint8_t id);

/// All devices, not probed yet unless device() was called on them; opens every driver.
std::span<RegisteredDevice> listed_devices();

/// All devices, probed.
std::span<RegisteredDevice> all_devices();

/// The device called `name` ("cuda" is "cuda:0"). Throws Code::device_unavailable with what there is and why not.
std::uint8_t find_device(std::string_view name);

/// The backends without a usable device and why, one sentence each.
std::vector<DeviceReport> unavailable_backends();

/// All backends but the CPU's, with the libraries that they looked for.
std::vector<BackendReport> backend_reports();

}  // namespace trireme::dispatch
