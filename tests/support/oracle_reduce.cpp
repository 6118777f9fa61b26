// tests/support/oracle_reduce.cpp -- reductions in the fixed order, element by element, and their distance from the
// truth SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "support/oracle.hpp"
#include "trireme/reduce.hpp"

namespace trireme::test {

const char* name(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum:
      return "sum";
    case Reduction::mean:
      return "mean";
    case Reduction::min:
      return "min";
    case Reduction::max:
      return "max";
  }
  return "?";
}

array apply(Reduction reduction, const array& x, const std::vector<int>& axes, bool keepdims) {
  switch (reduction) {
    case Reduction::sum:
      return sum(x, std::span<const int>(axes), keepdims);
    case Reduction::mean:
      return mean(x, std::span<const int>(axes), keepdims);
    case Reduction::min:
      return min(x, std::span<const int>(axes), keepdims);
    case Reduction::max:
      return max(x, std::span<const int>(axes), keepdims);
  }
  throw std::logic_error("apply: unknown reduction");
}

Dtype reduction_dtype(Reduction reduction, Dtype input) {
  const bool real = input == f32 || input == f64;
  if (reduction == Reduction::sum) return real ? input : i64;
  if (reduction == Reduction::mean) return real ? input : f64;
  return input;
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

template <class T>
T reduce_run(Reduction reduction, const std::vector<T>& run, bool inner) {
  const std::size_t lanes = inner ? 512 : 16, chunk = inner ? 8192 : 1024;
  const Row row = reduction == Reduction::min ? Row::minimum : reduction == Reduction::max ? Row::maximum : Row::add;
  const auto combine = [row](T a, T b) -> T {
    if constexpr (std::is_same_v<T, bool>) {
      return row == Row::minimum ? a && b : a || b;
    } else {
      const Bits operands[] = {to_bits(a), to_bits(b)};
      return from_bits<T>(expected(row, dtype_of<T>, operands));
    }
  };
  using Limits = std::numeric_limits<T>;
  T identity{};
  if (reduction == Reduction::min) identity = Limits::has_infinity ? Limits::infinity() : Limits::max();
  if (reduction == Reduction::max) identity = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  T total = combine_run<T>(run, lanes, chunk, identity, combine);
  if constexpr (std::is_floating_point_v<T>)
    if (reduction == Reduction::mean) total = total / static_cast<T>(static_cast<std::int64_t>(run.size()));
  return total;
}

}  // namespace

HostArray expected(Reduction reduction, const HostArray& x, const std::vector<int>& axes, bool keepdims) {
  const Runs runs = split(x.shape, axes, keepdims);
  const Dtype work = reduction_dtype(reduction, x.dtype);
  HostArray out{work, runs.result, {}};
  visit(work, [&]<class T>(T) {
    for (const auto& members : runs.members) {
      std::vector<T> run;
      for (std::int64_t n : members)
        run.push_back(from_bits<T>(expected_cast(x.dtype, work, x.bits[static_cast<std::size_t>(n)])));
      out.bits.push_back(to_bits<T>(reduce_run<T>(reduction, run, runs.inner)));
    }
  });
  return out;
}

double relative_error(Reduction reduction, const HostArray& x, const std::vector<int>& axes, const HostArray& got) {
  const Runs runs = split(x.shape, axes, false);
  double worst = 0;
  visit(x.dtype, [&]<class T>(T) {
    for (std::size_t k = 0; k < runs.members.size(); ++k) {
      long double total = 0, magnitude = 0;
      for (std::int64_t n : runs.members[k]) {
        const long double value = from_bits<T>(x.bits[static_cast<std::size_t>(n)]);
        total += value;
        magnitude += std::fabs(value);
      }
      if (reduction == Reduction::mean) {
        total /= static_cast<long double>(runs.members[k].size());
        magnitude /= static_cast<long double>(runs.members[k].size());
      }
      const long double result =
          visit(got.dtype, [&]<class R>(R) { return static_cast<long double>(from_bits<R>(got.bits[k])); });
      worst = std::max(worst, static_cast<double>(std::fabs(result - total) / std::max(magnitude, 1e-300L)));
    }
  });
  return worst;
}

}  // namespace trireme::test
