#!/usr/bin/env python3
"""How long an honest lead takes while hundreds of slow connections do their worst.

usage: scripts/bench slow [--connections N] [--seconds S] [--dir DIR]
  --connections N  slow ones, all from the honest sender's own address (default 200)
  --seconds S      of each kind of attack (default 12)
  --dir DIR        where the stores go, each removed after its run (default build/bench/slow)

The attacks are slowhttptest's: a request's head that never ends, a body that never ends, an answer that is never
read. Against each, a server and a store of their own; the honest sender posts leads one after the other, each over a
new TLS connection, as the marketplace does. Aim: the median of an honest 202 is at most 100 ms, and none fails.
Figures, not limits: the exit code is 0 whatever they are.
"""
import argparse
import http.client
import json
import ssl
import statistics
import subprocess
import sys
import time
from pathlib import Path

import accept

ROOT = Path(__file__).resolve().parent.parent.parent
ATTACKS = {
    "quiet": None,
    "slow headers": ["-H", "-i", "1"],
    "slow body": ["-B", "-i", "1", "-s", "8192", "-t", "POST"],
    "slow read": ["-X", "-t", "POST", "-k", "3", "-n", "1", "-w", "1", "-y", "64", "-z", "1"],
}


def post(port, number):
    """Seconds until the 202; None when it did not come."""
    context = ssl._create_unverified_context()
    lead = {"UserDetails": {"Email": f"someone{number}@contoso.com"}, "LeadSource": "AzureMarketplace"}
    began = time.monotonic()
    try:
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=30)
        connection.request("POST", f"/leads/marketplace?key={accept.KEY}", json.dumps(lead))
        status = connection.getresponse().status
        connection.close()
    except OSError:
        return None
    return time.monotonic() - began if status == 202 else None


def measure(attack, arguments, folder):
    with accept.running_server(accept.Kind("slow", "durable"), folder) as (_, port):
        attacker = None
        if attack:
            url = f"https://127.0.0.1:{port}/leads/marketplace?key={accept.KEY}"
            attacker = subprocess.Popen(
                ["slowhttptest", *attack, "-c", str(arguments.connections), "-r", str(arguments.connections), "-l",
                 str(arguments.seconds), "-u", url, "-v", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(2)  # until the attack is on
        times, until = [], time.monotonic() + arguments.seconds - 4
        while time.monotonic() < until:
            times.append(post(port, len(times)))
        if attacker:
            attacker.wait()
    return times


def main():
    parser = argparse.ArgumentParser(usage=argparse.SUPPRESS, add_help=False)
    parser.add_argument("--help", action="store_true")
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=12)
    parser.add_argument("--dir", type=Path, default=ROOT / "build/bench/slow")
    arguments = parser.parse_args()
    if arguments.help:
        print(__doc__.strip())
        return
    if arguments.seconds < 6:
        parser.error("--seconds must be at least 6")
    print(f"{'attack':14} {'leads':>7} {'failed':>7} {'median ms':>10} {'p99 ms':>8}")
    for name, attack in ATTACKS.items():
        with accept.fresh_folder(arguments.dir) as folder:
            times = measure(attack, arguments, folder)
        good = sorted(each * 1000 for each in times if each is not None)
        if not good:
            sys.exit(f"{name}: no honest lead got through")
        print(f"{name:14} {len(times):7} {len(times) - len(good):7} {statistics.median(good):10.1f}"
              f" {good[int(len(good) * 0.99)]:8.1f}")


if __name__ == "__main__":
    main()
