// hull/program/verify.cpp -- refuses programs that break a rule of the form, naming the first instruction that does
// SPDX-License-Identifier: Apache-2.0
#include "program/program.hpp"

#include "program/opcode.hpp"
#include "program/trace.hpp"
#include "program/uniform.hpp"
#include "program/work_type.hpp"
#include "trireme/error.hpp"
#include "trireme/shape.hpp"

namespace trireme::program {

namespace {

bool is_number(Dtype type) { return kind(type) != Kind::boolean; }
bool is_float(Dtype type) { return kind(type) == Kind::floating && is_machine(type); }
bool is_integer(Dtype type) { return kind(type) == Kind::integer && is_machine(type); }
std::uint64_t bit_width(Dtype type) { return 8 * item_size(type); }

class Verifier {
 public:
  explicit Verifier(const Program& program)
      : program_(program), stores_(program.parameters.size()), open_(program.body.size()) {}

  void run() {
    for (at_ = 0; at_ < program_.body.size(); ++at_) {
      const Instruction& i = program_.body[at_];
      require(static_cast<int>(i.op) < kOpcodes, "unknown opcode");
      require(static_cast<int>(i.type) < kDtypeCount, "unknown type");
      require(!reduced_, "an instruction after the reduce, which must be the last");
      operands(i);
      if (names_parameter(i.op)) parameter(i);
      types(i);
      regions(i);
      form(i);
      open_[at_] = defines_value(i.op);
    }
    whole();
    barriers();
  }

 private:
  struct Region {
    std::size_t begin;
    Opcode op;
    bool leaves = false;  // of a loop: has a loop_while
  };

  [[noreturn]] void fail(const std::string& why) const {
    std::string where = "the end";
    if (at_ < program_.body.size()) {
      where = "instruction " + std::to_string(at_);
      const Opcode op = program_.body[at_].op;
      if (static_cast<int>(op) < kOpcodes) where += std::string(" (") + info(op).name + ')';
    }
    throw error(Code::internal, "verify: " + where + ": " + why);
  }
  void require(bool condition, const char* why) const {
    if (!condition) fail(why);
  }

  Dtype type(const Instruction& i, int o) const { return program_.body[i.operand[o]].type; }
  Opcode maker(const Instruction& i, int o) const { return program_.body[i.operand[o]].op; }

  void operands(const Instruction& i) const {
    const bool variable = i.op == Opcode::get || i.op == Opcode::set;
    const bool array = i.op == Opcode::shared_load || i.op == Opcode::shared_store;
    for (int o = 0; o < 3; ++o) {
      if (o >= info(i.op).operands) {
        require(i.operand[o] == kNoValue, "an operand more than it takes");
        continue;
      }
      require(i.operand[o] != kNoValue, "an operand is missing");
      require(i.operand[o] < at_, "an operand is not defined before");
      require(defines_value(maker(i, o)), "an operand is not a value");
      require(open_[i.operand[o]], "an operand was defined in a region that is closed");
      require((maker(i, o) == Opcode::local) == (o == 0 && variable),
              "variables are read by get and written by set only");
      require((maker(i, o) == Opcode::shared) == (o == 0 && array),
              "shared arrays are read by shared_load and written by shared_store only");
    }
  }

  void parameter(const Instruction& i) {
    require(i.parameter < program_.parameters.size(), "no such parameter");
    const Parameter& p = program_.parameters[i.parameter];
    require(p.type == i.type, "its type is not the parameter's");
    switch (i.op) {
      case Opcode::scalar:
        require(p.role == Role::scalar, "the parameter is not a scalar");
        break;
      case Opcode::load:
        require(p.role == Role::input || (p.role == Role::index && p.type == Dtype::i64), "the parameter is not an input");
        require(!is_complex(p.type), "complex inputs are read as two parameters");
        break;
      case Opcode::load_at:
        require(p.role == Role::input || (p.role == Role::output && program_.form == Form::kernel),
                "the parameter is not an input");
        break;
      default:
        require(p.role == Role::output, "the parameter is not an output");
        ++stores_[i.parameter];
    }
  }

  void table_types(const Instruction& i) const {
    const int first = info(i.op).rule == Rule::choice ? 1 : 0;
    const Dtype t = type(i, first);
    for (int o = first; o < info(i.op).operands; ++o) require(type(i, o) == t, "operands of different types");
    require(takes(i.op, t), "does not take operands of this type");
    require(i.type == result_type(i.op, t), "its type is not what the row gives for its operands");
    require(first == 0 || type(i, 0) == Dtype::boolean, "the condition is not a bool");
  }

  void primitive_types(const Instruction& i) const {
    switch (i.op) {
      case Opcode::constant:
        require(i.type != Dtype::boolean || i.literal <= 1, "a bool is 0 or 1");
        require(is_machine(i.type), "a constant is of a machine type");
        require(bit_width(i.type) == 64 || i.literal >> 32 == 0, "a literal wider than its type");
        break;
      case Opcode::as_int:
      case Opcode::to_int:
        require(is_float(type(i, 0)) && is_integer(i.type) && bit_width(i.type) == bit_width(type(i, 0)),
                "takes a float and gives the integer of its width");
        break;
      case Opcode::as_float:
      case Opcode::to_float:
        require(is_integer(type(i, 0)) && is_float(i.type) && bit_width(i.type) == bit_width(type(i, 0)),
                "takes an integer and gives the float of its width");
        break;
      case Opcode::cast:
        require(is_direct_cast(type(i, 0), i.type), "neither type is a machine type");
        break;
      case Opcode::shift_left:
      case Opcode::shift_right:
      case Opcode::shift_right_logical:
        require(i.literal < bit_width(i.type), "the shift count is not below the width");
        [[fallthrough]];
      default:
        require(is_integer(i.type), "takes and gives integers");
        for (int o = 0; o < info(i.op).operands; ++o) require(type(i, o) == i.type, "operands are not of its type");
    }
  }

  void types(const Instruction& i) const {
    require(has_literal(i.op) || i.literal == 0, "has a literal but takes none");
    require(names_parameter(i.op) || i.parameter == 0, "has a parameter but takes none");
    switch (info(i.op).group) {
      case Group::table:
        return table_types(i);
      case Group::primitive:
        return primitive_types(i);
      case Group::reduce:
        require(is_number(i.type) && is_machine(i.type) && type(i, 0) == i.type, "accumulates numbers of its type");
        return;
      case Group::memory:
      case Group::control:
      case Group::local:
      case Group::group:
        return other_types(i);
    }
  }

  void index(const Instruction& i, int o) const { require(type(i, o) == Dtype::i64, "an index is not i64"); }

  void other_types(const Instruction& i) const {
    switch (i.op) {
      case Opcode::store_pair:
        require(is_complex(i.type) && type(i, 0) == component(i.type) && type(i, 1) == component(i.type),
                "takes the two parts of a complex number");
        break;
      case Opcode::store:
      case Opcode::local:
      case Opcode::get:
        require(type(i, 0) == i.type, "its operand is not of its type");
        break;
      case Opcode::load_at:
        index(i, 0);
        break;
      case Opcode::store_at:
      case Opcode::atomic_add:
        index(i, 0);
        require(type(i, 1) == i.type, "its operand is not of its type");
        require(i.op != Opcode::atomic_add || is_number(i.type), "adds numbers");
        break;
      case Opcode::position:
        require(i.type == Dtype::i64, "a position is i64");
        require(i.literal < kMaxRank, "no such axis");
        break;
      case Opcode::if_begin:
      case Opcode::loop_while:
        require(type(i, 0) == Dtype::boolean, "the condition is not a bool");
        break;
      case Opcode::for_begin:
        require(i.type == Dtype::i64, "a counter is i64");
        for (int o = 0; o < 3; ++o) index(i, o);
        break;
      case Opcode::set:
        require(type(i, 0) == i.type && type(i, 1) == i.type, "the variable and the value are not of its type");
        break;
      case Opcode::shared:
        require(i.literal > 0, "an empty shared array");
        break;
      case Opcode::shared_load:
      case Opcode::shared_store:
        index(i, 1);
        require(type(i, 0) == i.type, "the array is not of its type");
        require(i.op == Opcode::shared_load || type(i, 2) == i.type, "its operand is not of its type");
        break;
      default:
        break;
    }
  }

  void close(Opcode expected, const char* why) {
    require(!regions_.empty() && regions_.back().op == expected, why);
    for (std::size_t k = regions_.back().begin; k < at_; ++k) open_[k] = false;
  }

  void regions(const Instruction& i) {
    switch (i.op) {
      case Opcode::if_begin:
      case Opcode::loop_begin:
      case Opcode::for_begin:
        regions_.push_back({at_, i.op});
        break;
      case Opcode::if_else:
        close(Opcode::if_begin, "there is no if to continue here");
        regions_.back() = {at_, Opcode::if_else};
        break;
      case Opcode::if_end:
        close(!regions_.empty() && regions_.back().op == Opcode::if_else ? Opcode::if_else : Opcode::if_begin,
              "there is no if to close here");
        regions_.pop_back();
        break;
      case Opcode::loop_while:
        require(!regions_.empty() && regions_.back().op == Opcode::loop_begin, "does not stand directly in a loop");
        regions_.back().leaves = true;
        break;
      case Opcode::loop_end:
        close(Opcode::loop_begin, "there is no loop to close here");
        require(regions_.back().leaves, "the loop has no loop_while");
        regions_.pop_back();
        break;
      case Opcode::for_end:
        close(Opcode::for_begin, "there is no for to close here");
        regions_.pop_back();
        break;
      default:
        break;
    }
  }

  void form(const Instruction& i) {
    const bool kernel = program_.form == Form::kernel;
    require(kernel || info(i.op).group != Group::group, "only kernels have groups");
    require(kernel || i.op != Opcode::store_at, "only kernels store at an index");
    require(i.op != Opcode::shared || regions_.empty(), "a shared array is not declared at the top");
    if ((i.op == Opcode::store || i.op == Opcode::store_pair) && !kernel) {
      require(program_.form == Form::map, "a reduction does not store");
      require(regions_.empty(), "a map stores at the top, not under control");
      require(stores_[i.parameter] == 1, "a map stores each output once");
    }
    if (info(i.op).group == Group::reduce) {
      require(program_.form == Form::reduce_inner || program_.form == Form::reduce_outer, "only reductions reduce");
      require(regions_.empty(), "a reduce stands at the top, not under control");
      reduced_ = true;
    }
  }

  void whole() const {
    require(regions_.empty(), "a region is not closed");
    int outputs = 0;
    for (std::size_t k = 0; k < program_.parameters.size(); ++k) {
      const Parameter& p = program_.parameters[k];
      require(static_cast<int>(p.type) < kDtypeCount, "a parameter of unknown type");
      if (p.role != Role::output) continue;
      ++outputs;
      require(program_.form != Form::map || stores_[k] == 1, "a map stores each output once");
    }
    if (program_.form == Form::reduce_inner || program_.form == Form::reduce_outer) {
      require(reduced_, "a reduction without a reduce");
      require(outputs == 1, "a reduction has one output");
    }
  }

  void barriers() {
    if (program_.form != Form::kernel) return;
    const Uniformity facts = uniformity(program_);
    for (at_ = 0; at_ < program_.body.size(); ++at_)
      require(program_.body[at_].op != Opcode::barrier || !facts.varying_control[at_],
              "a barrier that only some work-items may reach");
  }

  const Program& program_;
  std::vector<int> stores_;  // per parameter: instructions that write it
  std::vector<bool> open_;   // per instruction: defines a value, and its region is open
  std::vector<Region> regions_;
  bool reduced_ = false;
  std::size_t at_ = 0;
};

}  // namespace

void verify(const Program& program) { Verifier(program).run(); }

}  // namespace trireme::program
