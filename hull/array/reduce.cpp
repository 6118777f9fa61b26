// hull/array/reduce.cpp -- reductions as nodes: those of machine dtypes, and all others made of them
// SPDX-License-Identifier: Apache-2.0
#include "trireme/reduce.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "array/build.hpp"
#include "graph/infer.hpp"
#include "program/float_environment.hpp"
#include "program/out_of_memory.hpp"
#include "program/work_type.hpp"
#include "trireme/create.hpp"
#include "trireme/elementwise.hpp"

namespace trireme {

namespace {

using build::Owned;
using program::Opcode;

/// What every reduction starts with: the operand and its axes as a mask.
struct Run {
  array x;
  std::uint8_t axes;
  bool keepdims;

  std::int64_t count() const {
    std::int64_t n = 1;
    for (int k = 0; k < x.rank(); ++k)
      if (axes >> k & 1) n *= x.shape()[k];
    return n;
  }
  Run with(array other) const { return {std::move(other), axes, keepdims}; }
};

Run run_of(std::string_view function, Operand& x, std::span<const int> axes, bool keepdims) {
  array a(build::operand(function, x).release());
  const std::uint8_t mask = graph::axes_mask(function, axes, a.rank());
  return {std::move(a), mask, keepdims};
}

/// Of a machine dtype.
array reduce(std::string_view function, Opcode op, Run run) {
  const Dtype dtype = run.x.dtype();
  const Shape shape = graph::reduced_shape(run.x.shape(), run.axes, run.keepdims);
  graph::checked_size(function, shape, dtype);
  Owned x = build::node_of(run.x);
  run.x = array();  // the node is the only holder, so that it can be fused
  Owned node = build::operation(graph::Kind::reduce, op, dtype, shape, &x, 1);
  node->axes = run.axes;
  node->keepdims = run.keepdims;
  return array(node.release());
}

/// x = astype(x, to), but a result that no memory holds is refused in the name of `function`. In place: beside a moved x
/// its dtype would be read before or after the move, as the compiler likes.
void convert(std::string_view function, array& x, Dtype to) {
  graph::checked_size(function, x.shape(), to);
  x = astype(std::move(x), to);
}

/// Reduced in the work type and converted back, which rounds once.
array reduce_widened(std::string_view function, Opcode op, Run run) {
  const Dtype dtype = run.x.dtype();
  convert(function, run.x, program::work_type(dtype));
  return astype(reduce(function, op, std::move(run)), dtype);
}

void expect_numbers(std::string_view function, const Run& run) {
  if (kind(run.x.dtype()) == Kind::integer || kind(run.x.dtype()) == Kind::floating) return;
  throw error(Code::dtype_mismatch, std::string(function) + ": takes integers and floats, not " +
                                        std::string(name(run.x.dtype())) + "; use astype first");
}

void expect_elements(std::string_view function, const Run& run) {
  for (int k = 0; k < run.x.rank(); ++k)
    if ((run.axes >> k & 1) && run.x.shape()[k] == 0)
      throw error(Code::invalid_argument, std::string(function) + ": axis " + std::to_string(k) + " of shape " +
                                              run.x.shape().text() + " is empty and has no " + std::string(function));
}

/// What bool and integers are summed in; every other dtype itself.
Dtype sum_type(Dtype dtype) {
  if (kind(dtype) == Kind::boolean) return i64;
  return kind(dtype) == Kind::integer ? (is_signed(dtype) ? i64 : u64) : dtype;
}

array sum_run(std::string_view function, Run run) {
  if (kind(run.x.dtype()) == Kind::complex) {
    array re = reduce(function, Opcode::reduce_add, run.with(real(run.x)));
    return make_complex(std::move(re), reduce(function, Opcode::reduce_add, run.with(imag(run.x))));
  }
  const Dtype dtype = sum_type(run.x.dtype());
  convert(function, run.x, dtype);
  return reduce_widened(function, Opcode::reduce_add, std::move(run));
}

/// The reduced axes as one last axis.
array flattened(const Run& run) {
  Shape order, shape;
  for (int k = 0; k < run.x.rank(); ++k)
    if (!(run.axes >> k & 1)) order.push_back(k), shape.push_back(run.x.shape()[k]);
  for (int k = 0; k < run.x.rank(); ++k)
    if (run.axes >> k & 1) order.push_back(k);
  shape.push_back(run.count());
  return run.x.transpose(order).reshape(shape);
}

/// The second half of the run is multiplied into the first until one element is left. A rank of 8 with no reduced axis
/// has no room for the flattened one, and nothing to multiply.
array complex_product(const Run& run) {
  const Shape result = graph::reduced_shape(run.x.shape(), run.axes, run.keepdims);
  if (run.axes == 0) return run.x;
  array x = flattened(run);
  const int last = x.rank() - 1;
  std::int64_t n = x.shape()[last];
  if (n == 0) return ones(result, run.x.dtype());
  const auto cut = [&](std::int64_t from, std::int64_t to) {
    std::vector<Slice> slices(static_cast<std::size_t>(x.rank()));
    slices.back() = {from, to, 1};
    return x.slice(slices);
  };
  while (n > 1) {
    const std::int64_t half = n / 2;
    array product = cut(0, half) * cut(half, 2 * half);
    if (n % 2) {  // the odd one goes into the first
      array first = cut(n - 1, n);
      x = std::move(product);
      product = where(equal(array(build::index({half}).release()), 0), x * first, x);
    }
    x = std::move(product.eval());
    n = half;
  }
  return x.reshape(result);
}

/// Floats to compute means and variances of `dtype` in.
Dtype mean_type(Dtype dtype) { return kind(dtype) < Kind::floating ? f64 : dtype; }

/// In the work type; the caller rounds to `dtype`.
array mean_run(std::string_view function, Run run) {
  program::FloatEnvironment environment;
  if (kind(run.x.dtype()) == Kind::complex) {  // each part divided by the count rounds once; a complex quotient would not
    array re = mean_run(function, run.with(real(run.x)));
    return make_complex(std::move(re), mean_run(function, run.with(imag(run.x))));
  }
  // The count as a float: exact up to 2^24 in f32 and 2^53 in f64, beyond that rounded to nearest.
  const auto count = static_cast<double>(run.count());
  return divide(sum_run(function, std::move(run)), count);
}

/// Two arrays that share the wide operand of a narrow float; any other array itself.
Run widened(std::string_view function, Run run) {
  const Dtype dtype = mean_type(run.x.dtype());
  convert(function, run.x, program::is_complex(dtype) ? dtype : program::work_type(dtype));
  return run;
}

array var_run(std::string_view function, const Run& run, double correction) {
  if (kind(run.x.dtype()) == Kind::complex)
    return add(var_run(function, run.with(real(run.x)), correction), var_run(function, run.with(imag(run.x)), correction));
  Run kept = run;
  kept.keepdims = true;
  array centre = mean_run(function, kept);
  const double count = std::max(static_cast<double>(run.count()) - correction, 0.0);
  return divide(sum_run(function, run.with(square(run.x - std::move(centre)))), count);
}

/// 1 where an element is true, else 0.
array truth(std::string_view function, array x, Dtype dtype) {
  x = astype(std::move(x), boolean);
  convert(function, x, dtype);
  return x;
}

array extremum(std::string_view function, Opcode op, Operand& x, std::span<const int> axes, bool keepdims) {
  Run run = run_of(function, x, axes, keepdims);
  expect_numbers(function, run);
  expect_elements(function, run);
  return reduce_widened(function, op, std::move(run));
}

/// Whether the least (or the largest) truth of a run is true. An empty run gives the largest (or the least) i32.
array holds(std::string_view function, Opcode op, Operand& x, std::span<const int> axes, bool keepdims) {
  Run run = run_of(function, x, axes, keepdims);
  run.x = truth(function, std::move(run.x), i32);
  return reduce(function, op, std::move(run)) > 0;
}

array argument(std::string_view function, Opcode op, Operand& operand, std::optional<int> axis, bool keepdims) {
  int given = axis.value_or(0);
  Run run = run_of(function, operand, axis ? std::span<const int>(&given, 1) : std::span<const int>(), keepdims);
  if (run.x.dtype() == boolean) convert(function, run.x, i32);
  expect_numbers(function, run);
  expect_elements(function, run);
  convert(function, run.x, program::work_type(run.x.dtype()));

  Shape places = run.x.shape();
  if (axis)
    for (int k = 0; k < places.rank(); ++k)
      if (!(run.axes >> k & 1)) places[k] = 1;
  Run kept = run;
  kept.keepdims = true;
  // A NaN makes the extremum NaN, which equals nothing; then only NaNs are found.
  array found = equal(run.x, reduce(function, op, kept));
  if (kind(run.x.dtype()) == Kind::floating) found = logical_or(std::move(found), isnan(run.x));
  array place = where(std::move(found), array(build::index(places).release()), std::numeric_limits<std::int64_t>::max());
  return reduce(function, Opcode::reduce_minimum, run.with(std::move(place)));
}

}  // namespace

array sum(Operand x, std::span<const int> axes, bool keepdims) try {
  return sum_run("sum", run_of("sum", x, axes, keepdims));
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("sum");
}

array prod(Operand x, std::span<const int> axes, bool keepdims) try {
  Run run = run_of("prod", x, axes, keepdims);
  if (kind(run.x.dtype()) == Kind::complex) return complex_product(run);
  convert("prod", run.x, sum_type(run.x.dtype()));
  return reduce_widened("prod", Opcode::reduce_multiply, std::move(run));
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("prod");
}

array mean(Operand x, std::span<const int> axes, bool keepdims) try {
  Run run = run_of("mean", x, axes, keepdims);
  const Dtype dtype = mean_type(run.x.dtype());
  return astype(mean_run("mean", widened("mean", std::move(run))), dtype);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("mean");
}

array min(Operand x, std::span<const int> axes, bool keepdims) try {
  return extremum("min", Opcode::reduce_minimum, x, axes, keepdims);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("min");
}

array max(Operand x, std::span<const int> axes, bool keepdims) try {
  return extremum("max", Opcode::reduce_maximum, x, axes, keepdims);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("max");
}

array any(Operand x, std::span<const int> axes, bool keepdims) try {
  return holds("any", Opcode::reduce_maximum, x, axes, keepdims);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("any");
}

array all(Operand x, std::span<const int> axes, bool keepdims) try {
  return holds("all", Opcode::reduce_minimum, x, axes, keepdims);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("all");
}

array count_nonzero(Operand x, std::span<const int> axes, bool keepdims) try {
  Run run = run_of("count_nonzero", x, axes, keepdims);
  run.x = truth("count_nonzero", std::move(run.x), i64);
  return reduce("count_nonzero", Opcode::reduce_add, std::move(run));
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("count_nonzero");
}

array var(Operand x, std::span<const int> axes, double correction, bool keepdims) try {
  Run run = run_of("var", x, axes, keepdims);
  const Dtype dtype = component(mean_type(run.x.dtype()));
  return astype(var_run("var", widened("var", std::move(run)), correction), dtype);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("var");
}

array stddev(Operand x, std::span<const int> axes, double correction, bool keepdims) try {
  Run run = run_of("stddev", x, axes, keepdims);
  const Dtype dtype = component(mean_type(run.x.dtype()));
  return astype(sqrt(var_run("stddev", widened("stddev", std::move(run)), correction)), dtype);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("stddev");
}

array argmin(Operand x, std::optional<int> axis, bool keepdims) try {
  return argument("argmin", Opcode::reduce_minimum, x, axis, keepdims);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("argmin");
}
array argmax(Operand x, std::optional<int> axis, bool keepdims) try {
  return argument("argmax", Opcode::reduce_maximum, x, axis, keepdims);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("argmax");
}

#define TRIREME_REDUCTION(name)                                                  \
  array name(Operand x, std::initializer_list<int> axes, bool keepdims) {        \
    return name(std::move(x), std::span<const int>(axes.begin(), axes.size()), keepdims); \
  }
TRIREME_REDUCTION(sum)
TRIREME_REDUCTION(prod)
TRIREME_REDUCTION(mean)
TRIREME_REDUCTION(min)
TRIREME_REDUCTION(max)
TRIREME_REDUCTION(any)
TRIREME_REDUCTION(all)
TRIREME_REDUCTION(count_nonzero)
#undef TRIREME_REDUCTION

array var(Operand x, std::initializer_list<int> axes, double correction, bool keepdims) {
  return var(std::move(x), std::span<const int>(axes.begin(), axes.size()), correction, keepdims);
}
array stddev(Operand x, std::initializer_list<int> axes, double correction, bool keepdims) {
  return stddev(std::move(x), std::span<const int>(axes.begin(), axes.size()), correction, keepdims);
}

}  // namespace trireme
