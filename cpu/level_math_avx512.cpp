// cpu/level_math_avx512.cpp -- the elementary functions compiled for the level avx512
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx512
#include "cpu/level_math.inc"
