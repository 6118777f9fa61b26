// tests/support/tree_run.cpp -- builds a random program with the library, runs it with the oracle, prints it
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "support/tree.hpp"
#include "trireme/manipulate.hpp"
#include "trireme/reduce.hpp"

namespace trireme::test {
namespace {

// out[n] = x[index(coordinates of n)].
HostArray gather(const HostArray& x, const Shape& shape,
                 const std::function<std::vector<std::int64_t>(std::vector<std::int64_t>)>& index) {
  HostArray out{x.dtype, shape, std::vector<Bits>(static_cast<std::size_t>(shape.size()))};
  for (std::int64_t n = 0; n < out.size(); ++n) {
    const auto at = index(coordinates(shape, n));
    std::int64_t flat = 0;
    for (int k = 0; k < x.shape.rank(); ++k) flat = flat * x.shape[k] + at[static_cast<std::size_t>(k)];
    out.bits[static_cast<std::size_t>(n)] = x.bits[static_cast<std::size_t>(flat)];
  }
  return out;
}

std::int64_t modulo(std::int64_t a, std::int64_t n) { return n == 0 ? 0 : ((a % n) + n) % n; }

// The first index that a slice takes. Where it ends the shape says already.
std::int64_t slice_start(const Slice& s, std::int64_t n) {
  if (!s.start) return s.step > 0 ? 0 : n - 1;
  const std::int64_t v = *s.start < 0 ? *s.start + n : *s.start;
  return s.step > 0 ? std::clamp<std::int64_t>(v, 0, n) : std::clamp<std::int64_t>(v, -1, n - 1);
}

HostArray oracle_row(const Step& step, const std::vector<HostArray>& values) {
  std::vector<OperandType> types;
  for (const Source& s : step.sources) {
    if (s.step < 0)
      types.push_back({true, f64, s.scalar.kind});
    else
      types.push_back({false, values[static_cast<std::size_t>(s.step)].dtype, {}});
  }
  const RowTypes rule = row_types(step.row, types).value();
  HostArray out{rule.result, step.shape, std::vector<Bits>(static_cast<std::size_t>(step.shape.size()))};
  const std::size_t count = step.sources.size();
  std::vector<std::vector<Bits>> operands(count, std::vector<Bits>(out.bits.size()));
  for (std::size_t k = 0; k < count; ++k)
    for (std::size_t n = 0; n < out.bits.size(); ++n) {
      const Source& s = step.sources[k];
      if (s.step < 0) {
        operands[k][n] = *expected_scalar(step.row, rule, k, s.scalar);
      } else {
        const HostArray& x = values[static_cast<std::size_t>(s.step)];
        const auto at = static_cast<std::size_t>(broadcast_index(x.shape, step.shape, static_cast<std::int64_t>(n)));
        operands[k][n] = *expected_cast(x.dtype, rule.operands[k], x.bits[at]);
      }
    }
  if (!is_exact(step.row, rule.operands.back())) {
    std::vector<Operand> flat;
    for (std::size_t k = 0; k < count; ++k)
      flat.emplace_back(to_array(HostArray{rule.operands[k], {out.size()}, operands[k]}));
    out.bits = to_host(apply(step.row, std::move(flat)).eval()).bits;
    return out;
  }
  for (std::size_t n = 0; n < out.bits.size(); ++n) {
    Bits x[3] = {};
    for (std::size_t k = 0; k < count; ++k) x[k] = operands[k][n];
    out.bits[n] = expected(step.row, rule.operands.back(), x);
  }
  return out;
}

HostArray oracle_view(const Step& step, const HostArray& x) {
  using At = std::vector<std::int64_t>;
  const Shape& from = x.shape;
  const int rank = from.rank();
  const int axis = step.axes.empty() ? 0 : step.axes[0] < 0 ? step.axes[0] + rank : step.axes[0];
  switch (step.kind) {
    case StepKind::slice:
      return gather(x, step.shape, [&](At at) {
        for (std::size_t k = 0; k < step.slices.size(); ++k)
          at[k] = slice_start(step.slices[k], from[static_cast<int>(k)]) + at[k] * step.slices[k].step;
        return at;
      });
    case StepKind::transpose:
      return gather(x, step.shape, [&](const At& at) {
        At out(at.size());
        for (int k = 0; k < rank; ++k) out[static_cast<std::size_t>(step.target[k])] = at[static_cast<std::size_t>(k)];
        return out;
      });
    case StepKind::broadcast_to: {
      HostArray out{x.dtype, step.shape, {}};
      for (std::int64_t n = 0; n < step.shape.size(); ++n)
        out.bits.push_back(x.bits[static_cast<std::size_t>(broadcast_index(from, step.shape, n))]);
      return out;
    }
    case StepKind::flip:
      return gather(x, step.shape, [&](At at) {
        auto& i = at[static_cast<std::size_t>(axis)];
        i = from[axis] - 1 - i;
        return at;
      });
    case StepKind::at:
      return gather(x, step.shape, [&](At at) {
        at.insert(at.begin() + axis, step.number < 0 ? step.number + from[axis] : step.number);
        return at;
      });
    case StepKind::roll:
      return gather(x, step.shape, [&](At at) {
        auto& i = at[static_cast<std::size_t>(axis)];
        i = modulo(i - step.number, from[axis]);
        return at;
      });
    case StepKind::roll_flat: {
      HostArray out = x;
      for (std::int64_t n = 0; n < x.size(); ++n)
        out.bits[static_cast<std::size_t>(n)] = x.bits[static_cast<std::size_t>(modulo(n - step.number, x.size()))];
      return out;
    }
    default:  // reshape, expand_dims, squeeze: the same elements in the same order
      return {x.dtype, step.shape, x.bits};
  }
}

HostArray oracle_step(const Step& step, const std::vector<HostArray>& values) {
  if (step.kind == StepKind::leaf) return step.values;
  if (step.kind == StepKind::row) return oracle_row(step, values);
  const HostArray& x = values[static_cast<std::size_t>(step.sources[0].step)];
  if (step.kind == StepKind::reduce)
    return expected(step.reduction, x, step.axes, step.keepdims, static_cast<double>(step.number));
  if (step.kind != StepKind::cast) return oracle_view(step, x);
  HostArray out{step.dtype, x.shape, {}};
  for (Bits b : x.bits) out.bits.push_back(*expected_cast(x.dtype, step.dtype, b));
  return out;
}

array build_step(const Step& step, const std::vector<array>& arrays, Placing placing) {
  if (step.kind == StepKind::leaf) return to_array(step.values, placing);
  if (step.kind == StepKind::row) {
    std::vector<Operand> operands;
    for (const Source& s : step.sources) {
      if (s.step < 0)
        operands.emplace_back(s.scalar);
      else
        operands.emplace_back(arrays[static_cast<std::size_t>(s.step)]);
    }
    return apply(step.row, std::move(operands));
  }
  const array& x = arrays[static_cast<std::size_t>(step.sources[0].step)];
  const int axis = step.axes.empty() ? 0 : step.axes[0];
  switch (step.kind) {
    case StepKind::cast:
      return astype(x, step.dtype);
    case StepKind::slice:
      return x.slice(step.slices);
    case StepKind::transpose:
      return x.transpose(step.target);
    case StepKind::reshape:
      return x.reshape(step.target);
    case StepKind::broadcast_to:
      return x.broadcast_to(step.target);
    case StepKind::expand_dims:
      return x.expand_dims(axis);
    case StepKind::squeeze:
      return step.axes.empty() ? x.squeeze() : x.squeeze(axis);
    case StepKind::flip:
      return x.flip(axis);
    case StepKind::at:
      return x.at(step.number, axis);
    case StepKind::roll:
      return roll(x, step.number, axis);
    case StepKind::roll_flat:
      return roll(x, step.number);
    case StepKind::reduce:
      return apply(step.reduction, x, step.axes, step.keepdims, static_cast<double>(step.number));
    case StepKind::leaf:
    case StepKind::row:
      break;
  }
  throw std::logic_error("build_step: unknown kind");
}

std::string slices_text(const std::vector<Slice>& slices) {
  std::string out;
  for (const Slice& s : slices) {
    out += out.empty() ? "" : ", ";
    out += (s.start ? std::to_string(*s.start) : "") + ":" + (s.stop ? std::to_string(*s.stop) : "") + ":" +
           std::to_string(s.step);
  }
  return "[" + out + "]";
}

std::string step_text(const Step& step) {
  const auto source = [&](std::size_t k) {
    const Source& s = step.sources[k];
    return s.step >= 0 ? "%" + std::to_string(s.step) : scalar_text(s.scalar);
  };
  std::string axes;
  for (int a : step.axes) axes += (axes.empty() ? "" : ", ") + std::to_string(a);
  static constexpr const char* names[] = {"leaf",    "row",          "astype",      "slice",   "transpose",
                                          "reshape", "broadcast_to", "expand_dims", "squeeze", "flip",
                                          "at",      "roll",         "roll_flat",   "reduce"};
  const std::string name = names[static_cast<int>(step.kind)];
  switch (step.kind) {
    case StepKind::leaf:
      return "leaf";
    case StepKind::row: {
      std::string out = std::string(info(step.row).name) + "(" + source(0);
      for (std::size_t k = 1; k < step.sources.size(); ++k) out += ", " + source(k);
      return out + ")";
    }
    case StepKind::slice:
      return source(0) + slices_text(step.slices);
    case StepKind::transpose:
    case StepKind::reshape:
    case StepKind::broadcast_to:
      return name + "(" + source(0) + ", " + step.target.text() + ")";
    case StepKind::reduce:
      return std::string(test::name(step.reduction)) + "(" + source(0) + ", {" + axes + "}" +
             (step.keepdims ? ", keepdims" : "") + (step.number ? ", correction 1" : "") + ")";
    case StepKind::at:
    case StepKind::roll:
    case StepKind::roll_flat:
      return name + "(" + source(0) + ", " + std::to_string(step.number) + ", axis " + axes + ")";
    default:
      return name + "(" + source(0) + (axes.empty() ? "" : ", axis " + axes) + ")";
  }
}

}  // namespace

std::vector<HostArray> run_oracle(const Tree& tree) {
  std::vector<HostArray> values;
  for (const Step& step : tree.steps) {
    values.push_back(oracle_step(step, values));
    if (values.back().dtype != step.dtype || !(values.back().shape == step.shape))
      throw std::logic_error("run_oracle: the generator is wrong about %" + std::to_string(values.size() - 1) +
                             " of\n" + text(tree));
  }
  return values;
}

Built build(const Tree& tree, const BuildOptions& options) {
  std::vector<array> arrays;
  Built out;
  for (std::size_t k = 0; k < tree.steps.size(); ++k) {
    const Step& step = tree.steps[k];
    const Placing placing = options.mixed_placing ? kPlacings[k % std::size(kPlacings)] : options.placing;
    arrays.push_back(build_step(step, arrays, placing));
    if (options.eager) arrays.back().eval();
    if (step.kept || k + 1 == tree.steps.size()) {
      out.steps.push_back(static_cast<int>(k));
      out.arrays.push_back(arrays.back());
    }
  }
  return out;
}

std::string text(const Tree& tree) {
  std::string out;
  for (std::size_t k = 0; k < tree.steps.size(); ++k) {
    const Step& step = tree.steps[k];
    out += "  %" + std::to_string(k) + " = " + step_text(step) + " : " + std::string(trireme::name(step.dtype)) + " " +
           step.shape.text() + (step.kept ? "  kept" : "") + "\n";
    if (step.kind != StepKind::leaf || step.values.size() > 8) continue;
    out += "      ";
    for (Bits b : step.values.bits) out += element_text(step.dtype, b) + " ";
    out += "\n";
  }
  return out;
}

}  // namespace trireme::test
