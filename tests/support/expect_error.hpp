// tests/support/expect_error.hpp -- the one way in which the array tests expect an error
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "trireme/error.hpp"

namespace trireme::test {

/// Expects f to throw `code` with a message that begins with `function` and contains every word.
inline void expect_error(const std::function<void()>& f, Code code, const std::string& function,
                         const std::vector<std::string>& words = {}) {
  try {
    f();
  } catch (const error& e) {
    const std::string text = e.what();
    EXPECT_EQ(e.code(), code) << text;
    EXPECT_EQ(text.rfind(function + ":", 0), 0u) << text;
    for (const std::string& word : words) EXPECT_NE(text.find(word), std::string::npos) << text << " lacks " << word;
    EXPECT_NE(text.back(), '.') << text;
    return;
  }
  ADD_FAILURE() << function << " gave no error";
}

}  // namespace trireme::test
