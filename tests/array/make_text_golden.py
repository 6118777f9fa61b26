# tests/array/make_text_golden.py -- writes text_golden.inc: arrays and what NumPy prints for them
# SPDX-License-Identifier: Apache-2.0
#
# Usage: python3 make_text_golden.py > text_golden.inc, with a NumPy from 1.24 to 2.2 (2.3 prints f32 from 1e6 on in
# scientific notation).
import numpy as np

NAMES = {"bool": "boolean", "int32": "i32", "int64": "i64", "float32": "f32", "float64": "f64"}


def row(values, shape, dtype):
    """One row: the words are repeated until they fill the shape."""
    words = np.asarray(values, dtype=dtype).ravel()
    size = int(np.prod(shape, dtype=np.int64))
    a = np.resize(words, size).reshape(shape) if size else np.zeros(shape, dtype)
    unsigned = {1: np.uint8, 4: np.uint32, 8: np.uint64}[words.itemsize]
    hexadecimal = ", ".join(f"{w:#x}u" for w in words.view(unsigned))
    extents = ", ".join(str(n) for n in shape)
    print(f'{{Dtype::{NAMES[a.dtype.name]}, {{{extents}}}, {{{hexadecimal}}},\n R"({str(a)})"}},')


def main():
    print("// tests/array/text_golden.inc -- written by make_text_golden.py with NumPy; not to be edited")
    print("// SPDX-License-Identifier: Apache-2.0")
    for dtype in NAMES:
        row([1], (), dtype)
        row([0, 1], (2,), dtype)
        row([1, 0, 1], (2, 3), dtype)
        row([1], (0,), dtype)
        row([1], (2, 0, 3), dtype)
        row([0, 1, 1], (2, 2, 3), dtype)
        row([0, 1, 1], (2, 1, 2, 2), dtype)
        row([1, 0], (1,) * 8, dtype)
        row([1, 0], (30,), dtype)
        row([1, 0], (1000,), dtype)
        row([1, 0, 0], (1001,), dtype)
        row([1, 0, 0], (7, 200), dtype)
        row([1, 0, 0], (200, 6), dtype)
        row([1, 0, 0], (11, 12, 13), dtype)
    row([-2147483648, 2147483647, 0], (3,), "int32")
    row([-9223372036854775808, 5], (2, 2), "int64")
    row(range(-500, 1500), (2000,), "int32")
    scalars = [0.1, -0.0, 1e16, 1e15, 1e-4, 9.9e-5, 1e22, 5e-324, 123456789, np.nan, -np.inf, np.pi, 1.7976931348623157e308]
    for v in scalars:
        row([v], (), "float64")
        if abs(v) < 1e38 or v != v:
            row([v], (), "float32")
    columns = [
        [1, 2.5], [1.5, -2.25, 100], [0.1, 1 / 3, 2 / 3], [1e8, 1], [99999999, 1e6], [1e-4, 1e-2], [9e-5, 1e-2], [1e-3, 1.0001],
        [1, 1000.5], [1, 1001], [1, -1000], [np.nan, np.inf, -np.inf, 1.5], [np.nan], [-np.inf], [np.inf, 1], [np.nan, 1e10],
        [0, -0.0], [0.123456785, 0.123456775, 99.999999995], [1.23456789e10, -1.5e12], [1e-310, 0.1], [5e-324, 1e300],
        [0.3, 1.2345679e8], [12345678.9, 87654321.1], [97624608, 83249104], [2**-20 + 0.5, 0.75], [1e100, -1e-100, np.nan],
        [0.000122, 0.1, np.inf], [123.456, 0, -7],
    ]
    rng = np.random.default_rng(20)
    columns += [list(rng.standard_normal(5) * 10.0 ** e) for e in range(-6, 10)]
    columns += [list(rng.standard_normal(6) * 10.0 ** rng.integers(-4, 5, 6)) for _ in range(8)]
    with np.errstate(over="ignore", under="ignore"):
        for c in columns:
            for dtype in ("float32", "float64"):
                row(c, (len(c),), dtype)
        row(rng.standard_normal(24), (2, 3, 4), "float64")
        row(rng.standard_normal(40), (40,), "float32")
        row(rng.standard_normal(12), (3, 20), "float64")
        row(rng.standard_normal(7) * 1e-7, (25, 50), "float32")


main()
