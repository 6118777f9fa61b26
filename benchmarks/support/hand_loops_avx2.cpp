// benchmarks/support/hand_loops_avx2.cpp -- the hand-written loops compiled for the level avx2
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx2
#include "support/hand_loops.inc"
