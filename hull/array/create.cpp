// hull/array/create.cpp -- arrays that are filled, counted or spaced
// SPDX-License-Identifier: Apache-2.0
#include "trireme/create.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include "array/write.hpp"
#include "dispatch/storage.hpp"
#include "graph/infer.hpp"
#include "program/float_environment.hpp"
#include "program/out_of_memory.hpp"
#include "trireme/elementwise.hpp"

namespace trireme {

namespace {

/// A new leaf whose elements `fill(double or int64 pointer, count)` writes.
template <class T, class Fill>
array filled(const Shape& shape, Fill fill) {
  graph::Storage* storage = dispatch::allocate(dispatch::kCpu, static_cast<std::size_t>(shape.size()) * sizeof(T));
  build::Owned leaf = build::leaf(shape, dtype_of<T>, storage);
  auto* data = static_cast<T*>(dispatch::host_data(storage));
  for (std::int64_t k = 0, n = shape.size(); k < n; ++k) data[k] = fill(k);
  return array(leaf.release());
}

}  // namespace

array full(const Shape& shape, Scalar value, Dtype dtype) try {
  graph::checked_size("full", shape, dtype);
  // One element seen through strides of 0: costs no memory until somebody needs it contiguous.
  graph::Storage* storage = build::element_storage("full", value, dtype);
  Shape strides = shape;
  for (int k = 0; k < shape.rank(); ++k) strides[k] = 0;
  return array(build::leaf(shape, dtype, storage, strides, 0).release());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("full");
}

array empty(const Shape& shape, Dtype dtype) try {
  build::Made made = build::make_unwritten("empty", shape, dtype, build::placement("empty", {}));
  // A bool byte that is neither 0 nor 1 would not be any value.
  if (dtype == Dtype::boolean) build::write(full({}, false, dtype), dtype, made.part);
  return std::move(made.result);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("empty");
}

array eye(std::int64_t rows, std::optional<std::int64_t> columns, std::int64_t k, Dtype dtype) try {
  const Shape shape{rows, columns.value_or(rows)};
  graph::checked_size("eye", shape, dtype);
  array row(build::index({rows, 1}).release()), column(build::index({1, shape[1]}).release());
  return astype(equal(std::move(column) - std::move(row), k), dtype);  // row + k would be an array of its own
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("eye");
}

array zeros(const Shape& shape, Dtype dtype) { return full(shape, 0, dtype); }
array ones(const Shape& shape, Dtype dtype) { return full(shape, 1, dtype); }

array arange(Scalar start, Scalar stop, Scalar step, Dtype dtype) try {
  program::FloatEnvironment environment;
  bool integers = true;
  for (const Scalar s : {start, stop, step}) {
    if (s.kind == Kind::complex) throw error(Code::dtype_mismatch, "arange: takes real numbers, not complex ones");
    // Beyond i64 wrapping is right for integers only.
    integers &= s.kind != Kind::floating && (!s.above_i64 || kind(dtype) == Kind::integer);
  }
  if (step.kind == Kind::floating ? step.floating == 0 : step.integer == 0)
    throw error(Code::invalid_argument, "arange: the step is 0");
  const auto whole = [](Scalar s) { return s.above_i64 ? __int128{static_cast<std::uint64_t>(s.integer)} : __int128{s.integer}; };
  if (integers) {
    const __int128 span = whole(stop) - whole(start), by = whole(step);
    __int128 count = by > 0 ? (span + by - 1) / by : (span + by + 1) / by;
    if ((span > 0) != (by > 0) || span == 0) count = 0;
    if (count > (__int128{1} << 60)) throw error(Code::invalid_argument, "arange: more elements than any memory holds");
    Shape shape{static_cast<std::int64_t>(count)};
    graph::checked_size("arange", shape, Dtype::i64);
    array values = filled<std::int64_t>(shape, [&](std::int64_t k) {
      return static_cast<std::int64_t>(static_cast<std::uint64_t>(start.integer) + static_cast<std::uint64_t>(k) * static_cast<std::uint64_t>(step.integer));
    });
    return dtype == Dtype::i64 ? values : astype(std::move(values), dtype).eval();
  }
  const auto number = [&](Scalar s) { return s.kind == Kind::floating ? s.floating : static_cast<double>(whole(s)); };
  double first = number(start), last = number(stop), by = number(step);
  double count = std::ceil((last - first) / by);
  if (!(count < 1e18)) throw error(Code::invalid_argument, "arange: the bounds and the step give no finite count");
  Shape shape{count > 0 ? static_cast<std::int64_t>(count) : 0};
  graph::checked_size("arange", shape, Dtype::f64);
  array values = filled<double>(shape, [&](std::int64_t k) { return first + static_cast<double>(k) * by; });
  return dtype == Dtype::f64 ? values : astype(std::move(values), dtype).eval();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("arange");
}

array arange(std::int64_t stop) { return arange(0, stop, 1, Dtype::i64); }

array linspace(double start, double stop, std::int64_t count, Dtype dtype) try {
  program::FloatEnvironment environment;
  if (count < 0) throw error(Code::invalid_argument, "linspace: negative count " + std::to_string(count));
  Shape shape{count};
  graph::checked_size("linspace", shape, Dtype::f64);
  double step = count > 1 ? (stop - start) / static_cast<double>(count - 1) : 0;
  array values = filled<double>(shape, [&](std::int64_t k) {
    return k == count - 1 && count > 1 ? stop : start + static_cast<double>(k) * step;
  });
  return dtype == Dtype::f64 ? values : astype(std::move(values), dtype).eval();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("linspace");
}

}  // namespace trireme
