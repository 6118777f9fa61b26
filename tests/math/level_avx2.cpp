// tests/math/level_avx2.cpp -- the functions of accuracy_test.cpp compiled with the flags of the level avx2
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx2
#include "math/level.inc"
