// tests/recorded/cases_view.cpp -- every kind of view as the input of an operation
// SPDX-License-Identifier: Apache-2.0
#include "recorded/cases.hpp"
#include "recorded/inputs.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/manipulate.hpp"
#include "trireme/reduce.hpp"

namespace trireme::recorded {
namespace {

array matrix() { return random(f32, {301, 203}, 3001); }
array cube() { return random(f64, {19, 23, 29}, 3002); }

}  // namespace

void add_view_cases(std::vector<Case>& cases) {
  cases.push_back({"view/transpose", [] { return matrix().T() * 2; }, true});
  cases.push_back({"view/transpose_of_three", [] { return cube().transpose({2, 0, 1}) + 1; }});
  cases.push_back({"view/slice_with_steps", [] { return -matrix().slice({{3, {}, 7}, {{}, {}, -2}}); }, true});
  cases.push_back({"view/flip", [] { return cube().flip(1) - cube(); }});
  cases.push_back({"view/at", [] { return cube().at(-3, 1) * 3; }});
  cases.push_back({"view/broadcast_row_and_column",
                   [] { return random(f32, {401, 1}, 3003) + random(f32, {307}, 3004) * 0.5; }, true});
  cases.push_back({"view/broadcast_to", [] { return sqrt(abs(random(f64, {1, 17, 1}, 3005))).broadcast_to({5, 17, 31}) + 1; }});
  cases.push_back({"view/reshape_of_transpose", [] { return matrix().T().reshape({-1, 7}) + 1; }});
  cases.push_back({"view/squeeze_and_expand", [] { return cube().expand_dims(1).squeeze(1).expand_dims(0) * 2; }});
  cases.push_back({"view/roll_rows", [] { return roll(matrix(), 5, 0) + 1; }});
  cases.push_back({"view/roll_columns_back", [] { return roll(matrix(), -1000003, 1) - matrix(); }});
  cases.push_back({"view/roll_flat", [] { return roll(cube(), 12345) * 2; }});
  cases.push_back({"view/roll_of_slice", [] { return roll(matrix().slice({{1, -1}, {0, {}, 3}}), 2, 1) + 0.5; }});
  cases.push_back({"view/of_lazy", [] { return (matrix() * 3 + 1).T().slice({{0, 100, 3}}) - 1; }});
  cases.push_back({"view/sum_of_transpose_last", [] { return sum(matrix().T(), {1}); }, true});
  cases.push_back({"view/sum_of_transpose_first", [] { return sum(matrix().T(), {0}); }});
  cases.push_back({"view/sum_of_flipped_slice", [] { return sum(cube().flip(2).slice({{0, {}, 2}}), {0, 2}); }});
  cases.push_back({"view/sum_of_broadcast", [] { return sum(random(f32, {1, 1001}, 3006).broadcast_to({97, 1001}), {0}); }});
  cases.push_back({"view/max_of_roll", [] { return max(roll(cube(), 4, 2) * cube(), {1}); }});
  cases.push_back({"view/rank_eight", [] {
                     const array x = random(i32, {2, 3, 2, 3, 2, 3, 2, 3}, 3007);
                     return x.transpose() + random(i32, {3, 2, 3, 2, 3, 2, 3, 2}, 3008);
                   }});
  cases.push_back({"view/scalar", [] { return random(f64, {}, 3009) / 3; }});
}

}  // namespace trireme::recorded
