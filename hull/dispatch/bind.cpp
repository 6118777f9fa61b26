// hull/dispatch/bind.cpp -- domains and accesses from nodes, then collapsed
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/bind.hpp"

#include "program/reduction_order.hpp"
#include "program/work_type.hpp"

namespace trireme::dispatch {

using graph::Node;
using program::Access;
using program::Form;

namespace {

void permute(Access& access, const int* order, int rank) {
  Access out;
  out.offset = access.offset;
  out.wrapped = access.wrapped;
  for (int k = 0; k < rank; ++k) {
    out.stride[k] = access.stride[order[k]];
    out.start[k] = access.start[order[k]];
    out.modulus[k] = access.modulus[order[k]];
  }
  access = out;
}

}  // namespace

void bind(const graph::Step& step, const graph::Snapshot& snapshot, const Region* region, Binding& out) {
  const Node* root = snapshot.node(step.root);
  bool reduce = step.program.form != Form::map;
  const Shape& shape = reduce ? root->input[0]->shape : root->shape;
  int order[kMaxRank];
  int rank = shape.rank(), kept = 0;
  for (int k = 0; k < rank; ++k)
    if (!reduce || !(root->axes >> k & 1)) order[kept++] = k;
  int filled = kept;
  for (int k = 0; k < rank && reduce; ++k)
    if (root->axes >> k & 1) order[filled++] = k;

  out.domain.rank = rank;
  out.domain.kept = kept;
  for (int k = 0; k < rank; ++k) out.domain.extent[k] = shape[order[k]];

  Access* accesses[graph::kMaxInputs + 1];
  std::size_t inputs = step.inputs.size();
  for (std::size_t k = 0; k < inputs; ++k) {
    accesses[k] = &out.access[k];
    const graph::Source& source = step.inputs[k];
    if (graph::is_constant(source.slot)) {
      out.access[k] = {};
      continue;
    }
    const Node* n = snapshot.node(source.slot);
    bool ready = graph::is_leaf(source.slot);
    graph::Walked w = graph::walk_from(n->shape, ready ? n->strides : graph::contiguous_strides(n->shape), ready ? n->offset : 0);
    for (auto s = source.path.rbegin(); s != source.path.rend(); ++s) {
      const Node* above = snapshot.node(*s);
      if (above->kind == graph::Kind::view) graph::view_access(w, *above->map, above->shape);
      else graph::broadcast_access(w, above->shape);
    }
    if (reduce) permute(w.access, order, rank);
    if (program::is_complex(n->dtype)) {  // in units of the parts
      w.access.offset = 2 * w.access.offset + source.part;
      for (int axis = 0; axis < rank; ++axis) w.access.stride[axis] *= 2;
    }
    out.access[k] = w.access;
  }
  if (region) {
    out.access[inputs] = graph::walk_from(root->shape, region->strides, region->offset).access;
    accesses[inputs] = &out.access[inputs];
  }
  graph::collapse(out.domain, std::span(accesses, inputs + (region != nullptr)), out.layout);
  for (std::size_t k = 0; k < inputs; ++k)
    if (graph::is_constant(step.inputs[k].slot)) out.layout.access[k] = program::AccessKind::contiguous;
  out.layout.access.resize(step.program.parameters.size(), program::AccessKind::contiguous);
  if (!reduce) graph::mark_turned(step.program, out.domain, std::span(out.access, inputs), out.layout);
}

void bind_partials(Form form, std::int64_t kept, std::int64_t partials, Binding& out) {
  out.domain = {};
  out.domain.rank = 2;
  out.domain.kept = 1;
  out.domain.extent[0] = kept;
  out.domain.extent[1] = partials;
  out.access[0] = {};
  out.access[0].stride[0] = form == Form::reduce_inner ? partials : 1;
  out.access[0].stride[1] = form == Form::reduce_inner ? 1 : kept;
  Access* only = &out.access[0];
  graph::collapse(out.domain, std::span(&only, 1), out.layout);
  out.layout.access.resize(2, program::AccessKind::contiguous);
}

std::int64_t chunk_count(Form form, const program::Domain& domain) {
  return program::chunks(form == Form::reduce_inner ? program::kInnerOrder : program::kOuterOrder, domain.run_size());
}

}  // namespace trireme::dispatch
