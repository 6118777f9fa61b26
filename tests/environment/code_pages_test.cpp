// tests/environment/code_pages_test.cpp -- where the system gives no executable memory the CPU interprets, and says why
// SPDX-License-Identifier: Apache-2.0
//
// Hardened systems (SELinux without execmem, systemd's MemoryDenyWriteExecute) refuse to make written pages executable.
// A seccomp filter does the same to one child.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <string>

#include "cpu/jit.hpp"
#include "support/child_process.hpp"
#include "support/compare.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

/// From here on mprotect() gives this process no executable pages.
bool refuse_executable_pages() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

HostArray work() {
  const array x = arange(0, 10'000, 1, f32) * 1e-3;
  return to_host(sqrt(x * x + 1) - x * 0.25);
}

TEST(code_pages, refused_by_the_system_leave_the_interpreter_and_a_reason) {
  const DeviceScope scope{Device("cpu")};
  KeepSettings keep;
  int tried = 0;
  for (const Setting& setting : settings()) {
    use(setting);
    // Forked before this process compiles anything: its code would be the child's.
    const std::string told = run_fork([&]() -> std::string {
      cpu::use_jit(cpu::JitMode::never);
      const HostArray expected = work();
      cpu::use_jit(cpu::JitMode::always);
      if (const std::string reason = cpu::jit_unavailable_reason(); !reason.empty()) return "skip: " + reason;
      if (!refuse_executable_pages()) return "skip: no seccomp here";
      if (const std::string different = difference(work(), expected); !different.empty()) return different;
      return cpu::jit_unavailable_reason();
    });
    if (told.starts_with("skip: ")) continue;
    ++tried;
    EXPECT_NE(told.find("no executable memory (mprotect: Permission denied)"), std::string::npos) << text(setting) << ": " << told;
  }
  if (tried == 0) GTEST_SKIP() << "no compiled tier, or no seccomp";
}

}  // namespace
}  // namespace trireme::test
