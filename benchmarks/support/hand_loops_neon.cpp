// benchmarks/support/hand_loops_neon.cpp -- the hand-written loops compiled for the level neon
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL neon
#include "support/hand_loops.inc"
