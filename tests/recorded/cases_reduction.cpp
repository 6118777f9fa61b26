// tests/recorded/cases_reduction.cpp -- reductions over sizes and axes around every boundary of the fixed order
// SPDX-License-Identifier: Apache-2.0
#include <initializer_list>

#include "recorded/cases.hpp"
#include "recorded/inputs.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/reduce.hpp"

namespace trireme::recorded {
namespace {

struct Reduction {
  const char* name;
  array (*call)(Operand x, std::span<const int> axes, bool keepdims);
};
constexpr Reduction kReductions[] = {{"sum", sum}, {"mean", mean}, {"min", min}, {"max", max}};

struct Form {
  const char* name;
  Shape shape;
  std::vector<int> axes;
  bool keepdims = false;
};

/// The chunk of a last-axis reduction is 8192 elements over 512 lanes, of another axis 1024 over 16.
std::vector<Form> forms() {
  return {{"1", {1}, {}},
          {"511", {511}, {}},
          {"513", {513}, {}},
          {"8192", {8192}, {}},
          {"8193", {8193}, {}},
          {"1000003", {1'000'003}, {}},
          {"37x4099_last", {37, 4099}, {1}},
          {"37x4099_first", {37, 4099}, {0}},
          {"3x20011_last", {3, 20011}, {1}},
          {"3000x41_first", {3000, 41}, {0}, true},
          {"3000x41_all", {3000, 41}, {}},
          {"100000x3_last", {100'000, 3}, {1}},
          {"5x7x11x13_middle", {5, 7, 11, 13}, {1, 2}},
          {"5x7x11x13_outer_and_last", {5, 7, 11, 13}, {0, 3}, true},
          {"17x1x1025_first", {17, 1, 1025}, {0, 1}}};
}

bool is_quick(const Reduction& reduction, const Form& form, Dtype dtype) {
  return dtype == f32 && (form.shape.rank() == 1 ? form.shape.size() > 8192 && reduction.call == kReductions[0].call
                                                 : form.shape.rank() == 4 || reduction.call == kReductions[1].call);
}

}  // namespace

void add_reduction_cases(std::vector<Case>& cases) {
  std::uint64_t seed = 1000;
  for (const Reduction& reduction : kReductions)
    for (const Form& form : forms()) {
      ++seed;
      for (const Dtype dtype : {f32, f64, i32}) {
        if (dtype == i32 && form.shape.rank() == 1) continue;
        cases.push_back({std::string(reduction.name) + "/" + form.name + "/" + std::string(name(dtype)),
                         [&reduction, form, dtype, seed] {
                           return reduction.call(random(dtype, form.shape, seed), form.axes, form.keepdims);
                         },
                         is_quick(reduction, form, dtype)});
      }
    }

  cases.push_back({"sum/bool", [] { return sum(random(boolean, {300, 401}, 2001), {0}); }});
  cases.push_back({"sum/int64_wraps", [] { return sum(random(i64, {100'003}, 2002, Values::any)); }});
  cases.push_back({"mean/int64", [] { return mean(random(i64, {30, 1001}, 2003, Values::any), {1}); }});
  cases.push_back({"max/int64", [] { return max(random(i64, {70, 333}, 2004, Values::any), {0}); }});
  cases.push_back({"min/special", [] { return min(operand(f64, 2, 1).slice({{0, 5776}}).reshape({76, 76}), {0}); }});
  cases.push_back({"max/special", [] { return max(operand(f32, 2, 0).slice({{0, 5776}}).reshape({76, 76}), {1}); }, true});
  cases.push_back({"sum/special", [] { return sum(operand(f32, 2, 1).slice({{0, 5776}}).reshape({76, 76}), {1}); }});
}

}  // namespace trireme::recorded
