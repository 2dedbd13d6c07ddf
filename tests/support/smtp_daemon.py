"""A mail server that keeps what it takes in a Maildir: aiosmtpd (Debian's python3-aiosmtpd) on a free loopback port.

    smtp_daemon.py serve FOLDER none|starttls|smtps [USER PASSWORD]
    smtp_daemon.py show FOLDER

`serve` writes its port to FOLDER/port and then says "ready"; with TLS it reads FOLDER/certificate.pem and
FOLDER/private_key.pem. `show` prints the mails as JSON, parsed by Python's own email package.
"""

import asyncio
import email
import email.policy
import json
import pathlib
import ssl
import sys


def show(folder):
    mails = []
    for path in sorted(folder.glob("mails/new/*"), key=lambda each: each.stat().st_mtime_ns):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        parts = list(mail.walk())
        texts = {part.get_content_type(): part.get_content() for part in parts if not part.is_multipart()}
        mails.append({
            "headers": [[name, str(value)] for name, value in mail.items()],
            "text": texts.get("text/plain", ""),
            "html": texts.get("text/html", ""),
            "defects": [repr(defect) for part in parts for defect in part.defects]
                       + [repr(defect) for value in mail.values() for defect in value.defects],
        })
    print(json.dumps(mails))


async def serve(folder, security, user, password):
    from aiosmtpd.handlers import Mailbox
    from aiosmtpd.smtp import SMTP, AuthResult

    context = None
    if security != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "certificate.pem", folder / "private_key.pem")

    def authenticate(server, session, envelope, mechanism, data):
        right = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    def converse():
        starttls = context if security == "starttls" else None
        return SMTP(Mailbox(folder / "mails"), hostname="mail.contoso.com",
                    tls_context=starttls, require_starttls=starttls is not None,
                    authenticator=authenticate, auth_required=user != "",
                    auth_require_tls=starttls is not None)

    over_tls = context if security == "smtps" else None
    server = await asyncio.get_running_loop().create_server(converse, "127.0.0.1", 0, ssl=over_tls)
    (folder / "port").write_text(str(server.sockets[0].getsockname()[1]))
    print("ready", flush=True)
    await server.serve_forever()


folder = pathlib.Path(sys.argv[2])
if sys.argv[1] == "show":
    show(folder)
else:
    asyncio.run(serve(folder, sys.argv[3], *(sys.argv[4:] or ["", ""])))
