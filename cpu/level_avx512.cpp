// cpu/level_avx512.cpp -- the routines compiled for the level avx512
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx512
#include "cpu/level.inc"
