# tests/tools/make_expressions.py -- writes expressions.inc: expressions and what NumPy 2 gives for them
# SPDX-License-Identifier: Apache-2.0
#
# Usage: python3 make_expressions.py > expressions.inc, with a NumPy from 2.0 on (numbers are weak, 0-d arrays strong).
import numpy as np

# The inputs of expression_test.cpp.
INPUTS = {
    "x": (np.arange(6, dtype=np.float32) * np.float32(0.5) - 1).reshape(2, 3),
    "y": np.array([0.25, -2.0, 3.5]),
    "n": np.arange(12).reshape(3, 4) - 3,
    "i": np.array([7, -3, 0, 2147483647], dtype=np.int32),
    "m": np.array([[True, False, True], [False, False, True]]),
    "s": np.array(1.5),
    "t": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "z": np.zeros((0, 3)),
    "w": np.array([np.nan, np.inf, -np.inf, -0.0, 1e-5, 123456.789]),
}

EXPRESSIONS = """
x
x + 1
x + 1.5
1 - x
2 * x - y
x / 2
n / 2
n * 2 - 1
-x
+x
x ** 2
n ** 2
n ** 2.0
-x ** 2
y ** 2 ** 0.5 ** 0
(x + 1) ** 0.5
(x + 4) ** -1
x * 2 * pi / 360
2 * pi / 360
2 ** 10
2 ** -1
7 / 2
1 + 2 * 3 - 4
-7 + True
3 & 5 | 8 ^ 1
~5
(1 < 2) & (3 >= 3.0)
9007199254740993 == 9007199254740992.0
inf - 1
nan
e
x > 0
(x > 0) & m
(x > 0) | m
m ^ m
~m
m & True
n == 1
n != 1
0 <= n
y < n[:, :3]
w == w
w
abs(w)
sqrt(y)
np.sqrt(4)
np.absolute(x)
numpy.maximum(x, y)
minimum(x, 0.25)
where(m, x, -1)
where(m, 1, 0)
where(m, 1, 0.5)
where(n > 2, n, 0)
where(True, x, y)
multiply(2, 3)
add(x, y)
logical_not(n)
logical_and(n, n - 1)
sum(x)
x.sum()
sum(x, axis=0)
x.sum(axis=1)
x.sum(-1)
x.sum(1, keepdims=True)
sum(t, axis=(0, 2))
sum(t, axis=(0, -1), keepdims=True)
sum(m)
sum(i)
sum(z)
sum(z, axis=0)
mean(n)
x.mean(axis=0)
mean(t, axis=(1, 2))
min(x)
x.max()
n.max(axis=1)
n.min(axis=(0, 1), keepdims=True)
max(w)
x - x.mean(axis=1, keepdims=True)
x * np.sqrt(4)
x * s
roll(n, 1, axis=1)
roll(n, -5, axis=0)
roll(n, 3)
np.roll(n, 2, axis=-1)
transpose(n)
n.T
n.T.T
x.transpose()
transpose(t, (1, 0, 2))
t.transpose(2, 0, 1)
t.transpose((2, 1, 0))
reshape(n, (2, -1))
n.reshape(6, 2)
n.reshape((2, 2, -1))
n.reshape(-1)
n.T.reshape(-1)
broadcast_to(y, (2, 3))
expand_dims(y, 0)
expand_dims(y, -1)
squeeze(x[:, :1])
squeeze(x[:1], 0)
x[None].squeeze()
flip(n, 0)
flip(n, 1)
flip(n)
x.astype(int64)
x.astype(np.int32)
x.astype('float64')
x.astype(bool)
y.astype(float32)
float32(y)
np.int64(2.75)
n.astype(float32) / 3
i + 1
i * n
i + 0.5
x + n[:2, :3]
i / 2
zeros((2, 3))
zeros(3, float32)
ones(2, dtype=int32)
ones((1, 1, 1))
full((2, 2), 7)
full(3, 0.5)
full(2, True)
full((2,), 1, dtype=float32)
arange(5)
arange(2, 10, 3)
arange(5, 0, -2)
arange(0, 1, 0.25)
arange(3, dtype=float32)
linspace(0, 1, 5)
linspace(2, 3, num=3, dtype=float32)
n[0]
n[-1]
n[1, 2]
n[1:]
n[:, 1]
n[1:, ::2]
n[::-1]
n[:, ::-2]
n[5:]
n[..., 0]
n[..., None]
n[None, :]
n[None, 1, ..., None]
n[np.newaxis, :, 2]
n[(1, 2)]
t[1, :, 1:3]
t[..., ::-1, 0]
t[-1][0]
n[:, None] * n[None]
x.shape[0] * 2
sum(x) / x.size
x.ndim
zeros(x.shape)
zeros(2, x.dtype)
t.T
z
z + 1
s
s + 1
n.reshape(-1)[n.size - 1]
"""


def main():
    print("// tests/tools/expressions.inc -- written by make_expressions.py with NumPy; not to be edited")
    print("// SPDX-License-Identifier: Apache-2.0")
    scope = {name: getattr(np, name) for name in np.__all__ if not name.startswith("_")}
    scope |= {"numpy": np, "np": np, "inf": np.inf, "nan": np.nan, "pi": np.pi, "e": np.e, "True": True, "False": False}
    scope |= {"float64": np.float64, "bool": np.bool_} | INPUTS
    for expression in EXPRESSIONS.strip().splitlines():
        with np.errstate(all="ignore"):
            value = np.asarray(eval(expression, {"__builtins__": {"__import__": __import__}}, scope))
        print(f'{{"{expression}", "{value.dtype.name}", "{value.shape}", R"({str(value)})"}},')


main()
