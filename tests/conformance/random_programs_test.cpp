// tests/conformance/random_programs_test.cpp -- the promise of equal bits, on random programs
// SPDX-License-Identifier: Apache-2.0
//
// TRIREME_PROGRAMS programs (1000 unless set) from TRIREME_SEED. Program k of a seed depends on both alone, so a
// failure is repeated by TRIREME_FIRST=k TRIREME_PROGRAMS=1. What fails is cut down to the first step whose value is
// wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
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
  std::int64_t programs = setting_of("TRIREME_PROGRAMS", 1000);
};

Tree program(const Series& run, std::int64_t number) {
  Random random(run.seed * 0x9e3779b97f4a7c15u + static_cast<std::uint64_t>(number) * 0xd1b54a32d192ed03u);
  TreeLimits limits;
  // Mostly small, some beyond a reduction's chunk and some that threads share.
  const std::int64_t sort = random.below(100);
  if (sort == 0)
    limits = {5, 200'000, true};
  else if (sort < 5)
    limits = {8, 30'000, true};
  else if (sort < 9)
    limits.steps = 40;
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

/// Runs `evaluate` on each program, up to three failures.
void for_programs(std::int64_t programs, const std::string& how, const Evaluate& evaluate) {
  KeepSettings keep;
  Series run;
  run.programs = programs < 0 ? run.programs : std::min(programs, run.programs);
  std::cout << "seed " << run.seed << ", programs " << run.first << " to " << run.first + run.programs - 1 << ", "
            << how << std::endl;
  const Setting plain = settings().front();
  int failures = 0;
  for (std::int64_t k = run.first; k < run.first + run.programs && failures < 3; ++k) {
    const Tree tree = program(run, k);
    use(plain);  // the oracle takes exp, log and tanh from here
    const std::vector<HostArray> values = run_oracle(tree);
    failures += !expect_program(run, k, tree, values, evaluate, how);
  }
}

TEST(random_programs, fused_on_one_thread_at_the_lowest_level_gives_the_oracles_bits) {
  for_programs(-1, "fused, " + text(settings().front()), [](const Tree& tree) { return build(tree); });
}

TEST(random_programs, every_level_and_thread_count_gives_the_same_bits) {
  const auto all = settings();
  for (std::size_t k = 1; k < all.size(); ++k)
    for_programs(-1, "fused, " + text(all[k]), [setting = all[k]](const Tree& tree) {
      use(setting);
      return build(tree);
    });
}

TEST(random_programs, evaluated_after_each_operation_gives_the_same_bits) {
  for_programs(-1, "unfused", [](const Tree& tree) {
    use(settings().back());
    return build(tree, {.eager = true});
  });
}

TEST(random_programs, strided_inputs_give_the_same_bits) {
  for_programs(-1, "strided inputs", [](const Tree& tree) {
    use(settings().back());
    return build(tree, {.mixed_placing = true});
  });
}

TEST(random_programs, kept_handles_evaluated_first_give_the_same_bits) {
  for_programs(100, "kept handles evaluated first", [](const Tree& tree) {
    Built built = build(tree);
    for (const array& a : built.arrays) a.eval();
    return built;
  });
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
  constexpr std::int64_t kBatch = 20;
  Series run;
  run.programs = std::min<std::int64_t>(setting_of("TRIREME_DEVICE_PROGRAMS", 200), run.programs);
  for (const std::string& name : names) {
    std::cout << "seed " << run.seed << ", programs " << run.first << " to " << run.first + run.programs - 1 << ", "
              << name << std::endl;
    int failures = 0;
    const std::int64_t fallbacks = counters().fallbacks;
    for (std::int64_t first = run.first; first < run.first + run.programs && failures < 3; first += kBatch) {
      std::vector<Tree> trees;
      for (std::int64_t k = first; k < std::min(first + kBatch, run.first + run.programs); ++k)
        trees.push_back(program(run, k));
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
