// tools/cache.cpp -- `trireme cache`: what is kept of compiled programs on disk, and removing it
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <ostream>

#include "tools/cache_text.hpp"
#include "tools/command.hpp"

namespace trireme::tools {

void print_cache(const CacheReport& report, std::ostream& out) {
  out << "cache: " << (report.readable ? report.directory : "none") << (report.readable && !report.writable ? ", read only" : "")
      << "\n";
  if (!report.reason.empty()) out << "  reason: " << report.reason << "\n";
  if (report.readable)
    out << "  " << report.files << " files, " << report.bytes << " bytes of at most " << report.limit << "\n";
}

nlohmann::ordered_json cache_json(const CacheReport& report) {
  return {{"directory", report.directory}, {"readable", report.readable}, {"writable", report.writable},
          {"reason", report.reason},       {"files", report.files},       {"bytes", report.bytes},
          {"limit", report.limit}};
}

int run_cache_info(bool json, std::ostream& out) {
  const CacheReport report = cache_report();
  if (json) out << cache_json(report).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
  else print_cache(report, out);
  return kDone;
}

int run_cache_clear(std::ostream& out, std::ostream& err) {
  const CacheCleared cleared = clear_cache();
  out << cleared.files << " files removed, " << cleared.bytes << " bytes\n";
  if (cleared.kept > 0) out << cleared.kept << " other files are not the cache's and stay\n";
  if (cleared.reason.empty()) return kDone;
  err << "trireme: " << cleared.reason << "\n";
  return kFailed;
}

}  // namespace trireme::tools
