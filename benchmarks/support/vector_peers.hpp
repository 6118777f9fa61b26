// benchmarks/support/vector_peers.hpp -- SLEEF's, libmvec's and xsimd's functions as loops, one set per level
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace trireme::bench {

inline constexpr const char* kPeerNames[] = {
#define PEER(name, sleef, low, high) #name,
#define PEER_OF_TWO(name, sleef, low, high, low_b, high_b) #name,
#define ALONE(name, low, high) #name,
#define ALONE_OF_TWO(name, low, high, low_b, high_b) #name,
#include "support/vector_peers.def"
#undef PEER
#undef PEER_OF_TWO
#undef ALONE
#undef ALONE_OF_TWO
};
inline constexpr int kPeers = static_cast<int>(sizeof kPeerNames / sizeof *kPeerNames);

enum Side : int { kSleef, kLibmvec, kXsimd, kSides };
inline constexpr const char* kSideNames[] = {"sleef", "libmvec", "xsimd"};

/// n is a multiple of 16; functions of one operand leave b alone.
template <class T>
using Loop = void (*)(T* out, const T* a, const T* b, std::size_t n);

/// Null where nobody has the function.
struct VectorPeers {
  Loop<float> f32[kSides][kPeers];
  Loop<double> f64[kSides][kPeers];
};

VectorPeers vector_peers_baseline();
VectorPeers vector_peers_avx2();
VectorPeers vector_peers_avx512();

}  // namespace trireme::bench
