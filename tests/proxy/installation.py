"""The real Leadspool and its simulated CRM on free loopback ports, a certificate authority made by openssl, and a sender.

All of it lives in one temporary folder; nothing outside of it is touched, and only loopback addresses are used.
"""
import contextlib
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

HOST = "leads.contoso.com"
BINARY = os.environ.get("LEADSPOOL_BINARY", "")
CONFIG_FOLDER = Path(__file__).resolve().parent.parent.parent / "config"
PATIENCE_S = 120  # before something is taken to hang
ASK_AGAIN_S = 0.05


class Broken(Exception):
    """Something that a test stands on does not work."""


def until(holds, what):
    """What `holds` returns, once that is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (result := holds()):
        if time.monotonic() > deadline:
            raise Broken(f"not within {PATIENCE_S} s: {what}")
        time.sleep(ASK_AGAIN_S)
    return result


def free_ports(count):
    """The first of so many in a row, outside of the range from which connections get theirs."""
    while True:
        first = random.randrange(20_000, 32_000)
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return first
        except OSError:
            pass


def takes_connections(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
        return True
    except ConnectionRefusedError:
        return False


def substituted(text, replacements):
    """Each must be there, so that a test notices when a file of config/ no longer has what it stands on."""
    for old, new in replacements.items():
        if old not in text:
            raise Broken(f"nothing to replace: {old!r}")
        text = text.replace(old, str(new))
    return text


def run(*words, **options):
    """Ends as it should, else Broken; returns what it printed."""
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if result.returncode != 0:
        raise Broken(f"{words} ended with {result.returncode}: {result.stdout}{result.stderr}")
    return result.stdout


class Program:
    """A process in a session of its own, whose output goes to a file."""

    def __init__(self, words, log, environment=None, keep_open=()):
        self.log = Path(log)
        with open(log, "ab") as output:
            self.process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, env=os.environ | (environment or {}), pass_fds=keep_open,
                                            start_new_session=True)

    def wait_until(self, holds, what):
        def holds_while_it_runs():
            if self.process.poll() is not None:
                raise Broken(f"{what}: it ended: ...{self.log.read_text()[-2000:]}")
            return holds()
        until(holds_while_it_runs, what)

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.send(number)
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Authority:
    """Signs certificates for HOST."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir()
        self.certificate = self.folder / "ca.pem"
        self.key = self.folder / "ca_key.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", "/CN=Leadspool test CA", "-keyout", self.key, "-out", self.certificate)

    def issue(self, lineage):
        """Into this folder, under the names that certbot uses."""
        lineage = Path(lineage)
        lineage.mkdir(parents=True, exist_ok=True)
        request = self.folder / "request.pem"
        names = self.folder / "names"
        names.write_text(f"subjectAltName=DNS:{HOST}\n")
        leaf = self.folder / "leaf.pem"
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={HOST}",
            "-keyout", lineage / "privkey.pem", "-out", request)
        run("openssl", "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
            "-days", "10", "-extfile", names, "-out", leaf)
        (lineage / "fullchain.pem").write_text(leaf.read_text() + self.certificate.read_text())
        return lineage


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Sender:
    """Posts over TLS to whatever listens on a port of 127.0.0.1, each time by a new connection."""

    def __init__(self, port, authority, key):
        self.port = port
        self.key = key
        self.tls = ssl.create_default_context(cafile=authority.certificate)

    @contextlib.contextmanager
    def connected(self, address="127.0.0.1"):
        connection = http.client.HTTPConnection(HOST, timeout=PATIENCE_S)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S, source_address=(address, 0))
        try:
            connection.sock = self.tls.wrap_socket(plain, server_hostname=HOST)
            yield connection
        finally:
            connection.close()
            plain.close()

    def request(self, method, target, body=None, headers=None, address="127.0.0.1", chunked=False):
        """`chunked`: the body is then an iterable of pieces."""
        with self.connected(address) as connection:
            connection.request(method, target, body=body, headers=headers or {}, encode_chunked=chunked)
            return Answer(connection.getresponse())

    def post(self, body, headers=None, **more):
        headers = {"Content-Type": "application/json"} | (headers or {})
        return self.request("POST", f"/leads/marketplace?key={self.key}", body, headers, **more)

    def served_certificate(self):
        """Of a new handshake; in DER."""
        with self.connected() as connection:
            return connection.sock.getpeercert(binary_form=True)


def lead(name):
    """Unlike any other, so that none is a duplicate."""
    return json.dumps({"UserDetails": {"FirstName": "Anna", "LastName": "Berg", "Email": f"{name}@contoso.example",
                                       "Country": "US", "Company": f"Contoso {name}"},
                       "LeadSource": "AzureMarketplace-INS|contoso.analytics", "OfferTitle": "Contoso Analytics",
                       "ActionCode": "INS"}).encode()


def sha256(body):
    return hashlib.sha256(body).hexdigest()


class Installation:
    """Leadspool (plain HTTP to a proxy, until config is changed) and the simulated CRM that it delivers to."""

    def __init__(self):
        if not os.access(BINARY, os.X_OK):
            raise Broken("LEADSPOOL_BINARY does not name the program")
        self.folder = Path(tempfile.mkdtemp(prefix="leadspool-proxy-"))
        self.receiver_port = free_ports(3)
        self.admin_port = self.receiver_port + 1
        self.made = self.folder / "leadspool"
        self.config = self.made / "leadspool.toml"
        run(BINARY, "init", self.made, "--port-base", self.receiver_port, "--public-url", f"https://{HOST}")
        self.key = (self.made / "lead_url.txt").read_text().strip().split("key=")[1]
        self.token = (self.made / "admin_token.txt").read_text().strip()
        self.change_config({'certificate = "certificate.pem"\nprivate_key = "private_key.pem"':
                            'trusted_proxies = ["127.0.0.1"]'})
        self.authority = Authority(self.folder / "authority")
        self.crm = Program([BINARY, "simulate-crm", "--listen", f"127.0.0.1:{self.receiver_port + 2}"],
                           self.folder / "crm.log")
        self.crm.wait_until(lambda: takes_connections(self.receiver_port + 2), "the simulated CRM")
        self.held_socket = None
        self.service = None

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.service:
            self.service.stop()
        self.crm.stop()
        if self.held_socket:
            self.held_socket.close()
        shutil.rmtree(self.folder)

    def change_config(self, replacements):
        self.config.write_text(substituted(self.config.read_text(), replacements))

    def command(self, *words):
        """Of the command line, as JSON."""
        return json.loads(run(BINARY, *words, "--json", "--config", self.config))

    def hold_socket(self):
        """From the next start on it is handed its socket, as systemd does."""
        self.held_socket = socket.socket()
        self.held_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.held_socket.bind(("127.0.0.1", self.receiver_port))
        self.held_socket.listen(128)

    def start(self):
        words = [BINARY, "serve", "--config", self.config]
        keep_open = ()
        if self.held_socket:
            # LISTEN_PID must be the program's own, and its sockets are numbered from 3 on.
            number = self.held_socket.fileno()
            script = f'exec 3<&{number}; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'
            words = ["bash", "-c", script, "bash", *words]
            keep_open = (number,)
        log = self.folder / "leadspool.log"
        starts = log.read_text().count(" started ") if log.exists() else 0
        self.service = Program(words, log, keep_open=keep_open)
        self.service.wait_until(lambda: log.read_text().count(" started ") > starts, "Leadspool starts")

    def stop(self, number=signal.SIGTERM):
        self.service.stop(number)

    def admin(self, target):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=PATIENCE_S)
        try:
            connection.request("GET", target, headers={"Authorization": f"Bearer {self.token}"})
            return Answer(connection.getresponse()).json()
        finally:
            connection.close()

    def stored(self):
        """Every lead as the admin API shows it, by its id."""
        ids = [each["id"] for each in self.command("leads", "list", "--all")["leads"]]
        return {each: self.admin(f"/api/v1/leads/{each}") for each in ids}

    def records_of_crm(self):
        """How often the CRM got each lead, by the lead's id."""
        connection = http.client.HTTPConnection("127.0.0.1", self.receiver_port + 2, timeout=PATIENCE_S)
        connection.request("GET", "/leads")
        records = Answer(connection.getresponse()).json()["records"]
        connection.close()
        return {each["key"]: each["times_received"] for each in records}

    def files_with(self, secret, beside=()):
        """All files of ours and of the proxy's that hold `secret`, but for those named in `beside`."""
        found = []
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name not in beside and secret.encode() in path.read_bytes():
                found.append(re.sub(f"^{re.escape(str(self.folder))}/", "", str(path)))
        return sorted(found)
