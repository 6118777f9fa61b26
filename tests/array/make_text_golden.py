# tests/array/make_text_golden.py -- writes text_golden.inc: arrays and what NumPy prints for them
# SPDX-License-Identifier: Apache-2.0
#
# Usage: python3 make_text_golden.py > text_golden.inc, with a NumPy from 2.0 to 2.2 (2.3 prints f32 from 1e6 and f16 from
# 1e3 on in scientific notation). bfloat16 comes from bfloat16_text.py, which is first checked against NumPy's float16.
import warnings

import bfloat16_text
import numpy as np

NAMES = {"bool": "boolean", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "u8", "uint16": "u16",
         "uint32": "u32", "uint64": "u64", "float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64",
         "complex64": "complex64", "complex128": "complex128"}
FLOATS = ("float16", "bfloat16", "float32", "float64")


def to_bfloat16(a):
    """float32 values whose lower halves are 0, rounded to nearest even."""
    bits = np.asarray(a, np.float32).view(np.uint32).astype(np.uint64)
    rounded = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16 << 16).astype(np.uint32)
    return np.where(np.isnan(a), np.uint32(0x7FC00000), rounded).astype(np.uint32).view(np.float32)


def row(values, shape, dtype):
    """One row: the elements are repeated until they fill the shape."""
    half = dtype == "bfloat16"
    elements = np.asarray(values, dtype="float32" if half else dtype).ravel()
    if half:
        elements = to_bfloat16(elements)
    size = int(np.prod(shape, dtype=np.int64))
    a = np.resize(elements, size).reshape(shape) if size else np.zeros(shape, elements.dtype)
    word = {1: np.uint8, 2: np.uint16, 4: np.uint32}.get(elements.itemsize, np.uint64)
    words = elements.view(np.uint32) >> 16 if half else elements.view(word)
    hexadecimal = ", ".join(f"{w:#x}u" for w in words)
    extents = ", ".join(str(n) for n in shape)
    text = bfloat16_text.text(a) if half else str(a)
    print(f'{{Dtype::{NAMES[dtype]}, {{{extents}}}, {{{hexadecimal}}},\n R"({text})"}},')


def shapes():
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
        row([1, 0, 0], (1001,), dtype)
        row([1, 0, 0], (200, 6), dtype)
        if dtype not in ("bool", "uint8", "float32", "complex64"):
            continue
        row([1, 0], (1000,), dtype)
        row([1, 0, 0], (7, 200), dtype)
        row([1, 0, 0], (11, 12, 13), dtype)


def integers():
    for dtype in NAMES:
        if not np.issubdtype(dtype if dtype in np.sctypeDict else np.float32, np.integer):
            continue
        limits = np.iinfo(dtype)
        row([limits.min, limits.max, 0], (3,), dtype)
        row([limits.max], (), dtype)
        row([limits.min, 5], (2, 2), dtype)
    row(range(-500, 1500), (2000,), "int32")


def columns(rng):
    given = [
        [1, 2.5], [1.5, -2.25, 100], [0.1, 1 / 3, 2 / 3], [1e8, 1], [99999999, 1e6], [1e-4, 1e-2], [9e-5, 1e-2], [1e-3, 1.0001],
        [1, 1000.5], [1, 1001], [1, -1000], [np.nan, np.inf, -np.inf, 1.5], [np.nan], [-np.inf], [np.inf, 1], [np.nan, 1e10],
        [0, -0.0], [0.123456785, 0.123456775, 99.999999995], [1.23456789e10, -1.5e12], [1e-310, 0.1], [5e-324, 1e300],
        [0.3, 1.2345679e8], [12345678.9, 87654321.1], [97624608, 83249104], [2**-20 + 0.5, 0.75], [1e100, -1e-100, np.nan],
        [0.000122, 0.1, np.inf], [123.456, 0, -7], [1000.5, 0.9995], [1000.2, 1], [65504, 2049, 999], [6e-8, 6.1e-5],
        [9.995e-5, 0.1], [99840, 1e5, 77777], [3.4e38, 1], [9.2e-41, 1.2e-38],
    ]
    given += [list(rng.standard_normal(5) * 10.0 ** e) for e in range(-6, 10)]
    given += [list(rng.standard_normal(6) * 10.0 ** rng.integers(-4, 5, 6)) for _ in range(8)]
    return given


def floats(rng):
    scalars = [0.1, -0.0, 1e16, 1e15, 1e-4, 9.9e-5, 1e22, 5e-324, 123456789, np.nan, -np.inf, np.pi, 1.7976931348623157e308,
               65504, 0.046875, 6e-8, 9.998e-5, 2049, 1e-40, 3.39e38]
    for dtype in FLOATS:
        for v in scalars:
            row([v], (), dtype)
    given = columns(rng)
    for c in given:
        for dtype in FLOATS:
            row(c, (len(c),), dtype)
    row(rng.standard_normal(24), (2, 3, 4), "float64")
    row(rng.standard_normal(40), (40,), "float32")
    row(rng.standard_normal(40), (40,), "float16")
    row(rng.standard_normal(40), (40,), "bfloat16")
    row(rng.standard_normal(12), (3, 20), "float64")
    row(rng.standard_normal(7) * 1e-7, (25, 50), "float32")
    for dtype, word in (("float16", np.uint16), ("bfloat16", np.uint32)):
        for _ in range(40):  # bits of any kind
            bits = rng.integers(0, 65536, 3)
            numbers = bits.astype(word).view(np.float16) if dtype == "float16" else (bits << 16).astype(word).view(np.float32)
            row(numbers, (3,), dtype)
            row(numbers[:1], (), dtype)


def complexes(rng):
    nan, inf = np.nan, np.inf
    scalars = [0j, 1, 2j, -2j, complex(-0.0, 1), complex(0, -0.0), complex(-0.0, -0.0), 1 + 2j, 1.5 - 2.5j, 1e16 + 1e-5j,
               complex(nan, 1), complex(0, nan), complex(inf, -inf), complex(-inf, nan), complex(1, inf), 100000 + 0.1j,
               complex(nan, -nan), -1 / 3 + 2j / 3]
    given = [
        [1 + 2j, 1.5 - 2e5j, complex(nan, inf)], [2j, 1], [complex(-0.0, -0.0)], [1e10 + 1e-3j, 2], [complex(nan, -inf), 1],
        [complex(0, nan)], [complex(inf, 0), complex(-inf, 0)], [1 + 10j, 100 - 1000j], [0.5, 0.25j], [1e-5 + 1j, 1 + 1e-5j],
        [complex(nan, nan), complex(1.25, -3)], [complex(-inf, inf)], [123456.789 - 0.001j, 1], [1e300 + 1e-300j, 1e10],
    ]
    given += [list((rng.standard_normal(4) + 1j * rng.standard_normal(4)) * 10.0 ** e) for e in range(-5, 9)]
    given += [list(rng.standard_normal(4) * 10.0 ** rng.integers(-4, 5, 4) + 1j * rng.standard_normal(4)) for _ in range(4)]
    for dtype in ("complex64", "complex128"):
        for v in scalars:
            row([v], (), dtype)
        for c in given:
            row(c, (len(c),), dtype)
        row(rng.standard_normal(24) + 1j * rng.standard_normal(24), (2, 3, 4), dtype)
        row(rng.standard_normal(12) * 1j + 1, (12,), dtype)


def main():
    warnings.simplefilter("ignore")  # numbers beyond a dtype become infinities on purpose
    bfloat16_text.verify()
    print(f"// tests/array/text_golden.inc -- written by make_text_golden.py with NumPy {np.__version__}; not to be edited")
    print("// SPDX-License-Identifier: Apache-2.0")
    rng = np.random.default_rng(20)
    shapes()
    integers()
    floats(rng)
    complexes(rng)


main()
