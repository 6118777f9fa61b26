// cpu/level_math_baseline.cpp -- the elementary functions compiled for the level baseline
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL baseline
#include "cpu/level_math.inc"
