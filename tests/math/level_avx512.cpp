// tests/math/level_avx512.cpp -- the functions of accuracy_test.cpp compiled with the flags of the level avx512
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx512
#include "math/level.inc"
