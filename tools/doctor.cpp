// tools/doctor.cpp -- `trireme doctor`: what there is, why the rest is not, and whether the bits agree
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "tools/command.hpp"
#include "tools/self_test.hpp"
#include "trireme/trireme.hpp"

namespace trireme::tools {
namespace {

struct Findings {
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
  found.levels = cpu_levels();
  found.level = cpu_level();
  found.interpreted_reason = interpreted_reason();
  found.threads = threads();
  found.threads_reason = threads_reason();
  found.agreements = self_test(found.devices);
  return found;
}

std::string label(const Agreement& a) { return a.level.empty() ? a.device : a.device + " " + a.level; }

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
  if (d.usable) out << "  largest self-test error: " << d.probe_error << " ulp\n";
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
  out << "\ncpu levels:";
  for (const std::string& level : found.levels) out << " " << level << (level == found.level ? " (in use)" : "");
  out << "\ncpu programs: " << (found.interpreted_reason.empty() ? "compiled once they repay it" : "interpreted, as " + found.interpreted_reason);
  out << "\nthreads: " << found.threads << ", " << found.threads_reason << "\n\nbits compared with cpu " << found.levels.front() << ":\n";
  for (const Agreement& agreement : found.agreements) print_agreement(agreement, out);
  out << "bit agreement: " << (found.agree() ? "yes" : "NO") << "\n";
}

nlohmann::ordered_json to_json(const Findings& found) {
  using Json = nlohmann::ordered_json;
  Json devices = Json::array(), agreements = Json::array();
  for (const DeviceReport& d : found.devices)
    devices.push_back({{"name", d.name},
                       {"description", d.description},
                       {"usable", d.usable},
                       {"exact", d.exact},
                       {"reason", d.reason},
                       {"details", d.details},
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
