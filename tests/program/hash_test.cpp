// tests/program/hash_test.cpp -- the hash tells every field apart and is the same in every process and build
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <utility>

#include "program/program.hpp"

namespace trireme::program {

namespace {

// Numbers instead of names, so that the golden value does not depend on the tables.
Program small() {
  constexpr auto kType = static_cast<Dtype>(3);
  Program p;
  p.form = Form::map;
  p.parameters = {{Role::input, kType}, {Role::output, kType}};
  p.body = {{static_cast<Opcode>(40), kType, 0, {kNoValue, kNoValue, kNoValue}, 0},
            {static_cast<Opcode>(1), kType, 0, {0, 0, kNoValue}, 7},
            {static_cast<Opcode>(41), kType, 1, {1, kNoValue, kNoValue}, 0}};
  return p;
}

}  // namespace

TEST(Hash, small_program_gives_golden_value) {
  const Hash h = hash(small());
  EXPECT_EQ(h.low, 0x12f422bc370230eeu);
  EXPECT_EQ(h.high, 0xdf72afc4ebda3375u);
}

TEST(Hash, empty_program_gives_golden_value) {
  const Hash h = hash(Program{});
  EXPECT_EQ(h.low, 0xa7658da4f04d1c00u);
  EXPECT_EQ(h.high, 0xfc821fab6680a1dau);
}

TEST(Hash, every_field_changes_it) {
  const std::function<void(Program&)> changes[] = {
      [](Program&) {},
      [](Program& p) { p.form = Form::reduce_inner; },
      [](Program& p) { p.parameters[0].role = Role::scalar; },
      [](Program& p) { p.parameters[0].type = f64; },
      [](Program& p) {
        p.parameters.push_back({Role::input, f32});
      },
      [](Program& p) { std::swap(p.parameters[0], p.parameters[1]); },
      [](Program& p) { p.body[1].op = static_cast<Opcode>(2); },
      [](Program& p) { p.body[1].type = f64; },
      [](Program& p) { p.body[1].parameter = 1; },
      [](Program& p) { p.body[1].operand[0] = 1; },
      [](Program& p) { p.body[1].operand[1] = 1; },
      [](Program& p) { p.body[1].operand[2] = 1; },
      [](Program& p) { p.body[1].literal = 8; },
      [](Program& p) { p.body[1].literal = 0; },
      [](Program& p) { p.body[1].literal = 7ull << 32; },
      [](Program& p) { std::swap(p.body[0], p.body[1]); },
      [](Program& p) { p.body.pop_back(); },
      [](Program& p) { p.body.push_back(p.body.back()); },
  };
  std::set<std::uint64_t> low, high;
  for (const auto& change : changes) {
    Program p = small();
    change(p);
    low.insert(hash(p).low);
    high.insert(hash(p).high);
  }
  EXPECT_EQ(low.size(), std::size(changes));
  EXPECT_EQ(high.size(), std::size(changes));
}

TEST(Hash, every_bit_of_a_literal_changes_about_half_of_it) {
  const Hash before = hash(small());
  for (int bit = 0; bit < 64; ++bit) {
    Program p = small();
    p.body[1].literal ^= std::uint64_t{1} << bit;
    const Hash after = hash(p);
    const int changed = __builtin_popcountll(before.low ^ after.low) + __builtin_popcountll(before.high ^ after.high);
    EXPECT_GT(changed, 36) << bit;  // 64 expected, standard deviation 5.7
    EXPECT_LT(changed, 92) << bit;
  }
}

}  // namespace trireme::program
