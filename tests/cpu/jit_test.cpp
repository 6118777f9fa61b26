// tests/cpu/jit_test.cpp -- compiled code against the tile VM, bit by bit: rows, casts, tails, reductions
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "cpu/features.hpp"
#include "cpu/vm.hpp"
#include "program/opcode.hpp"
#include "program/trace.hpp"
#include "program/work_type.hpp"
#include "support/compare.hpp"
#include "support/special_values.hpp"

namespace trireme::cpu {
namespace {

using program::Builder;
using program::Opcode;
using program::Program;
using program::Role;
using program::Value;
using test::Random;

/// Levels that have a compiled tier here.
std::vector<std::string> jit_levels() {
  std::vector<std::string> out;
  for (const Level& level : levels()) {
    if (!level.usable) continue;
    use_level(level.name);
    use_jit(JitMode::always);
    if (jit_unavailable_reason().empty()) out.emplace_back(level.name);
  }
  return out;
}

class KeepMode {
 public:
  KeepMode() : mode_(jit_mode()), level_(current_level().name) {}
  ~KeepMode() {
    use_jit(mode_);
    use_level(level_);
  }

 private:
  JitMode mode_;
  std::string level_;
};

/// Elements that end with a page, so that reading beyond them ends the test; `shift` elements off any alignment.
class Elements {
 public:
  Elements(Dtype dtype, std::size_t n) : dtype_(dtype), n_(n) {
    constexpr std::size_t kPage = 4096;
    bytes_ = n * item_size(dtype);
    whole_ = (bytes_ + kPage - 1) / kPage * kPage;
    memory_ = static_cast<char*>(mmap(nullptr, whole_ + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(memory_ + whole_, kPage, PROT_NONE);
  }
  ~Elements() { munmap(memory_, whole_ + 4096); }
  Elements(const Elements&) = delete;
  char* data() const { return memory_ + whole_ - bytes_; }
  void set(std::size_t k, test::Bits bits) const { std::memcpy(data() + k * item_size(dtype_), &bits, item_size(dtype_)); }
  test::Bits get(std::size_t k) const {
    test::Bits bits = 0;
    std::memcpy(&bits, data() + k * item_size(dtype_), item_size(dtype_));
    return bits;
  }
  std::size_t size() const { return n_; }
  Dtype dtype() const { return dtype_; }

 private:
  Dtype dtype_;
  std::size_t n_, bytes_, whole_;
  char* memory_;
};

/// Every combination of special values of up to three operands, or as many of them as there is room for.
void fill(const std::vector<std::unique_ptr<Elements>>& inputs, Random& random) {
  for (std::size_t p = 0; p < inputs.size(); ++p) {
    const auto& values = inputs.size() < 3 ? test::special_values(inputs[p]->dtype()) : test::few_special_values(inputs[p]->dtype());
    std::size_t stride = 1;
    for (std::size_t q = 0; q < p; ++q)
      stride *= (inputs.size() < 3 ? test::special_values(inputs[q]->dtype()) : test::few_special_values(inputs[q]->dtype())).size();
    for (std::size_t k = 0; k < inputs[p]->size(); ++k)
      inputs[p]->set(k, k % 7 == 6 ? test::random_value(inputs[p]->dtype(), random) : values[k / stride % values.size()]);
  }
}

/// Runs the program over n positions by the VM and by code and compares. False if there is no code for it.
bool agrees(const Program& program, std::size_t n, std::uint64_t singles, Random& random, const std::string& what) {
  std::vector<std::unique_ptr<Elements>> inputs, by_vm, by_code;
  std::vector<dispatch::FlatArgument> vm_arguments, code_arguments;
  const bool reduces = program.form != program::Form::map;
  for (std::size_t p = 0; p < program.parameters.size(); ++p) {
    const program::Parameter& parameter = program.parameters[p];
    dispatch::FlatArgument a{0, 0, (singles >> p & 1) != 0};
    if (parameter.role == Role::scalar) {
      const auto bits = static_cast<std::uint64_t>(test::random_value(parameter.type, random));
      a.scalar = bits;
      vm_arguments.push_back(a), code_arguments.push_back(a);
    } else if (parameter.role == Role::input) {
      inputs.push_back(std::make_unique<Elements>(parameter.type, a.single ? 1 : n));
      a.address = reinterpret_cast<std::uintptr_t>(inputs.back()->data());
      vm_arguments.push_back(a), code_arguments.push_back(a);
    } else {
      for (auto* side : {&by_vm, &by_code}) {
        side->push_back(std::make_unique<Elements>(parameter.type, reduces ? 1 : n));
        a.address = reinterpret_cast<std::uintptr_t>(side->back()->data());
        (side == &by_vm ? vm_arguments : code_arguments).push_back(a);
      }
    }
  }
  fill(inputs, random);
  const VmExecutable executable(program);
  const auto run = [&](JitMode mode, std::vector<dispatch::FlatArgument>& arguments) {
    use_jit(mode);
    if (!reduces) return vm_run_flat(executable, static_cast<std::int64_t>(n), arguments);
    EXPECT_TRUE(vm_reduce_flat(executable, static_cast<std::int64_t>(n), arguments)) << what;
  };
  run(JitMode::never, vm_arguments);
  run(JitMode::always, code_arguments);
  if (!executable.jit.has_code(current_level())) return false;
  for (std::size_t o = 0; o < by_vm.size(); ++o)
    for (std::size_t k = 0; k < by_vm[o]->size(); ++k)
      if (!test::same(by_vm[o]->dtype(), by_code[o]->get(k), by_vm[o]->get(k))) {
        ADD_FAILURE() << what << ", n = " << n << ", element " << k << ": VM " << test::element_text(by_vm[o]->dtype(), by_vm[o]->get(k)) << ", code "
                      << test::element_text(by_code[o]->dtype(), by_code[o]->get(k));
        return true;
      }
  return true;
}

Program row_program(Opcode row, Dtype type) {
  Builder builder;
  const int operands = program::info(row).operands;
  std::vector<std::uint16_t> in;
  for (int o = 0; o < operands; ++o)
    in.push_back(builder.parameter(Role::input, o == 0 && program::info(row).rule == program::Rule::choice ? Dtype::boolean : type));
  const std::uint16_t out = builder.parameter(Role::output, program::result_type(row, type));
  Value v[3] = {program::kNoValue, program::kNoValue, program::kNoValue};
  for (int o = 0; o < operands; ++o) v[o] = builder.load(in[static_cast<std::size_t>(o)]);
  builder.store(out, builder.emit(row, program::result_type(row, type), v[0], v[1], v[2]));
  return builder.take();
}

Program cast_program(Dtype from, Dtype to) {
  Builder builder;
  const std::uint16_t in = builder.parameter(Role::input, from), out = builder.parameter(Role::output, to);
  builder.store(out, builder.emit(Opcode::cast, to, builder.load(in)));
  return builder.take();
}

constexpr Dtype kMachine[] = {Dtype::boolean, Dtype::i32, Dtype::i64, Dtype::u32, Dtype::u64, Dtype::f32, Dtype::f64};
constexpr std::size_t kMany = 4099;

std::string text(Dtype d) { return std::string(name(d)); }

/// Whether it is known why there is no code: no instruction set here divides 64-bit integers, programs of some rows loop
/// (so they have variables), and others are longer than what is worth compiling.
bool may_stay_with_vm(const Program& program) {
  const std::string why = jit_assemble({&program}).refusal;
  return why.find("64-bit integers") != std::string::npos || why.find("local") != std::string::npos || why.find("too long") != std::string::npos;
}

/// Rows that must have code for every dtype that they take.
constexpr Opcode kCompiled[] = {
    Opcode::add,        Opcode::subtract,    Opcode::multiply,     Opcode::divide,       Opcode::negative,       Opcode::square,
    Opcode::abs,        Opcode::sign,        Opcode::sqrt,         Opcode::fma,          Opcode::minimum,        Opcode::maximum,
    Opcode::fmin,       Opcode::fmax,        Opcode::clip,         Opcode::copysign,     Opcode::floor,          Opcode::ceil,
    Opcode::trunc,      Opcode::round,       Opcode::exp,          Opcode::log,          Opcode::tanh,           Opcode::isnan,
    Opcode::isinf,      Opcode::isfinite,    Opcode::signbit,      Opcode::equal,        Opcode::not_equal,      Opcode::less,
    Opcode::less_equal, Opcode::greater,     Opcode::greater_equal, Opcode::logical_and, Opcode::logical_or,     Opcode::logical_xor,
    Opcode::logical_not, Opcode::bitwise_and, Opcode::bitwise_or,  Opcode::bitwise_xor,  Opcode::bitwise_invert, Opcode::bitwise_left_shift,
    Opcode::bitwise_right_shift, Opcode::where};

TEST(jit, every_row_of_every_machine_dtype_has_the_vms_bits) {
  KeepMode keep;
  const auto all = jit_levels();
  if (all.empty()) GTEST_SKIP() << "no compiled tier: " << jit_unavailable_reason();
  for (const std::string& level : all) {
    use_level(level);
    Random random(11);
    int with_code = 0, without = 0;
    for (int op = 0; op < program::kTableOps; ++op)
      for (Dtype type : kMachine) {
        const auto row = static_cast<Opcode>(op);
        if (!program::takes(row, type)) continue;
        const std::string what = std::string(program::info(row).name) + " of " + text(type) + " on " + level;
        const Program p = row_program(row, type);
        const bool compiled = agrees(p, kMany, 0, random, what);
        ++(compiled ? with_code : without);
        if (compiled) continue;
        EXPECT_TRUE(may_stay_with_vm(p)) << what << ": " << jit_assemble({&p}).refusal;
        EXPECT_EQ(std::find(std::begin(kCompiled), std::end(kCompiled), row), std::end(kCompiled)) << what << ": no code any more";
      }
    std::cout << level << ": " << with_code << " rows of dtypes have code, " << without << " stay with the VM\n";
  }
}

TEST(jit, every_cast_has_the_vms_bits) {
  KeepMode keep;
  const auto all = jit_levels();
  if (all.empty()) GTEST_SKIP() << "no compiled tier: " << jit_unavailable_reason();
  for (const std::string& level : all) {
    use_level(level);
    Random random(12);
    for (Dtype from : test::kDtypes)
      for (Dtype to : test::kDtypes) {
        if (from == to || !program::is_direct_cast(from, to)) continue;
        const std::string what = text(from) + " to " + text(to) + " on " + level;
        EXPECT_TRUE(agrees(cast_program(from, to), kMany, 0, random, what)) << what << ": no code";
        for (std::size_t n = 1; n < 40; n += 3) agrees(cast_program(from, to), n, n % 2, random, what + (n % 2 ? ", single" : ""));
      }
  }
}

/// a * b + s, its comparison with c, and a choice between the two, of any dtype of numbers.
Program mixed_program(Dtype type) {
  Builder builder;
  const std::uint16_t a = builder.parameter(Role::input, type), b = builder.parameter(Role::input, type);
  const std::uint16_t m = builder.parameter(Role::input, Dtype::boolean), s = builder.parameter(Role::scalar, type);
  const std::uint16_t sum = builder.parameter(Role::output, type), less = builder.parameter(Role::output, Dtype::boolean);
  const std::uint16_t other = builder.parameter(Role::output, type);
  const Value va = builder.load(a), vb = builder.load(b), vs = builder.scalar(s);
  const Value vsum = builder.emit(Opcode::add, type, builder.emit(Opcode::multiply, type, va, vb), vs);
  builder.store(sum, vsum);
  const Value vless = builder.emit(Opcode::less, Dtype::boolean, vsum, vb);
  builder.store(less, vless);
  const Value both = builder.emit(Opcode::logical_and, Dtype::boolean, builder.load(m), vless);
  builder.store(other, builder.emit(Opcode::where, type, both, va, builder.emit(Opcode::minimum, type, vsum, vb)));
  return builder.take();
}

TEST(jit, every_number_of_positions_and_every_single_operand_has_the_vms_bits) {
  KeepMode keep;
  const auto all = jit_levels();
  if (all.empty()) GTEST_SKIP() << "no compiled tier: " << jit_unavailable_reason();
  for (const std::string& level : all) {
    use_level(level);
    Random random(13);
    for (Dtype type : kMachine) {
      if (type == Dtype::boolean) continue;
      const Program p = mixed_program(type);
      for (std::size_t n = 0; n <= 4 * 16 * 3 + 1; ++n)
        for (std::uint64_t singles : {0u, 1u, 2u, 4u, 7u}) {
          if (singles != 0 && n % 5 != 3) continue;
          const bool compiled = agrees(p, n, singles, random, "mixed " + text(type) + " on " + level + ", singles " + std::to_string(singles));
          EXPECT_TRUE(compiled || n == 0) << text(type) << " on " << level << ": no code";
        }
    }
  }
}

Program reduction(Opcode reduce, Dtype type) {
  Builder builder(program::Form::reduce_inner);
  const std::uint16_t a = builder.parameter(Role::input, type), b = builder.parameter(Role::input, type), out = builder.parameter(Role::output, type);
  const Value d = builder.emit(Opcode::subtract, type, builder.load(a), builder.load(b));
  builder.emit(reduce, type, builder.emit(Opcode::multiply, type, d, d), program::kNoValue, program::kNoValue, out);
  return builder.take();
}

TEST(jit, reductions_around_the_orders_boundaries_have_the_vms_bits) {
  KeepMode keep;
  const auto all = jit_levels();
  if (all.empty()) GTEST_SKIP() << "no compiled tier: " << jit_unavailable_reason();
  for (const std::string& level : all) {
    use_level(level);
    Random random(14);
    for (Opcode reduce : {Opcode::reduce_add, Opcode::reduce_multiply, Opcode::reduce_minimum, Opcode::reduce_maximum})
      for (Dtype type : kMachine) {
        if (type == Dtype::boolean) continue;
        for (std::size_t n : {1, 2, 15, 16, 17, 255, 257, 511, 512, 513, 1023, 1024, 1025, 8191, 8192, 8193, 8703, 8704, 16384, 16385, 40000}) {
          const std::string what = std::string(program::info(reduce).name) + " of " + text(type) + " on " + level;
          EXPECT_TRUE(agrees(reduction(reduce, type), n, n % 2 ? 2 : 0, random, what)) << what << ": no code";
        }
      }
  }
}

}  // namespace
}  // namespace trireme::cpu
