// hull/graph/snapshot.cpp -- walking a lazy graph without touching what another thread may release
// SPDX-License-Identifier: Apache-2.0
//
// A node's inputs may be read once all references to it are known to come from nodes that are ours. So the walk visits
// a node only after it has met as many edges to it as the node has references (private graphs) or as a count made
// under the mutex says (shared ones). The order that results has consumers before producers.
#include "graph/snapshot.hpp"

namespace trireme::graph {

namespace {

/// A lazy node with several edges, of which `seen` were met.
struct Joint {
  Node* node;
  std::uint32_t seen, expected;
  Slot slot;
};

struct Walk {
  Snapshot& out;
  Joint joint[kMaxOperations];
  int joints = 0;
  int shapes = 0;
  const Shape* shape[kMaxOperations + kMaxLeaves];
  std::uint64_t low = 0x9e3779b97f4a7c15u, high = 0xc2b2ae3d27d4eb4fu;

  explicit Walk(Snapshot& snapshot) : out(snapshot) {}

  std::uint64_t packed = 0, waiting = 0;
  int packed_bits = 0;
  bool waits = false;

  /// Both halves of the 128-bit product, the mixing step of wyhash (Wang Yi, 2019).
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  void mix(std::uint64_t a, std::uint64_t b) {
    low = fold(low ^ a, b ^ 0xbf58476d1ce4e5b9u);
    high = fold(high ^ b, a ^ 0x94d049bb133111ebu);
  }

  /// Facts of a few bits go into words, and words in twos into the key.
  void pack(std::uint64_t value, int bits) {
    if (packed_bits + bits > 64) flush();
    packed |= value << packed_bits;
    packed_bits += bits;
  }
  void flush() {
    if (waits) mix(waiting, packed);
    waits = !waits;
    waiting = packed;
    packed = 0;
    packed_bits = 0;
  }

  std::uint64_t shape_id(const Shape& s) {
    for (int k = 0; k < shapes; ++k)
      if (shape[k] == &s || *shape[k] == s) return static_cast<std::uint64_t>(k);
    shape[shapes] = &s;
    return static_cast<std::uint64_t>(shapes++);
  }

  Joint& find_joint(Node* node) {
    for (int k = 0; k < joints; ++k)
      if (joint[k].node == node) return joint[k];
    joint[joints] = {node, 0, 0, 0xff};
    return joint[joints++];
  }

  /// What the key says of a node's value. Of shapes only their equality, rank and whether they hold one element count.
  std::uint64_t common(const Node* n) { return shape_id(n->shape) << 8 | static_cast<std::uint64_t>(n->dtype); }

  void mix_lazy(Slot s) {
    const Node* n = out.lazy[s];
    std::uint64_t word = common(n);
    word |= static_cast<std::uint64_t>(n->kind) << 24 | static_cast<std::uint64_t>(n->op) << 32 |
            static_cast<std::uint64_t>(out.output[s]) << 40;
    if (n->kind == Kind::reduce) {
      // Whatever decides the form of the program; extents of 1 can turn the outer order into the inner one.
      word |= static_cast<std::uint64_t>(is_inner_order(n->input[0]->shape, n->axes)) << 41 |
              static_cast<std::uint64_t>(n->axes) << 42 | static_cast<std::uint64_t>(n->keepdims) << 50;
    }
    // A view that repeats elements must not repeat the work on them.
    if (n->kind == Kind::view) word |= static_cast<std::uint64_t>(n->shape.size() > n->input[0]->shape.size()) << 41;
    std::uint64_t edges = n->inputs;
    for (int k = 0; k < n->inputs; ++k) edges = edges << 8 | out.input[s][k];
    mix(word, edges);
  }

  void finish() {
    for (int k = 0; k < out.lazies; ++k) mix_lazy(out.order[k]);
    for (int k = 0; k < out.leaves; ++k) {
      const Node* n = out.leaf[k];
      pack(common(n) << 1 | static_cast<std::uint64_t>(n->contiguous), 16);
    }
    for (int k = 0; k < out.constants; ++k) pack(static_cast<std::uint64_t>(out.constant[k]->dtype), 8);
    for (int k = 0; k < shapes; ++k) pack(static_cast<std::uint64_t>(shape[k]->rank()) << 1 | (shape[k]->size() == 1), 5);
    flush();
    // How many of each there are says where in the words above each lies.
    mix(waits ? waiting : 0, static_cast<std::uint64_t>(out.lazies) | static_cast<std::uint64_t>(out.leaves) << 8 |
                                 static_cast<std::uint64_t>(out.constants) << 16 | static_cast<std::uint64_t>(shapes) << 24);
    out.key = {low, high};
  }

  Slot leaf_slot(Node* node) {
    for (int k = 0; k < out.leaves; ++k)
      if (out.leaf[k] == node) return static_cast<Slot>(kLeafSlot | k);
    out.leaf[out.leaves] = node;
    return static_cast<Slot>(kLeafSlot | out.leaves++);
  }

  Slot constant_slot(Node* node) {
    for (int k = 0; k < out.constants; ++k)
      if (out.constant[k] == node) return static_cast<Slot>(kConstantSlot | k);
    out.constant[out.constants] = node;
    return static_cast<Slot>(kConstantSlot | out.constants++);
  }

  Slot add_lazy(Node* node, bool output) {
    out.lazy[out.lazies] = node;
    out.output[out.lazies] = output;
    return static_cast<Slot>(out.lazies++);
  }

  /// `expected(node, references)` is how many edges must lead to a node before it is read. It returns 0 to give up.
  template <class Expected>
  bool run(Node* root, Expected expected, const Node* unkept = nullptr) {
    Slot stack[kMaxOperations];
    int depth = 0, ordered = 0;
    stack[depth++] = add_lazy(root, true);
    while (depth > 0) {
      Slot s = stack[--depth];
      Node* n = out.lazy[s];
      out.order[ordered++] = s;
      for (int k = 0; k < n->inputs; ++k) {
        Node* m = n->input[k];
        if (m->kind == Kind::constant) {
          out.input[s][k] = constant_slot(m);
          continue;
        }
        // The count comes first. If it is 1, the edge is ours and nobody can change the state any more; if it is more,
        // the state may change at any time, and the node is read on only once as many edges to it were met.
        std::uint32_t references = m->refs.load(std::memory_order_acquire);
        State state = m->state.load(std::memory_order_acquire);
        if (state == State::ready) {
          out.input[s][k] = leaf_slot(m);
          continue;
        }
        if (state == State::claimed) return false;
        if (references == 1) {  // the edge we came by
          out.input[s][k] = stack[depth++] = add_lazy(m, false);
          continue;
        }
        Joint& j = find_joint(m);
        if (j.seen++ == 0) {
          j.expected = expected(m, references);
          if (j.expected == 0) return false;
          j.slot = add_lazy(m, j.expected < references && m != unkept);
        }
        out.input[s][k] = j.slot;
        if (j.seen == j.expected) stack[depth++] = j.slot;
      }
    }
    if (ordered != out.lazies) return false;  // some node has references that did not come from this graph
    finish();
    return true;
  }
};

/// Counts the edges from lazy nodes behind `node` to each lazy node with several references.
bool count_edges(Node* node, Walk& counts) {
  for (int k = 0; k < node->inputs; ++k) {
    Node* m = node->input[k];
    if (m->kind == Kind::constant || m->is_ready()) continue;
    if (m->state.load(std::memory_order_acquire) == State::claimed) return false;
    if (m->refs.load(std::memory_order_acquire) > 1 && counts.find_joint(m).seen++ > 0) continue;
    if (!count_edges(m, counts)) return false;
  }
  return true;
}

}  // namespace

bool snapshot_owned(Node* root, Snapshot& out) {
  out.lazies = out.leaves = out.constants = 0;
  if (root->refs.load(std::memory_order_acquire) != 1) return false;
  Walk walk(out);
  return walk.run(root, [](Node*, std::uint32_t references) { return references; });
}

bool snapshot_shared(Node* root, Snapshot& out, const Node* unkept) {
  Snapshot scratch;
  Walk counts(scratch);
  if (!count_edges(root, counts)) return false;
  out.lazies = out.leaves = out.constants = 0;
  Walk walk(out);
  return walk.run(root, [&](Node* m, std::uint32_t) { return counts.find_joint(m).seen; }, unkept);
}

bool is_inner_order(const Shape& shape, std::uint8_t axes) {
  for (int k = shape.rank() - 1; k >= 0; --k)
    if (shape[k] != 1) return axes >> k & 1;
  return true;
}

}  // namespace trireme::graph
