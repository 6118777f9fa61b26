// tests/program/verify_test.cpp -- the verifier accepts good programs and rejects each kind of malformed one
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "program/opcode.hpp"
#include "program/program.hpp"
#include "trireme/error.hpp"

namespace trireme::program {

namespace {

constexpr Dtype kBool = Dtype::boolean;

/// p0 input f32, p1 input i64, p2 scalar bool, p3 output f32; v0 = load p0, v1 = load p1, v2 = scalar p2.
class Case {
 public:
  explicit Case(Form form = Form::map) : b(form) {
    b.parameter(Role::input, f32);
    b.parameter(Role::input, i64);
    b.parameter(Role::scalar, kBool);
    b.parameter(Role::output, f32);
    b.load(0);
    b.load(1);
    b.scalar(2);
  }
  Value constant(Dtype type, std::uint64_t literal) {
    return b.emit(Opcode::constant, type, kNoValue, kNoValue, kNoValue, 0, literal);
  }
  void begin_if(Value condition = 2) { b.emit(Opcode::if_begin, kBool, condition); }
  void end(Opcode op) { b.emit(op, kBool); }
  Case& store(Value v = 0) {
    b.store(3, v);
    return *this;
  }
  /// What the verifier says; "" when it accepts.
  std::string verdict() {
    try {
      verify(b.take());
      return "";
    } catch (const error& e) {
      EXPECT_EQ(e.code(), Code::internal);
      return e.what();
    }
  }

  Builder b;
};

#define EXPECT_REJECTED(c, words)                                               \
  do {                                                                          \
    const std::string said = (c).verdict();                                     \
    EXPECT_NE(said.find(words), std::string::npos) << "said \"" << said << '"'; \
  } while (false)

}  // namespace

TEST(Verify, good_map_is_accepted) { EXPECT_EQ(Case().store().verdict(), ""); }

TEST(Verify, message_names_the_instruction) {
  Case c;
  c.b.emit(Opcode::add, f32, 0, 1);
  EXPECT_EQ(c.verdict(), "verify: instruction 3 (add): operands of different types");
}

TEST(Verify, unknown_opcode_or_type_is_rejected) {
  Case a, b;
  a.b.emit(static_cast<Opcode>(kOpcodes), f32);
  b.b.emit(Opcode::add, static_cast<Dtype>(kDtypeCount), 0, 0);
  EXPECT_REJECTED(a, "unknown opcode");
  EXPECT_REJECTED(b, "unknown type");
}

TEST(Verify, wrong_operands_are_rejected) {
  Case missing, surplus, later, itself, nothing;
  missing.b.emit(Opcode::add, f32, 0);
  surplus.b.emit(Opcode::negative, f32, 0, 0);
  later.b.emit(Opcode::add, f32, 0, 9);
  itself.b.emit(Opcode::add, f32, 0, 3);
  nothing.store();
  nothing.b.emit(Opcode::negative, f32, 3);
  EXPECT_REJECTED(missing, "an operand is missing");
  EXPECT_REJECTED(surplus, "an operand more than it takes");
  EXPECT_REJECTED(later, "not defined before");
  EXPECT_REJECTED(itself, "not defined before");
  EXPECT_REJECTED(nothing, "not a value");
}

TEST(Verify, meaningless_literal_or_parameter_is_rejected) {
  Case literal, parameter;
  literal.b.emit(Opcode::add, f32, 0, 0, kNoValue, 0, 1);
  parameter.b.emit(Opcode::add, f32, 0, 0, kNoValue, 1);
  EXPECT_REJECTED(literal, "has a literal but takes none");
  EXPECT_REJECTED(parameter, "has a parameter but takes none");
}

TEST(Verify, rule_of_table_row_decides_types) {
  struct {
    Opcode op;
    Dtype type;
    Value a, b, c;
    const char* words;
  } const bad[] = {
      {Opcode::add, kBool, 2, 2, kNoValue, "does not take"},
      {Opcode::add, f64, 0, 0, kNoValue, "what the row gives"},
      {Opcode::divide, i64, 1, 1, kNoValue, "does not take"},
      {Opcode::sqrt, i64, 1, kNoValue, kNoValue, "does not take"},
      {Opcode::floor, i64, 1, kNoValue, kNoValue, "does not take"},
      {Opcode::gcd, f32, 0, 0, kNoValue, "does not take"},
      {Opcode::bitwise_and, f32, 0, 0, kNoValue, "does not take"},
      {Opcode::bitwise_left_shift, kBool, 2, 2, kNoValue, "does not take"},
      {Opcode::less, f32, 0, 0, kNoValue, "what the row gives"},
      {Opcode::less, kBool, 0, 1, kNoValue, "different types"},
      {Opcode::isnan, f32, 0, kNoValue, kNoValue, "what the row gives"},
      {Opcode::logical_and, kBool, 0, 0, kNoValue, "does not take"},
      {Opcode::logical_not, f32, 2, kNoValue, kNoValue, "what the row gives"},
      {Opcode::where, f32, 0, 0, 0, "the condition is not a bool"},
      {Opcode::where, f32, 2, 0, 1, "different types"},
      {Opcode::where, i64, 2, 0, 0, "what the row gives"},
      {Opcode::make_complex, complex64, 0, 0, kNoValue, "does not take"},
      {Opcode::real, f32, 0, kNoValue, kNoValue, "does not take"},
  };
  for (const auto& b : bad) {
    Case c;
    c.b.emit(b.op, b.type, b.a, b.b, b.c);
    EXPECT_REJECTED(c, b.words);
  }
  Case good;
  good.b.emit(Opcode::where, i64, 2, 1, 1);
  good.b.emit(Opcode::less, kBool, 2, 2);
  good.b.emit(Opcode::isnan, kBool, 0);
  good.b.emit(Opcode::bitwise_xor, kBool, 2, 2);
  good.b.emit(Opcode::bitwise_right_shift, i64, 1, 1);
  EXPECT_EQ(good.store().verdict(), "");
}

/// One parameter of `role` and `type` and an output of `out`.
Builder with(Role role, Dtype type, Dtype out) {
  Builder b;
  b.parameter(role, type);
  b.parameter(Role::output, out);
  return b;
}
std::string verdict(Builder& b) {
  try {
    verify(b.take());
    return "";
  } catch (const error& e) {
    return e.what();
  }
}
#define EXPECT_SAID(builder, words)                                             \
  do {                                                                          \
    const std::string said = verdict(builder);                                  \
    EXPECT_NE(said.find(words), std::string::npos) << "said \"" << said << '"'; \
  } while (false)

TEST(Verify, narrow_types_are_loaded_converted_and_stored_only) {
  for (Dtype narrow : {i8, i16, u8, u16, f16, bf16}) {
    const Dtype wide = narrow == f16 || narrow == bf16 ? f32 : i32;
    Builder copy = with(Role::input, narrow, narrow), sum = with(Role::input, narrow, narrow),
            other = with(Role::input, narrow, i64);
    copy.store(1, copy.emit(Opcode::cast, narrow, copy.emit(Opcode::cast, wide, copy.load(0))));
    EXPECT_EQ(verdict(copy), "") << short_name(narrow);
    const Value x = sum.load(0);
    sum.store(1, sum.emit(Opcode::add, narrow, x, x));
    EXPECT_SAID(sum, "does not take operands of this type");
    other.store(1, other.emit(Opcode::cast, i64, other.load(0)));
    EXPECT_SAID(other, "neither type is a machine type");
    Builder literal = with(Role::input, narrow, narrow);
    literal.store(1, literal.emit(Opcode::constant, narrow));
    EXPECT_SAID(literal, "a constant is of a machine type");
    Builder reduce(Form::reduce_inner);
    reduce.parameter(Role::input, narrow);
    reduce.parameter(Role::output, narrow);
    reduce.emit(Opcode::reduce_maximum, narrow, reduce.load(0), kNoValue, kNoValue, 1);
    EXPECT_SAID(reduce, "accumulates numbers of its type");
  }
}

TEST(Verify, complex_numbers_are_stored_as_their_two_parts) {
  Builder good = with(Role::input, f32, complex64), wide = with(Role::input, f64, complex64),
          load = with(Role::input, complex64, f32), single = with(Role::input, f32, f32),
          cast = with(Role::input, f32, complex64);
  const auto pair = [](Builder& b, Dtype type) {
    const Value x = b.load(0);
    b.emit(Opcode::store_pair, type, x, x, kNoValue, 1);
  };
  pair(good, complex64);
  pair(wide, complex64);
  pair(single, f32);
  load.load(0);
  cast.emit(Opcode::cast, complex64, cast.load(0));
  EXPECT_EQ(verdict(good), "");
  EXPECT_SAID(wide, "takes the two parts");
  EXPECT_SAID(single, "takes the two parts");
  EXPECT_SAID(load, "complex inputs are read as two parameters");
  EXPECT_SAID(cast, "neither type is a machine type");
}

TEST(Verify, index_parameters_are_i64_and_read_by_load) {
  Builder good = with(Role::index, i64, i64), narrow = with(Role::index, i32, i32),
          scalar = with(Role::index, i64, i64);
  good.store(1, good.load(0));
  narrow.store(1, narrow.load(0));
  scalar.store(1, scalar.scalar(0));
  EXPECT_EQ(verdict(good), "");
  EXPECT_SAID(narrow, "not an input");
  EXPECT_SAID(scalar, "not a scalar");
}

TEST(Verify, wrong_primitives_are_rejected) {
  Case width, shift, narrow, boolean, bits, convert;
  width.b.emit(Opcode::as_int, i64, 0);
  shift.b.emit(Opcode::shift_left, i64, 1, kNoValue, kNoValue, 0, 64);
  narrow.constant(f32, std::uint64_t{1} << 32);
  boolean.constant(kBool, 2);
  bits.b.emit(Opcode::bit_and, f32, 0, 0);
  convert.b.emit(Opcode::to_float, f32, 1);
  EXPECT_REJECTED(width, "integer of its width");
  EXPECT_REJECTED(shift, "not below the width");
  EXPECT_REJECTED(narrow, "wider than its type");
  EXPECT_REJECTED(boolean, "a bool is 0 or 1");
  EXPECT_REJECTED(bits, "takes and gives integers");
  EXPECT_REJECTED(convert, "float of its width");
}

TEST(Verify, wrong_parameter_is_rejected) {
  Case none, role, scalar, store, type;
  none.b.emit(Opcode::load, f32, kNoValue, kNoValue, kNoValue, 9);
  role.b.load(3);
  scalar.b.scalar(0);
  store.b.store(0, 0);
  type.b.emit(Opcode::load, f64, kNoValue, kNoValue, kNoValue, 0);
  EXPECT_REJECTED(none, "no such parameter");
  EXPECT_REJECTED(role, "not an input");
  EXPECT_REJECTED(scalar, "not a scalar");
  EXPECT_REJECTED(store, "not an output");
  EXPECT_REJECTED(type, "not the parameter's");
}

TEST(Verify, map_stores_each_output_once_and_at_the_top) {
  Case never, twice, under, kind;
  twice.store().store();
  under.begin_if();
  under.store();
  kind.b.store(3, 1);
  EXPECT_REJECTED(never, "the end: a map stores each output once");
  EXPECT_REJECTED(twice, "a map stores each output once");
  EXPECT_REJECTED(under, "not under control");
  EXPECT_REJECTED(kind, "not of its type");
}

TEST(Verify, regions_close_in_order) {
  Case open, end, otherwise, crossed, twice, outside, endless;
  open.store();
  open.begin_if();
  end.end(Opcode::loop_end);
  otherwise.end(Opcode::if_else);
  crossed.begin_if();
  crossed.end(Opcode::for_end);
  twice.begin_if();
  twice.end(Opcode::if_else);
  twice.end(Opcode::if_else);
  outside.b.emit(Opcode::loop_while, kBool, 2);
  endless.end(Opcode::loop_begin);
  endless.end(Opcode::loop_end);
  EXPECT_REJECTED(open, "a region is not closed");
  EXPECT_REJECTED(end, "there is no loop to close");
  EXPECT_REJECTED(otherwise, "there is no if to continue");
  EXPECT_REJECTED(crossed, "there is no for to close");
  EXPECT_REJECTED(twice, "there is no if to continue");
  EXPECT_REJECTED(outside, "directly in a loop");
  EXPECT_REJECTED(endless, "no loop_while");
}

TEST(Verify, value_of_a_closed_region_is_rejected) {
  Case branch, counter, both;
  branch.begin_if();
  const Value inside = branch.b.emit(Opcode::negative, f32, 0);
  branch.end(Opcode::if_end);
  branch.store(inside);
  const Value k = counter.b.emit(Opcode::for_begin, i64, 1, 1, 1);
  counter.end(Opcode::for_end);
  counter.b.emit(Opcode::negative, i64, k);
  both.begin_if();
  const Value then = both.b.emit(Opcode::negative, f32, 0);
  both.end(Opcode::if_else);
  both.b.emit(Opcode::negative, f32, then);
  EXPECT_REJECTED(branch, "a region that is closed");
  EXPECT_REJECTED(counter, "a region that is closed");
  EXPECT_REJECTED(both, "a region that is closed");
}

TEST(Verify, conditions_counters_and_indices_have_their_types) {
  Case condition, counter, index, axis, position;
  condition.begin_if(0);
  counter.b.emit(Opcode::for_begin, i64, 0, 1, 1);
  index.b.emit(Opcode::load_at, f32, 0, kNoValue, kNoValue, 0);
  axis.b.emit(Opcode::position, i64, kNoValue, kNoValue, kNoValue, 0, 8);
  position.b.emit(Opcode::position, f32);
  EXPECT_REJECTED(condition, "not a bool");
  EXPECT_REJECTED(counter, "not i64");
  EXPECT_REJECTED(index, "not i64");
  EXPECT_REJECTED(axis, "no such axis");
  EXPECT_REJECTED(position, "a position is i64");
}

TEST(Verify, variables_are_used_through_get_and_set_only) {
  Case direct, get, set;
  direct.b.emit(Opcode::negative, f32, direct.b.emit(Opcode::local, f32, 0));
  get.b.emit(Opcode::get, f32, 0);
  const Value variable = set.b.emit(Opcode::local, f32, 0);
  set.b.emit(Opcode::set, f32, variable, 1);
  EXPECT_REJECTED(direct, "variables are read by get");
  EXPECT_REJECTED(get, "variables are read by get");
  EXPECT_REJECTED(set, "not of its type");
}

TEST(Verify, reduction_ends_in_exactly_one_reduce) {
  Case good(Form::reduce_inner), none(Form::reduce_inner), two(Form::reduce_outer), stores(Form::reduce_outer), in_map,
      type(Form::reduce_inner);
  const auto reduce = [](Case& c, Value v) { c.b.emit(Opcode::reduce_add, f32, v, kNoValue, kNoValue, 3); };
  reduce(good, 0);
  reduce(two, 0);
  reduce(two, 0);
  stores.store();
  reduce(in_map, 0);
  reduce(type, 1);
  EXPECT_EQ(good.verdict(), "");
  EXPECT_REJECTED(none, "without a reduce");
  EXPECT_REJECTED(two, "must be the last");
  EXPECT_REJECTED(stores, "does not store");
  EXPECT_REJECTED(in_map, "only reductions reduce");
  EXPECT_REJECTED(type, "numbers of its type");
}

TEST(Verify, groups_are_for_kernels) {
  Case barrier;
  barrier.end(Opcode::barrier);
  EXPECT_REJECTED(barrier, "only kernels have groups");
}

TEST(Verify, barrier_under_uniform_control_is_accepted) {
  Case c(Form::kernel);
  c.begin_if();  // a scalar parameter: the same for all
  const Value zero = c.constant(i64, 0), ten = c.constant(i64, 10), one = c.constant(i64, 1);
  const Value k = c.b.emit(Opcode::for_begin, i64, zero, ten, one);
  c.begin_if(c.b.emit(Opcode::less, kBool, k, ten));
  c.end(Opcode::barrier);
  c.end(Opcode::if_end);
  c.end(Opcode::for_end);
  c.end(Opcode::if_end);
  EXPECT_EQ(c.verdict(), "");
}

TEST(Verify, barrier_under_varying_control_is_rejected) {
  Case branch(Form::kernel), count(Form::kernel);
  branch.begin_if(branch.b.emit(Opcode::less, kBool, 0, 0));
  branch.end(Opcode::barrier);
  branch.end(Opcode::if_end);
  const Value one = count.constant(i64, 1);
  count.b.emit(Opcode::for_begin, i64, one, 1, one);
  count.end(Opcode::barrier);
  count.end(Opcode::for_end);
  EXPECT_REJECTED(branch, "only some work-items may reach");
  EXPECT_REJECTED(count, "only some work-items may reach");
}

TEST(Verify, barrier_in_a_loop_left_at_different_times_is_rejected) {
  Case c(Form::kernel);
  c.end(Opcode::loop_begin);
  c.end(Opcode::barrier);  // before the varying loop_while: the second time only some are left
  c.b.emit(Opcode::loop_while, kBool, c.b.emit(Opcode::less, kBool, 0, 0));
  c.end(Opcode::loop_end);
  EXPECT_REJECTED(c, "only some work-items may reach");
}

TEST(Verify, variable_set_under_varying_control_varies) {
  Case c(Form::kernel);
  const Value no = c.constant(kBool, 0), yes = c.constant(kBool, 1);
  const Value flag = c.b.emit(Opcode::local, kBool, no);
  c.begin_if(c.b.emit(Opcode::less, kBool, 0, 0));
  c.b.emit(Opcode::set, kBool, flag, yes);
  c.end(Opcode::if_end);
  c.begin_if(c.b.emit(Opcode::get, kBool, flag));
  c.end(Opcode::barrier);
  c.end(Opcode::if_end);
  EXPECT_REJECTED(c, "only some work-items may reach");
}

}  // namespace trireme::program
