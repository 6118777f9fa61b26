// hull/program/hash.cpp -- the 128-bit hash that identifies a program between processes and host compilers
// SPDX-License-Identifier: Apache-2.0
#include "program/program.hpp"

namespace trireme::program {

namespace {

// The finalizer of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
// with Stafford's variant 13 constants): a bijection of 64 bits in which every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Two chains that see the same words with different keys. Each is a bijection of its state for a given word, so what
// was told apart once stays apart unless a later word undoes it in both chains.
class Hasher {
 public:
  void word(std::uint64_t w) {
    low_ = mix(low_ ^ w) + 0x9e3779b97f4a7c15u;
    high_ = mix((high_ ^ (w * 0xd1342543de82ef95u)) + 0xc2b2ae3d27d4eb4fu);
  }
  Hash finish() const { return {mix(low_ + high_), mix(high_ ^ (low_ << 32 | low_ >> 32))}; }

 private:
  std::uint64_t low_ = 0x243f6a8885a308d3u, high_ = 0x13198a2e03707344u;  // the first digits of pi
};

}  // namespace

Hash hash(const Program& program) {
  Hasher h;
  h.word(static_cast<std::uint64_t>(program.form) | static_cast<std::uint64_t>(program.parameters.size()) << 8 |
         static_cast<std::uint64_t>(program.body.size()) << 32);
  for (const Parameter& p : program.parameters)
    h.word(static_cast<std::uint64_t>(p.role) | static_cast<std::uint64_t>(p.type) << 8);
  for (const Instruction& i : program.body) {
    h.word(static_cast<std::uint64_t>(i.op) | static_cast<std::uint64_t>(i.type) << 8 |
           static_cast<std::uint64_t>(i.parameter) << 16 | static_cast<std::uint64_t>(i.operand[0]) << 32 |
           static_cast<std::uint64_t>(i.operand[1]) << 48);
    // Most instructions have neither; the tag keeps an absent word apart from a zero one.
    h.word(static_cast<std::uint64_t>(i.operand[2]) | static_cast<std::uint64_t>(i.literal != 0) << 16);
    if (i.literal != 0) h.word(i.literal);
  }
  return h.finish();
}

}  // namespace trireme::program
