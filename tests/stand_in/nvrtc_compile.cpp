// tests/stand_in/nvrtc_compile.cpp -- runs the host compiler, without a shell, in a private folder that is removed again
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nvrtc.hpp"

#ifndef STAND_IN_COMPILER
#define STAND_IN_COMPILER "c++"
#endif

extern char** environ;

namespace stand_in {
namespace {

class PrivateFolder {
 public:
  PrivateFolder() {
    const char* parent = std::getenv("TMPDIR");
    path_ = std::string(parent && *parent ? parent : "/tmp") + "/stand_in_XXXXXX";
    if (!mkdtemp(path_.data())) path_.clear();  // mkdtemp makes it 0700
  }
  ~PrivateFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

bool has_fma() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("fma") != 0;
#else
  return false;
#endif
}

std::vector<std::string> command_line(const Options& options, const std::string& folder) {
  const char* compiler = std::getenv("STAND_IN_COMPILER");
  const bool old = options.standard == "c++11" || options.standard == "c++14";  // the shim needs 17
  std::vector<std::string> line = {
      compiler && *compiler ? compiler : STAND_IN_COMPILER, "-std=" + (old ? "c++17" : options.standard),
      "-O1", "-w", "-shared", "-fPIC", "-fvisibility=hidden", "-fwrapv", "-fno-strict-aliasing", "-fno-math-errno",
      "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-fno-stack-protector", "-nostdinc", "-I", folder};
  line.push_back(options.contract ? "-ffp-contract=fast" : "-ffp-contract=off");
  if (options.contract) line.push_back("-fexpensive-optimizations");  // where GCC keeps the pass that contracts
#if defined(__x86_64__)
  line.push_back("-msse2");
#endif
  if (has_fma()) line.push_back("-mfma");
  line.insert(line.end(), options.defines.begin(), options.defines.end());
  for (const char* s : {"-o", "kernels.so", "kernels.cpp", "-nodefaultlibs", "-Wl,-z,defs", "-lm", "-lgcc", "-lc"}) {
    const bool is_file = std::strncmp(s, "kernels", 7) == 0;
    line.push_back(is_file ? folder + "/" + s : s);
  }
  return line;
}

// A sanitizer preloaded into the test has no business in the compiler; messages come in English.
std::vector<std::string> compiler_environment() {
  std::vector<std::string> result = {"LC_ALL=C"};
  for (char** e = environ; *e; ++e) {
    if (std::strncmp(*e, "LD_PRELOAD=", 11) != 0 && std::strncmp(*e, "LC_ALL=", 7) != 0) result.emplace_back(*e);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& s : strings) result.push_back(s.data());
  result.push_back(nullptr);
  return result;
}

// The exit status, or -1 with a reason in `log`.
int run(std::vector<std::string> line, const std::string& output, std::string* log) {
  std::vector<std::string> variables = compiler_environment();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  pid_t child = 0;
  const int error = posix_spawnp(&child, line[0].c_str(), &actions, nullptr, pointers(line).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error) {
    *log += "stand-in: cannot start " + line[0] + ": " + std::strerror(error) + "\n";
    return -1;
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;  // a host that ignores SIGCHLD
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  return static_cast<bool>(out.flush());
}

}  // namespace

bool compile_object(const std::string& text, const std::vector<Header>& headers, const Options& options, std::string* object,
                    std::string* log) {
  const PrivateFolder folder;
  if (folder.path().empty() || !write_file(folder.path() + "/kernels.cpp", text)) {
    *log += "stand-in: cannot write a temporary file\n";
    return false;
  }
  for (const auto& [name, content] : headers) {
    const std::filesystem::path path = std::filesystem::path(folder.path()) / name;
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    if (name.find("..") == std::string::npos) write_file(path.string(), content);
  }
  const std::string output = folder.path() + "/log";
  const int status = run(command_line(options, folder.path()), output, log);
  *log += read_file(output);
  *object = status == 0 ? read_file(folder.path() + "/kernels.so") : "";
  return status == 0 && !object->empty();
}

}  // namespace stand_in
