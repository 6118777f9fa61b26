// tests/cache/executables_test.cpp -- a second process loads what the first compiled, on PoCL and on the stand-in for CUDA
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "cache/cache_folder.hpp"
#include "dispatch/disk_cache.hpp"
#include "support/child_process.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

/// Compilations of the stand-in's compiler in this process; -1 when it is another compiler's.
long long compilations() {
  void* const library = dlopen("libnvrtc.so.12", RTLD_NOW | RTLD_LOCAL);
  auto* const count = library ? reinterpret_cast<unsigned long long (*)()>(dlsym(library, "stand_in_compile_count")) : nullptr;
  return count ? static_cast<long long>(count()) : -1;
}

/// Two programs and the probe's on the device that TRIREME_TEST_DEVICE names: a map and a reduction with its steps.
TEST(executables_child, DISABLED_evaluates) {
  const std::string device = std::getenv("TRIREME_TEST_DEVICE");
  try {
    Device{device};
  } catch (const error& missing) {
    return report(std::string("missing ") + missing.what());
  }
  if (device == "cuda" && compilations() < 0) return report("missing: the stand-in is not first on LD_LIBRARY_PATH");
  const DeviceScope scope{Device(device)};
  Explain explain;
  const array x = linspace(-2, 2, 10'000, f32).eval();
  const std::string result = bits(sum(exp(x) * x)) + bits(tanh(x) / 3);
  const Counters now = counters();
  std::string how = "in memory";
  for (const ProgramReport& r : explain.programs())
    if (r.compile_seconds > 0) how = r.from_disk_cache ? "loaded" : "compiled";
  const bool told = explain.text().find("; " + how + (how == "loaded" ? " from the disk cache in " : " in ")) != std::string::npos;
  report(result + " compiled " + std::to_string(now.executables_compiled) + ", loaded " + std::to_string(now.executables_loaded) +
         ", " + how + (told ? "" : " but not told") + (now.fallbacks ? ", fell back" : "") +
         (device == "cuda" ? ", compiler ran " + std::to_string(compilations()) + " times" : ""));
}

struct Seen {
  std::string bits, rest;
};

class executables : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    first = run();
    if (first.rest.starts_with("missing")) GTEST_SKIP() << first.rest;
  }

  Seen run(const char* on = nullptr) const {
    const std::string text = run_child("executables_child.DISABLED_evaluates", {{"TRIREME_TEST_DEVICE", GetParam()},
                                                                                {"TRIREME_CACHE_DIR", folder.cache().c_str()},
                                                                                {"TRIREME_CACHE", on},
                                                                                {"TRIREME_CACHE_SIZE", nullptr}});
    const std::size_t blank = text.find(' ');
    return blank == 64 ? Seen{text.substr(0, blank), text.substr(blank + 1)} : Seen{"", text};
  }

  // Executables and compilations: the probe's two programs (f32 and f64) are compiled too, and counted by the compiler.
  bool is_cuda() const { return std::string(GetParam()) == "cuda"; }
  std::string all_compiled() const {
    return std::string("compiled ") + kCount + ", loaded 0, compiled" + (is_cuda() ? ", compiler ran 6 times" : "");
  }
  std::string all_loaded() const {
    return std::string("compiled 0, loaded ") + kCount + ", loaded" + (is_cuda() ? ", compiler ran 0 times" : "");
  }

  static constexpr const char* kCount = "4";
  const ScratchFolder folder;
  Seen first;  // with an empty cache
};

TEST_P(executables, second_process_loads_all_and_has_the_same_bits) {
  const Seen second = run();
  EXPECT_EQ(first.rest, all_compiled());
  EXPECT_EQ(second.rest, all_loaded());
  EXPECT_EQ(first.bits, second.bits);
  const Seen off = run("0");
  EXPECT_EQ(off.rest, all_compiled());
  EXPECT_EQ(off.bits, first.bits);
}

TEST_P(executables, damaged_images_are_compiled_again) {
  std::size_t number = 0;
  for (const fs::path& path : images_in(folder.cache())) {
    std::string content = read_file(path);
    if (++number % 2) content.resize(content.size() - content.size() / 3);
    else content[content.size() / 2] ^= 4;
    write_file(path, content);
  }
  const Seen second = run(), third = run();
  EXPECT_EQ(second.rest, all_compiled());
  EXPECT_EQ(third.rest, all_loaded());
  EXPECT_EQ(second.bits, first.bits);
  EXPECT_EQ(third.bits, first.bits);
}

/// The key in an image's file: behind five words, of which the second is its length.
std::string key_in(const fs::path& path) {
  const std::string content = read_file(path);
  std::uint64_t length = 0;
  std::memcpy(&length, content.data() + 8, sizeof length);
  return content.substr(40, length);
}

TEST(executables_child, DISABLED_replaces_images) {
  const std::string version = std::getenv("TRIREME_TEST_VERSION");
  int count = 0;
  for (const fs::path& path : images_in(cache_report().directory)) {
    std::string key = key_in(path);
    if (!version.empty()) {
      fs::remove(path);
      key.replace(0, key.find('\n'), "trireme " + version);
    }
    dispatch::keep_image(key, "what no driver takes");
    ++count;
  }
  report(std::to_string(count));
}

TEST_P(executables, images_that_the_driver_refuses_are_compiled_again) {
  const std::size_t count = images_in(folder.cache()).size();
  EXPECT_EQ(run_child("executables_child.DISABLED_replaces_images",
                      {{"TRIREME_CACHE_DIR", folder.cache().c_str()}, {"TRIREME_TEST_VERSION", ""}}),
            std::to_string(count));
  EXPECT_EQ(images_in(folder.cache()).size(), count);
  const Seen second = run(), third = run();
  EXPECT_EQ(second.rest, all_compiled());
  EXPECT_EQ(third.rest, all_loaded());
  EXPECT_EQ(second.bits, first.bits);
}

TEST_P(executables, images_of_another_version_are_not_touched) {
  const std::size_t count = images_in(folder.cache()).size();
  for (const fs::path& path : images_in(folder.cache())) EXPECT_TRUE(key_in(path).starts_with("trireme " + version() + "\n"));
  run_child("executables_child.DISABLED_replaces_images",
            {{"TRIREME_CACHE_DIR", folder.cache().c_str()}, {"TRIREME_TEST_VERSION", "0.0.9"}});
  const Seen second = run();
  EXPECT_EQ(second.rest, all_compiled());
  EXPECT_EQ(images_in(folder.cache()).size(), 2 * count);
  EXPECT_EQ(run().rest, all_loaded());
}

TEST_P(executables, directory_that_is_refused_means_compiling) {
  fs::permissions(folder.cache(), fs::perms::all);
  EXPECT_EQ(run().rest, all_compiled());
}

INSTANTIATE_TEST_SUITE_P(devices, executables, testing::Values("opencl", "cuda"), [](const auto& about) { return std::string(about.param); });

}  // namespace
}  // namespace trireme::test
