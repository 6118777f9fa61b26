// tools/main.cpp -- the command line of `trireme`
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "tools/command.hpp"
#include "tools/expression/functions.hpp"
#include "trireme/explain.hpp"

namespace {

using namespace trireme::tools;

/// The names that an expression may call, in lines of a terminal's width.
std::string function_help() {
  std::string text = "Functions:", line;
  for (const std::string& name : function_names()) {
    if (line.size() + name.size() > 76) {
      text += "\n " + line;
      line.clear();
    }
    line += " " + name;
  }
  return text + "\n " + line +
         "\nMethods: astype max mean min reshape squeeze sum transpose. Attributes: T dtype ndim shape size."
         "\nConstants: pi e inf nan True False None.\n";
}

void add_eval(CLI::App& app, EvalOptions& options) {
  app.add_option("expression", options.expression, "an expression as NumPy reads it, such as 'sum(x * 2, axis=0)'")
      ->required();
  app.add_option("-i,--input", options.inputs, "name=file.npy: a variable of the expression")
      ->type_name("NAME=FILE")
      ->expected(1)
      ->take_all();
  app.add_option("-o,--output", options.output, "write the result here instead of printing it")->type_name("FILE");
  app.add_option("-d,--device", options.device, "cpu, cuda, cuda:1, opencl, opencl:0 or auto");
  app.add_option("--level", options.level, "instruction-set level of the CPU: baseline, avx2, avx512; neon on AArch64");
  app.add_option("--threads", options.threads, "threads of the CPU")->check(CLI::Range(1, 1 << 16));
  app.add_option("--repeat", options.repeat, "run so many times; best and median time on standard error")
      ->check(CLI::Range(1, 1000000));
  app.add_flag("--explain", options.explain, "print what ran, where and why, and how long it took");
  app.add_flag("--bits", options.bits, "print the hash of the result as the last word");
  app.footer(function_help() +
             "An expression that starts with '-' goes after --, as in: trireme eval -i x=a.npy -- -x");
}

/// The arguments in the order CLI11 wants, last first. What follows -- may start with a dash: a blank before it, which
/// an expression does not mind, keeps it from being taken for an option (CLI11 2.3 loses -- in subcommands).
std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> out;
  bool literal = false;
  for (int k = 1; k < argc; ++k) {
    const std::string argument = argv[k];
    if (!literal && argument == "--") {
      literal = true;
    } else {
      out.push_back(literal ? " " + argument : argument);
    }
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Array expressions with the same bits on CUDA, OpenCL and CPU");
  app.name("trireme");
  app.set_version_flag("--version", "trireme " + trireme::version());
  app.require_subcommand(1);

  bool json = false;
  CLI::App* doctor =
      app.add_subcommand("doctor", "list devices, why others are missing, and check that their bits agree");
  doctor->add_flag("--json", json, "for programs");
  CLI::App* cache = app.add_subcommand("cache", "compiled programs on disk");
  cache->require_subcommand(1);
  CLI::App* info = cache->add_subcommand("info", "where they are, and how much they take");
  info->add_flag("--json", json, "for programs");
  CLI::App* clear = cache->add_subcommand("clear", "remove them");
  EvalOptions options;
  CLI::App* eval = app.add_subcommand("eval", "compute an expression over .npy files");
  add_eval(*eval, options);

  try {
    app.parse(arguments(argc, argv));
  } catch (const CLI::ParseError& failure) {
    if (failure.get_exit_code() == 0) return app.exit(failure);  // --help and --version
    std::cerr << "trireme: " << failure.what() << "\n";
    return kBadInput;
  }

  int status = kFailed;
  try {
    status = eval->parsed()    ? run_eval(options, std::cout, std::cerr)
             : info->parsed()  ? run_cache_info(json, std::cout)
             : clear->parsed() ? run_cache_clear(std::cout, std::cerr)
                               : run_doctor(json, std::cout);
  } catch (...) {
    return report_failure({}, std::cerr);
  }
  if (!std::cout.flush()) {
    std::cerr << "trireme: writing to standard output failed\n";
    return kFailed;
  }
  return status;
}
