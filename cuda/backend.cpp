// cuda/backend.cpp -- the CUDA backend: the contract, passed on to one CudaDevice each
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "cuda/device.hpp"
#include "cuda/driver.hpp"
#include "dispatch/device_backend.hpp"
#include "dispatch/registry.hpp"
#include "trireme/error.hpp"

namespace trireme::cuda {
namespace {

using List = dispatch::DeviceList<CudaDevice>;

List* make_list() {
  auto* list = new List;
  const Driver& opened = driver();
  list->unavailable = opened.unavailable;
  if (!list->unavailable.empty()) return list;
  try {
    for (int ordinal = 0; ordinal < opened.device_count; ++ordinal) {
      list->devices.push_back(std::make_unique<CudaDevice>(opened, ordinal));
      list->infos.push_back(list->devices.back()->info());
    }
  } catch (const error& failure) {
    // A device that cannot even be described; the ones before it keep their numbers.
    if (list->infos.empty())
      list->unavailable = std::string("The CUDA driver does not describe its devices: ") + failure.what() + ".";
    else
      list->infos.back().details += "; a later device was left out: " + std::string(failure.what());
  }
  return list;
}

struct Traits {
  using Device = CudaDevice;
  static constexpr std::string_view kName = "cuda";
  static const List& list() {
    // The devices of the process, however many backends are made. Never destroyed.
    static const List* const all = make_list();
    return *all;
  }
  static std::vector<LibraryReport> libraries() {
    const Driver& opened = driver();
    std::string version = opened.version ? "supports CUDA " + version_text(opened.version) : "";
    if (!opened.kernel_module.empty()) version += (version.empty() ? "kernel module " : ", kernel module ") + opened.kernel_module;
    std::vector<LibraryReport> out{{"driver", opened.library, version, opened.tried}};
    const Nvrtc& nvrtc = opened.nvrtc;
    if (!nvrtc.library.empty() || !nvrtc.failures.empty())  // it is looked for once the driver works
      out.push_back({"compiler NVRTC", nvrtc.file, nvrtc.version ? version_text(nvrtc.version) : "", nvrtc.failures});
    return out;
  }
  static bool was_forked() { return cuda::was_forked(); }
  static std::string forked_reason() { return cuda::forked_reason(); }
};

}  // namespace
}  // namespace trireme::cuda

namespace trireme::dispatch {

std::unique_ptr<Backend> make_cuda_backend() { return std::make_unique<DeviceBackend<cuda::Traits>>(); }

}  // namespace trireme::dispatch
