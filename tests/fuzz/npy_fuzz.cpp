// tests/fuzz/npy_fuzz.cpp -- any bytes as a .npy file: refused with Code::io, or read and kept by saving
// SPDX-License-Identifier: Apache-2.0
//
// For an input that is accepted: the elements are those of the payload, put in order here without the reader's code;
// saving and loading gives the same dtype, shape and bits; saving again gives the same file. For every input: the
// reader of memory and the reader of files agree, in what they read as in what they say.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "array/npy.hpp"
#include "fuzz/fuzz.hpp"
#include "trireme/trireme.hpp"

namespace {

using namespace trireme;
using Bytes = std::vector<std::byte>;

struct Outcome {
  std::optional<array> value;
  std::string message;  // of the refusal
};

template <class Read>
Outcome outcome_of(Read read) {
  try {
    return {read(), ""};
  } catch (const error& failure) {
    const std::string message = failure.what();
    fuzz::require(failure.code() == Code::io, "a file is refused with Code::io, this came with another: " + message);
    const auto printable = [](char c) { return c >= 0x20 && c < 0x7f; };
    fuzz::require(message.size() < 1000 && std::all_of(message.begin(), message.end(), printable),
                  "a message is short and printable: " + message);
    return {std::nullopt, message};
  }
}

/// Row-major elements as they lie in memory.
Bytes elements(const array& x) {
  Bytes bytes(x.bytes());
  x.copy_to(bytes.data(), x.dtype());
  return bytes;
}

void require_equal(const array& a, const array& b, const std::string& what) {
  fuzz::require(a.dtype() == b.dtype() && a.shape() == b.shape(), what + ": dtype or shape differ");
  fuzz::require(elements(a) == elements(b), what + ": elements differ");
}

/// A folder of this process for saved files, in memory where the system has such a one.
const std::string& folder() {
  static const std::string made = [] {
    std::string name = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
    name += "/trireme-fuzz-XXXXXX";
    fuzz::require(::mkdtemp(name.data()) != nullptr, "a temporary folder cannot be made: " + name);
    static std::string kept = name;
    std::atexit([] {
      std::error_code ignored;
      std::filesystem::remove_all(kept, ignored);
    });
    return name;
  }();
  return made;
}

Bytes file_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(first, first + text.size());
}

/// load_npy() of these bytes; the path is cut from messages.
Outcome load(std::span<const std::byte> input) {
  static const int file = ::memfd_create("npy", MFD_CLOEXEC);
  fuzz::require(file >= 0 && ::ftruncate(file, 0) == 0, "no file in memory");
  const auto written = ::pwrite(file, input.data(), input.size(), 0);
  fuzz::require(written == static_cast<ssize_t>(input.size()), "the file in memory takes no more");
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  Outcome outcome = outcome_of([&] { return load_npy(path); });
  if (outcome.value) return outcome;
  const std::string prefix = "load_npy: " + path + ": ";
  fuzz::require(outcome.message.starts_with(prefix), "load_npy names itself and the file: " + outcome.message);
  return {std::nullopt, outcome.message.substr(prefix.size())};
}

/// The payload's elements, row-major and little-endian. What a dtype is, NumPy's descriptor of the saved file says.
Bytes payload(std::span<const std::byte> input, const array& x) {
  const npy::Header header = npy::parse_header(input.first(std::min(input.size(), npy::kMaxPrefix)), input.size());
  const std::string saved = npy::make_header(x.dtype(), x.shape());
  const std::string_view key = "'descr': '";
  const char kind = saved[saved.find(key) + key.size() + 1];
  const std::size_t item = item_size(x.dtype());
  const std::size_t word = kind == 'c' ? item / 2 : item;  // a complex number turns each half

  Bytes out(x.bytes());
  const std::byte* data = input.data() + (input.size() - out.size());
  std::vector<std::int64_t> index(static_cast<std::size_t>(x.rank()), 0);
  for (std::int64_t k = 0; k < x.size(); ++k) {
    std::int64_t at = k;
    if (header.fortran_order) {
      at = 0;
      for (int axis = x.rank() - 1; axis >= 0; --axis)
        at = at * x.shape()[axis] + index[static_cast<std::size_t>(axis)];
    }
    std::byte* to = out.data() + static_cast<std::size_t>(k) * item;
    std::copy_n(data + static_cast<std::size_t>(at) * item, item, to);
    if (header.big_endian)
      for (std::size_t part = 0; part < item; part += word) std::reverse(to + part, to + part + word);
    if (kind == 'b') *to = std::byte{*to != std::byte{0}};
    for (int axis = x.rank() - 1; axis >= 0 && ++index[static_cast<std::size_t>(axis)] == x.shape()[axis]; --axis)
      index[static_cast<std::size_t>(axis)] = 0;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A copy of exactly this size, so that a sanitizer sees a read beyond its end.
  const Bytes input(reinterpret_cast<const std::byte*>(data), reinterpret_cast<const std::byte*>(data) + size);
  const Outcome parsed = outcome_of([&] { return npy::parse(input); });
  const Outcome loaded = load(input);
  fuzz::require(parsed.value.has_value() == loaded.value.has_value() && parsed.message == loaded.message,
                "parse and load_npy disagree: '" + parsed.message + "' and '" + loaded.message + "'");
  if (!parsed.value) return 0;

  const array& x = *parsed.value;
  require_equal(x, *loaded.value, "the readers of memory and of files");
  fuzz::require(elements(x) == payload(input, x), "the elements are not those of the payload");

  const std::string first = folder() + "/first.npy", second = folder() + "/second.npy";
  save_npy(first, x);
  const array again = load_npy(first);
  require_equal(x, again, "saved and loaded");
  save_npy(second, again);
  fuzz::require(file_bytes(first) == file_bytes(second), "a file that is loaded and saved is another file");
  return 0;
}
