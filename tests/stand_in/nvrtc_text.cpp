// tests/stand_in/nvrtc_text.cpp -- turns CUDA text into text for the host compiler: shim before, table of kernels behind
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <map>

#include "nvrtc.hpp"

namespace stand_in {
namespace {

#define STAND_IN_TEXT(...) #__VA_ARGS__
constexpr char kAbiText[] =
#include "kernel_abi.inc"
    ;
#undef STAND_IN_TEXT

constexpr char kShimText[] =
#include "cuda_shim.inc"
    ;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// The same text with comments and literals blanked, so that a search finds code only. Lines and columns stay.
std::string code_only(const std::string& text) {
  std::string out = text;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (text.compare(i, 2, "//") == 0) {
      end = text.find('\n', i);
    } else if (text.compare(i, 2, "/*") == 0) {
      end = text.find("*/", i + 2);
      end = end == std::string::npos ? end : end + 2;
    } else if (text[i] == '"' || (text[i] == '\'' && (i == 0 || !is_word(text[i - 1])))) {
      while (end < text.size() && text[end] != text[i]) end += text[end] == '\\' ? 2 : 1;
      end = end + 1;
    } else {
      ++i;
      continue;
    }
    end = std::min(end, text.size());
    for (; i < end; ++i) {
      if (text[i] != '\n') out[i] = ' ';
    }
  }
  return out;
}

std::size_t find_word(const std::string& code, const std::string& word, std::size_t from) {
  for (std::size_t at = code.find(word, from); at != std::string::npos; at = code.find(word, at + 1)) {
    const bool starts = at == 0 || !is_word(code[at - 1]);
    const std::size_t end = at + word.size();
    if (starts && (end == code.size() || !is_word(code[end]))) return at;
  }
  return std::string::npos;
}

std::size_t skip_space(const std::string& code, std::size_t at) {
  while (at < code.size() && std::isspace(static_cast<unsigned char>(code[at]))) ++at;
  return at;
}

// From an opening parenthesis to just behind the one that closes it.
std::size_t skip_parentheses(const std::string& code, std::size_t at) {
  int depth = 0;
  for (; at < code.size(); ++at) {
    depth += (code[at] == '(') - (code[at] == ')');
    if (depth == 0) return at + 1;
  }
  return at;
}

// Kernel name -> what stands in its __launch_bounds__.
std::map<std::string, std::string> find_kernels(const std::string& code) {
  std::map<std::string, std::string> kernels;
  for (std::size_t at = find_word(code, "__global__", 0); at != std::string::npos; at = find_word(code, "__global__", at)) {
    at += 10;
    std::string bounds;
    // Words up to the one before the parameter list; __launch_bounds__(..) and __attribute__((..)) have lists of their own.
    while (at < code.size()) {
      at = skip_space(code, at);
      const std::size_t begin = at;
      while (at < code.size() && is_word(code[at])) ++at;
      if (at == begin) break;
      const std::string word = code.substr(begin, at - begin);
      const std::size_t next = skip_space(code, at);
      if (next >= code.size() || code[next] != '(') continue;
      at = skip_parentheses(code, next);
      if (word == "__launch_bounds__") bounds = code.substr(next + 1, at - next - 2);
      if (word == "__launch_bounds__" || word == "__attribute__" || word == "__cluster_dims__") continue;
      std::string& known = kernels[word];
      if (!bounds.empty()) known = bounds;
      break;
    }
  }
  return kernels;
}

// `extern __shared__ T name[];` has no host counterpart: it becomes a pointer to the launch's dynamic shared memory.
void rewrite_dynamic_shared(std::string* text) {
  std::string code = code_only(*text);
  for (std::size_t at = find_word(code, "extern", 0); at != std::string::npos; at = find_word(code, "extern", at + 1)) {
    const std::size_t word = skip_space(code, at + 6);
    if (find_word(code, "__shared__", word) != word) continue;
    const std::size_t open = code.find('[', word), end = code.find(';', word);
    if (open == std::string::npos || end == std::string::npos || open > end) continue;
    std::size_t name = open;
    while (name > word && !is_word(code[name - 1])) --name;
    const std::size_t name_end = name;
    while (name > word && is_word(code[name - 1])) --name;
    const std::string type = text->substr(word + 10, name - word - 10);
    text->replace(at, end - at, type + "* const " + text->substr(name, name_end - name) + " = stand_in::dynamic_shared");
    code = code_only(*text);
  }
}

}  // namespace

std::string host_text(const std::string& cuda_text, const std::string& name, const Options& options) {
  std::string body = cuda_text;
  rewrite_dynamic_shared(&body);
  const auto kernels = find_kernels(code_only(body));
  std::string out = kAbiText;
  out += "\n#define __CUDA_ARCH__ " + std::to_string(options.arch * 10) + "\n";
  out += kShimText;
  out += "#line 1 \"" + name + "\"\n" + body + "\n#line 1 \"stand-in\"\n";
  out += "static const stand_in::Kernel stand_in_kernels[] = {\n";
  for (const auto& [kernel, bounds] : kernels) {
    out += "STAND_IN_KERNEL(" + kernel + (bounds.empty() ? "" : ", " + bounds) + ")\n";
  }
  out += "{}};\n";
  out += "extern \"C\" __attribute__((visibility(\"default\"))) const stand_in::Module* stand_in_module() {\n"
         "  static const stand_in::Module module = {stand_in::kAbi, &stand_in_slots, &stand_in_services, stand_in_kernels, ";
  out += std::to_string(kernels.size());
  out += ", __start_stand_in_shared, __stop_stand_in_shared, stand_in_dynamic, " + std::to_string(options.flush) + "};\n";
  out += "  return &module;\n}\n";
  return out;
}

}  // namespace stand_in
