// tests/cache/disk_cache_settings_test.cpp -- where the cache is and how large it grows, by the environment of a process
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "cache/cache_folder.hpp"
#include "dispatch/disk_cache.hpp"
#include "support/child_process.hpp"

namespace trireme::test {
namespace {

using dispatch::find_image;
using dispatch::image_name;
using dispatch::keep_image;

TEST(disk_cache_child, DISABLED_keeps_one) {
  keep_image("key", "image");
  const CacheReport state = cache_report();
  report(state.directory + "|" + find_image("key") + "|" + state.reason);
}

/// What DISABLED_keeps_one reports with these four variables, null meaning unset: directory, image, reason.
std::string kept_with(const char* own, const char* xdg, const char* home, const char* on = nullptr) {
  return run_child("disk_cache_child.DISABLED_keeps_one", {{"TRIREME_CACHE_DIR", own},
                                                           {"XDG_CACHE_HOME", xdg},
                                                           {"HOME", home},
                                                           {"TRIREME_CACHE", on},
                                                           {"TRIREME_CACHE_SIZE", nullptr}});
}

TEST(disk_cache_settings, directory_is_the_variables_or_the_users) {
  const ScratchFolder a, b, c;
  const std::string deep = a.path() + "/x/y/z";
  EXPECT_EQ(kept_with(deep.c_str(), b.path().c_str(), c.path().c_str()), deep + "|image|");
  EXPECT_EQ(kept_with((deep + "/").c_str(), nullptr, nullptr), deep + "|image|") << "a slash at the end does not matter";
  EXPECT_EQ(kept_with(nullptr, b.path().c_str(), c.path().c_str()), b.path() + "/trireme|image|");
  EXPECT_EQ(kept_with("", "", c.path().c_str()), c.path() + "/.cache/trireme|image|");
  EXPECT_EQ(kept_with(nullptr, "relative", c.path().c_str()), c.path() + "/.cache/trireme|image|");
}

TEST(disk_cache_settings, without_a_home_there_is_none) {
  const char* none = "||There is no place for compiled programs: HOME and XDG_CACHE_HOME name no directory; set TRIREME_CACHE_DIR.";
  EXPECT_EQ(kept_with(nullptr, nullptr, nullptr), none);
  EXPECT_EQ(kept_with(nullptr, nullptr, "here"), none);
}

TEST(disk_cache_settings, relative_directory_is_refused) {
  const std::string text = kept_with("cache", nullptr, nullptr);
  EXPECT_EQ(text, "cache||TRIREME_CACHE_DIR is no absolute path: 'cache'; name it from the root on.");
}

TEST(disk_cache_settings, zero_turns_it_off) {
  const ScratchFolder folder;
  EXPECT_EQ(kept_with(folder.cache().c_str(), nullptr, nullptr, "0"),
            "||Compiled programs are not kept, as TRIREME_CACHE is 0.");
  EXPECT_FALSE(fs::exists(folder.cache()));
  EXPECT_EQ(kept_with(folder.cache().c_str(), nullptr, nullptr, "1"), folder.cache() + "|image|");
}

TEST(disk_cache_settings, directory_that_cannot_be_made_is_no_error) {
  const std::string text = kept_with("/proc/self/trireme", nullptr, nullptr);
  EXPECT_TRUE(text.starts_with("/proc/self/trireme||The directory for compiled programs, /proc/self/trireme, cannot be opened: ")) << text;
}

TEST(disk_cache_settings, size_that_is_none_is_told) {
  const ScratchFolder folder;
  const std::string text =
      run_child("disk_cache_child.DISABLED_keeps_one",
                {{"TRIREME_CACHE_DIR", folder.cache().c_str()}, {"TRIREME_CACHE", nullptr}, {"TRIREME_CACHE_SIZE", "much"}});
  EXPECT_EQ(text, folder.cache() +
                      "||Compiled programs are not kept: TRIREME_CACHE_SIZE: expected a number of bytes above 0, with K, M or "
                      "G behind it if wanted, got 'much'.");
}

// 100 images of 8 KiB and more go through a cache of 256 KiB, while "old but used" is used.

std::string name_of(int k) { return "image " + std::to_string(k); }

void set_age(const std::string& path, int seconds) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  now.tv_sec -= seconds;
  const timespec times[] = {now, now};
  utimensat(AT_FDCWD, path.c_str(), times, 0);
}

TEST(disk_cache_child, DISABLED_fills) {
  const std::string folder = cache_report().directory;
  const std::string image(8000, 'x');
  for (const char* name : {"old", "old but used"}) {
    keep_image(name, image);
    set_age(folder + "/" + image_name(name), 7200);
  }
  const std::string abandoned = folder + "/" + std::string(32, '1') + ".7.8.trireme-new";
  const std::string begun = folder + "/" + std::string(32, '2') + ".7.8.trireme-new";
  for (const std::string& path : {abandoned, begun}) write_file(path, "begun");
  set_age(abandoned, 7200);
  find_image("old but used");
  std::int64_t most = 0;
  for (int k = 0; k < 100; ++k) {
    keep_image(name_of(k), image);
    set_age(folder + "/" + image_name(name_of(k)), 1000 - k);
    most = std::max(most, cache_report().bytes);
  }
  std::string text = most <= (256 << 10) + (256 << 10) / 8 ? "bounded" : "grew to " + std::to_string(most);
  text += find_image("old").empty() ? ", old went" : ", old stayed";
  text += find_image("old but used").empty() ? ", used went" : ", used stayed";
  text += find_image(name_of(0)).empty() ? ", first went" : ", first stayed";
  text += find_image(name_of(99)).empty() ? ", last went" : ", last stayed";
  text += fs::exists(abandoned) ? ", abandoned stayed" : ", abandoned went";
  text += fs::exists(begun) ? ", begun stayed" : ", begun went";
  report(text);
}

TEST(disk_cache_settings, least_recently_used_go_when_it_is_full) {
  const ScratchFolder folder;
  const std::string text =
      run_child("disk_cache_child.DISABLED_fills",
                {{"TRIREME_CACHE_DIR", folder.cache().c_str()}, {"TRIREME_CACHE", nullptr}, {"TRIREME_CACHE_SIZE", "256K"}});
  EXPECT_EQ(text, "bounded, old went, used stayed, first went, last stayed, abandoned went, begun stayed");
}

}  // namespace
}  // namespace trireme::test
