// examples/geoid/colours.hpp -- the colours of heights, in array operations
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trireme/trireme.hpp"

namespace colours {

/// The sRGB colour of each height in metres (violet -107, blue -40, sand 5, orange 40, wine red 86), multiplied by
/// `light`, then mixed with white by `white` (0 to 1); as i32 red * 65536 + green * 256 + blue.
trireme::array shaded(const trireme::array& height, const trireme::array& light, const trireme::array& white);

}  // namespace colours
