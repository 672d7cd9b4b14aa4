"""The numbers of system calls on the machines we run on: Linux' syscall_64.tbl, and asm-generic/unistd.h."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Machine:
    """How seccomp names this machine (linux/audit.h), and call -> number; the newer one lacks the oldest calls."""

    audit: int
    numbers: dict[str, int]


def words(text: str) -> tuple[str, ...]:
    """The names in a text, as a list of fifty is easier to read."""
    return tuple(text.split())


def _table(text: str) -> dict[str, int]:
    both = words(text)
    return dict(zip(both[::2], map(int, both[1::2]), strict=True))


# Since Linux 5.1 new calls have one number everywhere.
_BOTH = "clone3 435 openat2 437 faccessat2 439"

MACHINES = {
    "x86_64": Machine(
        0xC000003E,
        _table(
            f"""{_BOTH} read 0 write 1 open 2 close 3 stat 4 fstat 5 lstat 6 lseek 8 mmap 9 mprotect 10 munmap 11 brk 12
            rt_sigaction 13 rt_sigprocmask 14 rt_sigreturn 15 ioctl 16 pread64 17 readv 19 writev 20 access 21
            sched_yield 24 mremap 25 mincore 27 madvise 28 dup 32 dup2 33 nanosleep 35 getpid 39 socket 41 connect 42
            clone 56 fork 57 vfork 58 execve 59 exit 60 kill 62 uname 63 fcntl 72 getcwd 79 readlink 89 gettimeofday 96
            getrlimit 97 getrusage 98 sysinfo 99 times 100 ptrace 101 getuid 102 getgid 104 geteuid 107 getegid 108
            getppid 110 sigaltstack 131 prctl 157 gettid 186 time 201 futex 202 sched_getaffinity 204 getdents64 217
            restart_syscall 219 clock_gettime 228 clock_getres 229 clock_nanosleep 230 exit_group 231 tgkill 234
            openat 257 newfstatat 262 readlinkat 267 faccessat 269 dup3 292 prlimit64 302 getcpu 309 getrandom 318
            execveat 322 membarrier 324 statx 332"""
        ),
    ),
    "aarch64": Machine(
        0xC00000B7,
        _table(
            f"""{_BOTH} getcwd 17 dup 23 dup3 24 fcntl 25 ioctl 29 faccessat 48 openat 56 close 57 getdents64 61
            lseek 62 read 63 write 64 readv 65 writev 66 pread64 67 readlinkat 78 newfstatat 79 fstat 80 exit 93
            exit_group 94 futex 98 nanosleep 101 clock_gettime 113 clock_getres 114 clock_nanosleep 115 ptrace 117
            sched_getaffinity 123 sched_yield 124 restart_syscall 128 kill 129 tgkill 131 sigaltstack 132
            rt_sigaction 134 rt_sigprocmask 135 rt_sigreturn 139 times 153 uname 160 getrlimit 163 getrusage 165
            prctl 167 getcpu 168 gettimeofday 169 getpid 172 getppid 173 getuid 174 geteuid 175 getgid 176 getegid 177
            gettid 178 sysinfo 179 socket 198 connect 203 brk 214 munmap 215 mremap 216 clone 220 execve 221 mmap 222
            mprotect 226 mincore 232 madvise 233 prlimit64 261 getrandom 278 execveat 281 membarrier 283 statx 291"""
        ),
    ),
}
