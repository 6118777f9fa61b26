// hull/graph/fuse.cpp -- which operations share a program, and the program that results
// SPDX-License-Identifier: Apache-2.0
#include "graph/fuse.hpp"

#include <algorithm>

#include "program/lower.hpp"
#include "program/work_type.hpp"

namespace trireme::graph {

namespace {

using program::Builder;
using program::Form;
using program::Lowered;
using program::Lowering;
using program::Opcode;
using program::Role;
using program::Value;

constexpr int kNone = -1;

/// What grouping decides about a lazy slot.
struct Place {
  int group = kNone;       // the slot of the group's root; views without work may stay kNone and join each consumer
  bool under_view = false; // between it and the root of its group there is a view: its shape is not the domain's
};

class Fuser {
 public:
  explicit Fuser(const Snapshot& snapshot) : s_(snapshot), place_(static_cast<std::size_t>(snapshot.lazies)) {}

  Plan run() {
    find_consumers();
    for (int k = 0; k < s_.lazies; ++k) place(s_.order[k]);
    Plan plan;
    for (int k = s_.lazies - 1; k >= 0; --k)
      if (is_root(s_.order[k])) plan.steps.push_back(emit_group(s_.order[k]));
    return plan;
  }

 private:
  bool is_root(Slot s) const { return place_[s].group == s; }
  bool is_view(Slot s) const { return s_.lazy[s]->kind == Kind::view; }
  bool is_index(Slot s) const { return s_.lazy[s]->kind == Kind::index; }
  bool is_reshape(Slot s) const { return s_.lazy[s]->kind == Kind::reshape; }
  /// The value of `s` exists in memory of its own when other programs read it. A reshape's is that of its input.
  bool is_materialised(Slot s) const { return is_root(s) || is_reshape(s); }

  void find_consumers() {
    consumers_.resize(static_cast<std::size_t>(s_.lazies));
    for (int k = 0; k < s_.lazies; ++k)
      for (int i = 0; i < s_.lazy[k]->inputs; ++i)
        if (Slot p = s_.input[k][i]; p < kLeafSlot) consumers_[p].push_back(static_cast<Slot>(k));
  }

  void place(Slot s) {
    const Node* n = s_.lazy[s];
    const std::vector<Slot>& users = consumers_[s];
    Place& here = place_[s];
    if (n->kind == Kind::reshape) return;  // no program: another name for the memory of its input
    here.group = s;                        // until a reason is found to join
    if (n->kind == Kind::reduce || users.empty()) return;
    if (std::any_of(users.begin(), users.end(), [&](Slot u) { return is_reshape(u); })) return;

    if (n->kind == Kind::index) {  // nothing to compute and nothing to read
      if (!s_.output[s]) here.group = kNone;
      return;
    }
    if (n->kind == Kind::view) {
      // A view is no work. It joins every consumer, and is a program of its own only where a value is asked for.
      if (!s_.output[s] && std::none_of(users.begin(), users.end(), [&](Slot u) { return broadcasts(s, u); })) {
        here.group = kNone;
        if (users.size() == 1) {
          here.group = place_[users[0]].group;
          here.under_view = true;
        }
      }
      return;
    }

    // Through a view the elements are visited in another order: joining is free of repeated work only for one user.
    int group = place_[users[0]].group;
    bool under = false;
    for (Slot u : users) {
      if (place_[u].group != group || group == kNone || broadcasts(s, u)) return;
      if (is_view(u) && s_.lazy[u]->shape.size() > n->shape.size()) return;
      under |= place_[u].under_view || is_view(u);
    }
    if (under && users.size() > 1) return;
    // A node that needs a value of its own can only be one more output of a map over its own shape.
    if (s_.output[s] && (under || s_.lazy[group]->kind == Kind::reduce)) return;
    here.group = group;
    here.under_view = under;
  }

  /// Whether user `u` reads `s` repeatedly; then its work is done once, before.
  bool broadcasts(Slot s, Slot u) const {
    return s_.lazy[u]->kind != Kind::view && s_.lazy[u]->kind != Kind::reduce && !(s_.lazy[s]->shape == s_.lazy[u]->shape);
  }

  // Emission of one group.

  struct Memo {
    Slot slot;
    std::vector<Slot> path;
    Lowered value;
  };

  Step emit_group(Slot root) {
    step_ = {};
    step_.root = root;
    memo_.clear();
    const Node* n = s_.lazy[root];
    bool reduce = n->kind == Kind::reduce;
    Form form = !reduce ? Form::map : is_inner_order(n->input[0]->shape, n->axes) ? Form::reduce_inner : Form::reduce_outer;
    declare_inputs(root, form);
    Builder builder(form);
    Lowering lowering(builder);
    for (const auto& [role, type] : declared_) builder.parameter(role, type);
    builder_ = &builder;
    lowering_ = &lowering;
    root_ = root;

    if (reduce) {
      Lowered operand = emit(s_.input[root][0], {});
      Value v = lowering.work_value(operand);
      std::uint16_t out = builder.parameter(Role::output, n->dtype);
      step_.outputs.push_back(root);
      ++step_.operations;
      builder.emit(n->op, n->dtype, v, program::kNoValue, program::kNoValue, out);
    } else {
      Lowered v = emit_inside(root, {});
      std::vector<std::pair<Slot, Lowered>> stores{{root, v}};
      for (int k = 0; k < s_.lazies; ++k) {
        Slot s = s_.order[k];
        if (s != root && place_[s].group == root && s_.output[s]) stores.emplace_back(s, emit_inside(s, {}));
      }
      for (auto [slot, value] : stores) {
        std::uint16_t out = builder.parameter(Role::output, s_.lazy[slot]->dtype);
        step_.outputs.push_back(slot);
        lowering.store(out, value);
      }
    }
    // A reduction is flat when it is over everything: then it is one run.
    bool whole = reduce && n->axes == (1u << n->input[0]->shape.rank()) - 1;
    step_.flat = (!reduce || whole) && is_flat(reduce ? n->input[0]->shape : n->shape, reduce);
    step_.program = builder.take();
    return std::move(step_);
  }

  /// Parameters come before the body in the program, so they are collected by a dry run of the same walk.
  void declare_inputs(Slot root, Form form) {
    declared_.clear();
    Builder dry(form);
    Lowering lowering(dry);
    builder_ = &dry;
    lowering_ = &lowering;
    root_ = root;
    declaring_ = true;
    if (s_.lazy[root]->kind == Kind::reduce) {
      emit(s_.input[root][0], {});
    } else {
      emit_inside(root, {});
      for (int k = 0; k < s_.lazies; ++k) {
        Slot s = s_.order[k];
        if (s != root && place_[s].group == root && s_.output[s]) emit_inside(s, {});
      }
    }
    declaring_ = false;
    memo_.clear();
    step_.operations = 0;
  }

  std::uint16_t bind(Slot s, const std::vector<Slot>& path, Role role, std::uint8_t part) {
    for (std::size_t k = 0; k < step_.inputs.size(); ++k)
      if (step_.inputs[k].slot == s && step_.inputs[k].part == part && step_.inputs[k].path == path)
        return static_cast<std::uint16_t>(k);
    const Dtype dtype = s_.node(s)->dtype, type = role == Role::scalar ? program::work_type(dtype) : component(dtype);
    step_.inputs.push_back({s, part, path});
    declared_.emplace_back(role, type);
    if (declaring_) builder_->parameter(role, type);
    return static_cast<std::uint16_t>(step_.inputs.size() - 1);
  }

  /// The parameters of a slot that is not computed here.
  Lowered read(Slot s, const std::vector<Slot>& path, Role role) {
    const Dtype dtype = s_.node(s)->dtype;
    const std::uint16_t first = bind(s, path, role, 0);
    const std::uint16_t second = program::is_complex(dtype) ? bind(s, path, role, 1) : std::uint16_t{0};
    return role == Role::scalar ? lowering_->scalar(dtype, first, second) : lowering_->load(dtype, first, second);
  }

  /// The value of slot `s` seen along `path`, as an operand within the present group.
  Lowered emit(Slot s, const std::vector<Slot>& path) {
    if (Lowered* known = find(s, path)) return *known;
    if (is_constant(s)) return remember(s, path, read(s, {}, Role::scalar));
    if (is_leaf(s) || (is_materialised(s) && s != root_)) return remember(s, path, read(s, path, Role::input));
    return emit_inside(s, path);
  }

  Lowered emit_inside(Slot s, const std::vector<Slot>& path) {
    if (Lowered* known = find(s, path)) return *known;
    const Node* n = s_.lazy[s];
    if (n->kind == Kind::index) return remember(s, path, read(s, path, Role::index));
    if (n->kind == Kind::view) {
      std::vector<Slot> below = path;
      below.push_back(s);
      return remember(s, path, emit(s_.input[s][0], below));
    }
    Lowered v[3] = {};
    for (int k = 0; k < n->inputs; ++k) {
      Slot in = s_.input[s][k];
      const Node* m = s_.node(in);
      if (is_constant(in) || m->shape == n->shape) {
        v[k] = emit(in, path);
      } else {
        std::vector<Slot> below = path;
        below.push_back(s);
        v[k] = emit(in, below);
      }
    }
    ++step_.operations;
    if (n->kind == Kind::cast) return remember(s, path, lowering_->cast(v[0], n->dtype));
    return remember(s, path, lowering_->row(n->op, n->dtype, std::span<const Lowered>(v, n->inputs)));
  }

  bool is_flat(const Shape& domain, bool reduce) const {
    return std::all_of(step_.inputs.begin(), step_.inputs.end(), [&](const Source& in) {
      if (is_constant(in.slot)) return true;
      const Node* n = s_.node(in.slot);
      if (program::is_complex(n->dtype)) return false;  // its parts lie two apart
      bool whole = in.path.empty() && n->shape == domain && (!is_leaf(in.slot) || n->contiguous);
      // A single element is one whatever views and broadcasts lie above it, as long as none of them is a view.
      bool single = n->shape.size() == 1 && std::none_of(in.path.begin(), in.path.end(), [&](Slot s) { return is_view(s); });
      return whole || (single && !reduce);
    });
  }

  Lowered* find(Slot s, const std::vector<Slot>& path) {
    for (Memo& m : memo_)
      if (m.slot == s && m.path == path) return &m.value;
    return nullptr;
  }

  Lowered remember(Slot s, const std::vector<Slot>& path, Lowered value) {
    memo_.push_back({s, path, value});
    return value;
  }

  const Snapshot& s_;
  std::vector<Place> place_;
  std::vector<std::vector<Slot>> consumers_;
  Step step_;
  std::vector<Memo> memo_;
  std::vector<std::pair<Role, Dtype>> declared_;
  Builder* builder_ = nullptr;
  Lowering* lowering_ = nullptr;
  Slot root_ = 0;
  bool declaring_ = false;
};

}  // namespace

Plan fuse(const Snapshot& snapshot) { return Fuser(snapshot).run(); }

}  // namespace trireme::graph
