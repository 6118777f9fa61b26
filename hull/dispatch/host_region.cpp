// hull/dispatch/host_region.cpp -- the stretch from the first to the last element of a region, there and back
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/host_region.hpp"

#include "dispatch/registry.hpp"

namespace trireme::dispatch {

HostRegion::HostRegion(const Region& region, const Shape& shape, std::size_t item, std::int64_t& moved)
    : device_block_(region.storage), moved_(moved), region_(region) {
  std::int64_t first = region.offset, last = region.offset;
  for (int k = 0; k < shape.rank(); ++k) {
    const std::int64_t reach = (shape[k] - 1) * region.strides[k];
    (reach < 0 ? first : last) += reach;
  }
  first_byte_ = static_cast<std::size_t>(first) * item;
  bytes_ = bytes_of(last - first + 1, item);
  host_.storage = allocate(kCpu, bytes_);
  region_.storage = host_.storage;
  region_.offset -= first;
  if (shape.size() == last - first + 1) return;  // the places of a region are all different, so these are all of them
  RegisteredDevice& from = device(device_block_->device);
  from.backend->copy_out(from.index, host_data(host_.storage), device_block_->memory, first_byte_, bytes_);
  moved_ += static_cast<std::int64_t>(bytes_);
}

void HostRegion::write_back() {
  RegisteredDevice& to = device(device_block_->device);
  to.backend->copy_in(to.index, device_block_->memory, first_byte_, host_data(host_.storage), bytes_);
  moved_ += static_cast<std::int64_t>(bytes_);
}

}  // namespace trireme::dispatch
