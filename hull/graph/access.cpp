// hull/graph/access.cpp -- composition of views into strides, and collapsing of axes
// SPDX-License-Identifier: Apache-2.0
#include "graph/access.hpp"

#include <algorithm>
#include <cstdlib>

namespace trireme::graph {

using program::Access;
using program::AccessKind;
using program::Domain;

Walked walk_from(const Shape& shape, const Shape& strides, std::int64_t offset) {
  Walked w;
  w.shape = shape;
  w.access.offset = offset;
  for (int k = 0; k < shape.rank(); ++k) w.access.stride[k] = strides[k];
  return w;
}

void broadcast_access(Walked& w, const Shape& shape) {
  if (w.shape == shape) return;
  Access out;
  out.offset = w.access.offset;
  int shift = shape.rank() - w.shape.rank();
  for (int k = 0; k < w.shape.rank(); ++k) {
    int to = k + shift;
    bool repeats = w.shape[k] == 1 && shape[to] != 1;
    if (w.access.modulus[k] && w.shape[k] == 1) {  // one position on a wrapping axis is a fixed place
      out.offset += w.access.stride[k] * w.access.start[k];
      continue;
    }
    out.stride[to] = repeats ? 0 : w.access.stride[k];
    out.start[to] = w.access.start[k];
    out.modulus[to] = w.access.modulus[k];
    out.wrapped |= out.modulus[to] != 0;
  }
  w.shape = shape;
  w.access = out;
}

void view_access(Walked& w, const ViewMap& map, const Shape& shape) {
  Access out;
  out.offset = w.access.offset;
  for (int k = 0; k < w.shape.rank(); ++k) {
    const AxisMap& m = map.axis[k];
    std::int64_t stride = w.access.stride[k];
    if (w.access.modulus[k]) {  // composes() made sure that the view steps by 1 and does not wrap here
      std::int64_t start = (w.access.start[k] + m.start) % w.access.modulus[k];
      if (m.axis < 0) {
        out.offset += stride * start;
      } else {
        out.stride[m.axis] = stride;
        out.start[m.axis] = start;
        out.modulus[m.axis] = w.access.modulus[k];
      }
    } else if (m.modulus) {
      out.offset += stride * m.outer_start;
      out.stride[m.axis] = stride * m.outer_step;
      out.start[m.axis] = m.start;
      out.modulus[m.axis] = m.modulus;
    } else {
      out.offset += stride * m.start;
      if (m.axis >= 0) out.stride[m.axis] = stride * m.step;
    }
  }
  for (int k = 0; k < shape.rank(); ++k) out.wrapped |= out.modulus[k] != 0;
  w.shape = shape;
  w.access = out;
}

bool composes(const ViewMap& map, int base_rank, std::uint8_t wraps) {
  for (int k = 0; k < base_rank; ++k)
    if ((wraps >> k & 1) && map.axis[k].axis >= 0 && (map.axis[k].step != 1 || map.axis[k].modulus)) return false;
  return true;
}

namespace {

void drop_axis(Domain& domain, std::span<Access*> accesses, int axis) {
  for (Access* a : accesses) {
    if (a->wrapped && a->modulus[axis]) a->offset += a->stride[axis] * a->start[axis];
    for (int k = axis; k + 1 < domain.rank; ++k) {
      a->stride[k] = a->stride[k + 1];
      a->start[k] = a->start[k + 1];
      a->modulus[k] = a->modulus[k + 1];
    }
  }
  for (int k = axis; k + 1 < domain.rank; ++k) domain.extent[k] = domain.extent[k + 1];
  --domain.rank;
  if (axis < domain.kept) --domain.kept;
}

bool merges(const Domain& domain, std::span<Access* const> accesses, int axis) {
  for (const Access* a : accesses) {
    if (a->wrapped && (a->modulus[axis] || a->modulus[axis + 1])) return false;
    if (a->stride[axis] != a->stride[axis + 1] * domain.extent[axis + 1]) return false;
  }
  return true;
}

/// A wrap that the extent never reaches is an offset.
void simplify_wraps(const Domain& domain, Access& a) {
  if (!a.wrapped) return;
  a.wrapped = false;
  for (int k = 0; k < domain.rank; ++k) {
    if (!a.modulus[k]) continue;
    if (a.start[k] + domain.extent[k] <= a.modulus[k]) {
      a.offset += a.stride[k] * a.start[k];
      a.start[k] = a.modulus[k] = 0;
    } else {
      a.wrapped = true;
    }
  }
}

AccessKind classify(const Domain& domain, const Access& a) {
  if (a.wrapped) return AccessKind::wrapped;
  bool single = true, contiguous = true;
  std::int64_t step = 1;
  for (int k = domain.rank - 1; k >= 0; --k) {
    single &= a.stride[k] == 0;
    contiguous &= a.stride[k] == step;
    step *= domain.extent[k];
  }
  return contiguous ? AccessKind::contiguous : single ? AccessKind::single : AccessKind::strided;
}

bool needs_64_bits(const Domain& domain, const Access& a) {
  std::int64_t reach = std::abs(a.offset);
  for (int k = 0; k < domain.rank; ++k) {
    std::int64_t last = a.wrapped && a.modulus[k] ? a.modulus[k] : domain.extent[k];
    reach += std::abs(a.stride[k]) * last;
  }
  return reach >= std::int64_t{1} << 31;
}

// Neighbours along an axis of at most this stride share most of what memory brings, 32 bytes or a cache line; neighbours
// that lie farther apart than the other share next to nothing. An axis shorter than a half of a tile's does not fill it.
constexpr std::int64_t kNear = 4, kFar = 8, kLeastExtent = 16;

// The axis along which `a` is consecutive where that is not the last one, else -1.
int turned_along(const Domain& domain, const Access& a) {
  const int last = domain.rank - 1;
  if (std::abs(a.stride[last]) < kFar) return -1;
  for (int k = last - 1; k >= 0; --k)
    if (a.stride[k] != 0 && std::abs(a.stride[k]) <= kNear && domain.extent[k] >= kLeastExtent) return k;
  return -1;
}

}  // namespace

void mark_turned(const program::Program& program, const Domain& domain, std::span<const Access> accesses,
                 program::Layout& layout) {
  if (domain.rank < 2 || domain.extent[domain.rank - 1] < kLeastExtent) return;
  const std::size_t count = std::min<std::size_t>(accesses.size(), 64);
  for (std::size_t p = 0; p < count; ++p) {
    const bool moves = layout.access[p] == AccessKind::strided || layout.access[p] == AccessKind::wrapped;
    if (!moves || program.parameters[p].role != program::Role::input) continue;
    const int axis = turned_along(domain, accesses[p]);
    if (axis < 0 || (layout.turned && axis != layout.across)) continue;
    layout.across = static_cast<std::uint8_t>(axis);
    layout.turned |= std::uint64_t{1} << p;
  }
}

void collapse(Domain& domain, std::span<Access*> accesses, program::Layout& layout) {
  for (Access* a : accesses) simplify_wraps(domain, *a);
  for (int k = domain.rank - 1; k >= 0; --k)
    if (domain.extent[k] == 1) drop_axis(domain, accesses, k);
  for (int k = domain.rank - 2; k >= 0; --k) {
    if (k + 1 == domain.kept || !merges(domain, accesses, k)) continue;
    domain.extent[k + 1] *= domain.extent[k];
    for (Access* a : accesses) a->stride[k] = a->stride[k + 1];
    domain.extent[k] = domain.extent[k + 1];
    // Remove k + 1, whose extent and strides k has now.
    for (Access* a : accesses)
      for (int j = k + 1; j + 1 < domain.rank; ++j) {
        a->stride[j] = a->stride[j + 1];
        a->start[j] = a->start[j + 1];
        a->modulus[j] = a->modulus[j + 1];
      }
    for (int j = k + 1; j + 1 < domain.rank; ++j) domain.extent[j] = domain.extent[j + 1];
    --domain.rank;
    if (k < domain.kept) --domain.kept;
  }
  layout.turned = layout.across = 0;
  layout.rank = domain.rank;
  layout.kept = domain.kept;
  layout.wide = domain.size() >= std::int64_t{1} << 31;
  layout.access.clear();
  for (Access* a : accesses) {
    layout.access.push_back(classify(domain, *a));
    layout.wide |= needs_64_bits(domain, *a);
  }
}

}  // namespace trireme::graph
