// tests/math/level_baseline.cpp -- the functions of accuracy_test.cpp compiled with the flags of the level baseline
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL baseline
#include "math/level.inc"
