// tests/conformance/random_programs_test.cpp -- the promise of equal bits, on random programs
// SPDX-License-Identifier: Apache-2.0
//
// TRIREME_PROGRAMS programs (20,000 unless set; TRIREME_DEVICE_PROGRAMS, 1000 unless set, on other devices) from
// TRIREME_SEED. Program k of a seed depends on both alone, so a failure is repeated by TRIREME_FIRST=k
// TRIREME_PROGRAMS=1. What fails is cut down to the first step whose value is wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <utility>

#include "support/compare.hpp"
#include "support/prepare.hpp"
#include "support/tree.hpp"
#include "trireme/device.hpp"
#include "trireme/explain.hpp"

namespace trireme::test {
namespace {

std::int64_t setting_of(const char* name, std::int64_t usual) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtoll(text, nullptr, 10) : usual;
}

struct Series {
  std::uint64_t seed = static_cast<std::uint64_t>(setting_of("TRIREME_SEED", 1));
  std::int64_t first = setting_of("TRIREME_FIRST", 0);
  std::int64_t programs = setting_of("TRIREME_PROGRAMS", 20'000);
};

/// `for_device`: smaller, as compiling costs more than running there.
Tree program(const Series& run, std::int64_t number, bool for_device = false) {
  Random random(run.seed * 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(number) * 0xd1b54a32d192ed03u);
  TreeLimits limits;
  // Mostly small, some beyond a reduction's chunk and some that threads share.
  const std::int64_t sort = random.below(200);
  if (sort == 0) {
    limits.steps = 5;
    limits.size = 200'000;
  } else if (sort < 6) {
    limits.steps = 8;
    limits.size = 30'000;
  } else if (sort < 16) {
    limits.steps = 40;
  }
  if (for_device) limits.steps = std::min(limits.steps, 10);
  return random_tree(random, limits);
}

using Evaluate = std::function<Built(const Tree&)>;

/// Differences of `built` from the oracle, "" if there are none.
std::string differences(const Built& built, const std::vector<HostArray>& values) {
  // From the back: the result first, so that all of it is fused; the kept steps have their values then.
  for (std::size_t k = built.arrays.size(); k-- > 0;) {
    const std::string text = difference(to_host(built.arrays[k]), values[static_cast<std::size_t>(built.steps[k])]);
    if (!text.empty()) return "%" + std::to_string(built.steps[k]) + ": " + text;
  }
  return "";
}

std::string failure(const Tree& tree, const std::vector<HostArray>& values, const Evaluate& evaluate) {
  try {
    return differences(evaluate(tree), values);
  } catch (const std::exception& e) {
    return std::string("threw: ") + e.what();
  }
}

/// The smallest part that fails by itself, as text. (What needs the kept handles or what ran before fails as a whole
/// only.)
std::string smallest(const Tree& tree, const Evaluate& evaluate) {
  for (int k = 0; k < static_cast<int>(tree.steps.size()); ++k) {
    Tree part = subtree(tree, k);
    for (Step& step : part.steps) step.kept = false;
    const std::string text = failure(part, run_oracle(part), evaluate);
    if (!text.empty()) return "  the first step that fails by itself:\n" + test::text(part) + "  " + text + "\n";
  }
  return "  no step fails by itself\n";
}

/// Expects the oracle's bits of program `number`; returns whether it got them.
bool expect_program(const Series& run, std::int64_t number, const Tree& tree, const std::vector<HostArray>& values,
                    const Evaluate& evaluate, const std::string& how) {
  const std::string text = failure(tree, values, evaluate);
  if (text.empty()) return true;
  ADD_FAILURE() << "TRIREME_SEED=" << run.seed << " TRIREME_FIRST=" << number << " TRIREME_PROGRAMS=1, " << how << ":\n"
                << test::text(tree) << "  " << text << "\n"
                << smallest(tree, evaluate);
  return false;
}

/// One way to run a program, and its name in messages.
struct Way {
  std::string name;
  Evaluate evaluate;
};

std::vector<Way> ways() {
  std::vector<Way> out;
  for (const Setting& setting : settings())
    out.push_back({"fused, " + text(setting), [setting](const Tree& tree) {
                     use(setting);
                     return build(tree);
                   }});
  const auto last = [](const char* name, Evaluate evaluate) {
    return Way{name + (", " + text(settings().back())), [evaluate](const Tree& tree) {
                 use(settings().back());
                 return evaluate(tree);
               }};
  };
  out.push_back(last("evaluated after each operation", [](const Tree& tree) { return build(tree, {.eager = true}); }));
  out.push_back(last("strided inputs", [](const Tree& tree) { return build(tree, {.mixed_placing = true}); }));
  out.push_back(last("kept handles evaluated first", [](const Tree& tree) {
    Built built = build(tree);
    for (const array& a : built.arrays) a.eval();
    return built;
  }));
  return out;
}

TEST(random_programs, every_level_thread_count_fusion_and_layout_gives_the_oracles_bits) {
  KeepSettings keep;
  const Series run;
  const std::vector<Way> all = ways();
  std::cout << "seed " << run.seed << ", programs " << run.first << " to " << run.first + run.programs - 1 << std::endl;
  int failures = 0;
  for (std::int64_t k = run.first; k < run.first + run.programs && failures < 3; ++k) {
    const Tree tree = program(run, k);
    use(settings().front());  // the oracle takes what has a bound instead of bits from here
    const std::vector<HostArray> values = run_oracle(tree);
    for (const Way& way : all) {
      if (expect_program(run, k, tree, values, way.evaluate, way.name)) continue;
      ++failures;
      break;  // the other ways would mostly say the same
    }
  }
}

/// The dtypes that a step's row works in, or a reduction reads.
Dtype work_of(const Tree& tree, const Step& step) {
  if (step.kind == StepKind::reduce) return tree.steps[static_cast<std::size_t>(step.sources[0].step)].dtype;
  std::vector<OperandType> types;
  for (const Source& s : step.sources) {
    if (s.step < 0)
      types.push_back({true, f64, s.scalar.kind});
    else
      types.push_back({false, tree.steps[static_cast<std::size_t>(s.step)].dtype, {}});
  }
  return row_types(step.row, types).value().operands.back();
}

TEST(random_programs, every_row_and_reduction_occurs_on_every_dtype_it_takes) {
  const Series run;
  if (run.programs < 20'000) GTEST_SKIP() << "too few programs";
  std::map<std::pair<std::string, Dtype>, int> seen;
  for (std::int64_t k = run.first; k < run.first + run.programs; ++k) {
    const Tree tree = program(run, k);
    for (const Step& step : tree.steps) {
      if (step.kind == StepKind::row) ++seen[{info(step.row).name, work_of(tree, step)}];
      if (step.kind == StepKind::reduce) ++seen[{name(step.reduction), work_of(tree, step)}];
    }
  }
  for (Dtype d : kDtypes) {
    for (int row = 0; row < kRowCount; ++row) {
      const RowInfo& what = kRows[row];
      const auto rule = row_types(static_cast<Row>(row),
                                  std::vector<OperandType>(static_cast<std::size_t>(what.arity), {false, d, kind(d)}));
      if (!rule || rule->operands.back() != d) continue;
      EXPECT_GT((seen[{what.name, d}]), 0) << what.name << " of " << trireme::name(d);
    }
    for (Reduction r : kReductions) {
      if (!reduction_dtype(r, d)) continue;
      EXPECT_GT((seen[{name(r), d}]), 0) << name(r) << " of " << trireme::name(d);
    }
  }
}

/// Every exact device but the CPU.
std::vector<std::string> other_devices() {
  std::vector<std::string> out;
  for (const DeviceReport& report : devices())
    if (report.usable && report.exact && report.name != "cpu") out.push_back(report.name);
  return out;
}

TEST(random_programs, every_other_device_gives_the_cpus_bits) {
  const std::vector<std::string> names = other_devices();
  if (names.empty()) GTEST_SKIP() << "no exact device but the cpu";
  constexpr std::int64_t kBatch = 50;
  Series run;
  run.programs = std::min<std::int64_t>(setting_of("TRIREME_DEVICE_PROGRAMS", 1000), run.programs);
  for (const std::string& name : names) {
    std::cout << "seed " << run.seed << ", programs " << run.first << " to " << run.first + run.programs - 1 << ", "
              << name << std::endl;
    int failures = 0;
    const std::int64_t fallbacks = counters().fallbacks;
    for (std::int64_t first = run.first; first < run.first + run.programs && failures < 3; first += kBatch) {
      std::vector<Tree> trees;
      for (std::int64_t k = first; k < std::min(first + kBatch, run.first + run.programs); ++k)
        trees.push_back(program(run, k, true));
      std::vector<std::vector<HostArray>> values;
      for (const Tree& tree : trees) values.push_back(run_oracle(tree));
      const DeviceScope scope{Device(name)};
      std::vector<array> roots;
      std::vector<Built> built;
      for (const Tree& tree : trees) {
        built.push_back(build(tree));
        roots.push_back(built.back().arrays.back());
      }
      prepare(roots);
      for (std::size_t k = 0; k < trees.size(); ++k) {
        const Tree& tree = trees[k];
        bool mine = true;  // the batch's arrays first; a repetition builds them anew
        failures += !expect_program(
            run, first + static_cast<std::int64_t>(k), tree, values[k],
            [&](const Tree& t) { return std::exchange(mine, false) ? built[k] : build(t); }, "on " + name);
      }
    }
    EXPECT_EQ(counters().fallbacks, fallbacks) << "some of it ran on the cpu instead of on " << name;
  }
}

}  // namespace
}  // namespace trireme::test
