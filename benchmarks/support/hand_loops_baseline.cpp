// benchmarks/support/hand_loops_baseline.cpp -- the hand-written loops compiled for the level baseline
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL baseline
#include "support/hand_loops.inc"
