// hull/program/uniform.cpp -- the uniform/varying analysis, iterated until nothing changes
// SPDX-License-Identifier: Apache-2.0
#include "program/uniform.hpp"

namespace trireme::program {

namespace {

struct Region {
  std::size_t begin;  // the instruction that opened it
  bool varying;       // its control, the regions around it included
};

class Analysis {
 public:
  explicit Analysis(const Program& program) : program_(program), ragged_(program.body.size()) {
    result_.varying_value.resize(program.body.size());
    result_.varying_control.resize(program.body.size());
  }

  Uniformity run() {
    do {
      changed_ = false;
      pass();
    } while (changed_);
    return std::move(result_);
  }

 private:
  void raise(std::vector<bool>& facts, std::size_t k, bool varying) {
    if (varying && !facts[k]) facts[k] = changed_ = true;
  }

  bool varies(const Instruction& i) const {
    for (int o = 0; o < info(i.op).operands; ++o)
      if (i.operand[o] != kNoValue && result_.varying_value[i.operand[o]]) return true;
    return false;
  }

  bool value(const Instruction& i) const {
    switch (i.op) {
      case Opcode::load:
      case Opcode::position:
      case Opcode::shared_load:
        return true;
      case Opcode::load_at:  // other work-items may be writing to an output
        return varies(i) || program_.parameters[i.parameter].role != Role::input;
      default:
        return varies(i);
    }
  }

  void pass() {
    std::vector<Region> open;
    for (std::size_t k = 0; k < program_.body.size(); ++k) {
      const Instruction& i = program_.body[k];
      if (i.op == Opcode::if_end || i.op == Opcode::loop_end || i.op == Opcode::for_end) open.pop_back();
      const bool control = !open.empty() && open.back().varying;
      raise(result_.varying_control, k, control);
      raise(result_.varying_value, k, value(i));
      switch (i.op) {
        case Opcode::if_begin:
        case Opcode::for_begin:
          open.push_back({k, control || varies(i)});
          break;
        case Opcode::loop_begin:
          open.push_back({k, control || ragged_[k]});
          break;
        case Opcode::loop_while:
          // Work-items that leave early are missing from the rest of the loop and from its later iterations.
          raise(ragged_, open.back().begin, varies(i));
          break;
        case Opcode::set:
          raise(result_.varying_value, i.operand[0], control || result_.varying_value[i.operand[1]]);
          break;
        default:
          break;
      }
    }
  }

  const Program& program_;
  Uniformity result_;
  std::vector<bool> ragged_;  // of loop_begin: whether work-items leave it at different times
  bool changed_ = false;
};

}  // namespace

Uniformity uniformity(const Program& program) { return Analysis(program).run(); }

}  // namespace trireme::program
