// benchmarks/support/vector_peers_baseline.cpp -- the loops over SLEEF and libmvec compiled for the level baseline
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL baseline
#include "support/vector_peers.inc"
