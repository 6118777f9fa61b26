// tests/array/npy_test.cpp -- .npy files: NumPy's own, round trips, corruption, and what writing leaves behind
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "array/npy.hpp"
#include "trireme/trireme.hpp"

namespace trireme {
namespace {

struct Golden {
  const char* name;
  std::string file;
  Dtype dtype;
  Shape shape;
  std::string elements;  // row-major, little-endian
};

const std::vector<Golden>& golden() {
  static const std::vector<Golden> rows = {
#include "tests/array/npy_golden.inc"
  };
  return rows;
}

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string elements(const array& x) {
  std::string out(x.bytes(), '\0');
  x.copy_to(out.data(), x.dtype());
  return out;
}

/// A folder of its own for each test, removed with what is in it.
class npy_file : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "npy-test-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ / name; }
  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }
  static std::string read(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  std::ptrdiff_t files() const {
    return std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator());
  }

  std::filesystem::path folder_;
};

TEST_F(npy_file, files_of_numpy_are_read) {
  for (const Golden& row : golden()) {
    const array x = load_npy(write("x.npy", row.file));
    EXPECT_EQ(x.dtype(), row.dtype) << row.name;
    EXPECT_EQ(x.shape(), row.shape) << row.name;
    EXPECT_EQ(elements(x), row.elements) << row.name;
  }
}

TEST_F(npy_file, files_in_memory_are_read) {
  for (const Golden& row : golden()) EXPECT_EQ(elements(npy::parse(bytes(row.file))), row.elements) << row.name;
}

TEST_F(npy_file, saved_file_equals_that_of_numpy) {
  for (const Golden& row : golden()) {
    const std::string kind = row.name;
    if (kind.starts_with("fortran") || kind.find('>') != std::string::npos || kind.starts_with("version") ||
        kind.starts_with("8-d"))
      continue;
    save_npy(path("out.npy"), array::from_host(row.elements.data(), row.shape.size(), row.shape, row.dtype));
    // NumPy leaves more room after the dict in some versions; the data and what the dict says are the same.
    const array back = load_npy(path("out.npy"));
    EXPECT_EQ(elements(back), row.elements) << kind;
    const std::string ours = read(path("out.npy"));
    const auto dict = [](const std::string& file) { return file.substr(10, file.find('}') - 9); };
    EXPECT_EQ(dict(ours), dict(row.file)) << kind;
  }
}

TEST_F(npy_file, round_trip_keeps_dtype_shape_and_elements) {
  const Shape shapes[] = {{}, {0}, {1}, {7}, {3, 0}, {2, 3}, {2, 3, 4}, {1, 2, 1, 2, 1, 2, 1, 2}};
  for (const Shape& shape : shapes)
    for (int code = 0; code < kDtypeCount; ++code) {
      const auto dtype = static_cast<Dtype>(code);
      const array x = astype(arange(shape.size()) - 1, dtype).reshape(shape);
      save_npy(path("x.npy"), x);
      const array y = load_npy(path("x.npy"));
      EXPECT_EQ(bits(y), bits(x)) << name(dtype) << " " << shape.text();
    }
}

TEST_F(npy_file, round_trip_keeps_values_of_views) {
  const array x = arange(24).reshape({2, 3, 4}).transpose().slice({{std::nullopt, std::nullopt, -2}});
  save_npy(path("x.npy"), x);
  EXPECT_EQ(bits(load_npy(path("x.npy"))), bits(x));
}

TEST_F(npy_file, big_endian_elements_are_turned_part_by_part) {
  const auto read = [](Dtype dtype, std::string data) {
    std::string file = npy::make_header(dtype, {1});
    file.replace(file.find('<'), 1, ">");
    return elements(npy::parse(bytes(file + data)));
  };
  EXPECT_EQ(read(u16, "ab"), "ba");
  EXPECT_EQ(read(bf16, "ab"), "ba");
  EXPECT_EQ(read(f16, "ab"), "ba");
  EXPECT_EQ(read(u32, "abcd"), "dcba");
  EXPECT_EQ(read(complex64, "abcdefgh"), "dcbahgfe");
  EXPECT_EQ(read(complex128, "abcdefghijklmnop"), "hgfedcbaponmlkji");
}

TEST_F(npy_file, every_dtype_is_saved_under_the_name_numpy_writes) {
#define DTYPE(name, type, kind, descriptor, text) \
  save_npy(path(text), zeros({}, name));          \
  EXPECT_NE(read(path(text)).find("'descr': '" descriptor "', 'fortran_order'"), std::string::npos) << text;
#include "trireme/dtype.def"
#undef DTYPE
}

TEST_F(npy_file, bytes_of_bool_other_than_0_become_1) {
  std::string file(npy::make_header(boolean, {4}));
  file += std::string("\0\1\2\377", 4);
  EXPECT_EQ(elements(load_npy(write("x.npy", file))), std::string("\0\1\1\1", 4));
}

TEST_F(npy_file, every_truncated_file_is_refused) {
  const std::string& file = golden().front().file;
  for (std::size_t length = 0; length < file.size(); ++length)
    EXPECT_THROW(npy::parse(bytes(std::string_view(file).substr(0, length))), error) << length;
}

TEST_F(npy_file, bytes_after_the_data_are_refused) {
  EXPECT_THROW(npy::parse(bytes(golden().front().file + "x")), error);
}

TEST_F(npy_file, every_changed_header_byte_gives_an_array_or_an_error) {
  for (const Golden& row : golden()) {
    const std::size_t header = row.file.size() - row.elements.size();
    for (std::size_t at = 0; at < header; ++at)
      for (const int change : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
        std::string changed = row.file;
        changed[at] = static_cast<char>(changed[at] ^ change);
        try {
          EXPECT_EQ(npy::parse(bytes(changed)).bytes(), row.elements.size());
        } catch (const error& failure) {
          EXPECT_EQ(failure.code(), Code::io);
        }
      }
  }
}

TEST_F(npy_file, errors_name_function_file_and_cause) {
  try {
    load_npy(path("missing.npy"));
    FAIL() << "no error";
  } catch (const error& failure) {
    EXPECT_EQ(failure.code(), Code::io);
    EXPECT_EQ(failure.what(), "load_npy: " + path("missing.npy") + ": cannot be opened: No such file or directory");
  }
  EXPECT_THROW(load_npy(folder_), error);
  EXPECT_THROW(load_npy("/dev/null"), error);
  EXPECT_THROW(save_npy(folder_, array()), error);
  EXPECT_THROW(save_npy(path("no/such/x.npy"), array()), error);
}

TEST_F(npy_file, claimed_size_is_compared_with_the_file_before_memory_is_taken) {
  const std::string file = write("x.npy", npy::make_header(f64, {std::int64_t{1} << 55}));
  try {
    load_npy(file);
    FAIL() << "no error";
  } catch (const error& failure) {
    EXPECT_EQ(failure.code(), Code::io);  // not out_of_memory
  }
}

TEST_F(npy_file, pipe_is_refused_without_waiting) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_THROW(load_npy(path("pipe")), error);
}

TEST_F(npy_file, saving_leaves_one_file_with_the_permissions_of_the_umask) {
  const mode_t before = ::umask(027);
  save_npy(path("x.npy"), array::from({1, 2}));
  ::umask(before);
  EXPECT_EQ(files(), 1);
  struct stat status;
  ASSERT_EQ(::stat(path("x.npy").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(npy_file, failed_saving_leaves_nothing_behind) {
  std::filesystem::create_directory(path("x.npy"));
  EXPECT_THROW(save_npy(path("x.npy"), array()), error);
  EXPECT_EQ(files(), 1);
}

TEST_F(npy_file, saving_replaces_the_file_behind_a_link) {
  save_npy(path("real.npy"), array::from({1}));
  std::filesystem::create_symlink("real.npy", path("link.npy"));
  save_npy(path("link.npy"), array::from({1, 2}));
  EXPECT_TRUE(std::filesystem::is_symlink(path("link.npy")));
  EXPECT_EQ(load_npy(path("real.npy")).size(), 2);
}

TEST_F(npy_file, saving_into_a_device_keeps_the_device) {
  save_npy("/dev/null", array::from({1}));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace trireme
