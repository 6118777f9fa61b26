// hull/array/npy.cpp -- load_npy and save_npy: files to arrays and back
// SPDX-License-Identifier: Apache-2.0
#include "array/npy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include "program/out_of_memory.hpp"
#include "trireme/error.hpp"
#include "trireme/io.hpp"

namespace trireme {
namespace npy {
namespace {

static_assert(std::endian::native == std::endian::little, "data are written as they lie in memory");

/// The C-order array of what a header describes; `data` are in host form.
array make_array(const Header& header, const std::byte* data) {
  const std::int64_t count = header.shape.size();
  if (!header.fortran_order || header.shape.rank() < 2)
    return array::from_host(data, count, header.shape, header.dtype);
  Shape reversed = header.shape;
  for (int k = 0; k < reversed.rank(); ++k) reversed[k] = header.shape[reversed.rank() - 1 - k];
  return array::from_host(data, count, reversed, header.dtype).transpose();
}

std::unique_ptr<std::byte[]> take_memory(std::uint64_t bytes) {
  try {
    return std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(bytes));
  } catch (const std::bad_alloc&) {
    throw error(Code::out_of_memory, "no room for " + std::to_string(bytes) + " bytes of data");
  }
}

template <class Word>
void swap_words(std::span<std::byte> data) {
  for (std::size_t k = 0; k + sizeof(Word) <= data.size(); k += sizeof(Word))
    std::reverse(data.begin() + static_cast<std::ptrdiff_t>(k),
                 data.begin() + static_cast<std::ptrdiff_t>(k + sizeof(Word)));
}

/// A file descriptor that is closed on leaving.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }
  /// Closes now; some file systems report a failed write only here.
  bool close() { return ::close(std::exchange(descriptor_, -1)) == 0; }

 private:
  int descriptor_;
};

[[noreturn]] void fail(const std::string& what) { throw error(Code::io, what); }
[[noreturn]] void fail_system(const std::string& what, int number) {
  fail(what + ": " + std::generic_category().message(number));
}

/// Reads until `bytes` are there or the file ends; returns how many came.
std::size_t read_some(const File& file, std::byte* to, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t n = ::read(file.get(), to + done, std::min(bytes - done, std::size_t{1} << 30));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_system("reading failed", errno);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

void write_all(const File& file, const char* from, std::size_t bytes) {
  while (bytes > 0) {
    const ssize_t n = ::write(file.get(), from, std::min(bytes, std::size_t{1} << 30));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_system("writing failed", errno);
    from += n;
    bytes -= static_cast<std::size_t>(n);
  }
}

array load(const std::string& path) {
  // O_NONBLOCK so that opening a pipe nobody writes to comes back to be refused.
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) fail_system("cannot be opened", errno);
  struct stat status;
  if (::fstat(file.get(), &status) != 0) fail_system("fstat failed", errno);
  if (!S_ISREG(status.st_mode)) fail("not a regular file");
  const auto file_bytes = static_cast<std::uint64_t>(status.st_size);

  const auto prefix_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(file_bytes, kMaxPrefix));
  const auto prefix = take_memory(prefix_bytes);
  if (read_some(file, prefix.get(), prefix_bytes) != prefix_bytes) fail("the file shrank while it was read");
  const Header header = parse_header({prefix.get(), prefix_bytes}, file_bytes);

  const auto bytes = static_cast<std::size_t>(header.data_bytes);
  const auto data = take_memory(bytes);
  const std::size_t there = std::min(bytes, prefix_bytes - static_cast<std::size_t>(header.data_offset));
  std::memcpy(data.get(), prefix.get() + header.data_offset, there);
  if (read_some(file, data.get() + there, bytes - there) != bytes - there) fail("the file shrank while it was read");
  normalise(header, {data.get(), bytes});
  return make_array(header, data.get());
}

/// Header and elements into an open file.
void write_array(File& file, const array& x) {
  const std::string header = make_header(x.dtype(), x.shape());
  const auto data = take_memory(x.bytes());
  x.copy_to(data.get(), x.dtype());
  write_all(file, header.data(), header.size());
  write_all(file, reinterpret_cast<const char*>(data.get()), x.bytes());
  if (!file.close()) fail_system("closing failed", errno);
}

/// A name in `folder` that nobody uses, opened. The umask shapes its permissions as it would those of the target.
std::pair<int, std::string> open_temporary(const std::filesystem::path& folder) {
  static std::atomic<unsigned> counter{0};
  for (int tries = 0; tries < 1000; ++tries) {
    std::string name = folder / (".trireme-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp");
    const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor >= 0) return {descriptor, std::move(name)};
    if (errno != EEXIST) fail_system("a temporary file beside it cannot be made", errno);
  }
  fail("a thousand temporary files lie beside it already");
}

void save(const std::string& path, const array& x) {
  struct stat status;
  const bool exists = ::stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) fail("is a folder");
  if (exists && !S_ISREG(status.st_mode)) {  // /dev/stdout, a pipe: not to be replaced by a file
    File file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0) fail_system("cannot be opened for writing", errno);
    return write_array(file, x);
  }
  // A link stays one: the file that it names is replaced.
  std::error_code ignored;
  const std::filesystem::path target = exists ? std::filesystem::canonical(path, ignored) : std::filesystem::path(path);
  auto [descriptor, temporary] = open_temporary(target.parent_path());
  File file(descriptor);
  try {
    write_array(file, x);
    if (::rename(temporary.c_str(), target.c_str()) != 0) fail_system("renaming the temporary file failed", errno);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

}  // namespace

void normalise(const Header& header, std::span<std::byte> data) {
  if (header.dtype == Dtype::boolean)
    for (std::byte& b : data) b = std::byte{b != std::byte{0}};
  if (!header.big_endian) return;
  if (item_size(header.dtype) == 4) swap_words<std::uint32_t>(data);
  if (item_size(header.dtype) == 8) swap_words<std::uint64_t>(data);
}

array parse(std::span<const std::byte> file) {
  const Header header = parse_header(file.first(std::min(file.size(), kMaxPrefix)), file.size());
  const auto bytes = static_cast<std::size_t>(header.data_bytes);
  const auto data = take_memory(bytes);
  if (bytes > 0) std::memcpy(data.get(), file.data() + header.data_offset, bytes);
  normalise(header, {data.get(), bytes});
  return make_array(header, data.get());
}

}  // namespace npy

array load_npy(const std::string& path) try {
  try {
    return npy::load(path);
  } catch (const error& failure) {
    throw error(failure.code(), "load_npy: " + path + ": " + failure.what());
  }
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("load_npy");
}

void save_npy(const std::string& path, const array& x) try {
  x.eval();  // a failed computation leaves the file as it was, and its message alone
  try {
    npy::save(path, x);
  } catch (const error& failure) {
    throw error(failure.code(), "save_npy: " + path + ": " + failure.what());
  }
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("save_npy");
}

}  // namespace trireme
