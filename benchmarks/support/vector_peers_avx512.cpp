// benchmarks/support/vector_peers_avx512.cpp -- the loops over SLEEF and libmvec compiled for the level avx512
// SPDX-License-Identifier: Apache-2.0
#define TRIREME_LEVEL avx512
#include "support/vector_peers.inc"
