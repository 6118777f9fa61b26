// hull/dispatch/measure.hpp -- the constants of the cost model, measured on the device
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/backend.hpp"

namespace trireme::dispatch {

/// The program that is timed: it copies one f32 array to another.
const program::Program& copy_program();
const program::Layout& copy_layout();

/// Sets launch_seconds, bytes_per_second and copy_bytes_per_second of `info` to what `copy`, an executable of the program
/// above, and copies to and from the host take on the device; some milliseconds. Sizes grow until a measurement is long enough
/// to be one, or the device has no more room.
void measure(Backend& backend, int device, const Executable& copy, DeviceInfo& info);

}  // namespace trireme::dispatch
