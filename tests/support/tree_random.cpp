// tests/support/tree_random.cpp -- makes random programs that are valid by construction
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "support/tree.hpp"

namespace trireme::test {
namespace {

class Generator {
 public:
  Generator(Random& random, const TreeLimits& limits) : random_(random), limits_(limits) {}

  Tree make() {
    base_ = random_shape();
    for (std::int64_t k = random_.between(1, 3); k > 0; --k) add_leaf(k == 1 ? base_ : fitting(base_));
    const int wanted = static_cast<int>(random_.between(2, limits_.steps));
    int made = 0;
    for (int tries = 0; made < wanted && tries < 20 * limits_.steps; ++tries) made += add_step();
    if (made == 0) add_row();  // a leaf alone is no program; if that fails too it is one all the same
    for (Step& step : tree_.steps) step.kept = step.kind != StepKind::leaf && random_.chance(8);
    return subtree_with_kept();
  }

 private:
  std::int64_t extent() {
    static constexpr std::int64_t usual[] = {1,  1,  2,  2,  3,  4,   5,   7,   8,   9,    15,
                                             16, 17, 31, 33, 64, 100, 129, 257, 513, 1025, 2049};
    return random_.chance(2) ? 0 : usual[random_.below(std::size(usual))];
  }

  // What a shape may grow to: reducing an axis of extent 0 leaves the product of the others.
  static std::int64_t volume(const Shape& shape) {
    std::int64_t n = 1;
    for (std::int64_t e : shape) n *= std::max<std::int64_t>(e, 1);
    return n;
  }

  Shape random_shape() {
    for (;;) {
      Shape shape;
      const int rank = static_cast<int>(random_.chance(5) ? 0 : random_.between(1, 5));
      for (int k = 0; k < rank; ++k) shape.push_back(extent());
      if (rank > 0 && random_.chance(40))
        shape[static_cast<int>(random_.below(rank))] = random_.between(17, 2000);  // a run worth reducing
      if (volume(shape) > limits_.size) continue;
      // Large limits are for large arrays: stretch an axis until the size is near the limit.
      if (limits_.size > 5000 && rank > 0 && shape.size() > 0) {
        const int axis = static_cast<int>(random_.below(rank));
        shape[axis] *= std::max<std::int64_t>(1, limits_.size / 2 / shape.size());
        shape[axis] += random_.below(3);
        if (volume(shape) > limits_.size) continue;
      }
      return shape;
    }
  }

  Dtype random_dtype() {
    static constexpr Dtype weighted[] = {f32,  f32,  f32,       f32,       f64,        f64, f64,     f16,    f16,
                                         bf16, bf16, complex64, complex64, complex128, i8,  i16,     i32,    i32,
                                         i64,  i64,  u8,        u16,       u32,        u64, boolean, boolean};
    for (;;) {
      const Dtype d = weighted[random_.below(std::size(weighted))];
      if (may_occur(d)) return d;
    }
  }

  bool may_occur(Dtype d) const { return limits_.doubles || item_size(component(d)) < 8; }

  const Step& at(int k) const { return tree_.steps[static_cast<std::size_t>(k)]; }
  int count() const { return static_cast<int>(tree_.steps.size()); }
  // The last step mostly; rather one of many elements, as a single one tells little.
  int pick() {
    int k = random_.chance(60) ? count() - 1 : static_cast<int>(random_.below(count()));
    for (int tries = 0; tries < 3 && at(k).shape.size() <= 1 && random_.chance(80); ++tries)
      k = static_cast<int>(random_.below(count()));
    return k;
  }

  int add(Step step) {
    tree_.steps.push_back(std::move(step));
    return 1;
  }

  void add_leaf(const Shape& shape) {
    Step step;
    step.dtype = random_dtype();
    step.shape = shape;
    step.values =
        random_.chance(55) ? tame_array(step.dtype, shape, random_) : random_array(step.dtype, shape, random_);
    add(std::move(step));
  }

  // A shape that broadcasts against `shape`: leading axes dropped, some extents 1.
  Shape fitting(const Shape& shape) {
    Shape out;
    const int first = shape.rank() > 0 && random_.chance(30) ? static_cast<int>(random_.between(0, shape.rank())) : 0;
    for (int k = first; k < shape.rank(); ++k) out.push_back(random_.chance(20) ? 1 : shape[k]);
    return out;
  }

  Scalar random_scalar() {
    if (random_.chance(10)) return Scalar(random_.chance(50));
    if (random_.chance(10)) {
      if (random_.chance(50)) return Scalar(std::complex<double>(random_.unit() * 4 - 2, random_.chance(20) ? 0 : 1));
      return Scalar((std::uint64_t{1} << 63) + 3);
    }
    if (random_.chance(40) || !limits_.doubles) {
      static constexpr int integers[] = {0, 1, 2, -1, 3, -7, 100, 65536, 2147483647};
      return Scalar(integers[random_.below(std::size(integers))]);
    }
    static constexpr double floats[] = {0.0, -0.0, 0.5, 1.0, -1.5, 0.1, 3.25, 1e-3, 1e10, -1e-40, 7e-320};
    return Scalar(floats[random_.below(std::size(floats))]);
  }

  // Results that are bool tell little, so rows that give one are chosen less often.
  Row random_row() {
    for (;;) {
      const Row row = static_cast<Row>(random_.below(kRowCount));
      const std::string_view rule = info(row).rule;
      const bool truth =
          rule == "classify" || rule == "predicate" || rule == "equality" || rule == "comparison" || rule == "logical";
      if (!truth || random_.chance(40)) return row;
    }
  }

  // Whether the row takes arrays of this dtype; the operands beside a condition, for where().
  static bool takes(Row row, Dtype d) {
    return row_types(row, std::vector<OperandType>(static_cast<std::size_t>(info(row).arity), {false, d, kind(d)}))
        .has_value();
  }

  int add_row() {
    Step step;
    step.kind = StepKind::row;
    step.row = random_row();
    const int arity = info(step.row).arity, anchor = static_cast<int>(random_.below(arity));
    step.shape = at(pick()).shape;
    std::vector<OperandType> types;
    std::optional<Dtype> common;  // of the operands so far that promote
    for (int k = 0; k < arity; ++k) {
      Source source;
      if (k != anchor && random_.chance(20)) {
        source.scalar = random_scalar();
        types.push_back({true, f64, source.scalar.kind});
      } else {
        source.step = operand(step.shape);
        if (step.row != Row::where || k > 0) {
          source.step = made_suitable(step.row, source.step, common);
          common = at(source.step).dtype;
        }
        types.push_back({false, at(source.step).dtype, kind(at(source.step).dtype)});
        step.shape = *broadcast_shape(step.shape, at(source.step).shape);
      }
      step.sources.push_back(source);
    }
    Shape shape;
    for (const Source& s : step.sources)
      if (s.step >= 0) shape = *broadcast_shape(shape, at(s.step).shape);
    step.shape = shape;
    const auto rule = row_types(step.row, types);
    if (!rule || !may_occur(rule->result)) return 0;
    for (int k = 0; k < arity; ++k) {
      const auto index = static_cast<std::size_t>(k);
      if (!may_occur(rule->operands[index])) return 0;
      if (types[index].weak && !expected_scalar(step.row, *rule, index, step.sources[index].scalar)) return 0;
    }
    step.dtype = rule->result;
    if ((step.row == Row::sqrt || step.row == Row::log) && step.sources[0].step >= 0 && random_.chance(60))
      make_positive(step);
    return add(std::move(step));
  }

  // Mostly a cast of the operand where the row does not take its dtype, or where its neighbour is of another one, as
  // promotion alone would soon make everything f64 and complex128.
  int made_suitable(Row row, int source, std::optional<Dtype> beside) {
    const Dtype dtype = at(source).dtype;
    std::optional<Dtype> to;
    if (beside && *beside != dtype && random_.chance(60)) to = beside;
    for (int tries = 0; !to && !takes(row, dtype) && tries < 8; ++tries)
      if (const Dtype d = random_dtype(); takes(row, d)) to = d;
    if (!to || *to == dtype || *to == boolean || (kind(dtype) == Kind::complex && kind(*to) != Kind::complex))
      return source;
    Step step;
    step.kind = StepKind::cast;
    step.sources = {{source}};
    step.dtype = *to;
    step.shape = at(source).shape;
    add(std::move(step));
    return count() - 1;
  }

  // A NaN hides everything that comes after it, so most operands of sqrt and log are magnitudes.
  void make_positive(Step& step) {
    const int source = step.sources[0].step;
    if (at(source).dtype == boolean || kind(at(source).dtype) == Kind::complex) return;
    step.sources[0].step = add_unary(Row::abs, source);
  }

  int add_unary(Row row, int source) {
    Step step;
    step.kind = StepKind::row;
    step.row = row;
    step.sources = {{source}};
    step.dtype = row_types(row, {{false, at(source).dtype, kind(at(source).dtype)}}).value().result;
    step.shape = at(source).shape;
    add(std::move(step));
    return count() - 1;
  }

  // An earlier step that broadcasts with `shape` within the limit, or a new leaf.
  int operand(const Shape& shape) {
    if (count() < 12 && random_.chance(12)) {
      add_leaf(fitting(shape));
      return count() - 1;
    }
    for (int tries = 0; tries < 6; ++tries) {
      const int k = pick();
      const auto wider = broadcast_shape(shape, at(k).shape);
      if (wider && volume(*wider) <= limits_.size) return k;
    }
    add_leaf(fitting(shape));
    return count() - 1;
  }

  int add_step() {
    const std::int64_t choice = random_.below(100);
    if (choice < 55) return add_row();
    const int source = pick();
    Step step;
    step.sources = {{source}};
    step.dtype = at(source).dtype;
    step.shape = at(source).shape;
    const int rank = step.shape.rank();
    if (choice < 60) return add_cast(std::move(step));
    if (choice < 65) return add_slice(std::move(step));
    if (choice < 68) return add_transpose(std::move(step));
    if (choice < 72) return add_reshape(std::move(step));
    if (choice < 74) return add_broadcast(std::move(step));
    if (choice < 77) {
      if (rank > 5) return 0;
      step.kind = StepKind::expand_dims;
      step.axes = {static_cast<int>(random_.between(-rank - 1, rank))};
      const int axis = step.axes[0] < 0 ? step.axes[0] + rank + 1 : step.axes[0];
      Shape wider;
      for (int k = 0; k <= rank; ++k) wider.push_back(k == axis ? 1 : step.shape[k < axis ? k : k - 1]);
      step.shape = wider;
      return add(std::move(step));
    }
    if (choice < 79) return add_squeeze(std::move(step));
    if (rank == 0) return 0;
    if (choice < 87) return add_moved(std::move(step), static_cast<int>(random_.between(-rank, rank - 1)), choice);
    return add_reduce(std::move(step));
  }

  int add_cast(Step step) {
    const Dtype to = random_dtype();
    if (kind(step.dtype) == Kind::complex && kind(to) != Kind::complex && to != boolean) {
      static constexpr Row parts[] = {Row::real, Row::imag, Row::abs};
      return add_unary(parts[random_.below(3)], step.sources[0].step) > 0;
    }
    step.kind = StepKind::cast;
    step.dtype = to;
    return add(std::move(step));
  }

  int add_slice(Step step) {
    step.kind = StepKind::slice;
    const int rank = step.shape.rank();
    const int cut = static_cast<int>(random_.between(0, rank));
    for (int k = 0; k < cut; ++k) {
      const std::int64_t n = step.shape[k];
      Slice s;
      s.step = random_.chance(50) ? 1 : random_.chance(50) ? random_.between(2, 4) : -random_.between(1, 3);
      if (random_.chance(60)) s.start = random_.between(-n - 2, n + 2);
      if (random_.chance(60)) s.stop = random_.between(-n - 2, n + 2);
      if (random_.chance(70) && n > 0 && sliced_extent(s, n) == 0) s = {{}, {}, s.step};  // few empty ones
      step.slices.push_back(s);
      step.shape[k] = sliced_extent(s, n);
    }
    return add(std::move(step));
  }

  static std::int64_t sliced_extent(const Slice& s, std::int64_t n) {
    std::int64_t count = 0;
    for (std::int64_t i = first_of(s, n), stop = stop_of(s, n); s.step > 0 ? i < stop : i > stop; i += s.step) ++count;
    return count;
  }

 public:
  // Python's slice.indices().
  static std::int64_t first_of(const Slice& s, std::int64_t n) {
    return bound(s.start, n, s.step < 0, s.step < 0 ? n - 1 : 0);
  }
  static std::int64_t stop_of(const Slice& s, std::int64_t n) {
    return bound(s.stop, n, s.step < 0, s.step < 0 ? -1 : n);
  }

 private:
  static std::int64_t bound(const std::optional<std::int64_t>& value, std::int64_t n, bool backwards,
                            std::int64_t missing) {
    if (!value) return missing;
    const std::int64_t v = *value < 0 ? *value + n : *value;
    return backwards ? std::clamp<std::int64_t>(v, -1, n - 1) : std::clamp<std::int64_t>(v, 0, n);
  }

  int add_transpose(Step step) {
    step.kind = StepKind::transpose;
    const int rank = step.shape.rank();
    std::vector<std::int64_t> order;
    for (int k = 0; k < rank; ++k) order.push_back(k);
    for (int k = rank - 1; k > 0; --k)
      std::swap(order[static_cast<std::size_t>(k)], order[static_cast<std::size_t>(random_.below(k + 1))]);
    step.target = Shape(order);
    const Shape before = step.shape;
    for (int k = 0; k < rank; ++k) step.shape[k] = before[static_cast<int>(order[static_cast<std::size_t>(k)])];
    return add(std::move(step));
  }

  int add_reshape(Step step) {
    step.kind = StepKind::reshape;
    std::int64_t rest = step.shape.size();
    Shape shape;
    if (rest == 0) {
      shape = {0, 2};
    } else {
      while (shape.rank() < 4 && (rest > 1 || random_.chance(20))) {
        std::vector<std::int64_t> divisors;
        for (std::int64_t d = 1; d <= std::min<std::int64_t>(rest, 64); ++d)
          if (rest % d == 0) divisors.push_back(d);
        const std::int64_t d =
            random_.chance(30)
                ? rest
                : divisors[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(divisors.size())))];
        shape.push_back(d);
        rest /= d;
      }
      if (rest > 1) shape.push_back(rest);
    }
    step.target = step.shape = shape;
    if (shape.rank() > 0 && shape.size() > 0 && random_.chance(30))
      step.target[static_cast<int>(random_.below(shape.rank()))] = -1;
    return add(std::move(step));
  }

  int add_broadcast(Step step) {
    step.kind = StepKind::broadcast_to;
    Shape shape;
    if (step.shape.rank() < 5 && random_.chance(50)) shape.push_back(random_.between(1, 4));
    for (std::int64_t e : step.shape) shape.push_back(e == 1 && random_.chance(70) ? random_.between(1, 9) : e);
    if (volume(shape) > limits_.size) return 0;
    step.target = step.shape = shape;
    return add(std::move(step));
  }

  int add_squeeze(Step step) {
    step.kind = StepKind::squeeze;
    Shape narrow;
    std::vector<int> ones;
    for (int k = 0; k < step.shape.rank(); ++k)
      if (step.shape[k] == 1) ones.push_back(k);
    if (ones.empty()) return 0;
    const int chosen =
        random_.chance(50) ? ones[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(ones.size())))] : -1;
    for (int k = 0; k < step.shape.rank(); ++k)
      if (chosen >= 0 ? k != chosen : step.shape[k] != 1) narrow.push_back(step.shape[k]);
    if (chosen >= 0) step.axes = {chosen};
    step.shape = narrow;
    return add(std::move(step));
  }

  int add_moved(Step step, int axis, std::int64_t choice) {
    const int rank = step.shape.rank(), k = axis < 0 ? axis + rank : axis;
    const std::int64_t n = step.shape[k];
    step.axes = {axis};
    if (choice < 81) {
      step.kind = StepKind::flip;
    } else if (choice < 83) {
      if (n == 0) return 0;
      step.kind = StepKind::at;
      step.number = random_.between(-n, n - 1);
      Shape narrow;
      for (int j = 0; j < rank; ++j)
        if (j != k) narrow.push_back(step.shape[j]);
      step.shape = narrow;
    } else {
      step.kind = random_.chance(25) ? StepKind::roll_flat : StepKind::roll;
      step.number = random_.between(-2 * n - 1, 2 * n + 1);
    }
    return add(std::move(step));
  }

  Reduction random_reduction() {
    return random_.chance(50) ? static_cast<Reduction>(random_.below(3))  // sum, prod, mean
                              : kReductions[random_.below(std::size(kReductions))];
  }

  int add_reduce(Step step) {
    step.kind = StepKind::reduce;
    step.reduction = random_reduction();
    step.keepdims = random_.chance(40);
    const int rank = step.shape.rank();
    std::int64_t run = 1;
    Shape narrow;
    const bool all = random_.chance(10);
    const auto longest = std::max_element(step.shape.begin(), step.shape.end()) - step.shape.begin();
    const bool only_longest =
        random_.chance(40) || step.reduction == Reduction::argmin || step.reduction == Reduction::argmax;
    for (int k = 0; k < rank; ++k) {
      const bool gone = all || (only_longest ? k == longest : random_.chance(50));
      if (gone && !all) step.axes.push_back(random_.chance(30) ? k - rank : k);
      if (gone) run *= step.shape[k];
      if (!gone || step.keepdims) narrow.push_back(gone ? 1 : step.shape[k]);
    }
    if (!all && step.axes.empty()) return 0;
    if (kind(step.dtype) <= Kind::integer && random_.chance(20)) return 0;  // integers have no order to get wrong
    const auto result = reduction_dtype(step.reduction, step.dtype);
    if (!result || !may_occur(*result) || (run == 0 && !takes_empty_runs(step.reduction))) return 0;
    if ((step.reduction == Reduction::var || step.reduction == Reduction::stddev) && random_.chance(30))
      step.number = 1;
    step.dtype = *result;
    step.shape = narrow;
    return add(std::move(step));
  }

  // Without the steps that neither the result nor a kept step needs.
  Tree subtree_with_kept() {
    std::vector<bool> needed(tree_.steps.size(), false);
    needed.back() = true;
    std::vector<int> renumbered(tree_.steps.size(), -1);
    for (int k = count() - 1; k >= 0; --k) {
      needed[static_cast<std::size_t>(k)] = needed[static_cast<std::size_t>(k)] || at(k).kept;
      if (needed[static_cast<std::size_t>(k)])
        for (const Source& s : at(k).sources)
          if (s.step >= 0) needed[static_cast<std::size_t>(s.step)] = true;
    }
    Tree out;
    for (int k = 0; k < count(); ++k) {
      if (!needed[static_cast<std::size_t>(k)]) continue;
      renumbered[static_cast<std::size_t>(k)] = static_cast<int>(out.steps.size());
      out.steps.push_back(at(k));
      for (Source& s : out.steps.back().sources)
        if (s.step >= 0) s.step = renumbered[static_cast<std::size_t>(s.step)];
    }
    return out;
  }

  Random& random_;
  TreeLimits limits_;
  Shape base_;
  Tree tree_;
};

}  // namespace

Tree random_tree(Random& random, const TreeLimits& limits) { return Generator(random, limits).make(); }

Tree subtree(const Tree& tree, int step) {
  std::vector<bool> needed(tree.steps.size(), false);
  std::vector<int> renumbered(tree.steps.size(), -1);
  needed[static_cast<std::size_t>(step)] = true;
  for (int k = step; k >= 0; --k)
    if (needed[static_cast<std::size_t>(k)])
      for (const Source& s : tree.steps[static_cast<std::size_t>(k)].sources)
        if (s.step >= 0) needed[static_cast<std::size_t>(s.step)] = true;
  Tree out;
  for (int k = 0; k <= step; ++k) {
    if (!needed[static_cast<std::size_t>(k)]) continue;
    renumbered[static_cast<std::size_t>(k)] = static_cast<int>(out.steps.size());
    out.steps.push_back(tree.steps[static_cast<std::size_t>(k)]);
    for (Source& s : out.steps.back().sources)
      if (s.step >= 0) s.step = renumbered[static_cast<std::size_t>(s.step)];
  }
  return out;
}

}  // namespace trireme::test
