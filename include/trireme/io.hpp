// include/trireme/io.hpp -- .npy files, printing, and the hash that identifies a result
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "trireme/array.hpp"

namespace trireme {

/// The array in a NumPy .npy file (versions 1 to 3, both byte orders, C or Fortran order, the dtypes Trireme has). A
/// bfloat16 array is raw bytes to NumPy, '<V2' or '>V2', as ml_dtypes writes it; bytes of another origin under that
/// name cannot be told apart and are read as bfloat16. '|V2', NumPy's own name of raw bytes, is refused. Throws
/// Code::io naming the file and what is wrong with it; sizes are checked against the file before memory is taken.
TRIREME_API array load_npy(const std::string& path);

/// Writes `x` as .npy version 1.0 (2.0 for a header that needs it), little-endian, row-major, through a temporary
/// file that is renamed. Throws Code::io. bfloat16 is read back in Python by np.load(path).view(ml_dtypes.bfloat16).
TRIREME_API void save_npy(const std::string& path, const array& x);

/// A 128-bit hash of dtype, shape and row-major bytes as 32 hexadecimal digits. Every NaN, also as a part of a complex
/// number, counts as the canonical one, so equal hashes mean equal results.
TRIREME_API std::string bits(const array& x);

/// Writes x.text(), the array as NumPy prints it, and evaluates it for that. Throws what eval() throws, then nothing
/// is written. `stream << (x << 1)` needs its parentheses, as with integers.
TRIREME_API std::ostream& operator<<(std::ostream& stream, const array& x);

}  // namespace trireme
