// tools/eval.cpp -- `trireme eval`: one expression over .npy files
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <iomanip>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string_view>
#include <vector>

#include "tools/command.hpp"
#include "tools/expression/evaluate.hpp"
#include "tools/expression/lexer.hpp"
#include "trireme/trireme.hpp"

namespace trireme::tools {
namespace {

using Inputs = std::map<std::string, array>;

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || digit(c); });
}

Inputs load_inputs(const std::vector<std::string>& arguments) {
  Inputs inputs;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    if (equals == std::string::npos || !is_name(name) || equals + 1 == argument.size())
      throw error(Code::invalid_argument, "-i expects name=file.npy, '" + argument + "' came");
    if (inputs.count(name)) throw error(Code::invalid_argument, "-i names '" + name + "' twice");
    inputs.emplace(name, load_npy(argument.substr(equals + 1)));
  }
  return inputs;
}

/// Throws before anything is computed when the array cannot come from what the user wrote.
void apply(const EvalOptions& options, std::optional<DeviceScope>& scope) {
  if (options.threads != 0) set_threads(options.threads);
  if (!options.level.empty()) set_cpu_level(options.level);
  if (!options.device.empty()) scope.emplace(Device(options.device));
}

struct Run {
  array result;
  std::vector<double> seconds;
};

/// Each run builds its graph anew, so that the time is that of a call in a program.
Run run(const Expression& tree, const Inputs& inputs, int times, Explain* explain) {
  using Clock = std::chrono::steady_clock;
  Run done;
  for (int k = 0; k < times; ++k) {
    done.result = array();  // its memory serves the next run
    if (explain) explain->clear();
    const auto start = Clock::now();
    done.result = evaluate(tree, inputs);
    done.result.eval();
    done.seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  }
  return done;
}

void print_times(std::vector<double> seconds, std::ostream& err) {
  std::sort(seconds.begin(), seconds.end());
  const std::size_t n = seconds.size();
  const double median = n % 2 ? seconds[n / 2] : (seconds[n / 2 - 1] + seconds[n / 2]) / 2;
  err << std::setprecision(4) << "best " << seconds.front() * 1e3 << " ms, median " << median * 1e3 << " ms of " << n
      << " runs\n";
}

/// The line of the expression around `position`, and a caret below it.
void print_place(std::string_view expression, std::size_t position, std::ostream& err) {
  constexpr std::size_t kBefore = 60, kAfter = 40;
  position = std::min(position, expression.size());
  const std::size_t start = position > kBefore ? position - kBefore : 0;
  std::string line(expression.substr(start, position - start + kAfter));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  // A caret counts characters, a position bytes.
  const auto columns = std::count_if(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(position - start),
                                     [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  err << "  " << line << "\n  " << std::string(static_cast<std::size_t>(columns), ' ') << "^\n";
}

int status_of(Code code) {
  switch (code) {
    case Code::invalid_argument:
    case Code::shape_mismatch:
    case Code::dtype_mismatch:
    case Code::out_of_range:
    case Code::io:
      return kBadInput;
    case Code::out_of_memory:
    case Code::device_unavailable:
    case Code::unsupported:
    case Code::device_failure:
    case Code::internal:
      return kFailed;
  }
  return kFailed;
}

}  // namespace

int report_failure(std::string_view expression, std::ostream& err) {
  try {
    throw;
  } catch (const ExpressionError& failure) {
    err << "trireme: " << failure.what() << "\n";
    print_place(expression, failure.position(), err);
    // What the language leaves out is a matter of the expression, not of the machine.
    return failure.code() == Code::unsupported ? kBadInput : status_of(failure.code());
  } catch (const error& failure) {
    err << "trireme: " << failure.what() << "\n";
    return status_of(failure.code());
  } catch (const std::bad_alloc&) {
    err << "trireme: the memory is not enough\n";
  } catch (const std::exception& failure) {
    err << "trireme: " << failure.what() << "\n";
  }
  return kFailed;
}

int run_eval(const EvalOptions& options, std::ostream& out, std::ostream& err) {
  try {
    const std::unique_ptr<Expression> tree = parse(options.expression);
    std::optional<DeviceScope> scope;
    apply(options, scope);
    const Inputs inputs = load_inputs(options.inputs);
    std::optional<Explain> explain;
    if (options.explain) explain.emplace();

    const Run done = run(*tree, inputs, options.repeat, explain ? &*explain : nullptr);
    const std::string report = explain ? explain->text() : "";
    explain.reset();  // what printing runs is not part of the report

    if (options.output.empty()) out << done.result.text() << "\n";
    if (!report.empty()) out << report << (report.back() == '\n' ? "" : "\n");
    if (options.bits) out << "bits " << bits(done.result) << "\n";
    if (options.repeat > 1) print_times(done.seconds, err);
    if (!options.output.empty()) {
      try {
        save_npy(options.output, done.result);
      } catch (const error& failure) {
        err << "trireme: " << failure.what() << "\n";
        return kFailed;
      }
    }
    return kDone;
  } catch (...) {
    return report_failure(options.expression, err);
  }
}

}  // namespace trireme::tools
