// tests/support/child_process.hpp -- runs one test of this program in a fresh process with its own environment
// SPDX-License-Identifier: Apache-2.0
//
// Drivers are opened once per process and read their environment then, so a test of another environment needs another
// process. The test to run is a disabled one of the same program, which hands its result back with report().
#pragma once

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

namespace trireme::test {

/// In the child: hands `text` to the parent.
inline void report(const std::string& text) {
  std::printf("\n[[%s]]\n", text.c_str());
  std::fflush(stdout);
}

/// Runs the test `name` ("suite.DISABLED_test") with these variables, null meaning unset. Returns what it reported, or
/// "no report: " and all that it printed.
inline std::string run_child(const std::string& name,
                             std::initializer_list<std::pair<const char*, const char*>> environment) {
  int ends[2];
  if (pipe(ends) != 0) return "no report: pipe failed";
  const std::string filter = "--gtest_filter=" + name;
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    close(ends[0]);
    close(ends[1]);
    for (const auto& [variable, value] : environment) value ? setenv(variable, value, 1) : unsetenv(variable);
    for (const char* variable : {"GTEST_OUTPUT", "GTEST_SHARD_STATUS_FILE", "GTEST_TOTAL_SHARDS"}) unsetenv(variable);
    execl("/proc/self/exe", "trireme-test-child", filter.c_str(), "--gtest_also_run_disabled_tests", nullptr);
    _exit(127);
  }
  close(ends[1]);
  std::string all;
  char buffer[4096];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) all.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  const std::size_t from = all.find("[["), to = all.rfind("]]");
  if (from == std::string::npos || to == std::string::npos || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return "no report: " + all;
  return all.substr(from + 2, to - from - 2);
}

/// Runs `body` in a fork of this process, without exec, and returns the text that it gives or throws.
template <class Body>
std::string run_fork(Body body) {
  int ends[2];
  if (pipe(ends) != 0) return "no report: pipe failed";
  const pid_t child = fork();
  if (child == 0) {
    std::string text;
    try {
      text = body();
    } catch (const std::exception& failure) {
      text = failure.what();
    }
    const bool written = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(written ? 0 : 1);
  }
  close(ends[1]);
  std::string all;
  char buffer[4096];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) all.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? all : "no report: " + all;
}

}  // namespace trireme::test
