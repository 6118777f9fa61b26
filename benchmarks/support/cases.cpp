// benchmarks/support/cases.cpp -- inputs and outputs of the benchmarks, made on first use
// SPDX-License-Identifier: Apache-2.0
#include "support/cases.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <utility>

namespace trireme::bench {
namespace {

using Key = std::pair<int, std::int64_t>;

float element(int which, std::int64_t k) {
  switch (which) {
    case 0: return static_cast<float>(k % 1000) * 0.02f - 10.0f;
    case 1: return static_cast<float>(k % 777) * 0.025f - 9.0f;
    case 2: return static_cast<float>(k % 631) * 0.03f - 8.0f;
    case 3: return static_cast<float>(k % 1013) * 0.015f - 7.0f;
    case 4: return k % 2 ? -1.0f : static_cast<float>(k % 3 + 1);
    default: return element(4, k) + (k % 16 == 5 ? 1.0f : 0.0f);
  }
}

}  // namespace

Buffer& input(int which, std::int64_t n) {
  static auto& all = *new std::map<Key, std::unique_ptr<Buffer>>;
  std::unique_ptr<Buffer>& made = all[{which, n}];
  if (!made) {
    made = std::make_unique<Buffer>(static_cast<std::size_t>(n));
    for (std::int64_t k = 0; k < n; ++k) (*made)[static_cast<std::size_t>(k)] = element(which, k);
  }
  return *made;
}

const array& input_array(int which, std::int64_t n) {
  static auto& all = *new std::map<Key, array>;
  auto found = all.find({which, n});
  if (found == all.end()) {
    Buffer& x = input(which, n);
    found = all.emplace(Key{which, n}, array::from(std::span<const float>(x.data(), x.size()), {n})).first;
  }
  return found->second;
}

Buffer& output(int which, std::int64_t n) {
  static auto& all = *new std::map<Key, std::unique_ptr<Buffer>>;
  std::unique_ptr<Buffer>& made = all[{which, n}];
  if (!made) made = std::make_unique<Buffer>(static_cast<std::size_t>(n));
  for (float& value : *made) value = std::numeric_limits<float>::quiet_NaN();
  return *made;
}

bool equal(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

bool equal(const array& a, std::span<const float> b) { return equal(std::span<const float>(a.to_vector<float>()), b); }

}  // namespace trireme::bench
