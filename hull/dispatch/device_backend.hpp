// hull/dispatch/device_backend.hpp -- a backend over a list of device objects: the part that drivers have in common
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "dispatch/backend.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

/// The devices that a driver gave, and why there are none or fewer.
template <class Device>
struct DeviceList {
  std::vector<std::unique_ptr<Device>> devices;
  std::vector<DeviceInfo> infos;
  std::string unavailable;  // a sentence when there are none
};

/// Why a device that worked does so no more. The first reason stays, for the life of the process.
class LostMark {
 public:
  const std::string* reason() const { return reason_.load(std::memory_order_acquire); }

  /// `device` as messages name it; the driver's call and how it describes what that failed with.
  void set(const std::string& device, const char* call, const std::string& failure) noexcept try {
    auto text = std::make_unique<const std::string>(
        device + " was lost to this process: " + call + " failed with " + failure +
        "; values that were on it alone are gone, all others are intact, and a new process may use it again");
    const std::string* none = nullptr;
    if (reason_.compare_exchange_strong(none, text.get())) text.release();
  } catch (const std::bad_alloc&) {  // the next failing call says it again
  }

 private:
  std::atomic<const std::string*> reason_{nullptr};  // never freed
};

/// Passes the contract on to one Device each. Traits gives: Device (with the contract's functions less the device
/// number, and wait), kName, list() (made once, at the first use, and never destroyed), and what is known of forks.
template <class Traits>
class DeviceBackend final : public Backend {
 public:
  using Device = typename Traits::Device;

  std::string_view name() const override { return Traits::kName; }

  std::span<const DeviceInfo> devices() override {
    if (Traits::was_forked()) return {};
    return Traits::list().infos;
  }
  std::string unavailable_reason() override {
    return Traits::was_forked() ? Traits::forked_reason() : Traits::list().unavailable;
  }

  std::vector<LibraryReport> libraries() override {
    if (Traits::was_forked()) return {};
    Traits::list();
    return Traits::libraries();
  }

  Support supports(const program::Program& program, int device) override { return at(device).supports(program); }
  Memory allocate(int device, std::size_t bytes) override { return at(device).allocate(bytes); }
  void release(int device, Memory memory) noexcept override {
    if (!Traits::was_forked()) Traits::list().devices[static_cast<std::size_t>(device)]->release(memory);
  }
  void copy_in(int device, Memory to, std::size_t offset, const void* from, std::size_t bytes) override {
    at(device).copy_in(to, offset, from, bytes);
  }
  void copy_out(int device, void* to, Memory from, std::size_t offset, std::size_t bytes) override {
    at(device).copy_out(to, from, offset, bytes);
  }
  std::vector<std::unique_ptr<Executable>> compile(std::span<const CompileRequest> requests, int device,
                                                   Image* image) override {
    return at(device).compile(requests, image);
  }
  std::string image_key(std::span<const CompileRequest> requests, int device) override {
    return at(device).image_key(requests);
  }
  void launch(int device, const Executable& executable, const Launch& launch) override { at(device).launch(executable, launch); }
  void wait(int device) override { at(device).wait(); }
  const std::string* lost(int device) override { return Traits::was_forked() ? nullptr : at(device).lost(); }
  Interop* interop(int device) override { return &at(device); }
  std::int64_t reserved_bytes(int device) override { return at(device).reserved_bytes(); }

 private:
  static Device& at(int device) {
    std::string name(Traits::kName);
    if (Traits::was_forked()) throw error(Code::device_unavailable, name + ": " + Traits::forked_reason());
    const DeviceList<Device>& list = Traits::list();
    if (device < 0 || static_cast<std::size_t>(device) >= list.devices.size())
      throw error(Code::device_unavailable,
                  name + ": there is no device " + std::to_string(device) + "; " +
                      (list.unavailable.empty() ? "there are " + std::to_string(list.devices.size()) : list.unavailable));
    return *list.devices[static_cast<std::size_t>(device)];
  }
};

/// What a child of fork is told.
inline std::string forked_sentence(const std::string& driver) {
  return "This process was forked from one that had already started " + driver + ", and " + driver +
         " does not work in such a child. Fork before the first use of a device, or start a new program instead (exec, spawn).";
}

}  // namespace trireme::dispatch
