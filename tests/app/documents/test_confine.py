"""Whoever takes over a reader gets nothing for it."""

import contextlib
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest

import app.documents.sandbox
from app.documents import Sandbox, SandboxError, child, confine
from app.documents.syscalls import MACHINES, Machine

from . import samples
from .attacker import ATTACKS
from .conftest import texts

ROOT = Path(__file__).parents[3]
REFUSED = {
    "open a file",
    "open by the old call",
    "list a folder",
    "look for a file",
    "read its input",
    "write elsewhere",
    "write to the watched pipe",
    "what was left open",
    "start a thread",
    "memory to execute",
    "send a signal by thread",
    "raise a limit",
    "undo a restriction",
}
ALLOW, EPERM, KILL = "allow", "refuse", "kill"


@pytest.fixture(scope="module")
def attacked() -> Iterator[Callable[..., Sandbox]]:
    opened: list[Sandbox] = []

    def attacked(*arguments: str, allow_unsandboxed: bool = False) -> Sandbox:
        sandbox = Sandbox(allow_unsandboxed=allow_unsandboxed)
        sandbox._arguments += arguments
        opened.append(sandbox)
        return sandbox

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app.documents.sandbox, "_CHILD", "tests.app.documents.attacker")
        yield attacked
        for sandbox in opened:
            sandbox.close()


@pytest.fixture(scope="module")
def taken_over(attacked: Callable[..., Sandbox]) -> Sandbox:
    return attacked()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_it_refuses_what_libraries_try(taken_over: Sandbox, name: str) -> None:
    reading = taken_over.read(name.encode())

    assert (reading.state, texts(reading)) == ("ok", ("EPERM",))


@pytest.mark.parametrize("name", sorted(set(ATTACKS) - REFUSED))
def test_it_kills_for_what_no_reader_does_and_takes_nothing(taken_over: Sandbox, name: str) -> None:
    reading = taken_over.read(name.encode())

    assert (reading.state, reading.pages, reading.title) == ("hostile", (), "")
    assert reading.reason.endswith("nothing is taken.")
    assert texts(taken_over.read(samples.pdf(["gesund"]))) == ("gesund",)


def test_it_leaves_nothing_open_however_high_its_number(attacked: Callable[..., Sandbox]) -> None:
    with contextlib.ExitStack() as opened:
        for _ in range(child.OPEN_FILES + 10):
            opened.enter_context(open(os.devnull, "rb"))  # noqa: PTH123  # the stack closes them
        reading = attacked().read(b"what was left open")

    assert (reading.state, texts(reading)) == ("ok", ("EPERM",))


def test_it_reads_nothing_where_children_cannot_be_confined(attacked: Callable[..., Sandbox]) -> None:
    for argument, reason in (("unknown-machine", "no filter is known"), ("unfiltered", "socket is not refused")):
        with pytest.raises(SandboxError, match=rf"{reason}.*ALLOW_UNSANDBOXED=1"):
            attacked(argument).read(b"fork")


def test_it_looks_at_no_document_in_a_child_that_has_no_filter(attacked: Callable[..., Sandbox]) -> None:
    with pytest.raises(SandboxError, match="could do what must be refused"):
        attacked("unfiltered", "untried").read(b"list a folder")


def test_it_reads_unprotected_only_where_it_is_told(attacked: Callable[..., Sandbox]) -> None:
    without = attacked("unknown-machine", allow_unsandboxed=True)
    with_filter = attacked(allow_unsandboxed=True)

    assert texts(without.read(b"list a folder")) == ("done",)
    assert texts(with_filter.read(b"list a folder")) == ("EPERM",)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_a_worker_that_is_root_does_not_read_as_root(attacked: Callable[..., Sandbox]) -> None:
    assert texts(attacked("unknown-machine", allow_unsandboxed=True).read(b"change the user")) == ("EPERM",)


PIERCED = """
import os, sys
from app.documents import confine
name = sys.argv[1]
os.dup2(1, confine.OUTPUT)
confine.ALLOWED += (name,)
if name == "mmap":
    confine._unless_executable = lambda machine, name: []
confine._REFUSING = confine._packed(confine.refusing(confine.HERE))
try:
    confine.confine()
except confine.UnconfinedError as error:
    os.write(confine.OUTPUT, str(error).encode())
"""


@pytest.mark.parametrize("name", [name for name, _ in confine.PROBES if confine.HERE and name in confine.HERE.numbers])
def test_the_self_test_notices_each_hole(name: str) -> None:
    found = subprocess.run([sys.executable, "-c", PIERCED, name], cwd=ROOT, capture_output=True, check=False)

    assert f"{name} is not refused" in found.stdout.decode(), found.stderr


def decided(program: list[confine.Instruction], architecture: int, number: int, arguments: tuple[int, ...]) -> str:
    """Run a filter as the kernel does."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    value, at = 0, 0
    while True:
        code, true, false, operand = program[at]
        at += 1
        if code == 0x20:
            (value,) = struct.unpack_from("<I", data, operand)
        elif code == 0x06:
            return {0x7FFF0000: ALLOW, 0x00050001: EPERM, 0x80000000: KILL}[operand]
        else:
            holds = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[code]
            at += true if holds else false


CALLS: dict[str, list[tuple[tuple[int, ...], str, str]]] = {
    "write": [((3, 0, 9), ALLOW, ALLOW), ((1, 0, 9), EPERM, EPERM), ((4, 0, 9), EPERM, EPERM)],
    "mmap": [((0, 9, 3), ALLOW, ALLOW), ((0, 9, 4), EPERM, EPERM), ((0, 9, 7), EPERM, EPERM)],
    "mprotect": [((0, 9, 1), ALLOW, ALLOW), ((0, 9, 5), EPERM, EPERM)],
    "clone": [((0x10F00,), EPERM, EPERM), ((17,), EPERM, KILL)],
    "prctl": [((22, 2), ALLOW, EPERM), ((38, 1), EPERM, EPERM)],
    **{name: [((), ALLOW, ALLOW)] for name in confine.ALLOWED},
    **{name: [((), EPERM, EPERM)] for name in set(confine.TOLERATED) - {"prctl"}},
    **{
        name: [((), EPERM, KILL)]
        for name in ("socket", "connect", "fork", "vfork", "execve", "execveat", "ptrace", "kill")
    },
}


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_both_filters_decide_alike_on_every_machine(machine: Machine) -> None:
    filters = confine.refusing(machine), confine.killing(machine)
    for name, number in machine.numbers.items():
        for arguments, *verdicts in CALLS[name]:
            found = [decided(one, machine.audit, number, arguments) for one in filters]
            assert found == verdicts, (name, arguments)


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_what_is_in_no_table_is_refused_and_then_kills(machine: Machine) -> None:
    known = set(machine.numbers.values())
    for number in chain(range(600), (0x3FFFFFFF,)):
        if number not in known:
            assert decided(confine.refusing(machine), machine.audit, number, ()) == EPERM
            assert decided(confine.killing(machine), machine.audit, number, ()) == KILL


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_calls_by_another_table_of_the_same_kernel_kill(machine: Machine) -> None:
    for architecture, number in ((0x40000003, 1), (0x40000028, 4), (machine.audit, 0x40000001)):
        for program in (confine.refusing(machine), confine.killing(machine)):
            assert decided(program, architecture, number, (3,)) == KILL
