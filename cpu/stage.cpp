// cpu/stage.cpp -- gathering tiles of strided, broadcast and wrapped operands
// SPDX-License-Identifier: Apache-2.0
#include "cpu/stage.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace trireme::cpu {

using program::Access;
using program::Domain;

namespace {

/// A vector of 16 bytes, which every processor has.
template <class T>
struct Words {
  static constexpr std::size_t width = 16 / sizeof(T);
  typedef T Vector __attribute__((vector_size(16)));

  static Vector load(const char* from) {
    Vector v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }
  template <std::size_t... Lane>
  static Vector every_second(Vector a, Vector b, std::index_sequence<Lane...>) {
    return __builtin_shufflevector(a, b, static_cast<int>(2 * Lane)...);
  }
  template <std::size_t... Lane>
  static Vector reversed(Vector a, std::index_sequence<Lane...>) {
    return __builtin_shufflevector(a, a, static_cast<int>(width - 1 - Lane)...);
  }
};

/// The usual strides by whole vectors, which read nothing beyond the elements asked for; returns how many were copied.
template <class T>
std::size_t copy_vectors(char* to, const char* from, std::int64_t stride, std::size_t n) {
  using W = Words<T>;
  constexpr std::size_t w = W::width;
  constexpr std::make_index_sequence<w> lanes;
  std::size_t k = 0;
  if (stride == 2)
    for (; k + w < n; k += w) {  // the last vector's last element may be the last of the memory
      const char* first = from + 2 * k * sizeof(T);
      typename W::Vector v = W::every_second(W::load(first), W::load(first + 16), lanes);
      std::memcpy(to + k * sizeof(T), &v, sizeof v);
    }
  if (stride == -1)
    for (; k + w <= n; k += w) {
      typename W::Vector v = W::reversed(W::load(from - (k + w - 1) * sizeof(T)), lanes);
      std::memcpy(to + k * sizeof(T), &v, sizeof v);
    }
  return k;
}

/// memcpy of one element; the sizes are constants so that it becomes a move.
template <class T>
void copy_strided(char* to, const char* from, std::int64_t stride, std::size_t n) {
  if (stride == 0) {
    T value;
    std::memcpy(&value, from, sizeof value);
    for (std::size_t k = 0; k < n; ++k) std::memcpy(to + k * sizeof(T), &value, sizeof(T));
    return;
  }
  std::int64_t step = stride * static_cast<std::int64_t>(sizeof(T));
  for (std::size_t k = copy_vectors<T>(to, from, stride, n); k < n; ++k)
    std::memcpy(to + k * sizeof(T), from + static_cast<std::int64_t>(k) * step, sizeof(T));
}

void copy_piece(char* to, const char* from, std::int64_t stride, std::size_t item, std::size_t n) {
  if (stride == 1) {
    std::memcpy(to, from, n * item);
    return;
  }
  switch (item) {
    case 1: copy_strided<std::uint8_t>(to, from, stride, n); break;
    case 2: copy_strided<std::uint16_t>(to, from, stride, n); break;
    case 4: copy_strided<std::uint32_t>(to, from, stride, n); break;
    default: copy_strided<std::uint64_t>(to, from, stride, n); break;
  }
}

std::int64_t place(const Access& a, int axis, std::int64_t coordinate) {
  if (!a.wrapped || !a.modulus[axis]) return coordinate;
  coordinate += a.start[axis];
  return coordinate >= a.modulus[axis] ? coordinate - a.modulus[axis] : coordinate;
}

/// Moves on by `count` positions, at most to the end of the last axis.
void advance(const Domain& domain, Axes axes, std::int64_t* coordinate, std::int64_t count) {
  coordinate[axes.to - 1] += count;
  for (int k = axes.to - 1; k > axes.from && coordinate[k] == domain.extent[k]; --k) {
    coordinate[k] = 0;
    ++coordinate[k - 1];
  }
}

}  // namespace

void coordinates(const Domain& domain, Axes axes, std::int64_t index, std::int64_t* out) {
  for (int k = axes.to - 1; k > axes.from; --k) {
    out[k] = index % domain.extent[k];
    index /= domain.extent[k];
  }
  if (axes.to > axes.from) out[axes.from] = index;
}

std::int64_t offset_at(const Access& a, Axes axes, const std::int64_t* coordinate) {
  std::int64_t offset = 0;
  for (int k = axes.from; k < axes.to; ++k) offset += a.stride[k] * place(a, k, coordinate[k]);
  return offset;
}

const char* stage(const Domain& domain, Axes axes, const Access& a, const char* base, std::size_t item,
                  const std::int64_t* at, std::size_t n, char* slot) {
  auto bytes = static_cast<std::int64_t>(item);
  if (axes.from == axes.to) return base;
  int last = axes.to - 1;
  std::int64_t coordinate[kMaxRank];
  for (int k = axes.from; k < axes.to; ++k) coordinate[k] = at[k];
  char* to = slot;
  std::size_t left = n;
  for (;;) {
    // As far as the last axis goes without a wrap the elements are one stride apart.
    std::int64_t run = domain.extent[last] - coordinate[last];
    std::int64_t here = coordinate[last];
    if (a.wrapped && a.modulus[last]) {
      here = place(a, last, here);
      run = std::min(run, a.modulus[last] - here);
    }
    std::size_t piece = std::min(left, static_cast<std::size_t>(run));
    std::int64_t outer = offset_at(a, {axes.from, last}, coordinate);
    const char* from = base + (outer + a.stride[last] * here) * bytes;
    if (piece == n && a.stride[last] == 1) return from;
    copy_piece(to, from, a.stride[last], item, piece);
    left -= piece;
    if (left == 0) return slot;
    to += piece * item;
    advance(domain, axes, coordinate, static_cast<std::int64_t>(piece));
  }
}

namespace {

template <std::size_t Bytes>
void scatter_strided(char* to, std::int64_t step, const char* from, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k) std::memcpy(to + static_cast<std::int64_t>(k) * step, from + k * Bytes, Bytes);
}

void scatter_piece(char* to, std::int64_t stride, const char* from, std::size_t item, std::size_t n) {
  if (stride == 1) {
    std::memcpy(to, from, n * item);
    return;
  }
  const std::int64_t step = stride * static_cast<std::int64_t>(item);
  switch (item) {
    case 1: scatter_strided<1>(to, step, from, n); break;
    case 2: scatter_strided<2>(to, step, from, n); break;
    case 4: scatter_strided<4>(to, step, from, n); break;
    case 8: scatter_strided<8>(to, step, from, n); break;
    default: scatter_strided<16>(to, step, from, n); break;
  }
}

}  // namespace

void unstage(const Domain& domain, Axes axes, const Access& a, char* base, std::size_t item, const std::int64_t* at, std::size_t n,
             const char* slot) {
  std::int64_t coordinate[kMaxRank];
  for (int k = axes.from; k < axes.to; ++k) coordinate[k] = at[k];
  const int last = axes.to - 1;  // a strided output has an axis
  for (std::size_t done = 0; done < n;) {
    const auto run = static_cast<std::size_t>(domain.extent[last] - coordinate[last]);
    const std::size_t piece = std::min(n - done, run);
    char* to = base + offset_at(a, axes, coordinate) * static_cast<std::int64_t>(item);
    scatter_piece(to, a.stride[last], slot + done * item, item, piece);
    done += piece;
    if (done < n) advance(domain, axes, coordinate, static_cast<std::int64_t>(piece));
  }
}

void stage_index(const Domain& domain, Axes axes, const Access& a, std::int64_t base, const std::int64_t* at, std::size_t n,
                 char* slot) {
  std::int64_t coordinate[kMaxRank];
  for (int k = axes.from; k < axes.to; ++k) coordinate[k] = at[k];
  const int last = axes.to - 1;
  for (std::size_t done = 0; done < n;) {
    const std::int64_t place_here = base + offset_at(a, axes, coordinate);
    std::int64_t run = last < axes.from ? 1 : domain.extent[last] - coordinate[last];
    if (last >= axes.from && a.wrapped && a.modulus[last])
      run = std::min(run, a.modulus[last] - place(a, last, coordinate[last]));
    const std::size_t piece = std::min(n - done, static_cast<std::size_t>(run));
    count_up(slot + done * sizeof(std::int64_t), place_here, last < axes.from ? 0 : a.stride[last], piece);
    done += piece;
    if (done < n) advance(domain, axes, coordinate, static_cast<std::int64_t>(piece));
  }
}

void count_up(char* slot, std::int64_t first, std::int64_t step, std::size_t n) {
  for (std::size_t k = 0; k < n; ++k, first += step) std::memcpy(slot + k * sizeof first, &first, sizeof first);
}

void splat(char* slot, const char* element, std::size_t item, std::size_t n) {
  if (n > 0) copy_piece(slot, element, 0, item, n);
}

}  // namespace trireme::cpu
