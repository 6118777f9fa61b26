// tests/math/level_neon.cpp -- the functions of accuracy_test.cpp compiled with the flags of the level neon
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL neon
#include "math/level.inc"
