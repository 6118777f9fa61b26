// hull/program/domain.hpp -- where a program runs and how its parameters are laid out: run-time data, never compiled in
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "trireme/shape.hpp"

namespace trireme::program {

/// The positions a program runs over, after collapsing. Of a reduction the first `kept` axes index the results and
/// the others, in order, are the run.
struct Domain {
  int rank = 0;
  int kept = 0;  // equals rank for maps
  std::int64_t extent[kMaxRank] = {};

  std::int64_t size() const { return span(0, rank); }
  std::int64_t kept_size() const { return span(0, kept); }
  std::int64_t run_size() const { return span(kept, rank); }

 private:
  std::int64_t span(int from, int to) const {
    std::int64_t n = 1;
    for (int k = from; k < to; ++k) n *= extent[k];
    return n;
  }
};

/// How a buffer parameter is read over the domain: element(position) = offset + sum over k of stride[k] * i[k], where
/// i[k] is the position's coordinate or, on a wrapped axis, (start[k] + coordinate), less modulus[k] if that reaches
/// it; start is in [0, modulus) and the coordinate is below modulus. All in elements; strides may be negative or 0.
struct Access {
  std::int64_t offset = 0;
  std::int64_t stride[kMaxRank] = {};
  bool wrapped = false;                  // whether any modulus is not 0; the arrays below count only then
  std::int64_t start[kMaxRank] = {};
  std::int64_t modulus[kMaxRank] = {};   // 0: the axis does not wrap
};

enum class AccessKind : std::uint8_t {
  contiguous,  // row-major over the domain
  single,      // one element for all positions
  strided,     // by the Access
  wrapped,     // by the Access, with at least one wrapped axis
};

/// What an executable may be specialised by: everything about a launch that is a small finite choice.
struct Layout {
  int rank = 0;
  int kept = 0;
  bool wide = false;                // some index needs 64 bits
  std::vector<AccessKind> access;   // one per parameter; scalars are contiguous, outputs too unless they are strided
  std::uint64_t turned = 0;         // of maps: inputs that lie along axis `across` and not along the last one, a bit each
  std::uint8_t across = 0;
  bool operator==(const Layout&) const = default;
};

}  // namespace trireme::program
