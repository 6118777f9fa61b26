// tests/faults/scenario.cpp -- a bit of everything that the library does, in which allocations are made to fail
// SPDX-License-Identifier: Apache-2.0
#include "faults/scenario.hpp"

#include <filesystem>
#include <memory>
#include <stdexcept>

#include <unistd.h>

#include "faults/operator_new.hpp"

namespace trireme::test {

namespace {

/// A call of the library, and nothing else: here allocations count and may fail.
template <class Call>
auto call(const char* what, Call body) {
  try {
    CountNew counted;
    return body();
  } catch (const error&) {
    throw;
  } catch (const std::exception& other) {
    throw std::logic_error(std::string(what) + ": let out " + other.what());
  }
}

template <class T>
array values(std::int64_t n, const Shape& shape, double step) {
  const auto count = static_cast<std::size_t>(n);
  const auto v = std::make_unique<T[]>(count);
  for (std::size_t k = 0; k < count; ++k) v[k] = static_cast<T>(step * static_cast<double>(k % 1000) - 3);
  return array::from(std::span<const T>(v.get(), count), shape);
}

/// Of the elements as they lie in memory: evaluates nothing that is computed already.
std::string raw(const array& x) {
  std::string bytes(x.bytes(), '\0');
  x.copy_to(bytes.data(), x.dtype());
  return bytes;
}

class Results {
 public:
  void add(const char* what, const array& x) { hashes.push_back(call(what, [&] { return bits(x); })); }
  std::vector<std::string> hashes;
};

void compute(const World& w, Results& r) {
  for (const array* x : {&w.small, &w.page, &w.large}) {
    array fused = call("fused", [&] { return (sqrt(*x * *x + 1) - exp(-*x)).eval(); });
    r.add("fused", fused);
    r.add("where", call("where", [&] { return where(*x > 0, *x, fused * 2); }));
    r.add("shared", call("shared", [&] {
            array half = *x * 0.5f;
            array both = half + tanh(half);
            both.eval();  // half stays an output of its own
            return both - half;
          }));
  }
  r.add("mixed", call("mixed", [&] { return w.counts + w.large; }));
  r.add("logical", call("logical", [&] { return (w.flags & !w.flags) | (w.counts == 3); }));
  r.add("long", call("long", [&] {
          array x = w.small;
          for (int k = 0; k < 120; ++k) x = x * 1.01f + 0.5f;  // more than one program holds
          return x;
        }));
}

void reduce(const World& w, Results& r) {
  r.add("sum", call("sum", [&] { return sum((w.large - 1) * (w.large - 1)); }));  // several rounds
  r.add("sum rows", call("sum rows", [&] { return sum(w.matrix, {1}); }));
  r.add("mean columns", call("mean columns", [&] { return mean(w.matrix * 2, {0}, true); }));
  r.add("max", call("max", [&] { return max(abs(w.large)); }));
  r.add("min", call("min", [&] { return min(w.counts); }));
  r.add("normalised", call("normalised", [&] { return (w.matrix - mean(w.matrix, {0})) / max(w.matrix, {1}, true); }));
}

void look(const World& w, Results& r) {
  r.add("slice", call("slice", [&] { return w.matrix.slice({{1, -1, 2}, {std::nullopt, std::nullopt, -3}}) + 1; }));
  r.add("lazy slice", call("lazy slice", [&] { return (w.matrix * 3).slice({{2, 40}}); }));
  r.add("transpose", call("transpose", [&] { return w.matrix.T() * 2; }));
  r.add("reshape copy", call("reshape copy", [&] { return w.matrix.T().reshape({-1}); }));
  r.add("reshape", call("reshape", [&] { return (w.large + 1).reshape({100, -1}); }));
  r.add("roll", call("roll", [&] { return roll(w.large, 17); }));
  r.add("roll axis", call("roll axis", [&] { return roll(w.matrix, 3, 1) - w.matrix; }));
  r.add("wrapped view", call("wrapped view", [&] { return roll(w.matrix + 0, 3, 1).slice({{}, {0, 50, 2}}); }));
  r.add("broadcast", call("broadcast", [&] { return w.matrix.at(0).expand_dims(0).broadcast_to({5, 300}) + 0; }));
  r.add("flip", call("flip", [&] { return w.matrix.flip(0).squeeze(); }));
  r.add("astype", call("astype", [&] { return astype(astype(w.large, i32), f64); }));
  r.add("create", call("create", [&] { return linspace(0, 1, 500, f32) + arange(0, 500, 1, f32) * full({500}, 2, f32); }));
  r.add("moved", call("moved", [&] { return w.matrix.T().to(Device("cpu")); }));
}

void join(const World& w, Results& r) {
  r.add("concat", call("concat", [&] { return concat({w.matrix * 2, w.matrix.flip(0), w.matrix.slice({{0, 7}})}); }));
  r.add("stack", call("stack", [&] { return stack({w.small, w.small - 1}, 1); }));
  r.add("pad", call("pad", [&] { return pad(w.matrix + 1, {{1, 2}, {3, 0}}, PadMode::constant, 5); }));
  r.add("pad by reflection", call("pad by reflection", [&] { return pad(w.small, {{15, 3}}, PadMode::reflect); }));
  r.add("repeat and tile", call("repeat and tile", [&] { return tile(repeat(w.page, 3), {2}); }));
  r.add("update", call("update", [&] { return update(w.matrix, {{1, -1, 2}}, w.matrix.at(0) * 2); }));
  r.add("eye", call("eye", [&] { return eye(30, 40, 2, f32); }));
  r.add("argmax", call("argmax", [&] { return argmax(w.matrix * 2, 1); }));
  r.add("variance", call("variance", [&] { return var(w.large); }));
  r.add("narrow", call("narrow", [&] { return astype(w.large, f16) * astype(w.counts, i8); }));
  r.add("complex", call("complex", [&] {
          array z = make_complex(w.small, w.small + 1);
          return z / (z * z + std::complex<float>(0, 1));
        }));
  std::vector<float> host(w.large.size());
  call("eval_into", [&] { (w.large * 3).eval_into(std::span<float>(host)); });
  r.add("borrow", call("borrow", [&] { return sum(array::borrow<float>(host, w.large.shape())); }));
}

void talk(const World& w, Results& r) {
  r.hashes.push_back(call("text", [&] { return (w.matrix + 1).text(); }));
  r.hashes.push_back(call("small text", [&] { return w.small.text(); }));
  call("save_npy", [&] { save_npy(w.file, w.matrix.T()); });
  r.add("load_npy", call("load_npy", [&] { return load_npy(w.file); }));
  std::vector<float> v = call("to_vector", [&] { return w.view.to_vector<float>(); });
  r.add("from", call("from", [&] { return array::from(v, w.view.shape()); }));
  r.hashes.push_back(std::to_string(call("item", [&] { return sum(w.small).item<double>(); })));
  r.hashes.push_back(std::to_string(call("Explain", [&] {
    Explain explain;
    (w.small * 7 - 1).eval();
    explain.text();
    return explain.programs().at(0).program.size();
  })));
  // Errors whose texts need memory.
  try {
    call("misfit", [&] { return w.small + w.page; });
  } catch (const error& e) {
    if (e.code() != Code::shape_mismatch) throw;
  }
  try {
    call("no such file", [&] { return load_npy(w.missing); });
  } catch (const error& e) {
    if (e.code() != Code::io) throw;
  }
  call("counters", [] { return counters(); });
  call("memory_use", [] { return memory_use(); });
  call("threads_reason", [] { return threads_reason(); });
  call("version", [] { return version(); });
  call("callback", [] { set_profile_callback([](const ProgramProfile&) {}); });
  r.add("profiled", call("profiled", [&] { return w.small * 5 - 2; }));
  call("callback", [] { set_profile_callback({}); });
}

}  // namespace

World::World()
    : small(values<float>(10, {10}, 0.5)),
      page(values<float>(900, {900}, 0.25)),
      large(values<float>(60'000, {60'000}, 0.01)),
      flags(values<bool>(60'000, {60'000}, 1)),
      counts(values<std::int32_t>(60'000, {60'000}, 1)),
      matrix(values<float>(60'000, {200, 300}, 0.02)),
      view(matrix.T().slice({{3, 200, 2}, {5, 100}})) {
  lazy = where(small > 0, small * 2, 1 - small) + sum(page) + mean(large);
  folder = (std::filesystem::temp_directory_path() / ("trireme-faults-" + std::to_string(::getpid()))).string();
  std::filesystem::create_directories(folder);
  file = folder + "/array.npy";
  missing = folder + "/there is no such file.npy";
  for (const array* x : {&small, &page, &large, &flags, &counts, &matrix}) expected_.push_back(raw(*x));
}

std::string World::damage() const {
  int k = 0;
  for (const array* x : {&small, &page, &large, &flags, &counts, &matrix})
    if (raw(*x) != expected_[static_cast<std::size_t>(k++)]) return "array " + std::to_string(k) + " has changed";
  if (!lazy.is_lazy()) return "the lazy array is no longer lazy";
  if (std::distance(std::filesystem::directory_iterator(folder), {}) > 1) return "a temporary file was left in " + folder;
  return "";
}

std::vector<std::string> run_scenario(const World& world) {
  Results results;
  std::vector<std::string> levels = call("cpu_levels", [] { return cpu_levels(); });
  for (const std::string& level : levels)
    for (int count : {1, 2}) {
      call("set_cpu_level", [&] { set_cpu_level(level); });
      call("set_threads", [&] { set_threads(count); });
      results.add("threads", call("threads", [&] {
                    array x = world.large;
                    for (int k = 0; k < 14; ++k) x = x * 0.5f + world.large;  // enough to be worth several threads
                    return x + sum(world.matrix - 1, {0}).at(0);
                  }));
    }
  compute(world, results);
  reduce(world, results);
  look(world, results);
  join(world, results);
  talk(world, results);
  return results.hashes;
}

}  // namespace trireme::test
