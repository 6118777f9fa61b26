// benchmarks/support/hand_loops_avx512.cpp -- the hand-written loops compiled for the level avx512
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx512
#include "support/hand_loops.inc"
