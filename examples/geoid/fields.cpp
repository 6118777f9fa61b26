// examples/geoid/fields.cpp -- derivatives on the sphere, smoothing, statistics and the shaded relief
// SPDX-License-Identifier: Apache-2.0
#include "fields.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "colours.hpp"

namespace geoid {
namespace {

using trireme::array;
using trireme::Slice;

constexpr int kRows = 721, kColumns = 1440;
constexpr double kRadius = 6371008.8;                    // m, mean radius of the Earth (IUGG)
constexpr double kStep = 0.25 * std::numbers::pi / 180;  // rad, between two values
constexpr int kSmoothingPasses = 8;                      // a Gaussian of 2 grid steps, roughly

array inner(const array& x) { return x.slice({Slice{1, -1}}); }
array north_of_inner(const array& x) { return x.slice({Slice{{}, -2}}); }
array south_of_inner(const array& x) { return x.slice({Slice{2, {}}}); }
// Longitude is periodic: the neighbour in the east of column k is column k + 1, of the last column the first.
array east(const array& x) { return roll(x, -1, 1); }
array west(const array& x) { return roll(x, 1, 1); }

template <class Function>
array column(int first_row, int rows, Function of_latitude) {
  std::vector<float> values;
  for (int row = first_row; row < first_row + rows; ++row) {
    const double latitude = std::numbers::pi / 2 - row * kStep;
    values.push_back(static_cast<float>(of_latitude(latitude)));
  }
  return array::from(values, {rows, 1});
}

struct Gradient {
  array east, north;  // m/m
};

/// Central differences; the poles, where east has no direction, are left out.
Gradient gradient(const Grid& grid) {
  const array& h = grid.heights;
  return {(inner(east(h) - west(h)) * grid.per_metre_east).eval(),
          ((north_of_inner(h) - south_of_inner(h)) * (0.5 / (kStep * kRadius))).eval()};
}

/// Divergence of the gradient in flux form: what crosses the four edges of a cell, divided by the cell's area.
array laplacian(const Grid& grid) {
  const array& h = grid.heights;
  const array here = inner(h);
  return (inner(east(h)) - 2 * here + inner(west(h))) * grid.curvature_east +
         (north_of_inner(h) - here) * grid.curvature_north - (here - south_of_inner(h)) * grid.curvature_south;
}

/// Weights 1 2 1 in both directions. Each pass is computed before the next: a stencil on an uncomputed stencil would
/// compute every value once for each of its neighbours.
array smoothed(array x) {
  const array row = trireme::arange(kRows).reshape({kRows, 1});
  const array at_north_pole = (row == 0).eval(), at_south_pole = (row == kRows - 1).eval();
  for (int pass = 0; pass < kSmoothingPasses; ++pass) {
    x = ((west(x) + 2 * x + east(x)) * 0.25F).eval();
    // Rows are rolled as well, but beyond a pole there is the pole again.
    x = ((where(at_north_pole, x, roll(x, 1, 0)) + 2 * x + where(at_south_pole, x, roll(x, -1, 0))) * 0.25F).eval();
  }
  return x;
}

/// What a level surface reflects is 1; the light comes from the north-west at 45 degrees onto heights exaggerated by
/// 5000.
array brightness(const Gradient& slope) {
  constexpr float kExaggeration = 5000, kAmbient = 0.35F;
  // Towards the light is (-1/2, 1/2, 1/sqrt 2) in (east, north, up).
  const array facing =
      maximum((slope.east - slope.north) * (kExaggeration * std::numbers::sqrt2_v<float> / 2) + 1.0F, 0.0F);
  const array steepness = slope.east * slope.east + slope.north * slope.north;
  const array reflected = facing / sqrt(steepness * (kExaggeration * kExaggeration) + 1.0F);
  const array light = minimum(reflected * (1 - kAmbient) + kAmbient, 1.6F);
  return exp(log(light) / 2.2F);  // from light to the scale of sRGB
}

/// 1, and less within half a pixel of a multiple of 10 m: the distance is measured in pixels, so that lines are equally
/// wide on every slope.
array contours(const Grid& grid) {
  constexpr float kInterval = 10, kStrength = 0.12F;
  const array& h = grid.heights;
  const array here = inner(h);
  const array across = inner(east(h) - west(h)), down = north_of_inner(h) - south_of_inner(h);
  const array metres_per_pixel = maximum(sqrt(across * across + down * down) * 0.5F, 0.01F);
  const array multiple = astype(astype(here / kInterval + 100.5F, trireme::i32) - 100, trireme::f32) * kInterval;
  return 1.0F - kStrength * maximum(1.0F - abs(here - multiple) / metres_per_pixel, 0.0F);
}

/// `strength` where the integer is a multiple of 120, which is 30 degrees of the grid, else 0.
array graticule(const array& index, float strength) {
  return where(index - astype(index / 120, trireme::i64) * 120 == 0, strength, full({1, 1}, 0, trireme::f32)).eval();
}

array relief(const Grid& grid, const Gradient& slope) {
  const array row = trireme::arange(1, kRows - 1, 1, trireme::i64).reshape({kRows - 2, 1});
  const array white = maximum(graticule(row, 0.12F), graticule(trireme::arange(kColumns), 0.12F)).eval();
  const array light = (brightness(slope) * contours(grid) * (1.0F - white)).eval();
  return colours::shaded(inner(grid.heights), light, white);
}

}  // namespace

Grid load_grid(const std::string& path, trireme::Device device) {
  Grid grid;
  grid.heights = trireme::load_npy(path);
  if (grid.heights.shape() != trireme::Shape{kRows, kColumns} || grid.heights.dtype() != trireme::f32)
    throw trireme::error(trireme::Code::io, "geoid: expected float32 of shape (721, 1440) in " + path + ", got shape " +
                                                grid.heights.shape().text());
  const auto cosine = [](double latitude) { return std::cos(latitude); };
  grid.weight = column(0, kRows, [](double latitude) { return std::max(std::cos(latitude), 0.0); });
  grid.per_metre_east = column(1, kRows - 2, [&](double at) { return 0.5 / (kStep * kRadius * cosine(at)); });
  grid.curvature_east = column(1, kRows - 2, [&](double at) { return std::pow(kStep * kRadius * cosine(at), -2); });
  const auto edge = [&](double at, double side) {
    return cosine(at + side * kStep / 2) / (cosine(at) * std::pow(kStep * kRadius, 2));
  };
  grid.curvature_north = column(1, kRows - 2, [&](double at) { return edge(at, 1); });
  grid.curvature_south = column(1, kRows - 2, [&](double at) { return edge(at, -1); });
  for (array* data : {&grid.heights, &grid.weight, &grid.per_metre_east, &grid.curvature_east, &grid.curvature_north,
                      &grid.curvature_south})
    *data = data->to(device).eval();
  return grid;
}

std::vector<std::pair<std::string, array>> Fields::all() const {
  return {{"slope", slope},           {"laplacian", laplacian},   {"smooth", smooth},
          {"anomaly", anomaly},       {"band means", band_means}, {"meridians", meridians},
          {"relief", relief},         {"lowest", lowest},         {"highest", highest},
          {"plain mean", plain_mean}, {"area mean", area_mean},   {"rms", rms},
          {"deviation", deviation},   {"steepest", steepest},     {"total curvature", total_curvature}};
}

Fields compute(const Grid& grid) {
  const array &h = grid.heights, &weight = grid.weight;
  const array weights = weight.broadcast_to({kRows, kColumns});
  Fields f;

  const Gradient slope = gradient(grid);
  f.slope = sqrt(slope.east * slope.east + slope.north * slope.north);
  f.laplacian = laplacian(grid);
  f.smooth = smoothed(h);
  f.relief = relief(grid, slope);

  f.lowest = min(h);
  f.highest = max(h);
  f.plain_mean = mean(h);
  f.rms = sqrt(mean(h * h));
  const array total_weight = sum(weights).eval();
  f.area_mean = sum(h * weight) / total_weight;
  const array difference = h - f.area_mean;
  f.deviation = sqrt(sum(difference * difference * weight) / total_weight);
  f.anomaly = difference / f.deviation;
  f.steepest = max(f.slope);
  // The Laplacian over the sphere adds up to what flows through the two polar circles: nearly nothing.
  f.total_curvature = sum(f.laplacian * inner(weight)) / sum(inner(weights));

  const auto bands = [](const array& x) { return x.slice({Slice{0, 720}}).reshape({18, 40, kColumns}); };
  f.band_means = sum(bands(h * weight), {1, 2}) / sum(bands(weights), {1, 2});
  f.meridians = sum(h * weight, {0}) / sum(weight);

  for (auto& [name, result] : f.all()) result.eval();
  // The device works in order: when this last result can be read, the others are complete as well.
  f.total_curvature.item<float>();
  return f;
}

}  // namespace geoid
