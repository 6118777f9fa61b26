// cpu/level_neon.cpp -- the routines compiled for the level neon
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL neon
#include "cpu/level.inc"
