// tests/support/fault_report.hpp -- what became of a computation that may fail, in words that a child process reports
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "trireme/trireme.hpp"

namespace trireme::test {

/// The text that `body` gives, or "error CODE MESSAGE".
template <class Body>
std::string outcome(Body body) {
  try {
    return body();
  } catch (const error& failure) {
    return "error " + std::to_string(static_cast<int>(failure.code())) + " " + failure.what();
  }
}

/// The outcome of the sum, a whole number.
inline std::string total(const array& x) {
  return outcome([&] { return std::to_string(static_cast<int>(sum(x).item<float>())); });
}

/// The report of the first device, or backend, whose name begins so; an empty one when there is none.
inline DeviceReport report_of(const std::string& name) {
  for (const DeviceReport& found : devices())
    if (found.name.starts_with(name)) return found;
  return {};
}

/// What `auto` says of the program: why, and each candidate with the sentence that ruled it out.
inline std::string choice_of(const ProgramReport& program) {
  std::string text = program.why;
  for (const CandidateReport& candidate : program.candidates)
    text += ", " + candidate.device + (candidate.reason.empty() ? " estimated" : " not: " + candidate.reason);
  return text;
}

/// The process computes on, on the CPU, and chooses it by itself.
inline std::string cpu_goes_on() {
  return total(linspace(0, 1023, 1024, f32) * 2) == "1047552" ? "cpu goes on" : "cpu does not go on";
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace trireme::test
