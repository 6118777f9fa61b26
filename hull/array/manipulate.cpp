// hull/array/manipulate.cpp -- concat, stack, repeat, tile and pad
// SPDX-License-Identifier: Apache-2.0
#include "trireme/manipulate.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "array/write.hpp"
#include "graph/infer.hpp"
#include "program/out_of_memory.hpp"
#include "trireme/create.hpp"

namespace trireme {

namespace {

using Widths = std::span<const std::pair<std::int64_t, std::int64_t>>;

array taken(std::string_view function, Operand& x) { return array(build::operand(function, x).release()); }

std::int64_t sum_of(std::string_view function, std::int64_t a, std::int64_t b) {
  std::int64_t total;
  if (__builtin_add_overflow(a, b, &total))
    throw error(Code::invalid_argument, std::string(function) + ": an extent of the result is beyond 2^63");
  return total;
}

std::int64_t checked_count(std::string_view function, std::int64_t count, std::int64_t extent) {
  std::int64_t total;
  if (count < 0) throw error(Code::invalid_argument, std::string(function) + ": the negative count " + std::to_string(count));
  if (__builtin_mul_overflow(count, extent, &total))
    throw error(Code::invalid_argument, std::string(function) + ": an extent of the result is beyond 2^63");
  return total;
}

/// `given` one after the other, or `views` of them, one each.
array join(std::string_view function, std::span<const array> given, int axis, std::vector<array> views = {}) {
  const std::span<const array> arrays = views.empty() ? given : std::span<const array>(views);
  Shape shape = arrays[0].shape();
  Dtype dtype = arrays[0].dtype();
  axis = graph::checked_axis(function, axis, shape.rank());
  for (const array& a : arrays.subspan(1)) {
    dtype = promote(dtype, a.dtype());
    Shape other = a.shape();
    bool fits = other.rank() == shape.rank();
    for (int k = 0; fits && k < shape.rank(); ++k) fits = k == axis || other[k] == shape[k];
    if (!fits)
      throw error(Code::shape_mismatch, std::string(function) + ": shapes " + arrays[0].shape().text() + " and " + other.text() +
                                            " differ in more than axis " + std::to_string(axis));
    shape[axis] = sum_of(function, shape[axis], other[axis]);
  }
  build::Made made = build::make_unwritten(function, shape, dtype, build::placement(function, arrays));
  std::int64_t from = 0;
  for (std::size_t k = 0; k < given.size(); ++k) {
    const std::int64_t extent = arrays[k].shape()[axis];
    const graph::Node* unkept = build::unkept(given[k], views.empty() ? 1 : 2);
    build::write(views.empty() ? given[k] : std::move(views[k]), dtype, made.part.cut(axis, from, extent), unkept);
    from += extent;
  }
  return std::move(made.result);
}

/// Shape (..., extents before and after `axis` as one axis each): what repeats along one axis need, within any rank.
struct Folded {
  std::int64_t before = 1, extent = 1, after = 1;
};
Folded fold(const Shape& shape, int axis) {
  Folded f;
  for (int k = 0; k < shape.rank(); ++k) (k < axis ? f.before : k == axis ? f.extent : f.after) *= shape[k];
  return f;
}

/// `count` times x, one after the other along an axis; no memory of its own before it is evaluated.
array tiled(std::string_view function, const array& x, int axis, std::int64_t count) {
  Shape shape = x.shape();
  const Folded f = fold(shape, axis);
  shape[axis] = checked_count(function, count, shape[axis]);
  graph::checked_size(function, shape, x.dtype());
  if (count == 1) return x;
  return x.reshape({f.before, 1, f.extent, f.after}).broadcast_to({f.before, count, f.extent, f.after}).reshape(shape);
}

array slice_axis(const array& x, int axis, Slice slice) {
  std::vector<Slice> slices(static_cast<std::size_t>(axis) + 1);
  slices.back() = slice;
  return x.slice(slices);
}

/// The `count` elements that lie before (or behind) axis `axis` of an endless continuation of x.
array continued(const array& x, int axis, std::int64_t count, bool before, PadMode mode) {
  const std::int64_t n = x.shape()[axis];
  if (mode == PadMode::edge) {
    Shape shape = x.shape();
    shape[axis] = count;
    return slice_axis(x, axis, before ? Slice{0, 1} : Slice{n - 1, n}).broadcast_to(shape);
  }
  // One period: x, or x and its mirror image, as it goes on behind the end; what lies before is its other end. In
  // `reflect` both lack the place where the next one begins.
  std::vector<array> period;
  if (mode == PadMode::wrap || (mode == PadMode::reflect && n == 1)) {
    period.push_back(x);
  } else {
    const array mirrored = x.flip(axis);
    for (const array* part : {before ? &x : &mirrored, before ? &mirrored : &x})
      period.push_back(mode == PadMode::symmetric ? *part : slice_axis(*part, axis, before ? Slice{{}, n - 1} : Slice{1, {}}));
  }
  array whole = period.size() == 1 ? period[0] : join("pad", period, axis);
  const std::int64_t length = whole.shape()[axis];
  array run = tiled("pad", whole, axis, (count - 1) / length + 1);
  const std::int64_t total = run.shape()[axis];
  return slice_axis(run, axis, before ? Slice{total - count, total} : Slice{0, count});
}

array pad_constant(const array& x, Widths widths, const Shape& shape, Scalar value) {
  build::Made made = build::make_unwritten("pad", shape, x.dtype(), build::placement("pad", std::span(&x, 1)));
  const array filler(build::leaf({}, x.dtype(), build::element_storage("pad", value, x.dtype())).release());
  build::Part inside = made.part;
  for (int k = 0; k < shape.rank(); ++k) {
    const auto [before, behind] = widths[static_cast<std::size_t>(k)];
    build::write(filler, x.dtype(), inside.cut(k, 0, before));
    build::write(filler, x.dtype(), inside.cut(k, shape[k] - behind, behind));
    inside = inside.cut(k, before, x.shape()[k]);
  }
  build::write(x, x.dtype(), inside, build::unkept(x));
  return std::move(made.result);
}

}  // namespace

array concat(std::span<const array> arrays, std::optional<int> axis) try {
  if (arrays.empty()) throw error(Code::invalid_argument, "concat: no arrays were given");
  if (axis) return join("concat", arrays, *axis);
  std::vector<array> flat;
  for (const array& a : arrays) flat.push_back(a.rank() == 1 ? a : a.reshape({-1}));
  return join("concat", arrays, 0, std::move(flat));
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("concat");
}

array stack(std::span<const array> arrays, int axis) try {
  if (arrays.empty()) throw error(Code::invalid_argument, "stack: no arrays were given");
  const int rank = arrays[0].rank();
  if (rank == kMaxRank)
    throw error(Code::invalid_argument, "stack: arrays of shape " + arrays[0].shape().text() + " have " + std::to_string(rank) +
                                            " axes, as many as there may be");
  axis = graph::checked_axis("stack", axis, rank + 1);
  std::vector<array> wider;
  for (const array& a : arrays) {
    if (!(a.shape() == arrays[0].shape()))
      throw error(Code::shape_mismatch, "stack: shapes " + arrays[0].shape().text() + " and " + a.shape().text() + " differ");
    wider.push_back(a.expand_dims(axis));
  }
  return join("stack", arrays, axis, std::move(wider));
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("stack");
}

array repeat(Operand operand, std::int64_t count, std::optional<int> axis) try {
  array x = taken("repeat", operand);
  if (!axis) x = x.reshape({-1});
  const int k = graph::checked_axis("repeat", axis.value_or(0), x.rank());
  Shape shape = x.shape();
  const Folded f = fold(shape, k);
  shape[k] = checked_count("repeat", count, shape[k]);
  graph::checked_size("repeat", shape, x.dtype());
  return x.reshape({f.before, f.extent, 1, f.after}).broadcast_to({f.before, f.extent, count, f.after}).reshape(shape);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("repeat");
}

array tile(Operand operand, const Shape& counts) try {
  array x = taken("tile", operand);
  Shape wider;  // NumPy: the shorter of the two gets leading ones
  for (int k = x.rank(); k < counts.rank(); ++k) wider.push_back(1);
  for (const std::int64_t extent : x.shape()) wider.push_back(extent);
  x = x.reshape(wider);
  for (int k = 0; k < counts.rank(); ++k) x = tiled("tile", x, x.rank() - counts.rank() + k, counts[k]);
  return x;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("tile");
}

array pad(Operand operand, Widths given, PadMode mode, Scalar value) try {
  array x = taken("pad", operand);
  std::vector<std::pair<std::int64_t, std::int64_t>> widths(given.begin(), given.end());
  if (widths.size() == 1) widths.resize(static_cast<std::size_t>(x.rank()), widths[0]);
  if (static_cast<int>(widths.size()) != x.rank())
    throw error(Code::invalid_argument, "pad: " + std::to_string(widths.size()) + " pairs of widths for an array of shape " + x.shape().text());
  Shape shape = x.shape();
  for (int k = 0; k < x.rank(); ++k) {
    const auto [before, behind] = widths[static_cast<std::size_t>(k)];
    if (before < 0 || behind < 0)
      throw error(Code::invalid_argument, "pad: the negative width " + std::to_string(before < 0 ? before : behind) + " for axis " +
                                              std::to_string(k));
    if (mode != PadMode::constant && shape[k] == 0 && (before || behind))
      throw error(Code::invalid_argument, "pad: axis " + std::to_string(k) + " of shape " + x.shape().text() + " has no elements to go on with");
    shape[k] = sum_of("pad", sum_of("pad", shape[k], before), behind);
  }
  graph::checked_size("pad", shape, x.dtype());
  if (mode == PadMode::constant) return pad_constant(x, widths, shape, value);
  x.eval();
  for (int k = 0; k < x.rank(); ++k) {
    const auto [before, behind] = widths[static_cast<std::size_t>(k)];
    std::vector<array> pieces;
    if (before) pieces.push_back(continued(x, k, before, true, mode));
    pieces.push_back(x);
    if (behind) pieces.push_back(continued(x, k, behind, false, mode));
    if (pieces.size() > 1) x = join("pad", pieces, k);
  }
  return x;
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("pad");
}

array concat(std::initializer_list<array> arrays, std::optional<int> axis) {
  return concat(std::span<const array>(arrays.begin(), arrays.size()), axis);
}
array stack(std::initializer_list<array> arrays, int axis) {
  return stack(std::span<const array>(arrays.begin(), arrays.size()), axis);
}
array pad(Operand x, std::initializer_list<std::pair<std::int64_t, std::int64_t>> widths, PadMode mode, Scalar value) {
  return pad(std::move(x), Widths(widths.begin(), widths.size()), mode, value);
}

}  // namespace trireme
