// tests/program/print_test.cpp -- golden text of the printer
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "program/program.hpp"

namespace trireme::program {

namespace {
Value constant(Builder& b, Dtype type, std::uint64_t literal) {
  return b.emit(Opcode::constant, type, kNoValue, kNoValue, kNoValue, 0, literal);
}
}  // namespace

TEST(Print, map_gives_one_line_per_instruction) {
  Builder b;
  const auto in = b.parameter(Role::input, f32), s = b.parameter(Role::scalar, f32),
             out = b.parameter(Role::output, boolean);
  const Value x = b.load(in), y = b.scalar(s);
  const Value product = b.emit(Opcode::multiply, f32, x, y);
  b.store(out, b.emit(Opcode::less, boolean, product, constant(b, f32, 0x3fc00000)));
  EXPECT_EQ(print(b.take()), R"(map
  p0 : input f32
  p1 : scalar f32
  p2 : output boolean

  v0 = load p0                           : f32
  v1 = scalar p1                         : f32
  v2 = multiply v0 v1                    : f32
  v3 = constant 1.5                      : f32
  v4 = less v2 v3                        : boolean
  store p2 v4                            : boolean
)");
}

TEST(Print, regions_are_indented) {
  Builder b(Form::kernel);
  const auto out = b.parameter(Role::output, i64);
  const Value axis = b.emit(Opcode::position, i64, kNoValue, kNoValue, kNoValue, 0, 1), one = constant(b, i64, 1);
  const Value k = b.emit(Opcode::for_begin, i64, one, axis, one);
  b.emit(Opcode::if_begin, boolean, b.emit(Opcode::equal, boolean, k, one));
  b.emit(Opcode::store_at, i64, k, one, kNoValue, out);
  b.emit(Opcode::if_else, boolean);
  b.emit(Opcode::barrier, boolean);
  b.emit(Opcode::if_end, boolean);
  b.emit(Opcode::for_end, boolean);
  EXPECT_EQ(print(b.take()), R"(kernel
  p0 : output i64

  v0 = position 1                        : i64
  v1 = constant 1                        : i64
  v2 = for_begin v1 v0 v1                : i64
    v3 = equal v2 v1                     : boolean
    if_begin v3
      store_at p0 v2 v1                  : i64
    if_else
      barrier
    if_end
  for_end
)");
}

TEST(Print, reduction_names_its_output) {
  Builder b(Form::reduce_outer);
  const auto in = b.parameter(Role::input, f64), out = b.parameter(Role::output, f64);
  b.emit(Opcode::reduce_add, f64, b.load(in), kNoValue, kNoValue, out);
  EXPECT_EQ(print(b.take()), R"(reduce_outer
  p0 : input f64
  p1 : output f64

  v0 = load p0                           : f64
  reduce_add p1 v0                       : f64
)");
}

TEST(Print, constants_read_back_as_themselves) {
  Builder b;
  constant(b, f32, 0x80000000);
  constant(b, f32, 0x00000001);
  constant(b, f64, 0x7ff0000000000000);
  constant(b, f32, 0x7fc00001);
  constant(b, i32, 0x80000000);
  constant(b, boolean, 1);
  b.emit(Opcode::shift_left, i32, 4, kNoValue, kNoValue, 0, 3);
  EXPECT_EQ(print(b.take()), R"(map

  v0 = constant -0                       : f32
  v1 = constant 1e-45                    : f32
  v2 = constant inf                      : f64
  v3 = constant nan(0x7fc00001)          : f32
  v4 = constant -2147483648              : i32
  v5 = constant true                     : boolean
  v6 = shift_left v4 3                   : i32
)");
}

}  // namespace trireme::program
