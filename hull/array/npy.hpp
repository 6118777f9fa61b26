// hull/array/npy.hpp -- a .npy file that is already in memory
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "array/npy_header.hpp"
#include "trireme/array.hpp"

namespace trireme::npy {

/// Brings data of a file into host form, in place: byte order turned, bools other than 0 become 1.
void normalise(const Header& header, std::span<std::byte> data);

/// The array in the whole of a .npy file. Throws Code::io; takes memory only for data that are there.
array parse(std::span<const std::byte> file);

}  // namespace trireme::npy
