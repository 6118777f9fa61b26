# tests/array/make_npy_golden.py -- writes npy_golden.inc: .npy files as NumPy writes them, and what is in them
# SPDX-License-Identifier: Apache-2.0
#
# Usage: python3 make_npy_golden.py > npy_golden.inc
import io

import numpy as np


def row(name, a, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, a, version=version)
    escaped = "".join(f"\\{b:03o}" if not 32 <= b < 127 or chr(b) in '\\"?' else chr(b) for b in file.getvalue())
    native = a.astype(a.dtype.newbyteorder("="))
    elements = "".join(f"\\{b:03o}" for b in native.tobytes("C"))
    dtype = {"bool": "boolean", "int32": "i32", "int64": "i64", "float32": "f32", "float64": "f64"}[native.dtype.name]
    extents = ", ".join(str(n) for n in a.shape)
    print(f'{{"{name}", {{"{escaped}", {len(file.getvalue())}}}, Dtype::{dtype}, {{{extents}}},\n {{"{elements}", {native.nbytes}}}}},')


def main():
    print("// tests/array/npy_golden.inc -- written by make_npy_golden.py with NumPy; not to be edited")
    print("// SPDX-License-Identifier: Apache-2.0")
    values = np.arange(6).reshape(2, 3) * 3 - 7
    for dtype in ("?", "<i4", "<i8", "<f4", "<f8", ">i4", ">i8", ">f4", ">f8"):
        row(f"matrix {dtype}", values.astype(dtype))
        row(f"fortran {dtype}", np.asfortranarray(values.astype(dtype)))
    row("0-d", np.array(2.5))
    row("1-d", np.arange(5))
    row("empty", np.zeros((2, 0, 3), np.float32))
    row("8-d fortran", np.asfortranarray(np.arange(24).reshape(1, 2, 1, 3, 1, 2, 1, 2)))
    row("version 2", values.astype("<f4"), version=(2, 0))
    row("version 3", values.astype("<f8"), version=(3, 0))


main()
