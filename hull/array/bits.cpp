// hull/array/bits.cpp -- bits(): the 128-bit hash that identifies a result
// SPDX-License-Identifier: Apache-2.0
#include "array/bits.hpp"

// The whole of xxHash is compiled into this file, so that nothing is linked and no symbol can clash.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>
#include <vector>

#include "program/out_of_memory.hpp"
#include "trireme/io.hpp"

namespace trireme {
namespace bits_hash {
namespace {

static_assert(std::endian::native == std::endian::little, "the hash is over little-endian elements");

/// Every NaN in `elements`, read as words of a float's size, becomes `canonical`. Infinity is the largest bit pattern
/// without sign that is no NaN.
template <class Word>
void replace_nans(std::span<std::byte> elements, Word infinity, Word canonical) {
  constexpr Word kMagnitude = ~Word{0} >> 1;
  for (std::size_t k = 0; k + sizeof(Word) <= elements.size(); k += sizeof(Word)) {
    Word word;
    std::memcpy(&word, elements.data() + k, sizeof word);
    word = (word & kMagnitude) > infinity ? canonical : word;
    std::memcpy(elements.data() + k, &word, sizeof word);
  }
}

}  // namespace

struct Hasher::State {
  XXH3_state_t hash;
};

Hasher::Hasher(Dtype dtype, const Shape& shape) : state_(std::make_unique<State>()), dtype_(dtype) {
  XXH3_128bits_reset(&state_->hash);
  std::string head(name(dtype));
  head += '\0';
  const auto append = [&head](std::int64_t value) { head.append(reinterpret_cast<const char*>(&value), sizeof value); };
  append(shape.rank());
  for (const std::int64_t extent : shape) append(extent);
  XXH3_128bits_update(&state_->hash, head.data(), head.size());
}

Hasher::~Hasher() = default;

void Hasher::add(std::span<std::byte> elements) {
  if (dtype_ == Dtype::f32) replace_nans<std::uint32_t>(elements, 0x7f800000u, 0x7fc00000u);
  if (dtype_ == Dtype::f64) replace_nans<std::uint64_t>(elements, 0x7ff0000000000000u, 0x7ff8000000000000u);
  XXH3_128bits_update(&state_->hash, elements.data(), elements.size());
}

std::string Hasher::digits() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state_->hash));
  std::string out;
  for (const unsigned char byte : canonical.digest) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

}  // namespace bits_hash

std::string bits(const array& x) try {
  constexpr std::int64_t kBlock = 1 << 19;  // elements, at most 4 MiB
  bits_hash::Hasher hasher(x.dtype(), x.shape());
  const std::int64_t size = x.size();
  if (size == 0) return hasher.digits();
  std::vector<std::byte> block(static_cast<std::size_t>(std::min(size, kBlock)) * item_size(x.dtype()));
  if (size <= kBlock) {
    x.copy_to(block.data(), x.dtype());
    hasher.add(block);
    return hasher.digits();
  }
  array flat = x.eval().reshape({-1});
  flat.eval();  // one copy for a view that is not contiguous, not one per block
  for (std::int64_t from = 0; from < size; from += kBlock) {
    const std::int64_t to = std::min(from + kBlock, size);
    flat.slice({{from, to}}).copy_to(block.data(), x.dtype());
    hasher.add(std::span(block).first(static_cast<std::size_t>(to - from) * item_size(x.dtype())));
  }
  return hasher.digits();
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("bits");
}

}  // namespace trireme
