// tests/cpu/lanes_avx2.cpp -- the cases of lanes_test.cpp compiled with the flags of the level avx2
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx2
#include "cpu/lanes_cases.inc"
