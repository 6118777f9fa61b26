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

/// The key in the making. Apart from the walk's arrays, so that it stays in registers.
struct Key {
  std::uint64_t low = 0x9e3779b97f4a7c15u, high = 0xc2b2ae3d27d4eb4fu;
  std::uint64_t facts = 0;
  int fact_bits = 0;

  // The second word of a lazy node is below 2^32; so that word tells what is mixed in.
  static constexpr std::uint64_t kFacts = 1ull << 62, kEnd = 1ull << 63;

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

  /// What is said in 16 bits goes in fours.
  void fact(std::uint64_t value) {
    facts |= value << fact_bits;
    fact_bits += 16;
    if (fact_bits < 64) return;
    mix(facts, kFacts);
    facts = 0;
    fact_bits = 0;
  }
};

/// The distinct shapes of a graph, numbered as they are met; most graphs have one.
struct Shapes {
  int count = 0;
  const Shape* shape[kMaxOperations + kMaxLeaves];

  [[gnu::noinline]] std::uint64_t other(const Shape& s) {
    for (int k = 1; k < count; ++k)
      if (*shape[k] == s) return static_cast<std::uint64_t>(k);
    shape[count] = &s;
    return static_cast<std::uint64_t>(count++);
  }
};

/// What the key says of a lazy node but its edges. Of shapes it says which are equal, their ranks and which hold one element.
[[gnu::always_inline]] inline std::uint64_t word_of(const Node* n, std::uint64_t shape, bool output) {
  std::uint64_t word = shape << 8 | static_cast<std::uint64_t>(n->dtype) | static_cast<std::uint64_t>(n->kind) << 24 |
                       static_cast<std::uint64_t>(n->op) << 32 | static_cast<std::uint64_t>(output) << 40;
  // Whatever decides the form of the program; extents of 1 can turn the outer order into the inner one.
  if (n->kind == Kind::reduce)
    word |= static_cast<std::uint64_t>(is_inner_order(n->input[0]->shape, n->axes)) << 41 |
            static_cast<std::uint64_t>(n->axes) << 42 | static_cast<std::uint64_t>(n->keepdims) << 50;
  // A view that repeats elements must not repeat the work on them.
  if (n->kind == Kind::view) word |= static_cast<std::uint64_t>(n->shape.size() > n->input[0]->shape.size()) << 41;
  return word;
}

struct Joints {
  int count = 0;
  Joint joint[kMaxOperations];

  Joint& find(Node* node) {
    for (int k = 0; k < count; ++k)
      if (joint[k].node == node) return joint[k];
    joint[count] = {node, 0, 0, 0xff};
    return joint[count++];
  }
};

/// Walks, and makes the key on the way: what a node says goes into it once its edges are numbered.
/// `expected(node, references)` is how many edges must lead to a node before it is read.
template <class Expected>
[[gnu::always_inline]] inline bool walk(Node* root, Snapshot& out, Expected expected, const Node* unkept) {
  static_assert(kDtypeCount <= 16 && kMaxOperations + kMaxLeaves <= 128);
  Key key;
  Joints joints;
  Shapes shapes;
  const Shape& usual = root->shape;
  shapes.shape[0] = &usual;
  shapes.count = 1;
  const auto shape_id = [&](const Shape& s) { return s == usual ? 0 : shapes.other(s); };
  Slot stack[kMaxOperations];
  int depth = 1, ordered = 0, lazies = 1, leaves = 0, constants = 0;
  stack[0] = 0;
  out.lazy[0] = root;
  out.output[0] = true;
  while (depth > 0) {
    const Slot s = stack[--depth];
    const Node* n = out.lazy[s];
    out.order[ordered++] = s;
    const int inputs = n->inputs;
    std::uint64_t edges = static_cast<std::uint64_t>(inputs);
    for (int k = 0; k < inputs; ++k) {
      Node* m = n->input[k];
      int slot = 0;
      // The count comes first. If it is 1, the edge is ours and nobody can change the state any more; if it is more,
      // the state may change at any time, and the node is read on only once as many edges to it were met.
      const std::uint32_t references = m->refs.load(std::memory_order_acquire);
      const State state = m->state.load(std::memory_order_acquire);
      if (state == State::ready) {
        while (slot < leaves && out.leaf[slot] != m) ++slot;
        if (slot == leaves) {
          out.leaf[leaves++] = m;
          key.fact(shape_id(m->shape) << 5 | static_cast<std::uint64_t>(m->dtype) << 1 | static_cast<std::uint64_t>(m->contiguous));
        }
        slot |= kLeafSlot;
      } else if (m->kind == Kind::constant) {
        while (slot < constants && out.constant[slot] != m) ++slot;
        if (slot == constants) {
          out.constant[constants++] = m;
          key.fact(static_cast<std::uint64_t>(m->dtype));
        }
        slot |= kConstantSlot;
      } else if (state == State::claimed) {
        return false;
      } else if (references == 1) {  // the edge we came by
        slot = lazies++;
        out.lazy[slot] = m;
        out.output[slot] = false;
        stack[depth++] = static_cast<Slot>(slot);
      } else {
        Joint& j = joints.find(m);
        if (j.seen++ == 0) {
          j.expected = expected(m, references);
          j.slot = static_cast<Slot>(lazies++);
          out.lazy[j.slot] = m;
          out.output[j.slot] = j.expected < references && m != unkept;
        }
        slot = j.slot;
        if (j.seen == j.expected) stack[depth++] = j.slot;
      }
      out.input[s][k] = static_cast<Slot>(slot);
      edges = edges << 8 | static_cast<std::uint64_t>(slot);
    }
    key.mix(word_of(n, shape_id(n->shape), out.output[s]), edges);
  }
  out.lazies = lazies;
  out.leaves = leaves;
  out.constants = constants;
  if (ordered != lazies) return false;  // some node has references that did not come from this graph
  for (int k = 0; k < shapes.count; ++k)
    key.fact(static_cast<std::uint64_t>(shapes.shape[k]->rank()) << 1 | (shapes.shape[k]->size() == 1));
  // How many of each there are says what each fact is about: leaves and constants as edges name them, then shapes.
  key.mix(key.facts, Key::kEnd | static_cast<std::uint64_t>(lazies) | static_cast<std::uint64_t>(leaves) << 8 |
                         static_cast<std::uint64_t>(constants) << 16 | static_cast<std::uint64_t>(shapes.count) << 24);
  out.key = {key.low, key.high};
  return true;
}

/// Counts the edges from lazy nodes behind `node` to each lazy node with several references.
bool count_edges(Node* node, Joints& counts) {
  for (int k = 0; k < node->inputs; ++k) {
    Node* m = node->input[k];
    if (m->kind == Kind::constant || m->is_ready()) continue;
    if (m->state.load(std::memory_order_acquire) == State::claimed) return false;
    if (m->refs.load(std::memory_order_acquire) > 1 && counts.find(m).seen++ > 0) continue;
    if (!count_edges(m, counts)) return false;
  }
  return true;
}

}  // namespace

bool snapshot_owned(Node* root, Snapshot& out) {
  if (root->refs.load(std::memory_order_acquire) != 1) return false;
  return walk(root, out, [](Node*, std::uint32_t references) { return references; }, nullptr);
}

bool snapshot_shared(Node* root, Snapshot& out, const Node* unkept) {
  Joints counts;
  if (!count_edges(root, counts)) return false;
  return walk(root, out, [&](Node* m, std::uint32_t) { return counts.find(m).seen; }, unkept);
}

bool is_inner_order(const Shape& shape, std::uint8_t axes) {
  for (int k = shape.rank() - 1; k >= 0; --k)
    if (shape[k] != 1) return axes >> k & 1;
  return true;
}

}  // namespace trireme::graph
