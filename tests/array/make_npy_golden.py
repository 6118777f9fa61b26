# tests/array/make_npy_golden.py -- writes npy_golden.inc: .npy files as NumPy writes them, and what is in them
# SPDX-License-Identifier: Apache-2.0
#
# Usage: python3 make_npy_golden.py > npy_golden.inc, with NumPy and ml_dtypes, whose bfloat16 NumPy stores as raw bytes.
import io

import ml_dtypes
import numpy as np

DTYPES = {"bool": "boolean", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "u8", "uint16": "u16",
          "uint32": "u32", "uint64": "u64", "float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64",
          "complex64": "complex64", "complex128": "complex128"}


def row(name, a, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, a, version=version)
    escaped = "".join(f"\\{b:03o}" if not 32 <= b < 127 or chr(b) in '\\"?' else chr(b) for b in file.getvalue())
    dtype = "bfloat16" if a.dtype.str[1:] == "V2" else a.dtype.newbyteorder("=").name
    if dtype == "bfloat16":  # NumPy does not convert raw bytes from one order to another
        native = a.byteswap() if a.dtype.str[0] == ">" else a
    else:
        native = a.astype(a.dtype.newbyteorder("="))
    elements = "".join(f"\\{b:03o}" for b in native.tobytes("C"))
    extents = ", ".join(str(n) for n in a.shape)
    print(f'{{"{name}", {{"{escaped}", {len(file.getvalue())}}}, Dtype::{DTYPES[dtype]}, {{{extents}}},')
    print(f' {{"{elements}", {a.nbytes}}}}},')


def main():
    print(f"// tests/array/npy_golden.inc -- written by make_npy_golden.py with NumPy {np.__version__}, ml_dtypes "
          f"{ml_dtypes.__version__}; not to be edited")
    print("// SPDX-License-Identifier: Apache-2.0")
    values = np.arange(6).reshape(2, 3) * 3 - 7
    several = values.astype(complex) * (1 + 0.25j)  # parts that differ
    for dtype in ("?", "i1", "u1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16",
                  ">i2", ">i4", ">i8", ">u2", ">u4", ">u8", ">f2", ">f4", ">f8", ">c8", ">c16"):
        a = (several if "c" in dtype else values).astype(dtype)
        row(f"matrix {dtype}", a)
        row(f"fortran {dtype}", np.asfortranarray(a))
    a = (values / 3).astype(ml_dtypes.bfloat16)
    row("matrix bfloat16", a)
    row("fortran bfloat16", np.asfortranarray(a))
    turned = a.byteswap().view(a.dtype.newbyteorder(">"))
    row("matrix >bfloat16", turned)
    row("0-d bfloat16", a[1, 2:].reshape(()))
    row("0-d complex", np.array(1 - 2j))
    row("nan f2", np.array([0x7E01, 0xFC00, 0x0001], np.uint16).view(np.float16))
    row("0-d", np.array(2.5))
    row("1-d", np.arange(5))
    row("empty", np.zeros((2, 0, 3), np.float32))
    row("8-d fortran", np.asfortranarray(np.arange(24).reshape(1, 2, 1, 3, 1, 2, 1, 2)))
    row("version 2", values.astype("<f4"), version=(2, 0))
    row("version 3", values.astype("<f8"), version=(3, 0))


main()
