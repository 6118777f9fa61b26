// opencl/backend.cpp -- the OpenCL backend: the contract, passed on to one OpenclDevice each
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "dispatch/device_backend.hpp"
#include "dispatch/registry.hpp"
#include "opencl/device.hpp"
#include "opencl/driver.hpp"
#include "trireme/error.hpp"

namespace trireme::opencl {
namespace {

using List = dispatch::DeviceList<OpenclDevice>;

List* make_list() {
  auto* list = new List;
  const Driver& opened = driver();
  list->unavailable = opened.unavailable;
  if (!list->unavailable.empty()) return list;
  std::string refused;  // what is there and not used, platforms and devices
  for (const std::string& failure : opened.failures) refused += " " + failure;
  for (const FoundDevice& found : opened.found) {
    if (const std::string why = OpenclDevice::refusal(opened, found); !why.empty()) {
      refused += " " + why;
      continue;
    }
    list->devices.push_back(std::make_unique<OpenclDevice>(opened, found, static_cast<int>(list->devices.size())));
    list->infos.push_back(list->devices.back()->info());
  }
  if (list->infos.empty())
    list->unavailable = "No OpenCL device can be used." + refused + " Install or update the device's driver.";
  else if (!refused.empty())
    list->infos.front().details += "; not used:" + refused;
  return list;
}

struct Traits {
  using Device = OpenclDevice;
  static constexpr std::string_view kName = "opencl";
  static const List& list() {
    // The devices of the process, however many backends are made. Never destroyed.
    static const List* const all = make_list();
    return *all;
  }
  static std::vector<LibraryReport> libraries() {
    const Driver& opened = driver();
    std::vector<LibraryReport> out{{"loader", opened.library, "", opened.tried}};
    for (const cl_platform_id platform : opened.platforms)
      out.push_back({"platform", opened.platform_text(platform, kPlatformName), opened.platform_text(platform, kPlatformVersion), ""});
    return out;
  }
  static bool was_forked() { return opencl::was_forked(); }
  static std::string forked_reason() { return opencl::forked_reason(); }
};

}  // namespace
}  // namespace trireme::opencl

namespace trireme::dispatch {

std::unique_ptr<Backend> make_opencl_backend() { return std::make_unique<DeviceBackend<opencl::Traits>>(); }

}  // namespace trireme::dispatch
