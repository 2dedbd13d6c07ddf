#!/usr/bin/env python3
"""What looking at a million leads costs through the admin API, against a thousand; and exporting them all.

usage: scripts/bench admin [--leads N] [--rounds N] [--dir DIR] [--keep] [--quick]
  --leads N    in the large store (default 1000000; two GB of disk for each million)
  --rounds N   every request so often in each store, by turns (default 200); the table shows medians
  --dir DIR    where the stores go (default build/bench/admin)
  --keep       leaves the stores there and takes those of the last run, if they are as large as wanted
  --quick      50000 leads, 20 rounds: only shows that everything runs

Both stores hold leads of one year, nearly all delivered, and each has the real service over it, paused towards its
CRMs. Requests come one after the other over a kept connection to the Unix socket. A list that finds too little at
once is followed until its page is full or nothing is left. Then the large store is exported as CSV while leads
keep coming in by the receiver. Figures, not limits: the exit code is 0 whatever they are.
"""
import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/bench"
BODY = (ROOT / "tests/data/leads/official.json").read_bytes()
SMALL = 1000
PAGE = 50
AIM = 1.3
POSTS_A_SECOND = 20


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.socket_path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.socket_path)


@dataclass
class Service:
    process: subprocess.Popen
    admin: UnixConnection
    folder: Path

    def get(self, path):
        self.admin.request("GET", path)
        answer = self.admin.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"admin: {path}: {answer.status} {body[:300].decode()}")
        return json.loads(body)

    def pause(self, destination):
        body = json.dumps({"reason": "nothing is to be delivered"})
        self.admin.request("POST", f"/api/v1/destinations/{destination}/pause", body,
                           {"Content-Type": "application/json"})
        self.admin.getresponse().read()

    def memory_mib(self, name):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)[1]) / 1024

    def log_mib(self):
        return os.path.getsize(self.folder / "leads.db-wal") / 2**20


def free_ports(count):
    """The first of so many in a row."""
    while True:
        with contextlib.ExitStack() as held:
            first = held.enter_context(contextlib.closing(socket.socket()))
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                for i in range(1, count):
                    held.enter_context(contextlib.closing(socket.socket())).bind(("127.0.0.1", port + i))
                return port
            except OSError:
                continue


def make_store(folder, leads):
    store = folder / "leads.db"
    marker = folder / "leads"
    if marker.exists() and marker.read_text() == str(leads):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"making a store of {leads} leads", file=sys.stderr)
    subprocess.run([BUILD / "tests/bench/admin_store", store, str(leads)], check=True)
    marker.write_text(str(leads))


@contextlib.contextmanager
def running_service(folder):
    """The service over the store in that folder, which delivers nothing."""
    port = free_ports(2)
    configuration = folder / "leadspool.toml"
    for name in ("leadspool.toml", "certificate.pem", "private_key.pem", "admin_token.txt", "lead_url.txt"):
        (folder / name).unlink(missing_ok=True)
    program = BUILD / "leadspool"
    subprocess.run([program, "init", folder, "--port-base", str(port)], check=True, stdout=subprocess.DEVNULL)
    text = re.sub(r'path = "[^"]*\.db"', f'path = "{folder}/leads.db"\nretention_delivered_days = 0',
                  configuration.read_text())
    configuration.write_text(text)
    with open(folder / "service.log", "wb") as log:
        process = subprocess.Popen([program, "serve", "--config", configuration], stdout=log, stderr=log)
    try:
        service = Service(process, connected(process, folder), folder)
        service.pause("crm")
        yield service
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def connected(process, folder):
    """Once the service answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        connection = UnixConnection(folder / "leads.db.sock")
        try:
            connection.request("GET", "/api/v1/status")
            connection.getresponse().read()
            return connection
        except OSError:
            time.sleep(0.1)
    sys.exit(f"admin: the service did not start; see {folder / 'service.log'}")


def list_path(cursor=None, **filters):
    if cursor:
        filters["cursor"] = cursor
    return "/api/v1/leads?" + urllib.parse.urlencode({"limit": PAGE, **filters})


def full_page(service, size, filters):
    """Follows short pages, as who looks for something does."""
    found, cursor = [], None
    while len(found) < size:
        page = service.get(list_path(cursor, limit=size - len(found), **filters))
        found += page["leads"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    return found


def deep_cursor(service):
    """Of a page about in the middle."""
    oldest_half = service.get(list_path(to=middle_of(service)))
    return oldest_half["next_cursor"]


def middle_of(service):
    newest = service.get(list_path(limit=1))["leads"][0]["received_at"]
    half_a_year = 182 * 86400
    moment = time.mktime(time.strptime(newest[:19], "%Y-%m-%dT%H:%M:%S")) - half_a_year
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.localtime(moment))


def list_filters(service):
    """Name to the filters of a list, for what is in this store."""
    sample = service.get(list_path(limit=1, state="delivered"))["leads"][0]
    email, company = sample["email"], sample["company"]
    middle = middle_of(service)
    return {
        "first page": {},
        "state delivered": {"state": "delivered"},
        "state dead": {"state": "dead"},
        "state held": {"state": "held"},
        "state pending": {"state": "pending"},
        "destination crm": {"destination": "crm"},
        "destination mail": {"destination": "mail"},
        "cause": {"cause": "http_422"},
        "source, a seventh": {"source": "fair"},
        "source, rare": {"source": "partner"},
        "disposition test": {"disposition": "test"},
        "half a year ago": {"to": middle},
        "since half a year": {"from": middle},
        "dead, of one source": {"state": "dead", "source": "fair"},
        "delivered to mail, of one source, to half a year ago":
            {"state": "delivered", "destination": "mail", "source": "fair", "to": middle},
        "e-mail, exact": {"q": email},
        "e-mail, beginning": {"q": email[:email.index("@") + 3]},
        "domain": {"q": "@" + email.split("@")[1]},
        "a word, rare": {"q": company},
        "a word, in a tenth": {"q": "contoso"},
        "a word, in all": {"q": "marketplace"},
        "two words": {"q": "anna smith"},
    }


def looks(service, page_sizes):
    """Name to what is asked, of this store; of lists as much as the small store has, at most a page."""
    filters = list_filters(service)
    asked = {name: lambda name=name: full_page(service, page_sizes[name], filters[name]) for name in filters}
    lead = service.get(list_path(limit=1, state="delivered"))["leads"][0]["id"]
    cursor = deep_cursor(service)
    return asked | {
        "deep page": lambda: service.get(list_path(cursor)),
        "lead": lambda: service.get(f"/api/v1/leads/{lead}"),
        "status": lambda: service.get("/api/v1/status"),
        "dead letters": lambda: service.get("/api/v1/dead-letters"),
        "sources": lambda: service.get("/api/v1/sources"),
        "series, 48 hours": lambda: service.get("/api/v1/series?metric=received"),
        "series, 30 days": lambda: service.get("/api/v1/series?metric=delivered&step=day"),
    }


def spent_ms(ask):
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def measure_looks(small, large, rounds):
    """Name to the medians of both, in milliseconds."""
    sizes = {name: max(1, len(full_page(small, PAGE, filters))) for name, filters in list_filters(small).items()}
    asked = looks(small, sizes), looks(large, sizes)
    spent = {name: ([], []) for name in asked[0]}
    for number in range(rounds + 1):
        for name, both in spent.items():
            # What is slow need not be asked so often.
            if number > 20 and sum(both[1]) > 5000:
                continue
            for which in (0, 1):
                ms = spent_ms(asked[which][name])
                if number > 0:  # the first fills caches
                    both[which].append(ms)
    return {name: tuple(map(statistics.median, both)) for name, both in spent.items()}


class Senders:
    """Posts leads to the receiver, evenly, until it is told to stop."""

    def __init__(self, folder):
        self.url = urllib.parse.urlsplit((folder / "lead_url.txt").read_text().strip())
        self.context = ssl.create_default_context(cafile=folder / "certificate.pem")
        self.context.check_hostname = False
        self.stopping = threading.Event()
        self.sent = 0
        self.thread = threading.Thread(target=self.run)

    def run(self):
        connection = http.client.HTTPSConnection("127.0.0.1", self.url.port, context=self.context)
        while not self.stopping.wait(1 / POSTS_A_SECOND):
            connection.request("POST", f"{self.url.path}?{self.url.query}", BODY, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            self.sent += answer.status == 202

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()


def export(service, folder):
    """Lines, seconds, growth of memory and of the log while it went on, leads received meanwhile."""
    # Resets what the peak is taken from.
    Path(f"/proc/{service.process.pid}/clear_refs").write_text("5")
    memory, log = service.memory_mib("VmRSS"), service.log_mib()
    lines, most_log = 0, log
    began = time.monotonic()
    with Senders(folder) as senders:
        connection = UnixConnection(folder / "leads.db.sock")
        connection.request("GET", "/api/v1/leads.csv")
        answer = connection.getresponse()
        while part := answer.read(1 << 20):
            lines += part.count(b"\n")
            most_log = max(most_log, service.log_mib())
        connection.close()
    seconds = time.monotonic() - began
    return lines, seconds, service.memory_mib("VmHWM") - memory, most_log - log, senders.sent


def print_looks(spent, leads):
    print(f"{'median of a request, ms':58} {SMALL:>9} {leads:>9}   ratio")
    for name, (small, large) in spent.items():
        ratio = large / small
        print(f"{name:58} {small:9.2f} {large:9.2f}   {ratio:5.2f}   {'' if ratio <= AIM else 'above ' + str(AIM)}")


def main():
    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, add_help=False)
    parser.add_argument("--help", action="store_true")
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--dir", type=Path, default=BUILD / "admin")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    if arguments.help:
        print(__doc__.strip())
        return
    if arguments.quick:
        arguments.leads, arguments.rounds = 50_000, 20
    if arguments.rounds < 1 or arguments.leads < SMALL:
        parser.error("nothing to measure; see --help")

    folder = arguments.dir.absolute()
    folders = folder / "small", folder / "large"
    try:
        for each, leads in zip(folders, (SMALL, arguments.leads)):
            make_store(each, leads)
        with running_service(folders[0]) as small, running_service(folders[1]) as large:
            spent = measure_looks(small, large, arguments.rounds)
            lines, seconds, memory, log, sent = export(large, folders[1])
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{os.cpu_count()} CPUs shared by both services and what asks them; {arguments.rounds} rounds\n")
    print_looks(spent, arguments.leads)
    print(f"\nCSV export: {lines - 1} leads in {seconds:.0f} s, {sent} received meanwhile; memory grew by {memory:.1f} MiB"
          f" (aim: <= 10), the log by {log:.1f} MiB")


if __name__ == "__main__":
    main()
