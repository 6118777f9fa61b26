// cpu/jit_assemble.cpp -- the loops around bodies: maps with their tails, rows of a reduction into lanes, their tree
// SPDX-License-Identifier: Apache-2.0
#include "cpu/jit_assemble.hpp"

#include <algorithm>

#include "cpu/jit_body.hpp"
#include "cpu/jit_flatten.hpp"
#include "program/reduction_order.hpp"

namespace trireme::cpu {

namespace x86 = asmjit::x86;
using program::Form;
using program::Group;
using program::Instruction;
using program::Opcode;
using program::Program;
namespace Id = x86::Inst;

namespace {

constexpr std::int32_t kFoldLanes = static_cast<std::int32_t>(program::kInnerOrder.lanes);
constexpr std::size_t kMostFoldInstructions = 640;

class FirstError final : public asmjit::ErrorHandler {
 public:
  void handleError(asmjit::Error error, const char*, asmjit::BaseEmitter*) override {
    if (code == asmjit::kErrorOk) code = error;
  }
  asmjit::Error code = asmjit::kErrorOk;
};

Opcode row_of_reduction(Opcode op) {
  switch (op) {
    case Opcode::reduce_multiply: return Opcode::multiply;
    case Opcode::reduce_minimum: return Opcode::minimum;
    case Opcode::reduce_maximum: return Opcode::maximum;
    default: return Opcode::add;
  }
}

std::uint64_t identity_bits(Opcode op, Dtype type) {
  const std::uint64_t ones = item_size(type) == 8 ? ~std::uint64_t{0} : 0xffffffffu, sign = item_size(type) == 8 ? std::uint64_t{1} << 63 : 0x80000000u;
  const bool floats = kind(type) == Kind::floating, least = op == Opcode::reduce_minimum;
  if (op == Opcode::reduce_add) return 0;
  if (op == Opcode::reduce_multiply) return type == Dtype::f32 ? 0x3f800000u : type == Dtype::f64 ? 0x3ff0000000000000u : 1;
  if (floats) return (type == Dtype::f32 ? 0x7f800000u : 0x7ff0000000000000u) | (least ? 0 : sign);
  if (is_signed(type)) return least ? ones ^ sign : sign;
  return least ? ones : 0;
}

class Assembler {
 public:
  Assembler(x86::Compiler& cc, const JitRequest& request) : cc_(cc), request_(request) {}

  asmjit::Label map(const Program& flat) {
    asmjit::FuncNode* function = begin_function(2);
    x86::Gp n = cc_.newInt64("n");
    function->setArg(0, operands_);
    function->setArg(1, n);
    JitFrame frame(cc_, request_.wide, jit_lanes(flat, request_.wide));
    frame.streams = request_.streams;
    load_bases(frame, flat);
    JitBody body(frame, flat, request_.singles);
    body.begin(spare_registers(body.pressure(), 0));
    frame.index = cc_.newInt64("index");
    cc_.xor_(frame.index, frame.index);

    const std::size_t size = flat.body.size();
    const int vectors = size <= 12 ? 4 : size <= 60 ? 2 : 1;
    asmjit::Label again = cc_.newLabel(), rest = cc_.newLabel(), tail = cc_.newLabel(), done = cc_.newLabel();
    x86::Gp limit = cc_.newInt64("limit");
    cc_.lea(limit, x86::ptr(n, -vectors * frame.lanes));
    cc_.cmp(limit, 0);
    cc_.jl(rest);
    cc_.align(asmjit::AlignMode::kCode, 32);
    cc_.bind(again);
    for (int k = 0; k < vectors; ++k) body.emit(k * frame.lanes);
    cc_.add(frame.index, vectors * frame.lanes);
    cc_.cmp(frame.index, limit);
    cc_.jle(again);
    cc_.bind(rest);

    frame.partial = true;
    frame.rest = cc_.newInt64("rest");
    cc_.bind(tail);
    cc_.cmp(frame.index, n);
    cc_.jge(done);
    first_positions(frame, n);
    body.emit(0);
    cc_.add(frame.index, frame.lanes);
    cc_.jmp(tail);
    cc_.bind(done);
    if (request_.streams) cc_.sfence();
    cc_.ret();
    cc_.endFunc();
    return function->label();
  }

  /// Passes over the rows of a chunk, each with as many lanes as there are registers for.
  asmjit::Label fold(const Program& flat, const Program& combine, const Instruction& reduce, bool& has_tree) {
    asmjit::FuncNode* function = begin_function(4);
    x86::Gp rows = cc_.newInt64("rows"), lanes = cc_.newUIntPtr("lanes"), result = cc_.newUIntPtr("result");
    function->setArg(0, operands_);
    function->setArg(1, rows);
    function->setArg(2, lanes);
    function->setArg(3, result);
    JitFrame frame(cc_, request_.wide, jit_lanes(flat, request_.wide));
    load_bases(frame, flat);
    JitBody body(frame, flat, request_.singles), joined(frame, combine, 0);
    const std::size_t item = item_size(reduce.type);
    const int vectors = kFoldLanes / frame.lanes;
    int held = 1;          // lanes in registers
    int unrolled = 1;      // vectors of a pass; those that are not held are combined in memory
    accumulators(frame, flat, combine, body.pressure(), joined.pressure(), held, unrolled);
    body.begin(spare_registers(body.pressure(), held + joined.pressure().live));
    joined.begin(0);
    frame.index = cc_.newInt64("index");
    x86::Gp first = cc_.newInt64("first"), left = cc_.newInt64("left");
    const auto lane = [&](int k) {
      return x86::ptr(lanes, first, item == 8 ? 3 : 2, k * frame.lanes * static_cast<std::int32_t>(item));
    };
    std::vector<x86::Vec> sum;
    for (int k = 0; k < held; ++k) sum.push_back(frame.vector_of(item));
    asmjit::Label pass = cc_.newLabel(), row = cc_.newLabel();
    cc_.xor_(first, first);
    cc_.bind(pass);
    for (const x86::Vec& s : sum) set_identity(s, reduce);
    for (int k = held; k < unrolled; ++k) cc_.emit(Id::kIdVmovups, lane(k), sum[0]);
    cc_.mov(frame.index, first);
    cc_.mov(left, rows);
    cc_.align(asmjit::AlignMode::kCode, 32);
    cc_.bind(row);
    for (int k = 0; k < unrolled; ++k) {
      const x86::Vec value = body.emit(k * frame.lanes);
      if (k < held) {
        combine_into(joined, sum[static_cast<std::size_t>(k)], value);
        continue;
      }
      const x86::Vec before = frame.vector_of(item);
      cc_.emit(Id::kIdVmovups, before, lane(k));
      combine_into(joined, before, value);
      cc_.emit(Id::kIdVmovups, lane(k), before);
    }
    cc_.add(frame.index, kFoldLanes);
    cc_.dec(left);
    cc_.jnz(row);
    for (int k = 0; k < held; ++k) cc_.emit(Id::kIdVmovups, lane(k), sum[static_cast<std::size_t>(k)]);
    if (unrolled < vectors) {
      cc_.add(first, unrolled * frame.lanes);
      cc_.cmp(first, kFoldLanes);
      cc_.jl(pass);
    }
    if (unrolled < vectors) sum.clear();
    has_tree = combine.body.size() <= 4;  // two loads, one instruction, one result
    if (has_tree) tree(frame, joined, lanes, item, sum, result);
    cc_.ret();
    cc_.endFunc();
    return function->label();
  }

 private:
  asmjit::FuncNode* begin_function(int arguments) {
    asmjit::FuncNode* function = arguments == 2
        ? cc_.addFunc(asmjit::FuncSignatureT<void, const void* const*, std::int64_t>())
        : cc_.addFunc(asmjit::FuncSignatureT<void, const void* const*, std::int64_t, void*, void*>());
    function->frame().setAvxEnabled();
    if (request_.wide) function->frame().setAvx512Enabled();
    function->frame().setAvxCleanup();
    operands_ = cc_.newUIntPtr("operands");
    return function;
  }

  void load_bases(JitFrame& frame, const Program& flat) {
    std::vector<bool> used(flat.parameters.size());
    for (const Instruction& i : flat.body)
      if (i.op == Opcode::load || i.op == Opcode::scalar || i.op == Opcode::store || i.op == Opcode::store_pair) used[i.parameter] = true;
    for (std::size_t p = 0; p < flat.parameters.size(); ++p) {
      frame.base.push_back(cc_.newUIntPtr());
      if (used[p]) cc_.mov(frame.base[p], x86::ptr(operands_, static_cast<std::int32_t>(8 * p)));
    }
  }

  int spare_registers(JitPressure pressure, int taken) const {
    return (request_.wide ? 32 : 16) - pressure.live - pressure.fixed - taken - 3;
  }

  /// Sets what a partial body needs, for the positions from the index up to n.
  void first_positions(JitFrame& frame, x86::Gp n) {
    x86::Gp lanes = cc_.newInt64();
    cc_.mov(frame.rest, n);
    cc_.sub(frame.rest, frame.index);
    cc_.mov(lanes, frame.lanes);
    cc_.cmp(frame.rest, lanes);
    cc_.cmovg(frame.rest, lanes);
    if (request_.wide) {
      x86::Gp ones = cc_.newInt32();
      cc_.mov(ones, -1);
      cc_.bzhi(ones, ones, frame.rest.r32());
      frame.tail = cc_.newKw();
      cc_.kmovw(frame.tail, ones);
      return;
    }
    x86::Xmm count = cc_.newXmm();
    cc_.vmovq(count, frame.rest);
    for (const std::size_t item : {std::size_t{4}, std::size_t{8}}) {
      if (item == 8 && frame.lanes == 8) continue;
      x86::Vec mask = frame.vector_of(item);
      alignas(32) char order[32];
      for (int k = 0; k < frame.lanes; ++k) {
        const std::int64_t number = k;
        __builtin_memcpy(order + static_cast<std::size_t>(k) * item, &number, item);
      }
      cc_.emit(item == 8 ? Id::kIdVpbroadcastq : Id::kIdVpbroadcastd, mask, count);
      cc_.emit(item == 8 ? Id::kIdVpcmpgtq : Id::kIdVpcmpgtd, mask, mask, cc_.newConst(asmjit::ConstPoolScope::kLocal, order, mask.size()));
      (item == 8 ? frame.longs : frame.words) = mask;
    }
  }

  /// All vectors of a row at once if there are registers for most of them, as memory is then read in order. Else passes
  /// of as many as there are registers for, as long as the code stays short.
  void accumulators(const JitFrame& frame, const Program& flat, const Program& combine, JitPressure value, JitPressure joined,
                    int& held, int& unrolled) const {
    const int vectors = kFoldLanes / frame.lanes;
    const int registers = (request_.wide ? 32 : 16) - value.live - value.fixed - joined.live - 2;
    const std::size_t size = flat.body.size() + combine.body.size();
    const auto fits = [&](int count) { return static_cast<std::size_t>(count) * size <= kMostFoldInstructions; };
    held = 1;
    while (2 * held <= registers && 2 * held <= vectors && fits(2 * held)) held *= 2;
    unrolled = held;
    if (2 * registers < vectors || !fits(vectors)) return;
    held = std::min(registers, vectors);
    unrolled = vectors;
  }

  void set_identity(x86::Vec s, const Instruction& reduce) {
    const std::size_t item = item_size(reduce.type);
    const std::uint64_t bits = identity_bits(reduce.op, reduce.type);
    if (bits == 0) cc_.emit(request_.wide ? Id::kIdVpxord : Id::kIdVpxor, s, s, s);
    else cc_.emit(item == 8 ? Id::kIdVbroadcastsd : Id::kIdVbroadcastss, s, cc_.newConst(asmjit::ConstPoolScope::kLocal, &bits, item));
  }

  /// sum = sum combined with value, in this order.
  void combine_into(JitBody& joined, x86::Vec sum, x86::Vec value) {
    joined.bind(0, sum);
    joined.bind(1, value);
    x86::Vec result = joined.emit(0, sum);
    if (result.id() != sum.id()) cc_.emit(Id::kIdVmovaps, sum, result);
  }

  /// The tree of program/reduction_order.hpp: every vector from those that the levels before leave, down to one vector,
  /// whose upper half is combined into the lower one until one lane is left. The first lanes are in `held` registers.
  void tree(JitFrame& frame, JitBody& joined, x86::Gp lanes, std::size_t item, const std::vector<x86::Vec>& held, x86::Gp result) {
    x86::Vec top = subtree(frame, joined, lanes, item, held, 0, 1);
    x86::Vec upper = frame.vector(top.size());
    for (std::size_t bytes = top.size() / 2; bytes >= item; bytes /= 2) {
      if (bytes == 32) cc_.vextractf64x4(upper.ymm(), top.zmm(), 1);
      else if (bytes == 16) cc_.vextractf128(upper.xmm(), top.ymm(), 1);
      else cc_.vpshufd(upper.xmm(), top.xmm(), bytes == 8 ? 0x0E : 0x01);
      combine_into(joined, top, upper);
    }
    cc_.emit(item == 8 ? Id::kIdVmovsd : Id::kIdVmovss, x86::ptr(result), top.xmm());
  }

  /// Vector v of those that a level leaves, `left` of them: that of the level before combined with the one `left` on.
  x86::Vec subtree(JitFrame& frame, JitBody& joined, x86::Gp lanes, std::size_t item, const std::vector<x86::Vec>& held, int v, int left) {
    if (left * frame.lanes >= kFoldLanes) {
      if (static_cast<std::size_t>(v) < held.size()) return held[static_cast<std::size_t>(v)];
      x86::Vec value = frame.vector_of(item);
      cc_.emit(Id::kIdVmovups, value, x86::ptr(lanes, v * frame.lanes * static_cast<std::int32_t>(item)));
      return value;
    }
    x86::Vec low = subtree(frame, joined, lanes, item, held, v, 2 * left);
    x86::Vec high = subtree(frame, joined, lanes, item, held, v + left, 2 * left);
    combine_into(joined, low, high);
    return low;
  }

  x86::Compiler& cc_;
  const JitRequest& request_;
  x86::Gp operands_;
};

const Instruction* reduce_of(const Program& program) {
  for (const Instruction& i : program.body)
    if (program::info(i.op).group == Group::reduce) return &i;
  return nullptr;
}

JitText refused(std::string why) {
  JitText text;
  text.refusal = std::move(why);
  return text;
}

}  // namespace

JitText jit_assemble(const JitRequest& request) {
  const Program& program = *request.program;
  if (program.parameters.size() >= kJitParameters) return refused("it has too many parameters");
  const Instruction* reduce = reduce_of(program);
  Flattener flat(program.form), value(program.form), combine(Form::map);
  if (reduce) {
    if (program.body[reduce->operand[0]].type != reduce->type) return refused("its reduction converts");
    flat.append_accumulating(program);
  } else {
    flat.append(program);
  }
  if (!flat.refusal().empty()) return refused(flat.refusal());

  asmjit::CodeHolder code;
  FirstError error;
  if (code.init(asmjit::Environment::host()) != asmjit::kErrorOk) return refused("AsmJit did not start");
  code.setErrorHandler(&error);
  x86::Compiler cc(&code);
  Assembler assembler(cc, request);
  const asmjit::Label map = assembler.map(flat.program());
  asmjit::Label fold;
  JitText text;
  if (reduce && program.form == Form::reduce_inner) {
    value.append(program);
    combine.append_row(row_of_reduction(reduce->op), reduce->type);
    if (!combine.refusal().empty()) return refused(combine.refusal());
    fold = assembler.fold(value.program(), combine.program(), *reduce, text.fold_has_tree);
  }
  cc.finalize();
  if (error.code == asmjit::kErrorOk) code.flatten();
  if (error.code == asmjit::kErrorOk) code.resolveUnresolvedLinks();
  if (error.code != asmjit::kErrorOk) return refused("AsmJit: error " + std::to_string(error.code));
  text.bytes.resize(code.codeSize());
  // All addresses in the code are relative, so it is complete wherever it lies.
  code.relocateToBase(0x10000);
  code.copyFlattenedData(text.bytes.data(), text.bytes.size(), asmjit::CopySectionFlags::kPadSectionBuffer);
  text.map = static_cast<std::int64_t>(code.labelOffset(map));
  text.fold = fold.isValid() ? static_cast<std::int64_t>(code.labelOffset(fold)) : -1;
  if (error.code != asmjit::kErrorOk) return refused("AsmJit: error " + std::to_string(error.code));
  return text;
}

}  // namespace trireme::cpu
