"""What a process that looks at a document may still ask of the kernel: memory, the time, its one pipe, and to end.

Two seccomp filters, by an allow-list. The first refuses everything else with EPERM, and lets the self-test see that it
does. The second, put on top after that, kills whoever asks for what no reader ever needs: the document is hostile.
What libraries try in passing (to look for a file, to start a thread) stays merely refused.
"""

import ctypes
import errno
import os
import platform
import struct
import sys

from .syscalls import MACHINES, Machine, words

OUTPUT = 3  # the one descriptor that takes bytes

# Memory, time, the end: what reading needs, most frequent first. mmap, mprotect, write, clone and prctl have rules.
ALLOWED = words(
    """munmap brk madvise futex mremap clock_gettime getrandom rt_sigreturn rt_sigprocmask rt_sigaction sigaltstack
    gettimeofday clock_getres clock_nanosleep nanosleep sched_yield restart_syscall close getpid gettid exit exit_group
    """
)
# Refused, but no sign of malice: Python looks for a module, a library for a font, for the number of cores, a thread.
TOLERATED = words(
    """read readv pread64 writev open openat openat2 access faccessat faccessat2 stat lstat fstat newfstatat statx
    readlink readlinkat getdents64 getcwd lseek ioctl fcntl dup dup2 dup3 uname sysinfo getrlimit prlimit64 getrusage
    times time getuid geteuid getgid getegid getppid sched_getaffinity getcpu mincore membarrier clone3 tgkill prctl"""
)
PROBES = (
    # Each but two would fail or do nothing by itself, but never with EPERM.
    ("socket", (-1, -1, -1)),
    ("open", (0, 0)),
    ("openat", (-100, 0, 0)),
    ("execve", (0, 0, 0)),
    ("execveat", (-1, 0, 0, 0, 0)),
    ("clone", (0x10000,)),  # CLONE_THREAD without what it requires
    ("clone3", (0, 0)),
    # These two would work: then both processes find it out, and end.
    ("fork", ()),
    ("vfork", ()),
    ("kill", (0x7FFFFFFF, 0)),
    ("ptrace", (-1, 0, 0, 0)),
    ("prlimit64", (0, 0, 0, 0)),
    ("write", (1, 0, 0)),
    ("mmap", (0, 4096, 4, 0x22, -1, 0)),  # a page of memory that can be executed
)

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_PROT_EXEC = 4
_CLONE_THREAD = 0x10000
_KILL, _ALLOW, _EPERM = 0x80000000, 0x7FFF0000, 0x00050000 | errno.EPERM
# linux/bpf_common.h: load a word, jump if equal, at least, or any bit set, return.
_LD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # where they stand in struct seccomp_data
_X32 = 0x40000000

_LIBC = ctypes.CDLL(None, use_errno=True)
Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, value


class UnconfinedError(Exception):
    """This process is not as bound as it has to be; says in which way."""


def confine() -> None:
    """Bind this process for good, and see that it is; raises UnconfinedError where that cannot be done."""
    if HERE is None:
        raise UnconfinedError(f"no filter is known for {sys.platform} on {platform.machine()}")
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _install(_REFUSING)
    self_test(HERE)
    _install(_KILLING)


def self_test(machine: Machine) -> None:
    """Try what must be refused; raises UnconfinedError if anything is not."""
    for name, arguments in PROBES:
        if name not in machine.numbers:
            continue
        ctypes.set_errno(0)
        found = _LIBC.syscall(*(ctypes.c_long(one) for one in (machine.numbers[name], *arguments)))
        if found != -1 or ctypes.get_errno() != errno.EPERM:
            raise UnconfinedError(f"{name} is not refused")


def refusing(machine: Machine) -> list[Instruction]:
    """The filter that refuses all but what is allowed, and a second filter."""
    second = _if_argument(machine, "prctl", 0, _JEQ, _PR_SET_SECCOMP, _ALLOW)
    return [*_begun(machine), *_allowed(machine), *second, (_RET, 0, 0, _EPERM)]


def killing(machine: Machine) -> list[Instruction]:
    """The filter that kills for all but what is allowed or tolerated."""
    tolerated = [one for name in TOLERATED for one in _if_called(machine, name, _EPERM)]
    for name, number, test, value in (
        ("write", 0, _JGE, 0),  # elsewhere: a library complains on standard error
        ("mmap", 0, _JGE, 0),
        ("mprotect", 0, _JGE, 0),
        ("clone", 0, _JSET, _CLONE_THREAD),
    ):
        tolerated += _if_argument(machine, name, number, test, value, _EPERM)
    return [*_begun(machine), *_allowed(machine), *tolerated, (_RET, 0, 0, _KILL)]


def _packed(program: list[Instruction]) -> bytes:
    return b"".join(struct.pack("=HBBI", *one) for one in program)


def _install(packed: bytes) -> None:
    code = ctypes.create_string_buffer(packed, len(packed))
    # struct sock_fprog: how many instructions of eight bytes, and where they are.
    program = ctypes.create_string_buffer(struct.pack("@HP", len(packed) // 8, ctypes.addressof(code)))
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))


def _begun(machine: Machine) -> list[Instruction]:
    return [
        (_LD, 0, 0, _ARCHITECTURE),
        (_JEQ, 1, 0, machine.audit),
        (_RET, 0, 0, _KILL),
        (_LD, 0, 0, _NUMBER),
        # Of the x86 kernel's other table, which shares the architecture's name.
        (_JGE, 0, 1, _X32),
        (_RET, 0, 0, _KILL),
    ]


def _allowed(machine: Machine) -> list[Instruction]:
    return [
        *_if_argument(machine, "write", 0, _JEQ, OUTPUT, _ALLOW),
        *_unless_executable(machine, "mmap"),
        *_unless_executable(machine, "mprotect"),
        *(one for name in ALLOWED for one in _if_called(machine, name, _ALLOW)),
    ]


def _if_called(machine: Machine, name: str, verdict: int) -> list[Instruction]:
    number = machine.numbers.get(name)
    return [] if number is None else [(_JEQ, 0, 1, number), (_RET, 0, 0, verdict)]


def _if_argument(machine: Machine, name: str, number: int, test: int, value: int, verdict: int) -> list[Instruction]:
    """A verdict on a call whose argument (its lower half; the machines are little-endian) passes a test."""
    return [
        (_JEQ, 0, 4, machine.numbers[name]),
        (_LD, 0, 0, _ARGUMENTS + 8 * number),
        (test, 0, 1, value),
        (_RET, 0, 0, verdict),
        (_LD, 0, 0, _NUMBER),
    ]


def _unless_executable(machine: Machine, name: str) -> list[Instruction]:
    return [
        (_JEQ, 0, 4, machine.numbers[name]),
        (_LD, 0, 0, _ARGUMENTS + 8 * 2),
        (_JSET, 1, 0, _PROT_EXEC),
        (_RET, 0, 0, _ALLOW),
        (_LD, 0, 0, _NUMBER),
    ]


def _prctl(option: int, *arguments: int) -> None:
    padded = (*arguments, 0, 0, 0, 0)[:4]
    if _LIBC.prctl(option, *(ctypes.c_ulong(one) for one in padded)):
        raise UnconfinedError(f"the kernel takes no seccomp filter ({os.strerror(ctypes.get_errno())})")


HERE = MACHINES.get(platform.machine()) if sys.platform == "linux" else None
# Built once, in the warm process.
_REFUSING, _KILLING = (_packed(refusing(HERE)), _packed(killing(HERE))) if HERE else (b"", b"")
