# tests/tools/make_expressions.py -- writes expressions.inc: expressions and what NumPy 2 gives for them
# SPDX-License-Identifier: Apache-2.0
#
# Usage: python3 make_expressions.py > expressions.inc, with a NumPy 2.1 or 2.2 (numbers are weak, 0-d arrays strong; 2.1
# rounds integers to integers; 2.3 prints floats otherwise) and ml_dtypes, for bfloat16.
import itertools
import warnings

import ml_dtypes
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
    "b": np.array([[-128, -7, 0], [5, 100, 127]], dtype=np.int8),
    "k": np.array([-32768, 12, 32767], dtype=np.int16),
    "j": np.array([-2147483648, 3, 1000], dtype=np.int32),
    "l": np.array([-9223372036854775808, 2, 77], dtype=np.int64),
    "u": np.array([[0, 1, 7], [100, 200, 255]], dtype=np.uint8),
    "v": np.array([9, 500, 65535], dtype=np.uint16),
    "q": np.array([1, 7, 4294967295], dtype=np.uint32),
    "p": np.array([3, 9223372036854775808, 18446744073709551615], dtype=np.uint64),
    "h": np.array([[-1.5, 0.1, 2.0], [60000.0, -0.0, 0.001]], dtype=np.float16),
    "c": np.array([[1 + 2j, -0.5j, 3 - 4j], [0, -2, 0.25 + 0.125j]], dtype=np.complex64),
    "d": np.array([3 + 4j, 1j, -2.5 - 1.5j]),
    "o": np.array([complex(np.nan, 1), complex(1, np.inf), complex(-0.0, -0.0), 1 - 1j]),
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

# Of every dtype; those of a pair broadcast.
INTEGERS = "b k j l u v q p".split()
NUMBERS = INTEGERS + "h x y c d".split()

MORE = """
u
p
h
c
d
o
-b
-u
-c
abs(b)
abs(j)
abs(d)
np.abs(c[0])
square(b)
square(u)
square(c)
sign(b)
sign(u)
sign(h[0])
sqrt(h)
sqrt(q)
b ** 2
u ** 2
b ** 2.0
u ** 0.5
h ** 2
h ** 0.5
h[0] ** -1
c ** 2
d ** 2.0
k / 2
u / 2
p / 2
b / u
h / 2
h / h
1 / x[0, :2]
c / 2
c / (1 - 1j)
2j / d
c - x
d * 1j
y * 1j
x * (1 + 2j)
h + 1j
b + 1j
m + 1j
y + 2j
w * 1j
1j * m
b + 1.5
u + 0.5
k * 2.5
h + 0.1
h * 2
h - 1
x + h
b + h
u * h
k * h
j - h
m + u
m * h
m + c
u + 255
u - 1
u * 2
255 - u
b + 100
b * -1
k + 1
v + 1
q - 2
p + 1
p - 1
p * 2
p + 9223372036854775808
18446744073709551615 - p
l - 1
u // 7
u % 7
b // 3
b % 3
b // -3
b % -3
b // 0
b % 0
-7 // b
-7 % b
100 // u
100 % u
b // -1
k % 1000
v // 10
q // 10
q % 10
p // 3
p % 10
p // 10000000000
j // 7
j % -7
l // 10
l % 10
n // 2
n % 3
n % -3
remainder(n, 5)
mod(u, 16)
floor_divide(n, 5)
x // 2
x % 0.75
y // -1.5
y % -1.5
w % 3
w // 3
h % 7
c.real // 0.5
fmod(y, 1.5)
fmod(n, 5)
ldexp(x, 3)
nextafter(x, 2)
nextafter(h, 1)
heaviside(x, 0.5)
gcd(n, 6)
gcd(b, 12)
lcm(n, 4)
bitwise_count(u)
u & 15
u | 128
u ^ 255
~u
~b
~p
~m
invert(k)
bitwise_not(v)
bitwise_invert(q)
b & 7
b | 64
b ^ -1
n & 1
m & 1
m | 2
p & 255
p | 1
v & u
p >> 63
p << 1
p << 63
p >> 64
u << 1
u << 8
u >> 3
b << 1
b >> 1
b >> 7
b >> 100
1 << u
-1 >> b
j << 31
j >> 31
l >> 62
l << 1
left_shift(u, 4)
right_shift(k, 4)
bitwise_left_shift(q, 4)
bitwise_right_shift(q, 4)
bitwise_and(b, 15)
bitwise_or(u, 1)
bitwise_xor(u, u)
1 + u << 2
u & 3 == 3
(u & 3) == 3
u | 1 & 2 ^ 3 << 1
u == 300
u != 300
u < 300
u <= 256
u > 255
u >= 300
300 > u
-1 < u
-1 == u
b == 128
b >= -129
b > -129
-200 > b
q < 4294967296
q != -1
p == 18446744073709551615
p > -1
l < 9223372036854775808
l >= 18446744073709551615
equal(u, 256)
np.less(b, 1000)
b == 1.5
u < 6.5
h > 0.1
h == h
c == c
c != c.T.T
c == 1
d == 1j
o == o
b < u
k >= u
p > q
l < q
h <= x
minimum(b, u)
maximum(u, 128)
maximum(b, k)
minimum(h, 1)
maximum(p, 5)
minimum(l, 0)
fmin(w, 1)
fmax(w, 1)
fmin(h, x)
fmax(u, b)
maximum(w, 1)
clip(b, -5, 5)
clip(u, 10, 200)
clip(h, -1, 1)
clip(x, -0.5, y)
clip(n, 0, 5)
b.clip(-1, 1)
w.clip(-1, 1)
copysign(y, -1)
copysign(x, y)
copysign(h, -1)
floor(h)
ceil(h)
trunc(h)
round(h)
floor(y)
ceil(y)
trunc(y * 1.5)
round(y)
round(x * 3)
x.round()
floor(b)
ceil(u)
round(p)
trunc(l)
isnan(h)
isnan(b)
isnan(o)
isinf(o)
isfinite(o)
isinf(w)
isfinite(w)
isfinite(u)
signbit(w)
signbit(h)
signbit(b)
signbit(u)
logical_and(b, u)
logical_or(h, 0)
logical_xor(c, 1)
logical_not(c)
logical_not(u)
logical_not(o)
where(m, b, u)
where(m, b, 0)
where(m, u, 1.5)
where(m, h, 0)
where(m, h, x)
where(m, c, 0)
where(m, 2j, 1)
where(m, x, 2j)
where(m, u, c)
where(m, 1, 2j)
where(u, b, -b)
where(c, 1, 0)
real(c)
imag(c)
c.real
c.imag
d.imag
x.real
x.imag
b.imag
m.real
m.imag
h.real
conj(c)
conjugate(d)
c.conj()
c.conjugate()
b.conj()
x.conjugate()
c.T
c.real + c.imag
c[..., 0]
c[0, ::-1].imag
d.reshape(3, 1)
roll(c, 1, axis=1)
flip(u)
u.T
h.transpose()
expand_dims(d, 0)
sum(b)
sum(u)
sum(k)
sum(q)
sum(p)
sum(h[0])
sum(c)
sum(d)
c.sum(axis=0)
b.sum(axis=1)
u.sum(axis=0, keepdims=True)
mean(b)
mean(u, axis=0)
mean(h[0])
mean(c)
d[:2].mean()
h.max()
b.max()
u.min()
k.min()
p.max()
b.min(axis=0)
u.max(axis=1, keepdims=True)
min(h, axis=1)
prod(b[1])
prod(u[:, 1:])
b.prod(axis=0)
u.prod(axis=1)
prod(h[0])
prod(x, axis=0)
prod(y)
prod(c[0])
prod(d)
prod(c, axis=1)
prod(z, axis=0)
prod(z)
prod(m)
prod(n)
prod(l)
prod(p)
any(b)
any(m, axis=0)
any(z)
any(z, axis=1)
any(c, axis=1)
u.any(axis=0)
any(h, axis=1, keepdims=True)
any(o)
any(w)
all(b)
all(m, axis=1)
all(z)
all(z, axis=0)
u.all(axis=0)
c.all()
all(w)
all(c, axis=0, keepdims=True)
count_nonzero(b)
count_nonzero(m)
count_nonzero(m, axis=0)
count_nonzero(c, axis=1)
count_nonzero(u, axis=1, keepdims=True)
count_nonzero(w)
count_nonzero(z)
var(x)
var(y)
var(n)
var(b)
var(u, axis=0)
x.var(axis=1)
n.var(axis=0, ddof=1)
var(n, ddof=1)
var(x, axis=1, correction=1)
var(x, axis=1, ddof=0.5)
n.var(keepdims=True)
n.var(axis=(0, 1), keepdims=True)
var(h[0])
var(c[:, :1])
var(d)
var(c, axis=0)
var(full(3, 2.5))
std(x)
std(y)
std(n)
x.std(axis=0)
n.std(axis=1, ddof=1)
std(n, correction=1)
std(u[0])
std(d)
std(h[0])
std(t, axis=(0, 2))
argmin(x)
argmax(x)
argmin(n, axis=1)
argmax(n, axis=0)
x.argmax(axis=1, keepdims=True)
b.argmin()
b.argmax(axis=1)
u.argmax()
p.argmax()
h.argmin(axis=0)
h.argmax()
argmax(w)
argmin(w)
argmax(w[1:])
argmin(w[1:])
argmax(m)
argmin(m, axis=1)
argmax(x, keepdims=True)
argmax(full(4, 1.0))
x.astype(float16)
y.astype('float16')
y.astype(np.int8)
n.astype(uint8)
n.astype(int8)
b.astype(uint8)
b.astype(uint64)
u.astype(int8)
k.astype(uint16)
v.astype(int16)
q.astype(int32)
p.astype(int64)
p.astype(float32)
p.astype(float64)
p.astype(uint8)
l.astype(float32)
j.astype(int16)
h.astype(float32)
h.astype(float64)
h.astype(uint16)[0, 1:]
h.astype(bool)
h.astype(complex64)
c.astype(complex128)
d.astype(complex64)
c.astype(bool)
o.astype(bool)
x.astype(complex64)
b.astype(complex128)
m.astype(complex64)
m.astype(float16)
m.astype(uint8)
w.astype(float32)
w.astype(float16)
int8(5)
int8(-128)
uint8(200)
uint64(18446744073709551615)
float16(0.1)
float16(70000)
half(2)
single(0.1)
complex64(1 + 2j)
complex128(2)
complex64(x)
float16(y)
uint16(n + 3)
zeros(2, int8)
zeros((2, 2), complex64)
ones(2, float16)
ones(3, dtype=uint64)
full(2, 2j)
full(2, 2j, complex64)
full(2, 18446744073709551615)
full(2, 0.1, float16)
full(2, 7, uint8)
arange(5, dtype=uint8)
arange(3, dtype=float16)
arange(3, dtype=complex64)
arange(0, 1, 0.25, dtype=float16)
linspace(0, 1, 3, dtype=float16)
zeros(2, c.dtype)
2j
-2j
1 + 2j
1 - 2j
1.5e3j
0j
-0j
(1 + 2j) * (3 - 1j)
(1 + 2j) / (3 - 4j)
(3 - 4j) / 5
1 / 2j
2j ** 2
(1 + 1j) ** 3
(1 + 1j) ** -2
2j == 2j
1j != 1
1 + 0j == 1
(2j).imag
(2j).real
(1 + 2j).real * x
(3).real
(3).imag
(2.5).imag
7 // 2
-7 // 2
7 // -2
7 % 3
-7 % 3
7 % -3
-6 // 3
-6 % 3
0 // 5
0 % -5
7.5 // 2
-7.5 // 2
-7.5 % 2
7.5 % -2
6.0 % -2
1.0 % 0.1
1.0 // 0.1
1e20 // 3
5 // 2.0
True + True
True // 1
5 << 3
-5 >> 1
-5 << 2
1 << 62
1 << 63
1 >> 200
0 << 500
9223372036854775807 + 1
2 ** 63
-9223372036854775808
18446744073709551615
18446744073709551615 - 18446744073709551614
18446744073709551615 // 2
18446744073709551615 & 255
18446744073709551615 > 9223372036854775807
-3 ** 2
6 & 3 | 8
1 + 2 << 3
10 - 7 % 4 * 2
"""

JOINS = """
concatenate((x, x + 1))
concatenate((x, y[None]), axis=0)
concatenate((n, n[:, :1]), axis=1)
concatenate((n, n[:, 1:3], n), -1)
concatenate((x,))
concatenate((n, i), axis=None)
concatenate((x, y, s), None)
concatenate((s, s), axis=None)
concat((x, m), axis=1)
concat((z, z), 0)
concat((z.T, x.T[:, :0]), axis=1)
np.concatenate((t, t[::-1]), axis=2)
np.concat((b, u), axis=1)
concatenate((p, l))
concatenate((h, b), axis=1)
concatenate((c, x))
concatenate((d, i))
concatenate((m, m), axis=1)
concatenate((k, v, q))
concatenate((x.T, x.T * 2), axis=1).T
sum(concatenate((x, x * 2), axis=1), axis=1)
stack((x, x + 1))
stack((y, y * 2), axis=1)
stack((x, x), -1)
stack((b, u), axis=-2)
stack((s, s, s))
stack((1, 2, 3))
stack((1, 2.5))
stack((s.astype(float16), 1))
stack((z, z), axis=1)
np.stack((x[0], y), axis=1)
repeat(x, 2)
repeat(x, 2, axis=0)
repeat(n, 3, 1)
repeat(n[:, ::-2], repeats=2, axis=-1)
repeat(t, 2, axis=1)
repeat(x, 0, axis=1)
repeat(s, 3)
repeat(1.5, 2)
x.repeat(2, axis=1)
m.repeat(2)
h.repeat(2, 0)
repeat(c, 2, axis=None)
repeat(z, 3, axis=0)
tile(x, 2)
tile(x, (2, 1))
tile(y, (2, 2))
tile(n, (1, 2))
tile(x, (2, 1, 2))
tile(t, (2, 1, 1))
tile(s, 3)
tile(s, ())
tile(x, ())
tile(x, (0, 2))
tile(z, (2, 2))
tile(1, reps=(2, 2))
tile(u.T, 2)
tile(d, (2, 1)) * 2
pad(x, 1)
pad(x, (1, 2))
pad(x, ((1, 0), (0, 2)))
pad(n, ((0, 1), (2, 0)), mode='constant', constant_values=-7)
pad(y, 2, constant_values=nan)
pad(y, (2,))
pad(x, ((1,), (2,)))
pad(x, ((1, 2),))
pad(m, 1)
pad(m, 1, constant_values=True)
pad(u, 1, 'constant', constant_values=255)
pad(c, (0, 1), constant_values=1 - 2j)
pad(z, ((1, 1), (0, 1)))
pad(s, 3)
pad(x, 0)
pad(x, 1, mode='edge')
pad(n, ((1, 2), (0, 3)), 'edge')
pad(x, 1, mode='reflect')
pad(n, ((2, 2), (3, 1)), mode='reflect')
pad(n, 7, 'reflect')
pad(y, (5, 6), mode='reflect')
pad(y[:1], 3, mode='reflect')
pad(x, 1, mode='symmetric')
pad(n, ((2, 0), (1, 4)), 'symmetric')
pad(y, (7, 8), mode='symmetric')
pad(x, 1, mode='wrap')
pad(n, ((0, 2), (4, 1)), 'wrap')
pad(y, (7, 8), mode='wrap')
pad(t, ((0, 0), (1, 0), (0, 1)), 'edge')
pad(z, ((0, 0), (1, 1)), 'edge')
pad(b, 1, mode='wrap') + 1
np.pad(arange(3), 1, mode='reflect')
eye(3)
eye(2, 3)
eye(3, M=2, k=-1)
eye(3, k=1)
eye(3, None, 1, int8)
eye(2, dtype='complex64')
eye(2, 3, 5)
eye(0)
eye(3, 0)
eye(2, k=True, dtype=bool)
np.eye(N=2, dtype=float32) * 2
x - eye(2, 3)
sum(eye(4) * n[0], axis=1)
ones(2, 'int8')
"""

# NumPy cannot print bfloat16 digits that identify it, so results are made float32.
BFLOAT16 = """
y.astype(bfloat16).astype(float32)
(x.astype(bfloat16) * 3).astype(float32)
(y.astype(bfloat16) + 2).astype(float32)
(x.astype(bfloat16) / y.astype(bfloat16)).astype(float32)
bfloat16(x) + x
bfloat16(y) < 0.25
w.astype('bfloat16').astype(float32)
n.astype(bfloat16).astype(float32)
"""


def pairs():
    """Arithmetic of every two dtypes, and integer operators wherever the two have a common integer dtype."""
    for a, b in itertools.combinations(NUMBERS, 2):
        yield f"{a} + {b}"
    for number, (a, b) in enumerate(itertools.combinations_with_replacement(INTEGERS, 2)):
        operators = ["//", "%", "&", "|", "^", "<<", ">>"]
        if np.result_type(INPUTS[a], INPUTS[b]).kind == "f":
            yield f"{a} * {b}"
            continue
        yield f"{b} {operators[number % 7]} {a}"
        yield f"{a} {operators[(number + 3) % 7]} {b}"
    for a, b in zip(NUMBERS, NUMBERS[1:] + NUMBERS[:1]):
        yield f"{a} * {b}"
        yield f"{a} - {b}"
        yield f"{a} == {b}"
        if "c" not in (a, b) and "d" not in (a, b):
            yield f"{a} < {b}"
            yield f"{b} >= {a}"


def main():
    print(f"// tests/tools/expressions.inc -- written by make_expressions.py with NumPy {np.__version__}; not to be edited")
    print("// SPDX-License-Identifier: Apache-2.0")
    scope = {name: getattr(np, name) for name in np.__all__ if not name.startswith("_")}
    scope |= {"numpy": np, "np": np, "inf": np.inf, "nan": np.nan, "pi": np.pi, "e": np.e, "True": True, "False": False}
    scope |= {"float64": np.float64, "bool": np.bool_} | INPUTS
    scope["bfloat16"] = ml_dtypes.bfloat16
    warnings.simplefilter("ignore")
    written = [line for block in (EXPRESSIONS, MORE, JOINS, BFLOAT16) for line in block.strip().splitlines()]
    for expression in dict.fromkeys(written + list(pairs())):
        with np.errstate(all="ignore"):
            value = np.asarray(eval(expression, {"__builtins__": {"__import__": __import__}}, scope))
        print(f'{{"{expression}", "{value.dtype.name}", "{value.shape}", R"({str(value)})"}},')


main()
