// tests/memory/limit_test.cpp -- TRIREME_MEMORY_LIMIT: kept blocks go first, then a clear error; what exists stays
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

array block(std::int64_t bytes) {
  const std::vector<double> values(static_cast<std::size_t>(bytes / 8), 1.0);
  return array::from(values, {bytes / 8});
}

TEST(limit_child, DISABLED_exceed) {
  try {
    const array kept = block(600'000);
    try {
      block(600'000);
      report("no error");
    } catch (const error& e) {
      if (e.code() != Code::out_of_memory) return report(std::string("wrong code: ") + e.what());
      const bool counted = memory_use().live == 600'000, intact = sum(kept).item<double>() == 75'000;
      report(counted && intact ? e.what() : "damaged");
    }
  } catch (const error& e) {
    report(std::string("too early: ") + e.what());
  }
}

TEST(limit, too_large_an_allocation_says_limit_live_bytes_and_request) {
  const std::string text = run_child("limit_child.DISABLED_exceed", {{"TRIREME_MEMORY_LIMIT", "1M"}});
  EXPECT_NE(text.find("allocate: 600000 bytes on cpu would exceed TRIREME_MEMORY_LIMIT=1M (1048576 bytes): arrays hold 600000 bytes"),
            std::string::npos)
      << text;
}

TEST(limit, larger_limits_and_none_let_it_pass) {
  for (const char* limit : {"2M", "2000K", "2000000", "1G", static_cast<const char*>(nullptr), ""})
    EXPECT_EQ(run_child("limit_child.DISABLED_exceed", {{"TRIREME_MEMORY_LIMIT", limit}}), "no error") << (limit ? limit : "unset");
}

/// Fills the kept blocks with sizes that do not fit each other; each allocation needs the room of the former ones.
TEST(limit_child, DISABLED_kept_blocks) {
  try {
    for (std::int64_t bytes = 100'000; bytes < 900'000; bytes += 50'000) block(bytes);
    for (int k = 0; k < 3; ++k) {
      { std::vector<array> tiny(2000, array()); for (array& x : tiny) x = block(80); }
      { std::vector<array> page(180, array()); for (array& x : page) x = block(4000); }
      { std::vector<array> sixteen(50, array()); for (array& x : sixteen) x = block(16'000); }
      block(900'000);
    }
    report(memory_use().reserved <= 1 << 20 ? "passed" : "exceeded");
  } catch (const error& e) {
    report(e.what());
  }
}

TEST(limit, kept_blocks_of_all_sizes_give_way) {
  EXPECT_EQ(run_child("limit_child.DISABLED_kept_blocks", {{"TRIREME_MEMORY_LIMIT", "1M"}}), "passed");
}

TEST(limit_child, DISABLED_small_blocks) {
  std::vector<array> many;
  try {
    for (int k = 0; k < 100'000; ++k) many.push_back(block(80));
    report("no error");
  } catch (const error& e) {
    const std::int64_t reserved = memory_use().reserved;
    many.clear();
    block(80);
    report(e.code() == Code::out_of_memory && reserved <= 1 << 20 && reserved > 1'000'000 ? "refused" : e.what());
  }
}

TEST(limit, small_blocks_count) {
  EXPECT_EQ(run_child("limit_child.DISABLED_small_blocks", {{"TRIREME_MEMORY_LIMIT", "1M"}}), "refused");
}

TEST(limit_child, DISABLED_evaluate) {
  const array x = linspace(0, 1, 50'000);
  array y = x * 2;
  const array held = block(300'000);
  try {
    y.eval();
    report("no error");
  } catch (const error& e) {
    report(y.is_lazy() ? e.what() : "not lazy");
  }
}

TEST(limit, evaluation_fails_with_its_name_and_stays_lazy) {
  const std::string text = run_child("limit_child.DISABLED_evaluate", {{"TRIREME_MEMORY_LIMIT", "1M"}});
  EXPECT_TRUE(text.starts_with("eval of multiply of shape (50000,): allocate: 400000 bytes on cpu would exceed TRIREME_MEMORY_LIMIT=1M")) << text;
}

TEST(limit, bad_values_are_named) {
  for (const char* value : {"0", "-1", "1T", "ten", "1.5G", "1MB", "K", " 1M", "99999999999999999999", "9999999999G"}) {
    const std::string text = run_child("limit_child.DISABLED_exceed", {{"TRIREME_MEMORY_LIMIT", value}});
    EXPECT_EQ(text, "too early: TRIREME_MEMORY_LIMIT: expected a number of bytes above 0, with K, M or G behind it if wanted, got '" +
                        std::string(value) + "'");
  }
}

}  // namespace
}  // namespace trireme::test
