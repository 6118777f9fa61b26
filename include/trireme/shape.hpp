// include/trireme/shape.hpp -- Shape: up to 8 extents held inline, no heap
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "trireme/export.hpp"

namespace trireme {

inline constexpr int kMaxRank = 8;

/// The extents of an array, outermost first. A Shape of rank 0 has one element. Also used for axes and strides.
class TRIREME_API Shape {
 public:
  constexpr Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  /// Throws Code::invalid_argument for more than 8 extents.
  explicit Shape(std::span<const std::int64_t> extents);

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return extent_[axis]; }
  std::int64_t& operator[](int axis) { return extent_[axis]; }
  void push_back(std::int64_t extent);

  const std::int64_t* begin() const { return extent_; }
  const std::int64_t* end() const { return extent_ + rank_; }

  /// The product of the extents. Arrays are only made with products that fit.
  std::int64_t size() const {
    std::int64_t n = 1;
    for (int k = 0; k < rank_; ++k) n *= extent_[k];
    return n;
  }

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (int k = 0; k < a.rank_; ++k)
      if (a.extent_[k] != b.extent_[k]) return false;
    return true;
  }

  /// As Python prints a tuple: "(3, 4)", "(3,)", "()".
  std::string text() const;

 private:
  int rank_ = 0;
  std::int64_t extent_[kMaxRank] = {};
};

}  // namespace trireme
