// benchmarks/support/vector_peers_avx2.cpp -- the loops over SLEEF and libmvec compiled for the level avx2
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx2
#include "support/vector_peers.inc"
