// tests/cpu/lanes_neon.cpp -- the cases of lanes_test.cpp compiled with the flags of the level neon
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL neon
#include "cpu/lanes_cases.inc"
