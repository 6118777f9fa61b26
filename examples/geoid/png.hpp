// examples/geoid/png.hpp -- writes an 8-bit RGB picture as a PNG file
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Writes `width` x `height` pixels, three bytes each, row-major, top row first. Throws std::runtime_error that names
/// the file and the cause.
void write_png(const std::string& path, const std::vector<std::uint8_t>& rgb, int width, int height);
