// examples/geoid/fields.hpp -- what the example computes from the world geoid, on whichever device is in scope
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "trireme/trireme.hpp"

namespace geoid {

/// Columns of numbers, one per row of the grid, that depend on the latitude only. They are computed once, on the
/// host, in f64 and rounded to f32: Trireme has no sine or cosine yet. "Inner" rows are all but the two poles.
struct Grid {
  trireme::array heights;          // (721, 1440) m above WGS 84; row 0 is the north pole, column 0 is 180 W
  trireme::array weight;           // (721, 1) cos(latitude), the area that a value stands for
  trireme::array per_metre_east;   // (719, 1) 1 / (distance between the neighbours to the east and west)
  trireme::array curvature_east;   // (719, 1) 1 / (distance to the neighbour in the east or west) squared
  trireme::array curvature_north;  // (719, 1) the same northwards, times the relative length of the cell's north edge
  trireme::array curvature_south;  // (719, 1) and its south edge
};

/// The grid with its data on `device`.
Grid load_grid(const std::string& path, trireme::Device device);

struct Fields {
  trireme::array slope;       // (719, 1440) |gradient|, m/m
  trireme::array laplacian;   // (719, 1440) 1/m
  trireme::array smooth;      // (721, 1440) m
  trireme::array anomaly;     // (721, 1440) standard deviations from the mean
  trireme::array band_means;  // (18,) m, means of bands of 10 degrees, north to south
  trireme::array meridians;   // (1440,) m, area-weighted means along the meridians
  trireme::array relief;      // (719, 1440) packed sRGB
  trireme::array lowest, highest, plain_mean, area_mean, rms, deviation;  // () m
  trireme::array steepest, total_curvature;                               // () m/m, 1/m

  /// Every result with its name.
  std::vector<std::pair<std::string, trireme::array>> all() const;
};

/// Computes everything on the device in scope and waits for it.
Fields compute(const Grid& grid);

}  // namespace geoid
