// examples/geoid/geoid.cpp -- the main job: the world geoid on every device, timed, with the same bits on each
// SPDX-License-Identifier: Apache-2.0
//
// Usage: geoid [--data FILE.npy] [--png FILE.png] [--runs N]
// Writes a relief of the geoid, prints what is known about it and a table of devices. Exit status 1: the results of
// two devices differ, or the numbers are not those of the EGM96 geoid.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "fields.hpp"
#include "png.hpp"
#include "trireme/trireme.hpp"

namespace {

struct Options {
  std::string data = GEOID_DATA;
  std::string png = "geoid.png";
  int runs = 7;
};

/// One way to run the job: a device and, on the CPU, a level and a number of threads.
struct Setting {
  trireme::Device device;
  std::string level;
  int threads = 0;
  bool exact = true;
};

struct Measurement {
  std::size_t programs = 0;
  double first_seconds = 0, best_seconds = std::numeric_limits<double>::infinity();
  double bytes = 0;
  std::string hash;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// One hash of all results: the hash of the characters of their hashes.
std::string combined_hash(const geoid::Fields& fields) {
  std::vector<std::int32_t> characters;
  for (const auto& [name, result] : fields.all())
    for (char c : trireme::bits(result)) characters.push_back(c);
  return trireme::bits(
      trireme::array::from(std::span<const std::int32_t>(characters), {static_cast<std::int64_t>(characters.size())}));
}

/// Every usable device; the CPU with each of its levels, on one thread and on all of them.
std::vector<Setting> settings() {
  std::vector<Setting> list;
  const int all_threads = trireme::threads();
  for (const trireme::DeviceReport& report : trireme::devices()) {
    if (!report.usable) {
      std::printf("%s is left out: %s\n", report.name.c_str(), report.reason.c_str());
      continue;
    }
    if (!report.exact)
      std::printf("%s does not promise exact bits and is not compared: %s\n", report.name.c_str(),
                  report.reason.c_str());
    const trireme::Device device(report.name);
    if (report.name != "cpu") {
      list.push_back({device, "", 0, report.exact});
      continue;
    }
    for (const std::string& level : trireme::cpu_levels()) {
      list.push_back({device, level, 1, report.exact});
      if (all_threads > 1) list.push_back({device, level, all_threads, report.exact});
    }
  }
  return list;
}

/// Runs the job `runs` times after a first one, which compiles and is recorded.
Measurement measure(const Setting& setting, const Options& options, geoid::Fields& fields) {
  if (!setting.level.empty()) {
    trireme::set_cpu_level(setting.level);
    trireme::set_threads(setting.threads);
  }
  trireme::DeviceScope scope(setting.device);
  const geoid::Grid grid = geoid::load_grid(options.data, setting.device);

  Measurement m;
  {
    trireme::Explain explain;
    const auto start = std::chrono::steady_clock::now();
    fields = geoid::compute(grid);
    m.first_seconds = seconds_since(start);
    m.programs = explain.programs().size();
    for (const trireme::ProgramReport& report : explain.programs())
      m.bytes += static_cast<double>(report.bytes_read) + static_cast<double>(report.bytes_written);
  }
  for (int run = 0; run < options.runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    fields = geoid::compute(grid);
    m.best_seconds = std::min(m.best_seconds, seconds_since(start));
  }
  m.hash = combined_hash(fields);
  return m;
}

void print_row(const Setting& setting, const Measurement& m) {
  std::printf("%-9s %-9s %7s %9zu %10.1f %9.2f %8.1f  %s\n", setting.device.name().c_str(),
              setting.level.empty() ? "-" : setting.level.c_str(),
              setting.threads == 0 ? "-" : std::to_string(setting.threads).c_str(), m.programs, m.first_seconds * 1e3,
              m.best_seconds * 1e3, m.bytes / m.best_seconds * 1e-9, m.hash.c_str());
  std::fflush(stdout);
}

struct Place {
  double latitude, longitude;
};

/// Where `value` stands in the map.
Place place_of(const std::vector<float>& heights, float value) {
  const auto index = std::find(heights.begin(), heights.end(), value) - heights.begin();
  return {90 - static_cast<double>(index / 1440) / 4, static_cast<double>(index % 1440) / 4 - 180};
}

bool within(double value, double low, double high) { return low <= value && value <= high; }

/// Prints the statistics; false when they are not those of EGM96 (F. Lemoine et al., 1998, NASA/TP-1998-206861).
bool report_statistics(const geoid::Fields& f, const std::vector<float>& heights) {
  const float lowest = f.lowest.item<float>(), highest = f.highest.item<float>();
  const double area_mean = f.area_mean.item<float>(), rms = f.rms.item<float>(), deviation = f.deviation.item<float>();
  const Place low = place_of(heights, lowest), high = place_of(heights, highest);
  std::printf("The EGM96 geoid against the WGS 84 ellipsoid, 721 x 1440 heights:\n");
  std::printf("  lowest     %8.2f m at %5.2f, %6.2f   south of India\n", lowest, low.latitude, low.longitude);
  std::printf("  highest    %8.2f m at %5.2f, %6.2f   New Guinea\n", highest, high.latitude, high.longitude);
  std::printf("  mean       %8.3f m by area, %.3f m by grid point\n", area_mean, f.plain_mean.item<float>());
  std::printf("  deviation  %8.3f m by area; rms %.3f m by grid point\n", deviation, rms);
  std::printf("  steepest   %8.1f mm per km; mean Laplacian %.1e per km\n", f.steepest.item<float>() * 1e6,
              f.total_curvature.item<float>() * 1e3);
  std::printf("  means of bands of 10 degrees, north to south, m:\n   ");
  for (float mean : f.band_means.to_vector<float>()) std::printf(" %.1f", mean);
  std::printf("\n");

  const bool plausible = within(lowest, -107.5, -106.5) && within(low.latitude, 3, 6) &&
                         within(low.longitude, 77, 80) && within(highest, 85, 86) && within(high.latitude, -10, -7) &&
                         within(high.longitude, 145, 150) && within(area_mean, -0.7, -0.4) && within(deviation, 30, 31);
  std::printf(plausible ? "These agree with what is published about EGM96.\n"
                        : "THESE ARE NOT THE NUMBERS OF EGM96: expected -107 m near 5 N 79 E, 85 m near 8 S 147 E, "
                          "a mean of -0.6 m and a deviation of 30.6 m.\n");
  return plausible;
}

void write_relief(const trireme::array& relief, const std::string& path) {
  std::vector<std::uint8_t> rgb;
  for (std::int32_t pixel : relief.to_vector<std::int32_t>())
    for (int shift : {16, 8, 0}) rgb.push_back(static_cast<std::uint8_t>(pixel >> shift));
  write_png(path, rgb, static_cast<int>(relief.shape()[1]), static_cast<int>(relief.shape()[0]));
  std::printf("The relief is in %s.\n\n", path.c_str());
}

bool run(const Options& options) {
  const std::vector<Setting> list = settings();
  bool plausible = true, equal = true;
  std::string hash, hash_owner;
  std::size_t compared = 0;
  for (const Setting& setting : list) {
    geoid::Fields fields;
    const Measurement m = measure(setting, options, fields);
    if (&setting == &list.front()) {
      plausible = report_statistics(fields, trireme::load_npy(options.data).to_vector<float>());
      write_relief(fields.relief, options.png);
      std::printf("%-9s %-9s %7s %9s %10s %9s %8s  %s\n", "device", "level", "threads", "programs", "first, ms",
                  "best, ms", "GB/s", "hash of all results");
    }
    print_row(setting, m);
    if (!setting.exact) continue;
    ++compared;
    if (hash.empty()) hash = m.hash, hash_owner = setting.device.name() + " " + setting.level;
    if (m.hash == hash) continue;
    equal = false;
    std::printf("THE BITS DIFFER from those of %s.\n", hash_owner.c_str());
  }
  std::printf(equal ? "\nAll %zu runs that promise it gave the same bits.\n"
                    : "\nThe bits of the %zu runs are NOT equal: a bug in Trireme, please report it.\n",
              compared);
  return plausible && equal && compared > 0;
}

bool parse(int argc, char** argv, Options& options) {
  for (int k = 1; k < argc; k += 2) {
    const std::string name = argv[k];
    if (k + 1 == argc) return false;
    if (name == "--data")
      options.data = argv[k + 1];
    else if (name == "--png")
      options.png = argv[k + 1];
    else if (name == "--runs")
      options.runs = std::max(1, std::atoi(argv[k + 1]));
    else
      return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: geoid [--data FILE.npy] [--png FILE.png] [--runs N]\n");
    return 2;
  }
  try {
    return run(options) ? 0 : 1;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "geoid: %s\n", failure.what());
    return 1;
  }
}
