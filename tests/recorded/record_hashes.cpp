// tests/recorded/record_hashes.cpp -- hashes of a fixed list of results on one device, printed, recorded or compared
// SPDX-License-Identifier: Apache-2.0
//
// record_hashes [--mathematics] [--device NAME] [--level NAME | --every-level] [--threads N] [--quick] [--skip-missing]
//               [--record FILE | --compare FILE]
//
// The CPU's hashes are in tests/recorded/hashes.txt, those of --mathematics in mathematics_hashes.txt. A result counts only if the named device computed all of it.
// Exit status: 0 done or all equal, 1 a difference, a failure or work done elsewhere, 2 a wrong command line; with
// --skip-missing 77 when the device is not usable here.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "recorded/cases.hpp"
#include "support/prepare.hpp"
#include "trireme/trireme.hpp"

namespace trireme::recorded {
namespace {

struct Options {
  bool mathematics = false;
  std::string device = "cpu";
  std::string level;
  bool every_level = false;
  int threads = 0;
  bool quick = false;
  bool skip_missing = false;
  std::string record;
  std::string compare;
};

/// One name and hash, or why there is none.
struct Outcome {
  std::string name;
  std::string hash;
  std::string failure;
};

/// Programs that ran anywhere but on `device`, as a sentence; "" when it did all the work.
std::string strangers(const Explain& explain, const std::string& device) {
  if (explain.programs().empty()) return "nothing ran";
  for (const ProgramReport& report : explain.programs())
    if (report.device != device) return "ran on " + report.device + ": " + report.why;
  return "";
}

Outcome outcome(const Case& one, array& result, const std::string& device) {
  try {
    if (result.size() == 0) result = one.build();  // it threw before, and says again what
    std::string failure;
    {
      const Explain explain;
      result.eval();
      failure = strangers(explain, device);
    }
    return {one.name, bits(result), failure};
  } catch (const std::exception& e) {
    return {one.name, "", e.what()};
  }
}

/// `batch` cases are compiled together where the library's insides are linked in.
std::vector<Outcome> run(const std::vector<Case>& cases, const std::string& device, std::size_t batch) {
  const DeviceScope scope{Device(device)};
  std::vector<Outcome> out;
  for (std::size_t first = 0; first < cases.size(); first += batch) {
    const std::size_t end = std::min(first + batch, cases.size());
    std::vector<array> results(end - first);
    try {
      for (std::size_t k = first; k < end; ++k) results[k - first] = cases[k].build();
      test::prepare(results);
    } catch (const error&) {
      // The case that it is about says so itself, below.
    }
    for (std::size_t k = first; k < end; ++k) out.push_back(outcome(cases[k], results[k - first], device));
  }
  return out;
}

std::map<std::string, std::string> read_hashes(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw error(Code::io, path + " cannot be read");
  std::map<std::string, std::string> hashes;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string name, hash, more;
    if (!(words >> name >> hash) || hash.size() != 32 || words >> more)
      throw error(Code::io, path + ": expected 'name hash', '" + line + "' came");
    if (!hashes.emplace(name, hash).second) throw error(Code::io, path + ": " + name + " comes twice");
  }
  return hashes;
}

/// Prints what differs and a line of counts; true when nothing does.
bool compare(const std::vector<Outcome>& outcomes, std::map<std::string, std::string> recorded, bool complete, const std::string& where) {
  int equal = 0, different = 0, failed = 0;
  for (const Outcome& o : outcomes) {
    const auto found = recorded.extract(o.name);
    if (!o.failure.empty()) {
      ++failed;
      std::cout << "FAILED " << o.name << ": " << o.failure << "\n";
    } else if (found.empty() || found.mapped() != o.hash) {
      ++different;
      std::cout << "DIFFERENT " << o.name << ": " << o.hash << ", recorded "
                << (found.empty() ? "nothing" : found.mapped()) << "\n";
    } else {
      ++equal;
    }
  }
  if (complete)
    for (const auto& [name, hash] : recorded) {
      ++failed;
      std::cout << "FAILED " << name << ": recorded, but no such case\n";
    }
  std::cout << where << ": " << equal << " equal, " << different << " different, " << failed << " failed" << std::endl;
  return equal > 0 && different == 0 && failed == 0;
}

bool print(const std::vector<Outcome>& outcomes, std::ostream& out) {
  bool good = true;
  for (const Outcome& o : outcomes) {
    if (o.failure.empty()) out << o.name << " " << o.hash << "\n";
    else std::cerr << "FAILED " << o.name << ": " << o.failure << "\n";
    good &= o.failure.empty();
  }
  return good && out.flush().good();
}

bool record(const std::vector<Outcome>& outcomes, const std::string& path, bool mathematics) {
  const std::string name = mathematics ? "tests/recorded/mathematics_hashes.txt" : "tests/recorded/hashes.txt";
  std::ostringstream text;
  text << "# " << name << " -- what every device must compute, as trireme::bits; recorded on the cpu by\n"
          "# record_hashes " << (mathematics ? "--mathematics " : "") << "--record " << name << "\n"
          "# SPDX-License-Identifier: Apache-2.0\n";
  if (!print(outcomes, text)) return false;
  std::ofstream file(path);
  return (file << text.str()) && file.flush();
}

std::vector<Case> chosen_cases(bool mathematics, bool quick) {
  std::vector<Case> cases = mathematics ? mathematics_cases() : all_cases();
  std::set<std::string> names;
  for (const Case& c : cases)
    if (!names.insert(c.name).second) throw error(Code::internal, "two cases are called " + c.name);
  if (quick) std::erase_if(cases, [](const Case& c) { return !c.quick; });
  return cases;
}

bool run_all(const Options& options) {
  const std::string device = Device(options.device).name();  // "cuda" is the first of its devices
  const std::vector<Case> cases = chosen_cases(options.mathematics, options.quick);
  const std::size_t batch = options.mathematics ? 8 : 24;  // results of 10^7 elements are kept until the next one
  const std::vector<std::string> levels = options.every_level ? cpu_levels() : std::vector{options.level};
  bool good = true;
  for (const std::string& level : levels) {
    if (!level.empty()) set_cpu_level(level);
    if (options.threads) set_threads(options.threads);
    const std::vector<Outcome> outcomes = run(cases, device, batch);
    const std::string where = device + (device == "cpu" ? " " + cpu_level() : "");
    if (!options.compare.empty()) good &= compare(outcomes, read_hashes(options.compare), !options.quick, where);
    else if (!options.record.empty()) good &= record(outcomes, options.record, options.mathematics);
    else good &= print(outcomes, std::cout);
  }
  return good;
}

Options parse(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t k = 0; k < words.size(); ++k) {
    const std::string& word = words[k];
    const auto value = [&] {
      if (++k == words.size()) throw error(Code::invalid_argument, word + " needs a value");
      return words[k];
    };
    if (word == "--device") options.device = value();
    else if (word == "--level") options.level = value();
    else if (word == "--mathematics") options.mathematics = true;
    else if (word == "--every-level") options.every_level = true;
    else if (word == "--threads") options.threads = std::atoi(value().c_str());
    else if (word == "--quick") options.quick = true;
    else if (word == "--skip-missing") options.skip_missing = true;
    else if (word == "--record") options.record = value();
    else if (word == "--compare") options.compare = value();
    else throw error(Code::invalid_argument, "unknown option " + word);
  }
  if (!options.record.empty() && (options.quick || options.every_level || !options.compare.empty() || options.device != "cpu"))
    throw error(Code::invalid_argument, "--record takes all cases on the cpu and nothing else");
  return options;
}

}  // namespace
}  // namespace trireme::recorded

int main(int argc, char** argv) {
  using namespace trireme;
  recorded::Options options;
  try {
    options = recorded::parse({argv + 1, argv + argc});
  } catch (const error& e) {
    std::cerr << "record_hashes: " << e.what() << "\n";
    return 2;
  }
  try {
    return recorded::run_all(options) ? 0 : 1;
  } catch (const error& e) {
    std::cerr << "record_hashes: " << e.what() << "\n";
    return options.skip_missing && e.code() == Code::device_unavailable ? 77 : 1;
  } catch (const std::exception& e) {
    std::cerr << "record_hashes: " << e.what() << "\n";
    return 1;
  }
}
