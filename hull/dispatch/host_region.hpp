// hull/dispatch/host_region.hpp -- a part of a device's block as the CPU can write it, where the device itself cannot
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/bind.hpp"
#include "dispatch/value_block.hpp"

namespace trireme::dispatch {

/// The stretch of a block that a region lies in, on the CPU. What is between the region's elements is copied from the device,
/// so that it can be written back with them.
class HostRegion {
 public:
  /// `shape` is the region's, and `item` the bytes of an element. `moved` counts what is copied, then and in write_back().
  HostRegion(const Region& region, const Shape& shape, std::size_t item, std::int64_t& moved);

  /// The same elements in the block on the CPU.
  const Region& region() const { return region_; }
  /// Copies the stretch to the device.
  void write_back();

 private:
  Storage* const device_block_;
  std::int64_t& moved_;
  std::size_t first_byte_ = 0, bytes_ = 0;
  Held host_;
  Region region_;
};

}  // namespace trireme::dispatch
