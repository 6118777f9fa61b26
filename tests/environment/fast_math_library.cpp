// tests/environment/fast_math_library.cpp -- a library built as many are: linking it turns on flush-to-zero for all
// SPDX-License-Identifier: Apache-2.0
//
// Compiled and linked with -ffast-math, so that crtfastmath.o is among its start-up code.
extern "C" __attribute__((visibility("default"))) float fast_math_scale(float x) { return x * 0.5f; }
