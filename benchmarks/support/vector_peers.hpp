// benchmarks/support/vector_peers.hpp -- SLEEF's and libmvec's functions as loops, one set per level
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace trireme::bench {

inline constexpr const char* kPeerNames[] = {
#define PEER(name, sleef, low, high) #name,
#define PEER_OF_TWO(name, sleef, low, high, low_b, high_b) #name,
#include "support/vector_peers.def"
#undef PEER
#undef PEER_OF_TWO
};
inline constexpr int kPeers = static_cast<int>(sizeof kPeerNames / sizeof *kPeerNames);

struct VectorPeers {
  // n is a multiple of 16; functions of one operand leave b alone.
  void (*sleef_f32[kPeers])(float* out, const float* a, const float* b, std::size_t n);
  void (*sleef_f64[kPeers])(double* out, const double* a, const double* b, std::size_t n);
  void (*libmvec_f32[kPeers])(float* out, const float* a, const float* b, std::size_t n);
  void (*libmvec_f64[kPeers])(double* out, const double* a, const double* b, std::size_t n);
};

VectorPeers vector_peers_baseline();
VectorPeers vector_peers_avx2();
VectorPeers vector_peers_avx512();

}  // namespace trireme::bench
