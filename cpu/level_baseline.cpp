// cpu/level_baseline.cpp -- the routines compiled for the level baseline
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL baseline
#include "cpu/level.inc"
