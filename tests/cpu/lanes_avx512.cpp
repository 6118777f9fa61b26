// tests/cpu/lanes_avx512.cpp -- the cases of lanes_test.cpp compiled with the flags of the level avx512
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx512
#include "cpu/lanes_cases.inc"
