#!/usr/bin/env python3
"""How fast leads are delivered, each outcome durable, against libcurl alone; what waiting leads cost.

usage: scripts/bench deliver [--rounds N] [--seconds S] [--pending N] [--dir DIR] [--quick]
  --rounds N    every run so often, the two of a ratio one after the other (default 3); the table shows medians
  --seconds S   of one run (default 5)
  --pending N   how many leads wait in the large store (default 1000000; one GB of disk for each million)
  --dir DIR     where the stores go, removed afterwards (default build/bench/deliver)
  --quick       one round of 2 seconds, 50000 leads in the large store: only shows that everything runs

One worker thread (the real one, on a real store, with the webhook connector) delivers over 64 kept connections
to a small CRM in another process; the bare loop posts the same request there by libcurl, with nothing around it.
A neighbour that hangs is a second destination of the same leads which never answers; 200 leads come a second
then, and the time is taken from accepting a lead to the CRM's answer. Figures, not limits: the exit code is 0
whatever they are.
"""
import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ROOT / "build/bench/tests/bench"
IN_FLIGHT = 64
SLOW_MS = 50
SMALL_STORE = 1000
CLAIMS = 12  # of 64 leads each: less than the small store holds


@dataclass
class Figures:
    """Of all rounds."""
    bare: list[float] = field(default_factory=list)  # answers a second
    at_once: list[float] = field(default_factory=list)  # deliveries a second
    slow: list[float] = field(default_factory=list)
    claim_small_us: list[float] = field(default_factory=list)
    claim_large_us: list[float] = field(default_factory=list)
    alone: list[dict] = field(default_factory=list)
    beside_hanging: list[dict] = field(default_factory=list)
    peak_mib: float = 0


def run(name, *arguments):
    return subprocess.run([PROGRAMS / name, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout


def run_worker(mode, store, *arguments):
    """Of deliver_worker, which logs as the service does: what it printed."""
    with open(f"{store}.log", "wb") as log:
        command = [PROGRAMS / "deliver_worker", mode, store, *map(str, arguments)]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=log).stdout)


@contextlib.contextmanager
def running_crm(delay_ms):
    """Gives the address of a fresh one."""
    crm = subprocess.Popen([PROGRAMS / "deliver_server", str(delay_ms)], stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{int(crm.stdout.readline())}"
    finally:
        crm.kill()
        crm.wait()
        crm.stdout.close()


def make_store(path, leads):
    """A store in which so many leads wait for "crm"; all but the first are copies of it."""
    run("deliver_worker", "seed", path)
    with contextlib.closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA synchronous = OFF")
        store.execute("PRAGMA cache_size = -400000")

        def copy(table, changed):
            names = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
            store.execute(f"""
                WITH RECURSIVE copies(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM copies WHERE n < ?)
                INSERT INTO {table} ({", ".join(names)})
                SELECT {", ".join(changed.get(name, name) for name in names)} FROM copies CROSS JOIN {table}
                WHERE {table}.rowid = 1""", (leads,))

        # Each a millisecond older than the next one, the newest as old as the first was.
        copy("lead", {"number": "n", "id": "randomblob(16)", "received_at": f"received_at - {leads} + n"})
        copy("delivery", {"id": "n", "lead_number": "n", "due_at": f"due_at - {leads} + n"})
        store.commit()
    with contextlib.closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def count_delivered(path):
    with contextlib.closing(sqlite3.connect(path)) as store:
        return store.execute("SELECT count(*) FROM delivery WHERE state = 'delivered'").fetchone()[0]


def drain(folder, url, seconds, leads):
    store = folder / "drain.db"
    make_store(store, leads)
    spent = run_worker("drain", store, url, seconds, IN_FLIGHT)
    delivered = count_delivered(store)
    if delivered == leads:
        sys.exit("deliver: the store was empty before the time was over")
    for path in folder.glob("drain.db*"):
        path.unlink()
    return delivered / spent["seconds"]


def measure_speed(figures, folder, seconds):
    with running_crm(0) as crm:
        figures.bare.append(float(run("bare_loop", f"{crm}/leads", seconds, IN_FLIGHT)))
        figures.at_once.append(drain(folder, f"{crm}/leads", seconds, int(figures.bare[-1] * seconds) + 1000))
    with running_crm(SLOW_MS) as crm:
        most = IN_FLIGHT * 1000 // SLOW_MS * seconds
        figures.slow.append(drain(folder, f"{crm}/leads", seconds, most + 1000))


def measure_claims(figures, small, large, folder):
    copy = folder / "claims.db"
    shutil.copy(small, copy)
    figures.claim_small_us.append(float(run("claim_cost", copy, CLAIMS)))
    figures.claim_large_us.append(float(run("claim_cost", large, CLAIMS)))
    for path in folder.glob("claims.db*"):
        path.unlink()


def measure_neighbour(figures, folder, seconds):
    with running_crm(0) as crm:
        for name, runs, hanging in (("alone", figures.alone, []), ("beside", figures.beside_hanging, [f"{crm}/hang"])):
            store = folder / f"{name}.db"
            runs.append(run_worker("steady", store, f"{crm}/leads", seconds, *hanging))
            for path in folder.glob(f"{name}.db*"):
                path.unlink()


def measure(arguments, folder):
    figures = Figures()
    for number in range(arguments.rounds):
        measure_speed(figures, folder, arguments.seconds)
        measure_neighbour(figures, folder, arguments.seconds)
        print(f"round {number + 1}: bare {figures.bare[-1]:.0f}/s, delivered {figures.at_once[-1]:.0f}/s,"
              f" with {SLOW_MS} ms {figures.slow[-1]:.0f}/s", file=sys.stderr)

    small, large = folder / "small.db", folder / "large.db"
    make_store(small, SMALL_STORE)
    make_store(large, arguments.pending)
    for _ in range(3 * arguments.rounds):
        measure_claims(figures, small, large, folder)
    with running_crm(0) as crm:
        spent = run_worker("drain", large, f"{crm}/leads", arguments.seconds, IN_FLIGHT)
        figures.peak_mib = spent["peak_mib"]
    return figures


def print_figures(figures, pending):
    def line(text, value, aim="", met=None, form=".2f"):
        verdict = "" if met is None else "met" if met else "missed"
        print(f"{text:72} {value:9{form}}   {aim:8} {verdict}")

    def ratio(ones, others):
        return statistics.median(one / other for one, other in zip(ones, others))

    median = statistics.median
    print(f"{'figure':72} {'':9}   aim")
    line("answers a second, libcurl alone", median(figures.bare), form=".0f")
    line("deliveries a second, one worker thread", median(figures.at_once), form=".0f")
    value = ratio(figures.at_once, figures.bare)
    line("ratio of the two", value, ">= 0.3", value >= 0.3)
    ideal = IN_FLIGHT * 1000 / SLOW_MS
    value = median(figures.slow)
    line(f"deliveries a second, the CRM taking {SLOW_MS} ms", value, f">= {0.9 * ideal:.0f}", value >= 0.9 * ideal, ".0f")
    line(f"CPU of a claim of 64 at {SMALL_STORE} pending, us", median(figures.claim_small_us), form=".0f")
    line(f"CPU of a claim of 64 at {pending} pending, us", median(figures.claim_large_us), form=".0f")
    value = median(figures.claim_large_us) / median(figures.claim_small_us)
    line("ratio of the two", value, "<= 1.3", value <= 1.3)
    value = figures.peak_mib
    line(f"memory of the worker at {pending} pending, at most, MiB", value, "<= 60", value <= 60, ".0f")
    for what in ("mean_ms", "p99_ms"):
        alone = [run[what] for run in figures.alone]
        beside = [run[what] for run in figures.beside_hanging]
        line(f"time to the CRM, {what[:-3]}, ms", median(alone))
        line("the same beside a destination that hangs", median(beside))
        line("ratio of the two", ratio(beside, alone), "about 1")


def main():
    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, add_help=False)
    parser.add_argument("--help", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--pending", type=int, default=1_000_000)
    parser.add_argument("--dir", type=Path, default=ROOT / "build/bench/deliver")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    if arguments.help:
        print(__doc__.strip())
        return
    if arguments.quick:
        arguments.rounds, arguments.seconds, arguments.pending = 1, 2, 50_000
    if arguments.rounds < 1 or arguments.seconds < 1 or arguments.pending < SMALL_STORE:
        parser.error("nothing to measure; see --help")

    arguments.dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.dir) as folder:
        figures = measure(arguments, Path(folder))
    print(f"\n{os.cpu_count()} CPUs shared by worker and CRM; {arguments.rounds} rounds of {arguments.seconds} s\n")
    print_figures(figures, arguments.pending)


if __name__ == "__main__":
    main()
