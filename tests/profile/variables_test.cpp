// tests/profile/variables_test.cpp -- TRIREME_PROFILE's table and TRIREME_TRACE's file, made by a process of their own
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

std::string path_of(const char* name) {
  return (std::filesystem::temp_directory_path() / ("trireme-" + std::to_string(getpid()) + "-" + name)).string();
}

std::string read(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  std::filesystem::remove(path);
  return text.str();
}

/// The work of the child: 7 programs of one kind, a sum in two rounds, and others in two threads. What the process
/// prints goes to a file, as the table comes after the test's own output.
TEST(profile_child, DISABLED_work) {
  if (const char* path = std::getenv("TRIREME_TEST_STDERR"); path && !std::freopen(path, "w", stderr)) return report("no file");
  const DeviceScope scope{Device("cpu")};
  try {
    const array x = linspace(0, 1, 100'000, f32);
    for (int k = 0; k < 7; ++k) (x * 2 + k).eval();
    sum(x).eval();
    std::vector<std::jthread> threads;
    for (int t = 0; t < 2; ++t)
      threads.emplace_back([&] {
        const DeviceScope scope{Device("cpu")};
        for (int k = 0; k < 10; ++k) (x - k).eval();
      });
    threads.clear();
    // A child of a fork adds nothing, neither now nor when it ends as processes do.
    if (std::getenv("TRIREME_TEST_STDERR") == nullptr) return report("done");
    if (const pid_t child = fork(); child == 0) {
      exp(x).eval();
      std::exit(0);
    } else {
      int status = 0;
      waitpid(child, &status, 0);
    }
    report("done");
  } catch (const error& e) {
    report(e.what());
  }
}

TEST(variables, profile_prints_a_table_when_the_process_ends) {
  const std::string path = path_of("table");
  ASSERT_EQ(run_child("profile_child.DISABLED_work", {{"TRIREME_PROFILE", "1"}, {"TRIREME_TEST_STDERR", path.c_str()}}), "done");
  const std::string text = read(path);
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  EXPECT_TRUE(line.starts_with("trireme: programs by time")) << text;
  std::getline(lines, line);
  EXPECT_TRUE(line.starts_with("program")) << text;
  struct Row {
    std::string device;
    long long calls = 0, bytes = 0;
    double total = 0, mean = 0, rate = 0;
  };
  std::map<std::string, Row> rows;
  double last = 1e300;
  while (std::getline(lines, line)) {
    const std::size_t end = line.find("  cpu ");
    ASSERT_NE(end, std::string::npos) << text;
    Row row;
    std::istringstream(line.substr(end)) >> row.device >> row.calls >> row.total >> row.mean >> row.rate >> row.bytes;
    EXPECT_LE(row.total, last) << "sorted by time";
    last = row.total;
    const double digit = 0.5 + 0.5e-3 * static_cast<double>(row.calls);  // half of the last digits printed, in us
    EXPECT_NEAR(row.mean * static_cast<double>(row.calls), row.total * 1e3, digit) << "sum of calls";
    std::string name = line.substr(0, end);
    name.erase(name.find_last_not_of(' ') + 1);
    EXPECT_TRUE(rows.emplace(name, row).second) << name << " twice: " << text;
  }
  EXPECT_EQ(rows.size(), 4u) << text;
  EXPECT_EQ(rows["multiply+add"].calls, 7);
  EXPECT_EQ(rows["multiply+add"].bytes, 7 * 800'000);
  EXPECT_EQ(rows["reduce_inner: reduce_add"].calls, 2) << "two rounds of one program";
  EXPECT_EQ(rows["subtract"].calls, 20) << text;
  EXPECT_EQ(rows["subtract"].bytes, 20 * 800'000);
}

TEST(variables, trace_is_valid_json_with_one_event_a_program) {
  const std::string path = path_of("trace.json"), errors = path_of("errors");
  ASSERT_EQ(run_child("profile_child.DISABLED_work", {{"TRIREME_TRACE", path.c_str()}, {"TRIREME_TEST_STDERR", errors.c_str()}}), "done");
  EXPECT_EQ(read(errors), "") << "no table without TRIREME_PROFILE";
  const std::string text = read(path);
  const nlohmann::json trace = nlohmann::json::parse(text, nullptr, false);
  ASSERT_TRUE(trace.is_array()) << text.substr(0, 2000);
  std::map<std::string, int> events;
  std::set<long long> threads, processes;
  double counted = -1;
  for (const nlohmann::json& event : trace) {
    const std::string phase = event.at("ph");
    processes.insert(event.at("pid").get<long long>());
    if (phase == "M") {
      EXPECT_EQ(event.at("name"), "process_name");
    }
    if (phase == "C") counted = std::max(counted, event.at("args").at("live").get<double>());
    if (phase != "X") continue;
    ++events[event.at("name")];
    EXPECT_GT(event.at("ts").get<double>(), 0);
    EXPECT_GE(event.at("dur").get<double>(), 0);
    EXPECT_EQ(event.at("args").at("device"), "cpu");
    EXPECT_EQ(event.at("args").at("hash").get<std::string>().size(), 16u);
    if (event.at("name") == "subtract") {
      threads.insert(event.at("tid").get<long long>());
      EXPECT_EQ(event.at("args").at("bytes_read"), 400'000);
      EXPECT_EQ(event.at("args").at("bytes_written"), 400'000);
      EXPECT_EQ(event.at("args").at("elements"), 100'000);
    }
  }
  EXPECT_EQ(events["multiply+add"], 7);
  EXPECT_EQ(events["subtract"], 20);
  EXPECT_EQ(events.count("exp"), 0u) << "of the forked child";
  EXPECT_EQ(threads.size(), 2u);
  EXPECT_EQ(processes.size(), 1u);
  EXPECT_GE(counted, 400'000);
}

TEST(variables, only_1_asks_for_the_table) {
  const std::string path = path_of("none");
  ASSERT_EQ(run_child("profile_child.DISABLED_work", {{"TRIREME_PROFILE", "0"}, {"TRIREME_TEST_STDERR", path.c_str()}}), "done");
  EXPECT_EQ(read(path), "");
}

TEST(variables, trace_that_cannot_be_written_is_an_error) {
  const std::string text = run_child("profile_child.DISABLED_work", {{"TRIREME_TRACE", "/no/such/folder/trace.json"}});
  EXPECT_NE(text.find("TRIREME_TRACE: /no/such/folder/trace.json cannot be opened for writing: No such file or directory"), std::string::npos) << text;
}

}  // namespace
}  // namespace trireme::test
