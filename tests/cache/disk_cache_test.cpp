// tests/cache/disk_cache_test.cpp -- one image on disk: kept, found, and refused in every way in which it may be wrong
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cache/cache_folder.hpp"
#include "dispatch/disk_cache.hpp"
#include "support/child_process.hpp"

namespace trireme::test {
namespace {

using dispatch::find_image;
using dispatch::image_name;
using dispatch::keep_image;

/// All tests of this process share a directory, as the environment is read once; each finds it missing.
const ScratchFolder& scratch() {
  static const ScratchFolder folder;
  return folder;
}

class disk_cache : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("TRIREME_CACHE_DIR", scratch().cache().c_str(), 1);
    for (const char* name : {"TRIREME_CACHE", "TRIREME_CACHE_SIZE"}) unsetenv(name);
    ASSERT_EQ(cache_report().directory, scratch().cache()) << "the environment was read before";
  }
  disk_cache() { fs::remove_all(folder); }
  ~disk_cache() override {
    chmod(folder.c_str(), 0700);
    fs::remove_all(folder);
  }
  std::string file_of(const std::string& key) const { return folder + "/" + image_name(key); }

  const std::string folder = scratch().cache();
  const std::string key = "compiler 1\nvoid f() {}\n";
  const std::string image = std::string("\177ELF\0\n", 6) + std::string(200, 'x') + "end";
};

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

/// Runs `body` as a user for whom permissions count, who owns the cache; root is none.
template <class Body>
std::string as_ordinary_user(const std::string& folder, Body body) {
  return run_fork([&]() -> std::string {
    if (geteuid() == 0) {
      constexpr uid_t kNobody = 65534;
      const std::string parent = fs::path(folder).parent_path();
      if (chmod(parent.c_str(), 0711) != 0 || chown(folder.c_str(), kNobody, kNobody) != 0) return "chown failed";
      for (const fs::path& file : images_in(folder))
        if (chown(file.c_str(), kNobody, kNobody) != 0) return "chown failed";
      if (seteuid(kNobody) != 0) return "seteuid failed";
    }
    return body();
  });
}

TEST_F(disk_cache, kept_images_are_found_under_their_keys_only) {
  EXPECT_EQ(find_image(key), "");
  EXPECT_FALSE(fs::exists(folder)) << "looking makes no directory";
  keep_image(key, image);
  keep_image("another", std::string(1 << 20, '\0'));
  EXPECT_EQ(find_image(key), image);
  EXPECT_EQ(find_image("another"), std::string(1 << 20, '\0'));
  EXPECT_EQ(find_image(key + " "), "");
  EXPECT_TRUE(dispatch::has_image(key));
  EXPECT_FALSE(dispatch::has_image(key + " "));
  keep_image(key, "newer");
  EXPECT_EQ(find_image(key), "newer");
  EXPECT_EQ(images_in(folder).size(), 2u);
  EXPECT_EQ(unfinished_in(folder), 0);
}

TEST_F(disk_cache, directory_and_files_are_for_the_user_alone) {
  const mode_t before = umask(0);
  keep_image(key, image);
  umask(before);
  EXPECT_EQ(mode_of(folder), 0700u);
  EXPECT_EQ(mode_of(file_of(key)), 0600u);
}

TEST_F(disk_cache, empty_and_oversized_images_are_not_kept) {
  keep_image(key, "");
  EXPECT_FALSE(fs::exists(file_of(key)));
  keep_image(key, std::string((std::size_t{256} << 20) + 1, 'x'));  // more than a quarter of a gibibyte
  EXPECT_FALSE(fs::exists(file_of(key)));
}

TEST_F(disk_cache, file_of_another_key_is_a_miss) {
  keep_image("another", image);
  fs::rename(file_of("another"), file_of(key));  // as a collision of names would
  EXPECT_EQ(find_image(key), "");
  EXPECT_TRUE(fs::exists(file_of(key))) << "it is whole, so it stays";
  keep_image(key, "mine");
  EXPECT_EQ(find_image(key), "mine");
}

TEST_F(disk_cache, truncated_files_are_removed) {
  keep_image(key, image);
  const std::string whole = read_file(file_of(key));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_file(file_of(key), whole.substr(0, length));
    EXPECT_EQ(find_image(key), "") << length;
    EXPECT_FALSE(fs::exists(file_of(key))) << length;
  }
  write_file(file_of(key), whole + "x");
  EXPECT_EQ(find_image(key), "") << "longer";
  write_file(file_of(key), whole);
  EXPECT_EQ(find_image(key), image) << "the file itself was right";
}

TEST_F(disk_cache, large_truncated_files_are_removed) {
  const std::string large(100'000, 'y');
  keep_image(key, large);
  const std::string whole = read_file(file_of(key));
  for (std::size_t length = 0; length < whole.size(); length += 64) {
    write_file(file_of(key), whole.substr(0, length));
    EXPECT_EQ(find_image(key), "") << length;
  }
}

TEST_F(disk_cache, any_flipped_bit_is_found) {
  keep_image(key, image);
  const std::string whole = read_file(file_of(key));
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    write_file(file_of(key), flipped);
    EXPECT_EQ(find_image(key), "") << bit;
    EXPECT_FALSE(fs::exists(file_of(key))) << bit;
  }
}

TEST_F(disk_cache, files_that_others_may_write_or_that_are_none_are_not_read) {
  keep_image(key, image);
  for (const mode_t mode : {0620, 0602}) {
    chmod(file_of(key).c_str(), mode);
    EXPECT_EQ(find_image(key), "") << mode;
  }
  chmod(file_of(key).c_str(), 0600);
  ASSERT_EQ(find_image(key), image);
  fs::rename(file_of(key), folder + "/elsewhere");
  fs::create_symlink(folder + "/elsewhere", file_of(key));
  EXPECT_EQ(find_image(key), "") << "a link";
  fs::remove(file_of(key));
  ASSERT_EQ(mkfifo(file_of(key).c_str(), 0600), 0);
  EXPECT_EQ(find_image(key), "") << "a pipe, which nobody writes to";
  fs::remove(file_of(key));
  fs::create_directory(file_of(key));
  EXPECT_EQ(find_image(key), "") << "a directory";
  fs::remove(file_of(key));
  fs::create_symlink(folder + "/elsewhere", file_of(key));
  keep_image(key, "mine");
  EXPECT_EQ(find_image(key), "mine");
  EXPECT_FALSE(fs::is_symlink(file_of(key)));
  EXPECT_NE(read_file(folder + "/elsewhere").find(image), std::string::npos) << "written through the link";
}

TEST_F(disk_cache, files_of_other_users_are_not_read) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  keep_image(key, image);
  ASSERT_EQ(chown(file_of(key).c_str(), 65534, 65534), 0);
  EXPECT_EQ(find_image(key), "");
}

TEST_F(disk_cache, directories_that_others_own_or_may_write_are_refused) {
  keep_image(key, image);
  for (const mode_t mode : {0770, 0707, 0777}) {
    chmod(folder.c_str(), mode);
    EXPECT_EQ(find_image(key), "") << mode;
    keep_image("another", image);
    EXPECT_FALSE(fs::exists(file_of("another"))) << mode;
    const CacheReport report = cache_report();
    EXPECT_FALSE(report.readable || report.writable) << mode;
    EXPECT_EQ(report.reason,
              "The directory for compiled programs, " + folder + ", may be written to by others; use chmod go-w on it.");
  }
  chmod(folder.c_str(), 0755);
  EXPECT_EQ(find_image(key), image) << "others may look";
  if (geteuid() != 0) GTEST_SKIP() << "the rest is for root, who can give a directory away";
  ASSERT_EQ(chown(folder.c_str(), 65534, 65534), 0);
  EXPECT_EQ(find_image(key), "");
  EXPECT_NE(cache_report().reason.find("belongs to user 65534 and not to this process's, 0"), std::string::npos);
}

TEST_F(disk_cache, link_in_place_of_the_directory_is_refused) {
  const std::string elsewhere = scratch().path() + "/elsewhere";
  fs::create_directory(elsewhere);
  fs::create_symlink(elsewhere, folder);
  keep_image(key, image);
  EXPECT_TRUE(fs::is_empty(elsewhere));
  EXPECT_NE(cache_report().reason.find("is a symbolic link"), std::string::npos) << cache_report().reason;
  fs::remove(folder);
  write_file(folder, "a file");
  EXPECT_NE(cache_report().reason.find("Not a directory"), std::string::npos) << cache_report().reason;
}

TEST_F(disk_cache, read_only_directory_is_read) {
  keep_image(key, image);
  chmod(folder.c_str(), 0500);
  const std::string told = as_ordinary_user(folder, [&] {
    if (find_image(key) != image) return std::string("not found");
    keep_image("another", image);
    if (fs::exists(file_of("another"))) return std::string("written");
    const CacheReport report = cache_report();
    return std::string(report.readable ? "readable " : "") + (report.writable ? "writable " : "") + report.reason;
  });
  EXPECT_EQ(told, "readable Nothing is added to " + folder +
                      ": Permission denied. What is there is used; for more, name another directory by TRIREME_CACHE_DIR.");
}

TEST_F(disk_cache, failed_write_leaves_nothing_and_is_the_last_one) {
  keep_image("first", image);
  const std::string told = run_fork([&]() -> std::string {
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 5000;  // a file system that is full after this
    setrlimit(RLIMIT_FSIZE, &limit);
    keep_image(key, std::string(9000, 'x'));
    if (fs::exists(file_of(key)) || unfinished_in(folder)) return "something is left";
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
    keep_image(key, image);
    if (fs::exists(file_of(key))) return "it tried again";
    return find_image("first") == image ? cache_report().reason : "not found";
  });
  EXPECT_TRUE(told.starts_with("Nothing is added to " + folder + ": File too large (this process has given up)")) << told;
  keep_image(key, image);
  EXPECT_EQ(find_image(key), image) << "the parent has not given up";
}

TEST_F(disk_cache, child_of_a_fork_shares_it) {
  keep_image(key, image);
  EXPECT_EQ(run_fork([&] {
              keep_image("child's", "c");
              return find_image(key) == image ? "found" : "not found";
            }),
            "found");
  EXPECT_EQ(find_image("child's"), "c");
}

TEST_F(disk_cache, processes_at_once_see_whole_images_or_none) {
  constexpr int kProcesses = 8, kKeys = 20, kRounds = 60;
  const auto content = [](int k) { return std::string(static_cast<std::size_t>(1000 * k + 1), static_cast<char>('a' + k)); };
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = fork();
    if (child == 0) {
      int wrong = 0;
      for (int round = 0; round < kRounds; ++round) {
        const int k = (round * 7 + process) % kKeys;
        const std::string name = "key " + std::to_string(k);
        const std::string found = find_image(name);
        wrong += !found.empty() && found != content(k);
        keep_image(name, content(k));
        if (round % 10 == process) fs::remove(file_of(name));
      }
      _exit(wrong);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(unfinished_in(folder), 0);
  for (int k = 0; k < kKeys; ++k) {
    const std::string found = find_image("key " + std::to_string(k));
    EXPECT_TRUE(found.empty() || found == content(k)) << k;
  }
  EXPECT_GT(images_in(folder).size(), kKeys / 2u);
}

TEST_F(disk_cache, clear_removes_its_own_files_only) {
  keep_image(key, image);
  keep_image("another", image);
  const std::string digits(32, 'a');
  write_file(folder + "/" + digits + ".1.2.trireme-new", "begun");
  const std::vector<std::string> foreign = {"notes.txt", "a.trireme", digits + "a.trireme", digits + ".trireme.bak", digits};
  for (const std::string& name : foreign) write_file(folder + "/" + name, "mine");
  fs::create_directory(folder + "/" + std::string(32, 'b') + ".trireme");
  fs::create_symlink(folder + "/notes.txt", folder + "/" + std::string(32, 'c') + ".trireme");
  const CacheCleared cleared = clear_cache();
  EXPECT_EQ(cleared.files, 4) << "two images, the unfinished one and the stamp";
  EXPECT_GT(cleared.bytes, 0);
  EXPECT_EQ(cleared.kept, 7);
  EXPECT_EQ(cleared.reason, "");
  for (const std::string& name : foreign) EXPECT_EQ(read_file(folder + "/" + name), "mine");
  EXPECT_EQ(find_image(key), "");
}

TEST_F(disk_cache, clear_without_a_directory_has_nothing_to_do) {
  const CacheCleared cleared = clear_cache();
  EXPECT_EQ(cleared.files, 0);
  EXPECT_EQ(cleared.reason, "");
  EXPECT_FALSE(fs::exists(folder));
}

TEST_F(disk_cache, report_counts_files_and_bytes) {
  CacheReport report = cache_report();
  EXPECT_EQ(report.directory, folder);
  EXPECT_TRUE(report.readable && report.writable);
  EXPECT_EQ(report.files, 0);
  EXPECT_EQ(report.limit, std::int64_t{1} << 30);
  keep_image(key, std::string(100'000, 'x'));
  report = cache_report();
  EXPECT_EQ(report.files, 2) << "with the stamp";
  EXPECT_GE(report.bytes, 100'000);
  EXPECT_LT(report.bytes, 120'000);
  EXPECT_EQ(unfinished_in(folder), 0) << "of trying to write";
}

}  // namespace
}  // namespace trireme::test
