"""The numbers of system calls on two processors, and which of them a submission may make.

What Python, NumPy, SymPy and matplotlib were seen to need is allowed; everything else is refused, so
that a call which the kernel learns tomorrow is refused as well.

Imports: nothing.
"""

from __future__ import annotations

import errno
import os

AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# name, its number on x86_64, its number on aarch64; "-" where the processor has no such call
_FREE = """
read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, pwrite64 18 68, preadv 295 69, pwritev 296 70,
preadv2 327 286, pwritev2 328 287, close 3 57, close_range 436 436, lseek 8 62, creat 85 -, dup 32 23, dup2 33 -,
dup3 292 24, pipe 22 -, pipe2 293 59, sendfile 40 71, copy_file_range 326 285, fadvise64 221 223,
access 21 -, faccessat 269 48, faccessat2 439 439, stat 4 -, lstat 6 -, fstat 5 80, newfstatat 262 79, statx 332 291,
readlink 89 -, readlinkat 267 78, getcwd 79 17, chdir 80 49, fchdir 81 50, mkdir 83 -, mkdirat 258 34, rmdir 84 -,
unlink 87 -, unlinkat 263 35, rename 82 -, renameat 264 38, renameat2 316 276, umask 95 166, ftruncate 77 46,
fallocate 285 47, fsync 74 82, fdatasync 75 83, getdents 78 -, getdents64 217 61, statfs 137 43, fstatfs 138 44,
flock 73 32,
mmap 9 222, mprotect 10 226, munmap 11 215, mremap 25 216, madvise 28 233, brk 12 214, msync 26 227, mincore 27 232,
membarrier 324 283,
exit 60 93, exit_group 231 94, wait4 61 260, waitid 247 95, getpid 39 172, getppid 110 173, gettid 186 178,
getuid 102 174, geteuid 107 175, getgid 104 176, getegid 108 177, getgroups 115 158, getresuid 118 148,
getresgid 120 150, getpgrp 111 -, getpgid 121 155, getsid 124 156, set_tid_address 218 96, set_robust_list 273 99,
rseq 334 293, futex 202 98, futex_waitv 449 449, sched_yield 24 124, sched_getaffinity 204 123,
sched_getparam 143 121, sched_getscheduler 145 120, sched_get_priority_max 146 125, sched_get_priority_min 147 126,
getpriority 140 141, getcpu 309 168, arch_prctl 158 -, capget 125 90,
rt_sigaction 13 134, rt_sigprocmask 14 135, rt_sigreturn 15 139, rt_sigpending 127 136, rt_sigtimedwait 128 137,
rt_sigsuspend 130 133, sigaltstack 131 132, pause 34 -, alarm 37 -, setitimer 38 103, getitimer 36 102,
timer_create 222 107, timer_settime 223 110, timer_gettime 224 108, timer_delete 226 111, timer_getoverrun 225 109,
restart_syscall 219 128, nanosleep 35 101, clock_nanosleep 230 115, clock_gettime 228 113, clock_getres 229 114,
gettimeofday 96 169, time 201 -, times 100 153, uname 63 160, sysinfo 99 179, getrusage 98 165, getrlimit 97 163,
getrandom 318 278,
poll 7 -, ppoll 271 73, select 23 -, pselect6 270 72, epoll_create 213 -, epoll_create1 291 20, epoll_ctl 233 21,
epoll_wait 232 -, epoll_pwait 281 22, eventfd2 290 19, timerfd_create 283 85, timerfd_settime 286 86,
timerfd_gettime 287 87,
sendto 44 206, recvfrom 45 207, sendmsg 46 211, recvmsg 47 212, shutdown 48 210, getsockname 51 204
"""

# SECURITY: Landlock does not look at these. Outside a view of the files that is the submission's own they
# would change the grader's files. See test_the_files_of_the_grader_keep_their_mode_and_time.
_IN_OWN_VIEW = """
chmod 90 -, fchmod 91 52, fchmodat 268 53, utimensat 280 88, symlink 88 -, symlinkat 266 36, link 86 -, linkat 265 37,
truncate 76 45
"""

# allowed with some arguments only: `seccomp` says which
_GUARDED = """
open 2 -, openat 257 56, fcntl 72 25, ioctl 16 29, prctl 157 167, clone 56 220, kill 62 129, tgkill 234 131,
prlimit64 302 261, socketpair 53 199
"""

# refused as if the kernel did not know them: C libraries then use the older call, whose arguments can be read
_UNKNOWN = """
clone3 435 435, openat2 437 437
"""

# made by the sandbox itself, or tried by `probe`; never allowed to a submission
_OURS = """
unshare 272 97, mount 165 40, umount2 166 39, pivot_root 155 41, setns 308 268, capset 126 91, mount_setattr 442 442,
landlock_create_ruleset 444 444, landlock_add_rule 445 445, landlock_restrict_self 446 446,
ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, bpf 321 280, keyctl 250 219, add_key 248 217,
io_uring_setup 425 425, perf_event_open 298 241, userfaultfd 323 282, memfd_create 319 279, shmget 29 194,
name_to_handle_at 303 264, personality 135 92, kcmp 312 272, pidfd_open 434 434, pidfd_getfd 438 438,
pidfd_send_signal 424 424, setpriority 141 140, sched_setaffinity 203 122, chroot 161 51, mknodat 259 33
"""


def _read(table: str) -> dict[str, tuple[str, str]]:
    entries = (entry.split() for entry in table.split(",") if entry.strip())
    return {name: (x86_64, aarch64) for name, x86_64, aarch64 in entries}


FREE, IN_OWN_VIEW, GUARDED, UNKNOWN = map(_read, (_FREE, _IN_OWN_VIEW, _GUARDED, _UNKNOWN))
_ALL = {**FREE, **IN_OWN_VIEW, **GUARDED, **UNKNOWN, **_read(_OURS)}


def processor() -> str:
    """The kernel's name for this processor, "x86_64"; empty where there is no such thing."""
    return os.uname().machine if hasattr(os, "uname") else ""


def number(name: str) -> int:
    """The number of the system call `name` on this processor.

    Raises
    ------
    OSError : the numbers of this processor are not known here, or it has no such call.
    """
    try:
        column = ("x86_64", "aarch64").index(processor())
        return int(_ALL[name][column])
    except ValueError:
        raise OSError(
            errno.ENOSYS, f"{name}: no such system call is known for {processor() or 'this system'}"
        ) from None
