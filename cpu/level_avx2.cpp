// cpu/level_avx2.cpp -- the routines compiled for the level avx2
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx2
#include "cpu/level.inc"
