#!/usr/bin/env python3
# tests/support/make_promotion_table.py -- writes promotion_table.inc from numpy.result_type, and bfloat16 by hand
# SPDX-License-Identifier: Apache-2.0
#
# python3 make_promotion_table.py > promotion_table.inc, with NumPy 2.
import numpy

NAMES = {
    "boolean": "bool", "i8": "int8", "i16": "int16", "i32": "int32", "i64": "int64", "u8": "uint8", "u16": "uint16",
    "u32": "uint32", "u64": "uint64", "f16": "float16", "bf16": None, "f32": "float32", "f64": "float64",
    "complex64": "complex64", "complex128": "complex128",
}
SHORT = {numpy_name: name for name, numpy_name in NAMES.items()}

# NumPy has no bfloat16. It holds bool and the 8-bit integers; with anything else it takes part as the float that holds
# it: f32 with the 16-bit integers and f16, f64 with the larger ones.
BFLOAT16 = {
    "boolean": "bf16", "i8": "bf16", "i16": "f32", "i32": "f64", "i64": "f64", "u8": "bf16", "u16": "f32", "u32": "f64",
    "u64": "f64", "f16": "f32", "bf16": "bf16", "f32": "f32", "f64": "f64", "complex64": "complex64",
    "complex128": "complex128",
}
# A Python scalar of each kind beside a bfloat16 array.
BFLOAT16_WEAK = ["bf16", "bf16", "bf16", "complex64"]


def promoted(a, b):
    if "bf16" in (a, b):
        return BFLOAT16[b if a == "bf16" else a]
    return SHORT[numpy.result_type(NAMES[a], NAMES[b]).name]


def beside_weak(name):
    if name == "bf16":
        return BFLOAT16_WEAK
    strong = numpy.zeros(1, NAMES[name])
    return [SHORT[numpy.result_type(strong, scalar).name] for scalar in (False, 0, 0.0, 0j)]


print("// tests/support/promotion_table.inc -- written by make_promotion_table.py from numpy.result_type; bfloat16 by hand")
print("// SPDX-License-Identifier: Apache-2.0")
print("//")
print("// PROMOTED(dtype, with each dtype in the order of dtype.def) and WEAK(dtype, beside a bool, int, float and complex).")
for a in NAMES:
    print(f"PROMOTED({a}, {', '.join(promoted(a, b) for b in NAMES)})")
for a in NAMES:
    print(f"WEAK({a}, {', '.join(beside_weak(a))})")
