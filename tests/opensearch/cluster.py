"""Three nodes of OpenSearch, one JVM each, on loopback addresses of their own.

A node dies with the process that started it: the kernel sends SIGKILL, so that no killed test run leaves one behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MAIN = "org.codelibs.opensearch.runner.OpenSearchRunner"
# C1 alone and the serial collector: nodes that live for a minute start in half the CPU time.
FLAGS = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
# The kernel tells only of deaths to come: whoever started us may be dead already.
STILL_OURS = '[ "$PPID" = "$0" ] && exec java "$@"'
TRANSPORT = 9300
SECONDS = 180  # until the cluster must stand; two busy cores take 20

SETTINGS = """\
network.host: {address}
transport.port: {transport}
discovery.seed_hosts: [{seeds}]
cluster.initial_cluster_manager_nodes: [{seeds}]
cluster.routing.allocation.disk.threshold_enabled: false
node.store.allow_mmap: false
node.processors: 1
"""


class Node:
    """One JVM with one node."""

    def __init__(self, home: Path, address: str, seeds: str, jars: str, flags: Sequence[str] = FLAGS) -> None:
        self.home, self.address, self._jars, self._flags = home, address, jars, flags
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        config = home / "node_1" / "config"
        config.mkdir(parents=True)
        settings = SETTINGS.format(address=address, transport=TRANSPORT, seeds=seeds)
        (config / "opensearch.yml").write_text(settings)

    @property
    def url(self) -> str:
        """Where it answers, once it has said its port."""
        return f"http://{self.address}:{self.port}"

    @property
    def process(self) -> int:
        """The number of its process; 0 while it has none."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the process; it answers later."""
        # The runner takes the first port from 9201 that is free on 127.0.0.1, where we do not listen: as a rule 9201.
        command = ["setpriv", "--pdeathsig", "KILL", "sh", "-c", STILL_OURS, str(os.getpid())]
        command += [
            *self._flags,
            "-cp",
            self._jars,
            MAIN,
            "-basePath",
            str(self.home),
            "-numOfNode",
            "1",
            "-clusterName",
            "ratslupe-tests",
        ]
        command += ["-disableESLogger"]
        with (self.home / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def kill(self) -> None:
        """End the process at once, without a chance to say goodbye."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def wait(self, until: float) -> None:
        """Wait until it listens."""
        while True:
            said = (self.home / "log").read_text(errors="replace")
            assert self._process is not None, "started"
            assert self._process.poll() is None, f"a node ended: {said[-2000:]}"
            assert time.monotonic() < until, f"a node did not start: {said[-2000:]}"
            port = re.search(r"HTTP Port: +(\d+)", said)
            if port:
                self.port = int(port[1])
                with contextlib.suppress(OSError), socket.create_connection((self.address, self.port), 1):
                    return
            time.sleep(0.1)


class Cluster:
    """Three nodes; `kill` and `start` them by number, 0 to 2."""

    def __init__(self, home: Path, jars: str) -> None:
        # An address of one's own a run: nothing else listens there, nor does another test run.
        net = f"127.{random.randint(1, 254)}.{random.randint(1, 254)}"
        seeds = ", ".join(f'"{net}.{number}:{TRANSPORT}"' for number in (1, 2, 3))
        self.nodes = [Node(home / str(number), f"{net}.{number}", seeds, jars) for number in (1, 2, 3)]

    @property
    def hosts(self) -> str:
        """The nodes as they stand in the address of an index."""
        return ",".join(f"{node.address}:{node.port}" for node in self.nodes)

    def start(self, *numbers: int) -> None:
        """Start nodes (all where none is named) and wait until all three are one cluster with nothing missing."""
        until = time.monotonic() + SECONDS
        for number in numbers or range(3):
            self.nodes[number].start()
        for number in numbers or range(3):
            self.nodes[number].wait(until)
        self.wait_for(until, nodes=3)

    def wait_for(self, until: float, *, nodes: int, status: str = "green") -> None:
        """Wait until so many nodes are together and every shard stands."""
        path = f"/_cluster/health?wait_for_nodes={nodes}&wait_for_status={status}&timeout=5s"
        while True:
            assert time.monotonic() < until, "the cluster did not come together"
            for node in self.nodes:
                with contextlib.suppress(OSError):
                    if not self.ask("GET", path, node=node)["timed_out"]:
                        return
            time.sleep(0.2)

    def told(self) -> str:
        """What each node that lives says of the cluster: for the message of a test that fails."""
        paths = (
            *("/_cluster/health?local=true", "/_cluster/pending_tasks?local=true", "/_cluster/allocation/explain"),
            *("/_cat/shards?local=true&format=json&h=index,prirep,state,node,unassigned*", "/_tasks?detailed"),
        )
        lines = []
        for node in self.nodes:
            for path in paths if node.process else ():
                try:
                    lines.append(f"{node.address} {path}: {self.ask('GET', path, node=node)}")
                except OSError as error:
                    lines.append(f"{node.address} {path}: {error!r}")
        return "\n".join(lines)

    def kill(self, *numbers: int) -> None:
        """Kill nodes: all where none is named."""
        for number in numbers or range(3):
            self.nodes[number].kill()

    @contextmanager
    def index_url(self, *, replicas: int = 0) -> Iterator[str]:
        """Give the address of an index that is nobody else's, and take it away after the block."""
        name = f"t{uuid.uuid4().hex}"
        yield f"opensearch://{self.hosts}/{name}?replicas={replicas}"
        for kind in ("gen-*", "writer"):
            self.ask("DELETE", f"/{name}-{kind}?ignore_unavailable=true")
        # A search may have asked for an index that was never made.
        with contextlib.suppress(OSError):
            self.ask("DELETE", f"/_index_template/{name}")

    def ask(self, method: str, path: str, body: Any = None, *, node: Node | None = None) -> Any:
        """Ask a node directly; gives its JSON, raises OSError where it does not answer or refuses."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            (node or self.nodes[0]).url + path, data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def cluster(jars: str) -> Iterator[Cluster]:
    """Give a cluster of three nodes while the block runs; `jars` is the class path."""
    home = Path(tempfile.mkdtemp(prefix="rl-os-"))
    try:
        three = Cluster(home, jars)
        try:
            three.start()
            yield three
        finally:
            three.kill()
    finally:
        shutil.rmtree(home, ignore_errors=True)
