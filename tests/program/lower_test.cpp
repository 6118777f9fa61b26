// tests/program/lower_test.cpp -- where narrow dtypes wrap or round, and what complex rows and index parameters become
// SPDX-License-Identifier: Apache-2.0
#include "program/lower.hpp"

#include <gtest/gtest.h>

#include "program/rule.hpp"
#include "program/opcode.hpp"
#include "program/work_type.hpp"
#include "trireme/error.hpp"

namespace trireme::program {
namespace {

constexpr Dtype kDtypes[] = {
#define DTYPE(name, type, kind, descriptor, text) Dtype::name,
#include "trireme/dtype.def"
#undef DTYPE
};

/// A map whose inputs and output are of any dtypes; complex inputs take two parameters.
class Map {
 public:
  Lowered input(Dtype dtype) {
    const auto first = builder_.parameter(Role::input, component(dtype));
    return lowering_.load(dtype, first, is_complex(dtype) ? builder_.parameter(Role::input, component(dtype)) : first);
  }
  Lowered row(Opcode op, Dtype result, const std::vector<Lowered>& operands) {
    return lowering_.row(op, result, operands);
  }
  Lowered cast(Lowered value, Dtype to) { return lowering_.cast(value, to); }
  Map& store(Dtype dtype, Lowered value) {
    lowering_.store(builder_.parameter(Role::output, dtype), value);
    return *this;
  }
  Program take() {
    Program p = builder_.take();
    EXPECT_NO_THROW(verify(p)) << print(p);
    return p;
  }
  /// The instructions without their names of values: "load cast add cast store".
  std::string instructions() {
    std::string out;
    for (const Instruction& i : take().body) {
      out += (out.empty() ? "" : " ") + std::string(info(i.op).name);
      if (i.op == Opcode::cast) out += std::string("(") + short_name(i.type) + ")";
    }
    return out;
  }

 private:
  Builder builder_;
  Lowering lowering_{builder_};
};

TEST(Lower, narrow_arithmetic_wraps_or_rounds_after_each_operation) {
  for (Dtype d : {i8, u16, f16, bf16}) {
    const std::string wide = d == i8 || d == u16 ? "i32" : "f32", narrow = short_name(d);
    Map m;
    const Lowered x = m.input(d), y = m.input(d), sum = m.row(Opcode::add, d, {x, y});
    m.store(d, m.row(Opcode::multiply, d, {sum, y}));
    EXPECT_EQ(m.instructions(), "load load cast(" + wide + ") cast(" + wide + ") add cast(" + narrow + ") cast(" +
                                    wide + ") multiply cast(" + narrow + ") store");
  }
}

TEST(Lower, results_that_stay_inside_are_not_converted_in_between) {
  Map m;
  const Lowered x = m.input(u8), y = m.input(u8), low = m.row(Opcode::minimum, u8, {x, y});
  m.store(u8, m.row(Opcode::bitwise_xor, u8, {low, y}));
  EXPECT_EQ(m.instructions(), "load load cast(i32) cast(i32) minimum bitwise_xor cast(u8) store");
  Map invert;
  const Lowered bits = invert.row(Opcode::bitwise_invert, u8, {invert.input(u8)});
  invert.store(u8, invert.row(Opcode::maximum, u8, {bits, bits}));
  EXPECT_EQ(invert.instructions(), "load cast(i32) bitwise_invert cast(u8) cast(i32) maximum cast(u8) store")
      << "an unsigned complement is negative in i32";
}

TEST(Lower, a_copy_of_a_narrow_dtype_converts_nothing) {
  Map m;
  m.store(f16, m.input(f16));
  EXPECT_EQ(m.instructions(), "load store");
}

TEST(Lower, casts_go_through_the_work_type_in_one_rounding) {
  struct {
    Dtype from, to;
    const char* instructions;
  } const cases[] = {{f64, f16, "load cast(f16) store"},
                     {i64, bf16, "load cast(bf16) store"},
                     {f16, bf16, "load cast(f32) cast(bf16) store"},
                     {u8, f16, "load cast(i32) cast(f16) store"},
                     {f16, i8, "load cast(f32) cast(i8) store"},
                     {u16, u64, "load cast(i32) cast(u64) store"},
                     {f16, boolean, "load cast(f32) cast(boolean) store"},
                     {complex64, boolean, "load load cast(boolean) cast(boolean) logical_or store"},
                     {complex64, complex128, "load load cast(f64) cast(f64) store_pair"},
                     {i16, complex64, "load cast(i32) cast(f32) constant store_pair"},
                     {boolean, complex128, "load cast(f64) constant store_pair"}};
  for (const auto& c : cases) {
    Map m;
    m.store(c.to, m.cast(m.input(c.from), c.to));
    EXPECT_EQ(m.instructions(), c.instructions) << short_name(c.from) << " to " << short_name(c.to);
  }
}

TEST(Lower, complex_multiplication_is_the_textbook_formula) {
  Map m;
  const Lowered x = m.input(complex64), y = m.input(complex64);
  m.store(complex64, m.row(Opcode::multiply, complex64, {x, y}));
  EXPECT_EQ(print(m.take()), R"(map
  p0 : input f32
  p1 : input f32
  p2 : input f32
  p3 : input f32
  p4 : output complex64

  v0 = load p0                           : f32
  v1 = load p1                           : f32
  v2 = load p2                           : f32
  v3 = load p3                           : f32
  v4 = multiply v0 v2                    : f32
  v5 = multiply v1 v3                    : f32
  v6 = subtract v4 v5                    : f32
  v7 = multiply v0 v3                    : f32
  v8 = multiply v1 v2                    : f32
  v9 = add v7 v8                         : f32
  store_pair p4 v6 v9                    : complex64
)");
}

TEST(Lower, complex_choice_takes_one_condition_for_both_parts) {
  Map m;
  const Lowered c = m.input(boolean), x = m.input(complex128), y = m.input(complex128);
  m.store(complex128, m.row(Opcode::where, complex128, {c, x, y}));
  EXPECT_EQ(m.instructions(), "load load load load load where where store_pair");
}

TEST(Lower, index_parameter_is_loaded_as_i64) {
  Builder builder;
  Lowering lowering(builder);
  const auto index = builder.parameter(Role::index, i64), out = builder.parameter(Role::output, i64);
  lowering.store(out, lowering.load(i64, index));
  const Program p = builder.take();
  EXPECT_NO_THROW(verify(p));
  ASSERT_EQ(p.body.size(), 2u);
  EXPECT_EQ(p.body[0].op, Opcode::load);
  EXPECT_EQ(p.body[0].type, i64);
}

TEST(Lower, scalars_are_of_the_work_type_already) {
  Builder builder;
  Lowering lowering(builder);
  const auto s = builder.parameter(Role::scalar, f32), out = builder.parameter(Role::output, f16);
  lowering.store(out, lowering.scalar(f16, s));
  const Program p = builder.take();
  EXPECT_NO_THROW(verify(p));
  EXPECT_EQ(p.body[1].op, Opcode::cast);
}

TEST(Lower, every_row_gives_a_verified_program_on_every_dtype_it_takes) {
  int count = 0;
  for (int k = 0; k < kTableOps; ++k)
    for (Dtype d : kDtypes) {
      const auto op = static_cast<Opcode>(k);
      const Rule rule = info(op).rule;
      if (!program::takes_unconverted(rule, d)) continue;
      if (kind(d) != Kind::complex && (rule == Rule::component || rule == Rule::conjugate)) continue;  // not a row then
      if (kind(d) == Kind::integer && rule == Rule::rounding) continue;
      Map m;
      std::vector<Lowered> operands;
      for (int o = 0; o < info(op).operands; ++o)
        operands.push_back(m.input(rule == Rule::choice && o == 0 ? boolean : d));
      const Dtype result = program::row_result(rule, d);
      m.store(result, m.row(op, result, operands));
      const Program p = m.take();
      EXPECT_EQ(p.body.back().op, is_complex(result) ? Opcode::store_pair : Opcode::store) << print(p);
      EXPECT_EQ(p.body.back().type, result) << print(p);
      ++count;
    }
  EXPECT_GT(count, 300);
}

TEST(Lower, a_row_that_takes_no_complex_numbers_is_an_error) {
  Map m;
  const Lowered x = m.input(complex64);
  EXPECT_THROW(m.row(Opcode::cbrt, complex64, {x}), error);
  m.store(complex64, x);
}

TEST(Lower, weights_order_the_dtypes) {
  EXPECT_EQ(weight(Opcode::add, f32), 1);
  EXPECT_GT(weight(Opcode::add, f16), weight(Opcode::add, f32));
  EXPECT_GT(weight(Opcode::multiply, complex64), weight(Opcode::add, complex64));
  EXPECT_GT(weight(Opcode::divide, complex64), weight(Opcode::multiply, complex64));
}

// Programs of many operations are bounded by them.
TEST(Lower, weights_of_complex_rows_are_about_their_instructions) {
  for (int k = 0; k < kTableOps; ++k) {
    const auto op = static_cast<Opcode>(k);
    if (!program::takes_unconverted(info(op).rule, complex64) || info(op).rule == Rule::choice) continue;
    Map m;
    std::vector<Lowered> operands;
    for (int o = 0; o < info(op).operands; ++o) operands.push_back(m.input(complex64));
    const Dtype result = program::row_result(info(op).rule, complex64);
    m.store(result, m.row(op, result, operands));
    int count = 0;
    for (const Instruction& i : m.take().body)
      count += i.op != Opcode::load && i.op != Opcode::constant && i.op != Opcode::store && i.op != Opcode::store_pair;
    EXPECT_LE(count, 3 * weight(op, complex64)) << info(op).name;
    EXPECT_GE(3 * count + 9, weight(op, complex64)) << info(op).name;
  }
}

}  // namespace
}  // namespace trireme::program
