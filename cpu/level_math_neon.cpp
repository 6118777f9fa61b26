// cpu/level_math_neon.cpp -- the elementary functions compiled for the level neon
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL neon
#include "cpu/level_math.inc"
