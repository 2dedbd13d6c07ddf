#!/usr/bin/env python3
"""How fast leads are accepted, each durable before its 202, against the same server storing nothing.

usage: scripts/bench accept [--rounds N] [--seconds S] [--dir DIR] [--only WORD] [--patience MINUTES]
  --rounds N    every kind of run once a round, in alternating order (default 3); the table shows medians
  --seconds S   of one run, after one second of warming up (default 5)
  --dir DIR     where the stores go, each removed after its run (default build/bench/accept); another disk, say
  --only WORD   only the kinds of run that have WORD in their names (for profiling; the table has gaps then)
  --patience MINUTES
                on a machine that others use: before each run wait until they take little of it, and repeat a
                run that they disturbed; after so many minutes go on regardless (default 0)

Each run has a server and a store of its own. 64 connections: kept alive and posting over and over (wrk), or a
new one for every lead, its TLS session resumed (wrk always does) or with a full handshake (two processes of ab,
which never resumes). A gain or ratio is that of neighbouring runs of one round. "Others" is what programs other
than the server and the load took of the CPUs: above a few per cent, measure again. On a CPU that others keep
busy, a sync takes until the next tick of the scheduler, which hurts durable runs far more than the others.
Figures, not limits: the exit code is 0 whatever they are.
"""
import argparse
import contextlib
import os
import re
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ROOT / "build/bench/tests/bench"
BODY = ROOT / "tests/data/leads/official.json"
KEY = "Vq3mYw0cJ7n1Xf5sTz9bKd2hRg6uPa8eLk4iNo-_QxE"  # as long as a real one
CONNECTIONS = 64
WARM_UP_S = 1
SLOW_MS = 5
QUIET = 0.1  # others' share of the CPUs that does not count as disturbing
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Kind:
    name: str
    mode: str  # of accept_server
    connections: str = "kept"  # "kept", "resumed" or "full"
    slow: bool = False


KINDS = [
    Kind("nothing stored", "null"),
    Kind("durable", "durable"),
    Kind("durable, one commit a lead", "one-per-commit"),
    Kind("durable, slow syncs", "durable", slow=True),
    Kind("durable, slow syncs, one commit a lead", "one-per-commit", slow=True),
    Kind("nothing stored, new connections, resumed", "null", "resumed"),
    Kind("durable, new connections, resumed", "durable", "resumed"),
    Kind("nothing stored, new connections, full handshake", "null", "full"),
    Kind("durable, new connections, full handshake", "durable", "full"),
]


@dataclass
class Figures:
    """One run."""
    accepted: int = 0
    seconds: float = 0
    refused: int = 0  # answers other than 2xx
    broken: int = 0  # connections that failed
    p99_ms: float | None = None
    cpu_us: float = 0  # of the server, for each lead
    others: float = 0  # share of the machine's CPUs
    idle_mib: float = 0
    peak_mib: float = 0
    missing: int = 0  # 202s whose lead is not in the store

    @property
    def rate(self):
        return self.accepted / self.seconds


def status_mib(pid, name):
    return int(re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1]) / 1024


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def machine_seconds():
    """(busy, all) of all CPUs; what the hypervisor took counts as busy."""
    ticks = [int(text) for text in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / TICKS, sum(ticks) / TICKS


def children_seconds():
    times = os.times()
    return times.children_user + times.children_system


@contextlib.contextmanager
def running_server(kind, folder):
    """A fresh server; gives its process and port."""
    environment = dict(os.environ)
    if kind.slow:
        environment |= {"LD_PRELOAD": str(PROGRAMS / "libslow_sync.so"), "LEADSPOOL_SYNC_DELAY_MS": str(SLOW_MS)}
    with open(folder / "server.log", "wb") as log:
        server = subprocess.Popen([PROGRAMS / "accept_server", kind.mode, folder, KEY], env=environment,
                                  stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        port = server.stdout.readline().strip()
        if not port:
            sys.exit(f"accept: the server did not start:\n{(folder / 'server.log').read_text()}")
        yield server, int(port)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
        server.stdout.close()


def run_wrk(url, kind, seconds):
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}", "-s", ROOT / "tests/bench/post_leads.lua", url, "--",
               BODY]
    output = subprocess.run(command + ["close"] * (kind.connections == "resumed"), check=True, capture_output=True,
                            text=True).stdout
    figures = re.search("^figures (.*)", output, re.MULTILINE)[1].split()
    answered, spent_us, refused, broken, p99_us = map(int, figures)
    return Figures(answered - refused, spent_us / 1e6, refused, broken, p99_us / 1000)


def run_ab(url, seconds):
    command = ["ab", "-q", "-t", str(seconds), "-n", "100000000", "-c", str(CONNECTIONS // 2), "-T", "application/json",
               "-p", BODY, url]
    pair = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) for _ in range(2)]
    total = Figures()
    for process in pair:
        output = process.communicate()[0]
        if process.returncode:
            sys.exit(f"accept: ab failed:\n{output}")

        def number(name):
            found = re.search(rf"^{name}:\s+([\d.]+)", output, re.MULTILINE)
            return float(found[1]) if found else 0

        refused = int(number("Non-2xx responses"))
        total.accepted += int(number("Complete requests")) - refused
        total.refused += refused
        total.broken += int(number("Failed requests"))
        total.seconds = max(total.seconds, number("Time taken for tests"))
    return total


def load(url, kind, seconds):
    return run_ab(url, seconds) if kind.connections == "full" else run_wrk(url, kind, seconds)


def measure(kind, folder, seconds):
    with running_server(kind, folder) as (server, port):
        idle = status_mib(server.pid, "VmHWM")
        url = f"https://127.0.0.1:{port}/leads/marketplace?key={KEY}"
        warm_up = load(url, kind, WARM_UP_S)

        busy, whole = machine_seconds()
        own = cpu_seconds(server.pid), children_seconds()
        figures = load(url, kind, seconds)
        server_spent = cpu_seconds(server.pid) - own[0]
        busy, whole = (after - before for after, before in zip(machine_seconds(), (busy, whole)))

        figures.cpu_us = server_spent / figures.accepted * 1e6 if figures.accepted else 0
        figures.others = max(0, busy - server_spent - (children_seconds() - own[1])) / whole
        figures.idle_mib, figures.peak_mib = idle, status_mib(server.pid, "VmHWM")
    if kind.mode != "null":
        with contextlib.closing(sqlite3.connect(folder / "leads.db")) as store:
            stored = store.execute("SELECT count(*) FROM lead").fetchone()[0]
        figures.missing = max(0, warm_up.accepted + figures.accepted - stored)
    return figures


@contextlib.contextmanager
def fresh_folder(parent):
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


def await_quiet(deadline):
    while time.monotonic() < deadline:
        before = machine_seconds()
        time.sleep(1)
        busy, whole = (now - then for now, then in zip(machine_seconds(), before))
        if busy / whole < QUIET:
            return


def measure_undisturbed(kind, arguments, deadline):
    while True:
        await_quiet(deadline)
        with fresh_folder(arguments.dir) as folder:
            figures = measure(kind, folder, arguments.seconds)
        if figures.others < QUIET or time.monotonic() >= deadline:
            return figures


def sync_rate(folder):
    return float(subprocess.run([PROGRAMS / "sync_rate", folder], check=True, capture_output=True, text=True).stdout)


@dataclass
class Results:
    runs: dict[str, list[Figures]] = field(default_factory=dict)

    def median(self, name, what):
        return statistics.median(getattr(run, what) for run in self.runs[name])

    def ratio(self, name, other):
        """Median of the rounds' ratios."""
        return statistics.median(a.rate / b.rate for a, b in zip(self.runs[name], self.runs[other]) if b.accepted)


def print_runs(results):
    print(f"{'run (medians)':50} {'202/s':>8} {'least':>7} {'most':>7} {'p99 ms':>7} {'CPU us/lead':>11} {'others':>7}")
    for name, runs in results.runs.items():
        rates = [run.rate for run in runs]
        p99 = f"{results.median(name, 'p99_ms'):.1f}" if runs[0].p99_ms is not None else "-"
        print(f"{name:50} {statistics.median(rates):8.0f} {min(rates):7.0f} {max(rates):7.0f} {p99:>7}"
              f" {results.median(name, 'cpu_us'):11.0f} {results.median(name, 'others'):7.0%}")


def print_aims(results):
    def line(text, value, aim, met, form=".2f"):
        print(f"{text:66} {value:8{form}}   {aim:8} {'met' if met else 'missed'}")

    def compare(text, name, other, least):
        if name in results.runs and other in results.runs:
            value = results.ratio(name, other)
            line(text, value, f">= {least:g}", value >= least)

    print(f"{'figure':66} {'':8}   aim")
    compare("durable against nothing stored, connections kept", "durable", "nothing stored", 0.6)
    new = "new connections, full handshake"
    compare("the same with new connections, full handshake", f"durable, {new}", f"nothing stored, {new}", 0.85)
    new = "new connections, resumed"
    compare("the same with new connections, TLS session resumed", f"durable, {new}", f"nothing stored, {new}", 0.85)
    compare("gain of group commit over one commit a lead", "durable", "durable, one commit a lead", 3)
    compare(f"the same with {SLOW_MS} ms added to every sync", "durable, slow syncs",
            "durable, slow syncs, one commit a lead", 20)
    durable = [run for name, runs in results.runs.items() if name.startswith("durable") for run in runs]
    if durable:
        idle, peak = max(run.idle_mib for run in durable), max(run.peak_mib for run in durable)
        line("memory of the durable server when idle, MiB", idle, "<= 20", idle <= 20, ".0f")
        line("memory of the durable server under load, at most, MiB", peak, "<= 60", peak <= 60, ".0f")
        missing = sum(run.missing for run in durable)
        line("202s whose lead is not in the store", missing, "0", missing == 0, "d")
    every = [run for runs in results.runs.values() for run in runs]
    wrong = sum(run.refused + run.broken for run in every)
    line("answers other than 202, and broken connections", wrong, "0", wrong == 0, "d")


def main():
    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, add_help=False)
    parser.add_argument("--help", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--dir", type=Path, default=ROOT / "build/bench/accept")
    parser.add_argument("--only", default="")
    parser.add_argument("--patience", type=float, default=0)
    arguments = parser.parse_args()
    if arguments.help:
        print(__doc__.strip())
        return
    kinds = [kind for kind in KINDS if arguments.only in kind.name]
    if not kinds or arguments.rounds < 1 or arguments.seconds < 1:
        parser.error("nothing to measure; see --help")

    deadline = time.monotonic() + arguments.patience * 60
    await_quiet(deadline)
    with fresh_folder(arguments.dir) as folder:
        syncs = sync_rate(folder)
    results = Results({kind.name: [] for kind in kinds})
    for number in range(arguments.rounds):
        for kind in kinds if number % 2 == 0 else reversed(kinds):
            figures = measure_undisturbed(kind, arguments, deadline)
            results.runs[kind.name].append(figures)
            print(f"round {number + 1}: {kind.name}: {figures.rate:.0f}/s, others {figures.others:.0%}",
                  file=sys.stderr)

    print(f"\n{os.cpu_count()} CPUs shared by server and load; {arguments.rounds} rounds of {arguments.seconds} s;"
          f" the disk syncs 4 KiB {syncs:.0f} times a second\n")
    print_runs(results)
    print()
    print_aims(results)


if __name__ == "__main__":
    main()
