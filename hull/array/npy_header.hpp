// hull/array/npy_header.hpp -- the header of .npy files: what it says, checked against the size of the file
// SPDX-License-Identifier: Apache-2.0
//
// Failures throw Code::io with what is wrong, what was expected and what came, but no file name: the caller knows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "trireme/dtype.hpp"
#include "trireme/shape.hpp"

namespace trireme::npy {

/// Longest header text that is read. NumPy's own limit is 10,000 characters; Trireme's arrays need below 300.
inline constexpr std::size_t kMaxHeader = 64 * 1024;
/// Bytes that are enough to hold everything before the data.
inline constexpr std::size_t kMaxPrefix = 12 + kMaxHeader;

struct Header {
  Dtype dtype = Dtype::f64;
  bool big_endian = false;
  bool fortran_order = false;
  Shape shape;
  std::uint64_t data_offset = 0;
  std::uint64_t data_bytes = 0;
};

/// The dict of a header's text, such as "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }". Sets neither
/// data_offset nor, when the shape has more than 2^63 - 1 bytes, anything: that is an error.
Header parse_dict(std::string_view text);

/// The header of a file of `file_bytes` bytes, whose first min(file_bytes, kMaxPrefix) are `prefix`. The data fill the
/// rest of the file exactly.
Header parse_header(std::span<const std::byte> prefix, std::uint64_t file_bytes);

/// Magic, version 1.0 and the padded dict of a little-endian, row-major file; the data start at a multiple of 64.
std::string make_header(Dtype dtype, const Shape& shape);

}  // namespace trireme::npy
