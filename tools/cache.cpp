// tools/cache.cpp -- `trireme cache`: what is kept of compiled programs on disk, and removing it
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <ostream>

#include "tools/command.hpp"
#include "trireme/cache.hpp"

namespace trireme::tools {

std::string cache_line(const CacheReport& report) {
  if (!report.readable) return "none";
  return report.directory + (report.writable ? "" : ", read only");
}

int run_cache_info(bool json, std::ostream& out) {
  const CacheReport report = cache_report();
  if (json) {
    const nlohmann::ordered_json object = {{"directory", report.directory}, {"readable", report.readable},
                                           {"writable", report.writable},   {"reason", report.reason},
                                           {"files", report.files},         {"bytes", report.bytes},
                                           {"limit", report.limit}};
    out << object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
    return kDone;
  }
  out << "cache: " << cache_line(report) << "\n";
  if (!report.reason.empty()) out << "  reason: " << report.reason << "\n";
  if (report.readable)
    out << "  " << report.files << " files, " << report.bytes << " bytes of at most " << report.limit << "\n";
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
