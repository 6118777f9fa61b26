// cpu/level_math_avx2.cpp -- the elementary functions compiled for the level avx2
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx2
#include "cpu/level_math.inc"
