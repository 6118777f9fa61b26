// tools/doctor.cpp -- `trireme doctor`: what there is, why the rest is not, and whether the bits agree
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "tools/cache_text.hpp"
#include "tools/command.hpp"
#include "tools/self_test.hpp"
#include "trireme/trireme.hpp"

namespace trireme::tools {
namespace {

struct Findings {
  std::vector<BackendReport> backends;
  CacheReport cache;
  std::vector<DeviceReport> devices;
  std::vector<std::string> levels;
  std::string level, interpreted_reason;
  int threads = 0;
  std::string threads_reason;
  std::vector<Agreement> agreements;

  /// At least the CPU was tested, and nothing that counts differs.
  bool agree() const {
    return !agreements.empty() && std::all_of(agreements.begin(), agreements.end(),
                                              [](const Agreement& a) { return a.agrees() || !a.counts; });
  }
};

Findings examine() {
  Findings found;
  found.devices = devices();
  found.backends = backends();
  found.cache = cache_report();
  found.levels = cpu_levels();
  found.level = cpu_level();
  found.interpreted_reason = interpreted_reason();
  found.threads = threads();
  found.threads_reason = threads_reason();
  found.agreements = self_test(found.devices);
  return found;
}

std::string label(const Agreement& a) { return a.level.empty() ? a.device : a.device + " " + a.level; }

std::string figure(double value) {
  std::ostringstream text;
  text << std::setprecision(3) << value;
  return text.str();
}

void print_device(const DeviceReport& d, std::ostream& out) {
  out << "\n"
      << d.name << ": " << (d.usable ? "usable" : "not usable") << (d.usable ? d.exact ? ", exact" : ", not exact" : "")
      << "\n";
  const auto line = [&out](const char* what, const std::string& text) {
    if (!text.empty()) out << "  " << what << text << "\n";
  };
  line("", d.description);
  line("", d.details);
  line("reason: ", d.reason);
  for (const std::string& lack : d.lacks) line("", lack);
  if (!d.usable) return;
  out << "  " << (d.measured ? "measured: " : "guessed: ") << figure(d.launch_seconds * 1e6) << " us for a launch, "
      << figure(d.bytes_per_second * 1e-9) << " GB/s of memory, " << figure(d.copy_bytes_per_second * 1e-9)
      << " GB/s of copies";
  if (d.compile_seconds > 0) out << ", " << figure(d.compile_seconds * 1e3) << " ms to compile";
  out << "\n  largest self-test error: " << d.probe_error << " ulp\n";
}

/// "driver: /usr/lib/libcuda.so.1, supports CUDA 12.4", and what was tried in vain.
void print_library(const LibraryReport& library, std::ostream& out) {
  out << "  " << library.purpose << ": " << (library.file.empty() ? "not found" : library.file);
  if (!library.version.empty()) out << ", " << library.version;
  if (!library.tried.empty()) out << "; tried " << library.tried;
  out << "\n";
}

void print_agreement(const Agreement& a, std::ostream& out) {
  out << "  " << label(a) << ": " << (a.agrees() ? "yes" : "NO") << (a.counts ? "" : " (not exact, does not count)");
  if (a.fallbacks > 0) out << ", though " << a.fallbacks << " programs fell back to the cpu";
  out << "\n";
  if (!a.failure.empty()) out << "    failed: " << a.failure << "\n";
  for (const std::string& expression : a.disagreements) out << "    differs: " << expression << "\n";
}

void print(const Findings& found, std::ostream& out) {
  out << "trireme " << version() << "\n";
  for (const DeviceReport& device : found.devices) print_device(device, out);
  for (const BackendReport& backend : found.backends) {
    out << "\nlibraries of " << backend.name << ":\n";
    for (const LibraryReport& library : backend.libraries) print_library(library, out);
    if (backend.libraries.empty()) out << "  not known\n";
  }
  out << "\n";
  print_cache(found.cache, out);
  out << "\ncpu levels:";
  for (const std::string& level : found.levels) out << " " << level << (level == found.level ? " (in use)" : "");
  out << "\ncpu programs: " << (found.interpreted_reason.empty() ? "compiled once they repay it" : "interpreted, as " + found.interpreted_reason);
  out << "\nthreads: " << found.threads << ", " << found.threads_reason << "\n\nbits compared with cpu " << found.levels.front() << ":\n";
  for (const Agreement& agreement : found.agreements) print_agreement(agreement, out);
  out << "bit agreement: " << (found.agree() ? "yes" : "NO") << "\n";
}

nlohmann::ordered_json to_json(const Findings& found) {
  using Json = nlohmann::ordered_json;
  Json devices = Json::array(), agreements = Json::array(), backends = Json::array();
  for (const BackendReport& b : found.backends) {
    Json libraries = Json::array();
    for (const LibraryReport& l : b.libraries)
      libraries.push_back({{"purpose", l.purpose}, {"file", l.file}, {"version", l.version}, {"tried", l.tried}});
    backends.push_back({{"backend", b.name}, {"has_devices", b.usable}, {"why_none", b.reason}, {"libraries", libraries}});
  }
  for (const DeviceReport& d : found.devices)
    devices.push_back({{"name", d.name},
                       {"description", d.description},
                       {"usable", d.usable},
                       {"exact", d.exact},
                       {"reason", d.reason},
                       {"details", d.details},
                       {"lacks", d.lacks},
                       {"launch_seconds", d.launch_seconds},
                       {"bytes_per_second", d.bytes_per_second},
                       {"copy_bytes_per_second", d.copy_bytes_per_second},
                       {"compile_seconds", d.compile_seconds},
                       {"measured", d.measured},
                       {"probe_error_ulp", d.probe_error}});
  for (const Agreement& a : found.agreements)
    agreements.push_back({{"device", a.device},
                          {"level", a.level},
                          {"agrees", a.agrees()},
                          {"counts", a.counts},
                          {"differs", a.disagreements},
                          {"failure", a.failure},
                          {"fallbacks", a.fallbacks}});
  return {{"version", version()},       {"devices", devices},
          {"backends", backends},       {"cache", cache_json(found.cache)},
          {"cpu_levels", found.levels}, {"cpu_level", found.level},
          {"interpreted_reason", found.interpreted_reason},
          {"threads", found.threads},   {"threads_reason", found.threads_reason},
          {"self_test", agreements},    {"bit_agreement", found.agree()}};
}

}  // namespace

int run_doctor(bool json, std::ostream& out) {
  const Findings found = examine();
  // Drivers describe themselves in any encoding; JSON is UTF-8.
  if (json)
    out << to_json(found).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
  else
    print(found, out);
  return found.agree() ? kDone : kFailed;
}

}  // namespace trireme::tools
