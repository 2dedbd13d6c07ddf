"""A Leadspool for one page: installed, configured, running against a simulated CRM, as the page says it needs it.

It lies in a temporary folder and takes free loopback ports. The page shows it as an installed one: what is said and
printed is translated between the places below.
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE_S = 60  # for whatever must happen; only to notice that it does not

# Stand beside the program on PATH. Commands find the page's configuration as they do that of /etc/leadspool.
LEADSPOOL = """#!/bin/bash
case " $* " in *" --config "*) exec {program} "$@" ;; esac
case "$1 ${{2-}}" in {configured}) exec {program} "$@" --config {etc}/leadspool.toml ;; esac
case $1 in send) exec {program} "$@" --ca-file {etc}/certificate.pem ;; esac
exec {program} "$@"
"""
SUDO = """#!/bin/bash
[[ $1 != -u ]] || shift 2
exec "$@"
"""
SYSTEMCTL = """#!/bin/bash
ended() {{ ! grep -q '^State:[[:space:]]*[^ZX]' /proc/$1/status 2> /dev/null; }}
stop() {{
  [[ -e {root}/serve.pid ]] || return 0
  pid=$(< {root}/serve.pid)
  kill "$pid" 2> /dev/null
  until ended "$pid"; do sleep 0.02; done
  rm {root}/serve.pid
}}
start() {{
  setsid {program} serve --config {etc}/leadspool.toml >> {root}/serve.log 2>&1 < /dev/null &
  echo $! > {root}/serve.pid
  until {program} status --config {etc}/leadspool.toml 2> /dev/null | grep -q '^Service *running'; do
    if ended $!; then cat {root}/serve.log; exit 1; fi
    sleep 0.05
  done
}}
case "$*" in
  "stop leadspool"*) stop ;;
  "start leadspool"*) start ;;
  "restart leadspool"*) stop; start ;;
  *) echo "systemctl: not here: $*" >&2; exit 1 ;;
esac
"""


def free_ports(count):
    """Neighbours, as `init --port-base` wants them."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            base = first.getsockname()[1]
        taken = []
        try:
            for port in range(base, base + count):
                taken.append(socket.create_server(("127.0.0.1", port)))
            return base
        except (OSError, OverflowError):
            pass
        finally:
            for each in taken:
                each.close()


class Installation:
    def __init__(self, program, commands):
        self.program = program
        self.root = Path(tempfile.mkdtemp(prefix="leadspool-handbook-"))
        self.etc, self.var = self.root / "configuration", self.root / "store"
        self.home = self.root / "home"
        for folder in (self.var, self.home, self.root / "bin"):
            folder.mkdir(parents=True)
        self.base = free_ports(3)
        self.simulator = None
        self.environment = {**os.environ, "PATH": f"{self.root}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
        # What the page says, and what it is here.
        self.places = [("/etc/leadspool", str(self.etc)), ("/var/lib/leadspool", str(self.var)),
                       ("https://leads.contoso.com", f"https://127.0.0.1:{self.base}"),
                       ("127.0.0.1:8444", f"127.0.0.1:{self.base + 1}"),
                       ("127.0.0.1:9000", f"127.0.0.1:{self.base + 2}")]
        configured = "|".join(f'"{name}"*' if " " in name else f'"{name} "*'
                              for name, options in commands.items() if "--config" in options)
        for name, text in (("leadspool", LEADSPOOL), ("sudo", SUDO), ("systemctl", SYSTEMCTL)):
            script = self.root / "bin" / name
            script.write_text(text.format(program=program, etc=self.etc, root=self.root, configured=configured))
            script.chmod(0o755)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([self.root / "bin/systemctl", "stop", "leadspool"], check=False)
        if self.simulator:
            self.simulator.send_signal(signal.SIGTERM)
            self.simulator.wait()
        shutil.rmtree(self.root)

    def run(self, command):
        """Exit code and output of a command of the page, in the page's words."""
        for shown, real in self.places:
            command = command.replace(shown, real)
        result = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=self.home, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                timeout=2 * PATIENCE_S, check=False)
        printed = result.stdout.decode(errors="replace")
        for shown, real in self.places:
            printed = printed.replace(real, shown)
        return result.returncode, printed.splitlines()

    def prepare(self, words):
        """Each word is one of: service, N leads, one dead letter, one backup."""
        for word in words:
            number = re.fullmatch(r"(\d+) leads", word)
            if word == "service":
                self._start()
            elif number:
                self._send(f"--kind people -n {number[1]}")
            elif word == "one dead letter":
                self._send("--kind blank")
            elif word == "one backup":
                self._await("a backup", lambda: any((self.var / "backups").glob("leadspool-*.db")))
            else:
                raise ValueError(f"nobody knows how to prepare '{word}'")

    def metrics(self):
        token = (self.etc / "admin_token.txt").read_text().strip()
        return self._must(f"curl -sS --fail -H 'Authorization: Bearer {token}' http://127.0.0.1:8444/metrics")

    def _start(self):
        self._must(f"{self.program} init {self.etc} --port-base {self.base}")
        config = self.etc / "leadspool.toml"
        text = config.read_text().replace('path = "leadspool.db"', f'path = "{self.var}/leadspool.db"')
        config.write_text(text.replace('folder = "backups"', f'folder = "{self.var}/backups"'))
        self.simulator = subprocess.Popen(
            [self.program, "simulate-crm", "--listen", f"127.0.0.1:{self.base + 2}", "--require", "company"],
            stdout=(self.root / "simulator.log").open("w"), stderr=subprocess.STDOUT)
        self._await("the simulated CRM", lambda: self.run("curl -s -o x http://127.0.0.1:9000/leads; rm x")[0] == 0)
        self._must("systemctl start leadspool")

    def _send(self, options):
        self._must(f"leadspool send @{self.etc}/lead_url.txt {options}")
        self._await("all leads to be delivered and indexed", self._is_at_rest)

    def _is_at_rest(self):
        status = json.loads(self._must("leadspool status --json"))
        deliveries = status["deliveries"]
        return not (deliveries["pending"] or deliveries["claimed"] or status["not_searchable"])

    def _must(self, command):
        code, printed = self.run(command)
        if code:
            raise RuntimeError(f"exit code {code} of: {command}\n" + "\n".join(printed))
        return "\n".join(printed)

    @staticmethod
    def _await(what, condition):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"waited in vain for {what}")
            time.sleep(0.05)
