// hull/dispatch/profile_report.cpp -- TRIREME_PROFILE's table and TRIREME_TRACE's file, written when the process ends
// SPDX-License-Identifier: Apache-2.0
//
// The only file of the library that writes to the terminal and that asks to be called when the process ends, and only
// when one of the two variables is set: tests/rules/forbidden_calls.sh says so. Nothing is destroyed then; programs that
// run later, in destructors of static objects, are not in the table.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

#include <sys/syscall.h>
#include <unistd.h>

#include "dispatch/environment.hpp"
#include "dispatch/profile.hpp"
#include "program/fork.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

namespace {

template <class... Values>
std::string formatted(const char* format, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

double microseconds(std::chrono::steady_clock::time_point time) {
  return std::chrono::duration<double, std::micro>(time.time_since_epoch()).count();
}

/// Chrome's trace event format, the form that is an array. What is written is valid up to the missing bracket at every
/// moment, so a process that is killed leaves a file that viewers still open.
class Trace {
 public:
  explicit Trace(const std::string& path) : file_(path, std::ios::trunc) {
    if (!file_)
      throw error(Code::io, "TRIREME_TRACE: " + path + " cannot be opened for writing: " + std::generic_category().message(errno));
    file_ << R"([{"name":"process_name","ph":"M","pid":)" << getpid() << R"(,"args":{"name":"trireme"}})";
  }

  void add(const ProgramProfile& p) {
    double bytes = static_cast<double>(p.bytes_read + p.bytes_written);
    file_ << ",\n{\"name\":" << quoted(p.name) << R"(,"cat":"program","ph":"X","pid":)" << getpid() << ",\"tid\":" << syscall(SYS_gettid)
          << formatted(",\"ts\":%.3f,\"dur\":%.3f", microseconds(p.start), p.seconds * 1e6) << ",\"args\":{\"device\":" << quoted(p.device)
          << ",\"level\":" << quoted(p.level) << formatted(",\"hash\":\"%016llx\"", static_cast<unsigned long long>(p.hash))
          << ",\"elements\":" << p.elements << ",\"bytes_read\":" << p.bytes_read << ",\"bytes_written\":" << p.bytes_written
          << formatted(",\"gigabytes_per_second\":%.3f", p.seconds > 0 ? bytes / p.seconds * 1e-9 : 0.0) << "}}";
    file_ << ",\n{\"name\":\"memory of arrays\",\"ph\":\"C\",\"pid\":" << getpid()
          << formatted(",\"ts\":%.3f", microseconds(p.start) + p.seconds * 1e6) << ",\"args\":{\"live\":" << p.memory_live << "}}";
  }

  /// Whether all of it could be written.
  bool finish() {
    file_ << "]\n";
    file_.close();
    return !file_.fail();
  }

 private:
  std::ofstream file_;
};

/// What the table says of one program on one device.
struct Row {
  std::string name, device;
  std::int64_t calls = 0, bytes = 0;
  double seconds = 0;
};

std::string table(std::vector<Row> rows, std::int64_t peak) {
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.seconds > b.seconds; });
  std::size_t width = 7;
  for (const Row& row : rows) width = std::max(width, row.name.size());
  std::string out = "trireme: programs by time, memory of arrays at most " + std::to_string(peak) + " bytes\n";
  auto padded = [&](std::string name) {
    name.resize(width, ' ');
    return name;
  };
  out += padded("program") + formatted("  %-10s %10s %12s %12s %10s %16s\n", "device", "calls", "total ms", "mean us", "GB/s", "bytes");
  for (const Row& row : rows)
    out += padded(row.name) + formatted("  %-10s %10lld %12.3f %12.3f %10.2f %16lld\n", row.device.c_str(), static_cast<long long>(row.calls),
                                        row.seconds * 1e3, row.seconds * 1e6 / static_cast<double>(row.calls),
                                        row.seconds > 0 ? static_cast<double>(row.bytes) / row.seconds * 1e-9 : 0.0,
                                        static_cast<long long>(row.bytes));
  return out;
}

class Recorder final : public ProfileRecorder {
 public:
  Recorder() : table_(environment().profile == "1") {
    if (!environment().trace.empty()) trace_ = std::make_unique<Trace>(environment().trace);
  }

  void add(const ProgramProfile& p) override {
    std::lock_guard lock(mutex);
    if (finished_ || getpid() != owner_) return;  // a forked child has neither the table nor the file
    if (trace_) trace_->add(p);
    if (!table_) return;
    Row& row = rows_[{p.hash, std::string(p.device)}];
    if (row.calls++ == 0) row.name = p.name, row.device = p.device;
    row.bytes += p.bytes_read + p.bytes_written;
    row.seconds += p.seconds;
    peak_ = std::max(peak_, p.memory_peak);
  }

  void finish() noexcept try {
    std::lock_guard lock(mutex);
    if (getpid() != owner_) return;
    finished_ = true;
    std::string text;
    if (table_) {
      std::vector<Row> rows;
      for (auto& [key, row] : rows_) rows.push_back(row);
      text = table(std::move(rows), peak_);
    }
    if (trace_ && !trace_->finish()) text += "trireme: TRIREME_TRACE: writing " + environment().trace + " failed\n";
    for (std::size_t done = 0; done < text.size();) {
      ssize_t n = ::write(STDERR_FILENO, text.data() + done, text.size() - done);
      if (n < 0 && errno != EINTR) break;
      if (n > 0) done += static_cast<std::size_t>(n);
    }
  } catch (const std::exception&) {  // the process is ending, and there is nobody to tell
  }

  std::mutex mutex;

 private:
  const bool table_;
  const pid_t owner_ = getpid();
  std::unique_ptr<Trace> trace_;
  std::map<std::pair<std::uint64_t, std::string>, Row> rows_;
  std::int64_t peak_ = 0;
  bool finished_ = false;
};

Recorder* recorder = nullptr;

}  // namespace

ProfileRecorder* make_profile_recorder() {
  const Environment& e = environment();
  if (e.profile != "1" && e.trace.empty()) return nullptr;
  recorder = program::make_held<Recorder>(program::LockRank::profile);
  std::atexit([] { recorder->finish(); });
  return recorder;
}

}  // namespace trireme::dispatch
