// tests/generated_source/cases.cpp -- programs for every row, cast and reduction; buffers in every arrangement
// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <algorithm>

#include "program/reduction_order.hpp"
#include "program/trace.hpp"

namespace trireme::test {

using program::AccessKind;
using program::Builder;
using program::Form;
using program::Opcode;
using program::Program;
using program::Role;
using program::Value;

Program row_program(Opcode row, Dtype type) {
  Builder builder;
  const program::OpcodeInfo& info = program::info(row);
  Value v[3] = {program::kNoValue, program::kNoValue, program::kNoValue};
  for (int o = 0; o < info.operands; ++o)
    builder.parameter(Role::input, o == 0 && info.rule == program::Rule::choice ? Dtype::boolean : type);
  const Dtype result = program::result_type(row, type);
  const std::uint16_t output = builder.parameter(Role::output, result);
  for (int o = 0; o < info.operands; ++o) v[o] = builder.load(static_cast<std::uint16_t>(o));
  builder.store(output, builder.emit(row, result, v[0], v[1], v[2]));
  return builder.take();
}

Program cast_program(Dtype from, Dtype to) {
  Builder builder;
  const std::uint16_t input = builder.parameter(Role::input, from), output = builder.parameter(Role::output, to);
  const Value v = builder.load(input);
  builder.store(output, builder.emit(Opcode::cast, to, v));
  return builder.take();
}

Program reduce_program(Form form, Opcode reduce, Dtype input, Dtype type) {
  Builder builder(form);
  const std::uint16_t in = builder.parameter(Role::input, input), out = builder.parameter(Role::output, type);
  Value v = builder.load(in);
  if (input != type) v = builder.emit(Opcode::cast, type, v);
  builder.emit(reduce, type, v, program::kNoValue, program::kNoValue, out);
  return builder.take();
}

Program pair_program() {
  Builder builder;
  const std::uint16_t re = builder.parameter(Role::input, f32), im = builder.parameter(Role::input, f32);
  const std::uint16_t out = builder.parameter(Role::output, complex64);
  const Value first = builder.load(re), second = builder.load(im);
  builder.emit(Opcode::store_pair, complex64, first, second, program::kNoValue, out);
  return builder.take();
}

Program index_program() {
  Builder builder;
  const std::uint16_t index = builder.parameter(Role::index, i64), out = builder.parameter(Role::output, i64);
  builder.store(out, builder.load(index));
  return builder.take();
}

std::vector<Program> all_programs() {
  std::vector<Program> out;
  for (int k = 0; k < program::kTableOps; ++k)
    for (const Dtype type : kMachineDtypes)
      if (program::takes(static_cast<Opcode>(k), type)) out.push_back(row_program(static_cast<Opcode>(k), type));
  for (const Dtype from : kMachineDtypes) {
    for (const Dtype to : kMachineDtypes) out.push_back(cast_program(from, to));
    for (const Dtype to : kStorageDtypes) out.push_back(cast_program(from, to));
  }
  for (const Dtype from : kStorageDtypes) out.push_back(cast_program(from, program::work_type(from)));
  out.push_back(pair_program());
  out.push_back(index_program());
  for (const Form form : {Form::reduce_inner, Form::reduce_outer})
    for (const Dtype type : {Dtype::i32, Dtype::i64, Dtype::u32, Dtype::u64, Dtype::f32, Dtype::f64})
      for (const Opcode op : {Opcode::reduce_add, Opcode::reduce_multiply, Opcode::reduce_minimum, Opcode::reduce_maximum})
        out.push_back(reduce_program(form, op, type, type));
  return out;
}

const char* name(Arrangement arrangement) {
  switch (arrangement) {
    case Arrangement::contiguous:
      return "contiguous";
    case Arrangement::single:
      return "single";
    case Arrangement::strided:
      return "strided";
    case Arrangement::wrapped:
      return "wrapped";
    case Arrangement::wide:
      return "wide";
  }
  return "?";
}

namespace {

AccessKind kind_of(Arrangement arrangement) {
  switch (arrangement) {
    case Arrangement::contiguous:
      return AccessKind::contiguous;
    case Arrangement::single:
      return AccessKind::single;
    case Arrangement::strided:
    case Arrangement::wide:
      return AccessKind::strided;
    case Arrangement::wrapped:
      return AccessKind::wrapped;
  }
  return AccessKind::contiguous;
}

// Axes in reverse order with a gap between elements, the outermost of them backwards; `length` is what the buffer
// needs.
program::Access strided(const program::Domain& domain, bool wrapped, std::size_t& length) {
  program::Access access;
  access.offset = 3;
  std::int64_t step = 2;
  for (int k = 0; k < domain.rank; ++k) {
    std::int64_t extent = domain.extent[k];
    access.stride[k] = step;
    if (wrapped && k != 1) {  // axis 1 does not wrap, so that both kinds meet in one access
      access.wrapped = true;
      access.modulus[k] = extent = extent + k;
      access.start[k] = extent > 1 ? extent / 2 : 0;
    }
    if (k == domain.rank - 1 && !wrapped) {
      access.offset += step * std::max<std::int64_t>(extent - 1, 0);
      access.stride[k] = -step;
    }
    step *= std::max<std::int64_t>(extent, 1);
  }
  length = static_cast<std::size_t>(step + 4);
  return access;
}

}  // namespace

Work spread_outputs(Work work) {
  for (std::size_t p = 0; p < work.program.parameters.size(); ++p) {
    if (work.program.parameters[p].role != Role::output) continue;
    std::size_t length = 0;
    work.accesses[p] = strided(work.domain, false, length);
    work.layout.access[p] = AccessKind::strided;
    work.buffers[p].assign(length, 0);
  }
  return work;
}

Work arrange(Program program, Arrangement arrangement, std::vector<std::int64_t> extents, int kept) {
  Work work;
  work.program = std::move(program);
  const bool maps = work.program.form == Form::map || work.program.form == Form::kernel;
  work.domain.rank = static_cast<int>(extents.size());
  work.domain.kept = maps ? work.domain.rank : kept;
  std::copy(extents.begin(), extents.end(), work.domain.extent);
  work.layout.rank = work.domain.rank;
  work.layout.kept = work.domain.kept;
  work.layout.wide = arrangement == Arrangement::wide;
  const auto size = static_cast<std::size_t>(work.domain.size());
  const program::ReductionOrder order =
      work.program.form == Form::reduce_outer ? program::kOuterOrder : program::kInnerOrder;
  for (std::size_t p = 0; p < work.program.parameters.size(); ++p) {
    const program::Parameter& parameter = work.program.parameters[p];
    program::Access access;
    AccessKind kind = AccessKind::contiguous;
    std::vector<Element> buffer;
    Element scalar = 0;
    if (parameter.role == Role::scalar) {
      scalar = sample(parameter.type, 5, p).back();
    } else if (parameter.role == Role::output) {
      access.offset = 2;
      const auto count =
          maps ? size
               : static_cast<std::size_t>(work.domain.kept_size() * program::chunks(order, work.domain.run_size()));
      buffer.assign(count + 4, 0);
    } else {
      kind = kind_of(arrangement);
      std::size_t length = size + 5;
      if (kind == AccessKind::contiguous || kind == AccessKind::single) access.offset = 5;
      if (kind == AccessKind::single) length = 6;
      if (kind == AccessKind::strided || kind == AccessKind::wrapped)
        access = strided(work.domain, kind == AccessKind::wrapped, length);
      // Of co-prime lengths, so that every special value meets every other.
      buffer = sample(parameter.type, length, p + 1);
      std::rotate(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(7 * p % buffer.size()), buffer.end());
    }
    work.accesses.push_back(access);
    work.layout.access.push_back(kind);
    work.buffers.push_back(std::move(buffer));
    work.scalars.push_back(scalar);
  }
  return work;
}

}  // namespace trireme::test
