// tests/support/oracle_reduce.cpp -- reductions in the fixed order, element by element; how far they are from the truth
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "support/number.hpp"
#include "support/oracle.hpp"
#include "trireme/reduce.hpp"

namespace trireme::test {

const char* name(Reduction reduction) {
  static constexpr const char* names[] = {"sum", "prod",          "mean", "min",    "max",    "any",
                                          "all", "count_nonzero", "var",  "stddev", "argmin", "argmax"};
  return names[static_cast<int>(reduction)];
}

array apply(Reduction reduction, const array& x, const std::vector<int>& axes, bool keepdims, double correction) {
  const std::span<const int> over(axes);
  const std::optional<int> axis = axes.empty() ? std::nullopt : std::optional<int>(axes[0]);
  switch (reduction) {
    case Reduction::sum:
      return sum(x, over, keepdims);
    case Reduction::prod:
      return prod(x, over, keepdims);
    case Reduction::mean:
      return mean(x, over, keepdims);
    case Reduction::min:
      return min(x, over, keepdims);
    case Reduction::max:
      return max(x, over, keepdims);
    case Reduction::any:
      return any(x, over, keepdims);
    case Reduction::all:
      return all(x, over, keepdims);
    case Reduction::count_nonzero:
      return count_nonzero(x, over, keepdims);
    case Reduction::var:
      return var(x, over, correction, keepdims);
    case Reduction::stddev:
      return stddev(x, over, correction, keepdims);
    case Reduction::argmin:
      return argmin(x, axis, keepdims);
    case Reduction::argmax:
      return argmax(x, axis, keepdims);
  }
  throw std::logic_error("apply: unknown reduction");
}

std::optional<Dtype> reduction_dtype(Reduction reduction, Dtype input) {
  const bool whole = kind(input) <= Kind::integer;
  switch (reduction) {
    case Reduction::sum:
    case Reduction::prod:
      return !whole ? input : input == boolean || is_signed(input) ? i64 : u64;
    case Reduction::mean:
      return whole ? f64 : input;
    case Reduction::min:
    case Reduction::max:
      return input == boolean || kind(input) == Kind::complex ? std::nullopt : std::optional(input);
    case Reduction::any:
    case Reduction::all:
      return boolean;
    case Reduction::count_nonzero:
      return i64;
    case Reduction::var:
    case Reduction::stddev:
      return whole ? f64 : input == complex64 ? f32 : input == complex128 ? f64 : input;
    case Reduction::argmin:
    case Reduction::argmax:
      return kind(input) == Kind::complex ? std::nullopt : std::optional(i64);
  }
  return std::nullopt;
}

bool takes_empty_runs(Reduction reduction) {
  return reduction != Reduction::min && reduction != Reduction::max && reduction != Reduction::argmin &&
         reduction != Reduction::argmax;
}

namespace {

struct Runs {
  bool inner = true;
  Shape kept;                                      // with reduced axes dropped
  Shape result;                                    // as returned, perhaps with extents of 1
  std::vector<std::vector<std::int64_t>> members;  // flat indices of each kept position's run, in logical order
};

Runs split(const Shape& shape, const std::vector<int>& axes, bool keepdims) {
  const int rank = shape.rank();
  std::vector<bool> reduced(static_cast<std::size_t>(rank), axes.empty());
  for (int axis : axes) reduced[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)] = true;
  Runs out;
  for (int k = 0; k < rank; ++k) {
    const bool gone = reduced[static_cast<std::size_t>(k)];
    if (shape[k] != 1) out.inner = gone;  // the last axis that is not of extent 1 decides
    if (!gone) out.kept.push_back(shape[k]);
    if (!gone)
      out.result.push_back(shape[k]);
    else if (keepdims)
      out.result.push_back(1);
  }
  out.members.resize(static_cast<std::size_t>(out.kept.size()));
  std::vector<std::int64_t> at(static_cast<std::size_t>(rank), 0);
  for (std::int64_t n = 0, size = shape.size(); n < size; ++n) {
    std::int64_t kept = 0;
    for (int k = 0; k < rank; ++k)
      if (!reduced[static_cast<std::size_t>(k)]) kept = kept * shape[k] + at[static_cast<std::size_t>(k)];
    out.members[static_cast<std::size_t>(kept)].push_back(n);
    for (int k = rank - 1; k >= 0 && ++at[static_cast<std::size_t>(k)] == shape[k]; --k)
      at[static_cast<std::size_t>(k)] = 0;
  }
  return out;
}

// The recursion of reduction_order.hpp, written down with recursion and no shortcuts.
template <class T, class Combine>
T combine_run(const std::vector<T>& run, std::size_t lanes, std::size_t chunk, T identity, Combine combine) {
  std::vector<T> partials;
  std::size_t first = 0;
  do {
    const std::size_t last = std::min(run.size(), first + chunk);
    std::vector<T> lane(lanes, identity);
    for (std::size_t n = first; n < last; ++n) lane[(n - first) % lanes] = combine(lane[(n - first) % lanes], run[n]);
    while (lane.size() > 1) {
      const std::size_t half = lane.size() / 2;
      for (std::size_t l = 0; l < half; ++l) lane[l] = combine(lane[l], lane[l + half]);
      lane.resize(half);
    }
    partials.push_back(lane[0]);
    first = last;
  } while (first < run.size());
  return partials.size() == 1 ? partials[0] : combine_run(partials, lanes, chunk, identity, combine);
}

/// The fixed order of one run.
struct Order {
  bool inner;
  template <class T, class Combine>
  T operator()(const std::vector<T>& run, T identity, Combine combine) const {
    return combine_run<T>(run, inner ? 512 : 16, inner ? 8192 : 1024, identity, combine);
  }
};

/// A row of the table on two elements of T.
template <class T>
T row_of(Row row, T a, T b) {
  const Bits operands[] = {to_bits(a), to_bits(b)};
  return from_bits<T>(expected(row, dtype_of<T>, operands));
}

template <class T>
T sum_run(const std::vector<T>& run, Order order) {
  return order(run, T(0), [](T a, T b) { return row_of(Row::add, a, b); });
}

template <class T>
T mean_run(const std::vector<T>& run, Order order) {
  return row_of(Row::divide, sum_run(run, order), static_cast<T>(static_cast<std::int64_t>(run.size())));
}

/// Two passes: the squares of what is left of the elements when their mean is subtracted.
template <class T>
T var_run(const std::vector<T>& run, Order order, double correction) {
  const T centre = mean_run(run, order);
  std::vector<T> squares;
  for (T v : run) {
    const T rest = row_of(Row::subtract, v, centre);
    squares.push_back(row_of(Row::multiply, rest, rest));
  }
  const double count = static_cast<double>(run.size()) - correction;
  return row_of(Row::divide, sum_run(squares, order), static_cast<T>(count > 0 ? count : 0.0));
}

/// Of numbers in T, which is what a real dtype is computed in.
template <class T>
T reduce_run(Reduction reduction, const std::vector<T>& run, Order order, double correction) {
  using Limits = std::numeric_limits<T>;
  switch (reduction) {
    case Reduction::sum:
      return sum_run(run, order);
    case Reduction::prod:
      return order(run, T(1), [](T a, T b) { return row_of(Row::multiply, a, b); });
    case Reduction::min:
      return order(run, Limits::has_infinity ? Limits::infinity() : Limits::max(),
                   [](T a, T b) { return row_of(Row::minimum, a, b); });
    case Reduction::max:
      return order(run, Limits::has_infinity ? T(-Limits::infinity()) : Limits::lowest(),
                   [](T a, T b) { return row_of(Row::maximum, a, b); });
    default:
      break;
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (reduction == Reduction::mean) return mean_run(run, order);
    const T var = var_run(run, order, correction);
    if (reduction == Reduction::var) return var;
    if (reduction == Reduction::stddev) return std::sqrt(var);  // correctly rounded by IEEE-754
  }
  throw std::logic_error("expected: a reduction of another kind");
}

/// The place of the first NaN, else of the first extremum.
Bits place_of_extremum(Dtype dtype, const std::vector<Bits>& run, bool largest) {
  std::size_t best = 0;
  for (std::size_t k = 0; k < run.size(); ++k) {
    if (is_nan(dtype, run[k])) return k;
    const long double value = decoded(dtype, run[k]).re, other = decoded(dtype, run[best]).re;
    if (largest ? value > other : value < other) best = k;
  }
  return best;
}

Bits count_true(Dtype dtype, const std::vector<Bits>& run) {
  Bits count = 0;
  for (Bits b : run) {
    const Number v = decoded(dtype, b);
    count += v.re != 0 || v.im != 0;
  }
  return count;
}

/// The second half of the run is multiplied into the first, and an odd last one into the first of all, until one is
/// left.
Bits complex_product(Dtype dtype, std::vector<Bits> run) {
  const auto product = [dtype](Bits a, Bits b) {
    const Bits operands[] = {a, b};
    return expected(Row::multiply, dtype, operands);
  };
  if (run.empty()) return encoded(dtype, {1, 0}, true);
  while (run.size() > 1) {
    const std::size_t half = run.size() / 2;
    for (std::size_t k = 0; k < half; ++k) run[k] = product(run[k], run[k + half]);
    if (run.size() % 2) run[0] = product(run[0], run.back());
    run.resize(half);
  }
  return run[0];
}

/// Of a real dtype: in the type it is computed in, then rounded to `result`.
Bits reduce_real(Reduction reduction, Dtype dtype, const std::vector<Bits>& run, Order order, Dtype result,
                 double correction) {
  const Dtype work = result == f16 || result == bf16 ? f32 : result;
  return visit(work, [&]<class T>(T) -> Bits {
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
      std::vector<T> values;
      for (Bits b : run) values.push_back(from_bits<T>(*expected_cast(dtype, work, b)));
      return *expected_cast(work, result, to_bits(reduce_run<T>(reduction, values, order, correction)));
    } else {
      throw std::logic_error("expected: not a dtype that reductions are computed in");
    }
  });
}

/// Each part by itself; the variance is the sum of the parts' variances.
Bits reduce_complex(Reduction reduction, Dtype dtype, const std::vector<Bits>& run, Order order, double correction) {
  if (reduction == Reduction::prod) return complex_product(dtype, run);
  const Dtype part = component(dtype);
  std::vector<Bits> re, im;
  for (Bits b : run) {
    re.push_back(real_bits(dtype, b));
    im.push_back(imaginary_bits(dtype, b));
  }
  const bool spread = reduction == Reduction::var || reduction == Reduction::stddev;
  const Reduction each = spread ? Reduction::var : reduction;
  const Bits parts[] = {reduce_real(each, part, re, order, part, correction),
                        reduce_real(each, part, im, order, part, correction)};
  if (!spread) return complex_bits(dtype, parts[0], parts[1]);
  const Bits var = expected(Row::add, part, parts);
  return reduction == Reduction::var ? var : expected(Row::sqrt, part, &var);
}

Bits reduce_elements(Reduction reduction, Dtype dtype, const std::vector<Bits>& run, Order order, Dtype result,
                     double correction) {
  switch (reduction) {
    case Reduction::any:
      return count_true(dtype, run) > 0;
    case Reduction::all:
      return count_true(dtype, run) == run.size();
    case Reduction::count_nonzero:
      return count_true(dtype, run);
    case Reduction::argmin:
    case Reduction::argmax:
      return place_of_extremum(dtype, run, reduction == Reduction::argmax);
    default:
      return kind(dtype) == Kind::complex ? reduce_complex(reduction, dtype, run, order, correction)
                                          : reduce_real(reduction, dtype, run, order, result, correction);
  }
}

}  // namespace

HostArray expected(Reduction reduction, const HostArray& x, const std::vector<int>& axes, bool keepdims,
                   double correction) {
  const Runs runs = split(x.shape, axes, keepdims);
  HostArray out{reduction_dtype(reduction, x.dtype).value(), runs.result, {}};
  for (const auto& members : runs.members) {
    std::vector<Bits> run;
    for (std::int64_t n : members) run.push_back(x.bits[static_cast<std::size_t>(n)]);
    out.bits.push_back(reduce_elements(reduction, x.dtype, run, {runs.inner}, out.dtype, correction));
  }
  return out;
}

double relative_error(Reduction reduction, const HostArray& x, const std::vector<int>& axes, const HostArray& got) {
  const Runs runs = split(x.shape, axes, false);
  double worst = 0;
  for (std::size_t k = 0; k < runs.members.size(); ++k) {
    long double total = 0, magnitude = 0;
    for (std::int64_t n : runs.members[k]) {
      const long double value = decoded(x.dtype, x.bits[static_cast<std::size_t>(n)]).re;
      total += value;
      magnitude += std::fabs(value);
    }
    if (reduction == Reduction::mean) {
      total /= static_cast<long double>(runs.members[k].size());
      magnitude /= static_cast<long double>(runs.members[k].size());
    }
    const long double result = decoded(got.dtype, got.bits[k]).re;
    worst = std::max(worst, static_cast<double>(std::fabs(result - total) / std::max(magnitude, 1e-300L)));
  }
  return worst;
}

}  // namespace trireme::test
