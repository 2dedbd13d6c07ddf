"""The real nginx and Caddy, run as ordinary processes with the files of config/: ports, names and paths are substituted,
and the surroundings kept within the test's folder."""
import os
import shutil
import socket
import subprocess

from installation import CONFIG_FOLDER, HOST, Broken, Program, free_ports, run, substituted, takes_connections


def found(program):
    folders = (str(CONFIG_FOLDER.parent / ".deps/bin"), os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")
    path = shutil.which(program, path=":".join(folders))
    if not path:
        raise Broken(f"{program} is not installed: scripts/setup --full")
    return path


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


class Nginx:
    name = "nginx"
    speaks_http_2 = False

    # Debian's nginx.conf in short: what a site is put into, with the logs that it has by default.
    SURROUNDINGS = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
worker_processes 1;
events {{ worker_connections {connections}; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site;
}}
"""

    def __init__(self, installation, lineage, connections=768):
        self.lineage = lineage
        self.folder = installation.folder / f"nginx_{connections}"
        self.folder.mkdir()
        self.port = free_ports(2)
        self.access_log = self.folder / "leadspool.log"
        v6 = "[::1]" if has_ipv6() else "127.0.0.2"
        site = substituted((CONFIG_FOLDER / "nginx.conf").read_text(), {
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "listen [::]:443 ssl": f"listen {v6}:{self.port} ssl",
            "listen 80": f"listen 127.0.0.1:{self.port + 1}",
            "listen [::]:80": f"listen {v6}:{self.port + 1}",
            f"/etc/letsencrypt/live/{HOST}": lineage,
            "127.0.0.1:8443": f"127.0.0.1:{installation.receiver_port}",
            "/var/log/nginx": self.folder,
            "/var/www/html": self.folder,
        })
        (self.folder / "site").write_text(site)
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(self.SURROUNDINGS.format(folder=self.folder, user=user,
                                                                                connections=connections))
        words = [found("nginx"), "-p", self.folder, "-c", self.folder / "nginx.conf", "-e", self.folder / "error.log"]
        self.program = Program(words, self.folder / "output.log")
        self.program.wait_until(lambda: takes_connections(self.port), "nginx")

    def log_text(self):
        return self.access_log.read_text()

    def overloaded(self, installation):
        """More of the kind that soon run out of connections, of which nginx writes to its error log."""
        yield Nginx(installation, self.lineage, connections=10)

    def stop(self):
        self.program.stop()


class Caddy:
    name = "Caddy"
    speaks_http_2 = True

    def __init__(self, installation, lineage):
        self.folder = installation.folder / "caddy"
        self.folder.mkdir()
        self.port = free_ports(1)
        config = substituted((CONFIG_FOLDER / "Caddyfile").read_text(), {
            # No other process is to steer it, and nobody on the internet to be asked for anything.
            "\n{\n": "\n{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n"
                     "\tacme_ca https://127.0.0.1:1/\n",
            f"\n{HOST} {{": f"\nhttps://{HOST}:{self.port} {{\n\tbind 127.0.0.1",
            "#tls /etc/caddy/fullchain.pem /etc/caddy/privkey.pem":
                f"tls {lineage}/fullchain.pem {lineage}/privkey.pem",
            "#log": "log",
            "127.0.0.1:8443": f"127.0.0.1:{installation.receiver_port}",
        })
        (self.folder / "Caddyfile").write_text(config)
        own = {name: str(self.folder) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME")}
        words = [found("caddy"), "run", "--config", self.folder / "Caddyfile", "--adapter", "caddyfile"]
        self.program = Program(words, self.folder / "output.log", own)
        self.program.wait_until(lambda: takes_connections(self.port), "Caddy")

    def log_text(self):
        return self.program.log.read_text()

    def overloaded(self, installation):
        """Caddy has no limit to run into."""
        return []

    def stop(self):
        self.program.stop()
