// include/trireme/create.hpp -- arrays from nothing: filled, counted, spaced
// SPDX-License-Identifier: Apache-2.0
//
// Errors: invalid_argument for a negative extent or a size that overflows, out_of_memory, out_of_range for a fill
// value that does not fit the dtype.
#pragma once

#include <optional>

#include "trireme/array.hpp"

namespace trireme {

/// An array of `shape` with every element 0, 1 or `value`.
TRIREME_API array zeros(const Shape& shape, Dtype dtype = f64);
TRIREME_API array ones(const Shape& shape, Dtype dtype = f64);
TRIREME_API array full(const Shape& shape, Scalar value, Dtype dtype);

/// An array whose elements have any values: memory to be written by update() or eval_into().
TRIREME_API array empty(const Shape& shape, Dtype dtype = f64);

/// A matrix with 1 where column - row is k and 0 elsewhere. Lazy: fuses into its consumer and takes no memory there.
/// `columns` is `rows` without a value. Throws Code::invalid_argument for a negative extent.
TRIREME_API array eye(std::int64_t rows, std::optional<std::int64_t> columns = {}, std::int64_t k = 0, Dtype dtype = f64);

/// start, start + step, ... below stop (above, for a negative step): element k is start + k * step, computed in i64
/// or f64 and converted once, as astype does (integers wrap). Throws Code::invalid_argument for a step of 0.
TRIREME_API array arange(Scalar start, Scalar stop, Scalar step, Dtype dtype);
TRIREME_API array arange(std::int64_t stop);

/// `count` numbers from start to stop, both included: element k is start + k * ((stop - start) / (count - 1)) in f64,
/// the last one is stop itself.
TRIREME_API array linspace(double start, double stop, std::int64_t count, Dtype dtype = f64);

}  // namespace trireme
