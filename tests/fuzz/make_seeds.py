# tests/fuzz/make_seeds.py -- writes seeds: .npy files of NumPy's dtypes and orders, and expressions of the tests
# SPDX-License-Identifier: Apache-2.0
#
# Usage: python3 make_seeds.py FOLDER, with NumPy; writes FOLDER/npy and FOLDER/expression.
# Dtypes that Trireme lacks are among them: such a file is refused, and read once the dtype is there. bfloat16 is no
# dtype of NumPy: those who have it save it as two void bytes, or by its name.
import io
import pathlib
import re
import sys

import numpy as np

NUMBERS = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
REFUSED = ["f16", "S3", "U2", "M8[s]", "V3"]


def save(a, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, a, version=version, allow_pickle=True)
    return file.getvalue()


def values(dtype, shape=(2, 3)):
    """Bits of every kind: NaNs with a payload, infinities and -0 among the floats, bools other than 0 and 1."""
    size = np.dtype(dtype).itemsize * int(np.prod(shape))
    raw = bytes((k * 37 + 11) % 256 for k in range(size))
    a = np.frombuffer(raw, dtype=dtype).reshape(shape).copy()
    if a.dtype.kind in "fc" and a.size >= 4:
        a.flat[:4] = [np.nan, np.inf, -np.inf, -0.0]
    return a


def with_descr(data, descr):
    """The same file under another descriptor, which takes or gives padding."""
    length = int.from_bytes(data[8:10], "little")
    text = re.sub(rb"'descr': '[^']*'", b"'descr': '" + descr.encode() + b"'", data[10:10 + length]).rstrip()
    return data[:10] + text.ljust(length - 1) + b"\n" + data[10 + length:]


def npy_seeds():
    for dtype in NUMBERS:
        little, big = values("<" + dtype), values(">" + dtype)
        yield f"{dtype}_little", save(little)
        yield f"{dtype}_fortran", save(np.asfortranarray(little))
        if little.dtype.itemsize > 1:
            yield f"{dtype}_big", save(big)
            yield f"{dtype}_big_fortran", save(np.asfortranarray(big))
        for mark, word in (("=", "native"), ("|", "none"), ("<", "marked")):
            yield f"{dtype}_{word}", with_descr(save(little), mark + dtype)
    bfloat = values("<i2")
    for descr in ("<V2", ">V2", "|V2", "=V2", "bfloat16", "<bfloat16"):
        yield f"bf16_{re.sub('[^A-Za-z0-9]', '', descr)}_{'<>|='.find(descr[0])}", with_descr(save(bfloat), descr)
    for dtype in REFUSED:
        yield f"refused_{re.sub('[^A-Za-z0-9]', '', dtype)}", save(np.zeros(2, dtype))
    yield "refused_object", save(np.array([1, None], object))
    yield "refused_record", save(np.zeros(2, [("a", "<f4"), ("b", "<i2", 2)]))
    for name, shape in (("0d", ()), ("1d", (5,)), ("empty", (2, 0, 3)), ("8d", (1, 2, 1, 2, 1, 1, 2, 1)), ("9d", (1,) * 9)):
        yield f"shape_{name}", save(values("<f4", shape))
    for version in ((2, 0), (3, 0)):
        yield f"version_{version[0]}", save(values("<f8"), version)


LOWEST = "(-9223372036854775807 - 1)"
# Limits of depth, of a graph and of integers.
EDGES = [
    "(" * 499 + "x" + ")" * 499, "(" * 600, "-" * 499 + "x", "-" * 600 + "x", "x[" * 300 + "0" + "]" * 300,
    " + ".join(["x"] * 150), " * ".join(f"(x - {k})" for k in range(60)), "sqrt(" * 110 + "x" + ")" * 110,
    "x" + ".T" * 490, "exp(t) + exp(t)[::-1] * t.T.T - t[None][0]", "1 + 2 * 3 - 4 / 5 ** 2",
    "zeros((9223372036854775807,))", "zeros((4294967296, 4294967296))", "ones((4611686018427387904, 0, 8))",
    "arange(1e300)", "arange(0, 1, 5e-324)", "arange(nan)", f"arange({LOWEST}, 9223372036854775807)",
    f"arange(0, 9223372036854775807, {LOWEST})", "linspace(0, 1, 9223372036854775807)", "linspace(-1e308, 1e308, 5)",
    f"roll(t, {LOWEST}, 1)", "roll(t, 9223372036854775807)", f"t[::{LOWEST}]", f"t[{LOWEST}:9223372036854775807:7]",
    f"t[9223372036854775807:{LOWEST}:-1]", f"t[{LOWEST}]", f"x.shape[{LOWEST}]", f"t.reshape((2, {LOWEST}, -1))",
    f"{LOWEST} * -1", f"-{LOWEST}", f"abs(full((3,), {LOWEST}))", f"full((2,), {LOWEST}) / -1", "int32(w)", "int64(w) + i",
    "broadcast_to(s, (3037000500, 3037000500))", "sum(broadcast_to(s, (64, 64)), axis=(0, -1), keepdims=True)",
    "y - y * y", "1 - x * x", "mean(z, axis=0)", "sum(z)", "min(z, axis=1)", "where(m, where(x > 0, x, nan), y)", "bool(w) & ~m[0, :, None]",
    "pad(t, 9223372036854775807)", "pad(x, 3000000000)", "pad(x, 2000, 'edge')", f"pad(x, ({LOWEST}, 1))", "pad(z, z.shape)",
    "pad(z, ((1, 9223372036854775807), (0, 0)), 'reflect')", "pad(y[:1], 4000, mode='wrap')", "repeat(t, 4294967296)",
    "repeat(z, 9223372036854775807, 0)", "tile(t, (4294967296, 1, 4294967296))", f"tile(t, {LOWEST})", "eye(3037000500)",
    f"eye(3, 5, {LOWEST})", "eye(9223372036854775807, 0)", "concatenate((x,) * 2)", "stack((t, t, t, t), axis=3)[..., 1] - t",
    "concatenate((" + "t, " * 150 + "), axis=None)", "x" + ".repeat(1)" * 100, "tile(x, (1, 1, 1, 1, 1, 1, 1, 1)).repeat(2, 0)",
    "pad(concatenate((x, y[None])), ((1, 0), (0, 2)), 'symmetric') * eye(4, 5)", "x.astype('edge')", "'wrap'",
]


def expressions():
    source = pathlib.Path(__file__).parent.parent / "tools" / "expressions.inc"
    for k, match in enumerate(re.finditer(r'^\{"((?:[^"\\]|\\.)*)"', source.read_text(), re.M)):
        yield f"table_{k:03}", match[1].replace('\\"', '"').encode()
    for k, text in enumerate(EDGES):
        yield f"edge_{k:02}", text.encode()


def main():
    root = pathlib.Path(sys.argv[1])
    for folder, seeds in (("npy", npy_seeds()), ("expression", expressions())):
        (root / folder).mkdir(parents=True, exist_ok=True)
        for name, data in seeds:
            (root / folder / name).write_bytes(data)


main()
