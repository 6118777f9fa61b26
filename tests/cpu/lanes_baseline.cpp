// tests/cpu/lanes_baseline.cpp -- the cases of lanes_test.cpp compiled with the flags of the level baseline
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL baseline
#include "cpu/lanes_cases.inc"
