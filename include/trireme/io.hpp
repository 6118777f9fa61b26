// include/trireme/io.hpp -- .npy files, and the hash that identifies a result
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "trireme/array.hpp"

namespace trireme {

/// The array in a NumPy .npy file (versions 1 to 3, both byte orders, C or Fortran order, the dtypes Trireme has).
/// Throws Code::io naming the file and what is wrong with it; sizes are checked against the file before memory is taken.
TRIREME_API array load_npy(const std::string& path);

/// Writes `x` as .npy version 1.0 (2.0 for a header that needs it), little-endian, row-major, through a temporary
/// file that is renamed. Throws Code::io.
TRIREME_API void save_npy(const std::string& path, const array& x);

/// A 128-bit hash of dtype, shape and row-major bytes as 32 hexadecimal digits. Every NaN counts as the canonical
/// one, so equal hashes mean equal results.
TRIREME_API std::string bits(const array& x);

}  // namespace trireme
