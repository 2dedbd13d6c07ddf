#!/usr/bin/env python3
"""Calls every operation of a running service's /openapi.json, well and badly, and holds the answers against it.

usage: api_contract.py FACTS
  FACTS  a JSON file: {"port", "token", "read_token", "leads": {...}}, as api_contract_test.cc writes it

An operation that is not called below, or no longer documented, is a fault. Prints each fault and ends with 1.
"""
import functools
import http.client
import itertools
import json
import re
import sys
import urllib.parse

from jsonschema import Draft202012Validator

STRANGER = "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f"
METHODS = ("get", "post", "put", "delete", "patch")
EVERYWHERE = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}
# What no body is: broken, another type, a member that nobody knows, bytes that are no text.
BROKEN_BODIES = (b"{broken", b"[1]", b'"text"', b'{"surprise": 1}', b'{"reason": "\xff"}', b'{"reason": 7}')


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = body

    def media_type(self):
        return self.headers.get("content-type", "").split(";")[0].strip()

    def json(self):
        return json.loads(self.body)


class Operation:
    def __init__(self, method, path, document):
        described = document["paths"][path]
        self.method = method
        self.path = path
        self.role = described[method].get("x-role")  # absent: needs no token
        self.responses = {status: resolve(each, document) for status, each in described[method]["responses"].items()}
        self.parameters = [resolve(each, document) for each in described[method].get("parameters", [])]
        self.body = described[method].get("requestBody")
        self.name = f"{method.upper()} {path}"

    def query_parameters(self):
        return [each for each in self.parameters if each["in"] == "query"]


class Good:
    """A call that must succeed. `then` looks at the answer, and may keep what later calls need."""

    def __init__(self, method, path, status=200, query=None, body=None, then=None, **path_values):
        self.key = (method.lower(), path)
        self.status = status
        self.query = query or {}
        self.body = body
        self.then = then
        self.path_values = path_values


def resolve(part, document):
    while "$ref" in part:
        steps = part["$ref"].removeprefix("#/").split("/")
        part = functools.reduce(lambda whole, step: whole[step], steps, document)
    return part


class Contract:
    def __init__(self, facts):
        self.facts = facts
        self.faults = 0
        self.addresses = itertools.count(2)
        self.keys = itertools.count(1)
        self.document = self.request("GET", "/openapi.json").json()
        self.operations = {(method, path): Operation(method, path, self.document)
                           for path, described in self.document["paths"].items()
                           for method in METHODS if method in described}

    def fault(self, text):
        self.faults += 1
        print(f"FAULT {text}")

    def check(self, holds, text):
        if not holds:
            self.fault(text)

    # Without a token unless one is given. Wrong tokens are counted by address, so each has one of its own.
    def request(self, method, target, body=None, token=None, headers=None, own_address=False):
        source = (f"127.0.0.{next(self.addresses)}", 0) if own_address else None
        connection = http.client.HTTPConnection("127.0.0.1", self.facts["port"], timeout=60, source_address=source)
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = "Bearer " + token
        try:
            connection.request(method, target, body=body, headers=sent)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def target(self, path, path_values, query):
        for name, value in path_values.items():
            path = path.replace("{" + name + "}", urllib.parse.quote(value, safe=""))
        pairs = query.items() if isinstance(query, dict) else query
        return path + ("?" + urllib.parse.urlencode(list(pairs)) if query else "")

    def call(self, operation, good, query=None, body=None, path_values=None, token="", headers=None, own_address=False):
        if token == "":
            token = self.facts["token"]
        if body is None and good.body is not None:
            body = json.dumps(good.body).encode()
        values = dict(good.path_values if path_values is None else path_values)
        values = {name: value(self) if callable(value) else value for name, value in values.items()}
        target = self.target(operation.path, values, good.query if query is None else query)
        answer = self.request(operation.method.upper(), target, body, token, headers, own_address)
        self.look_at_headers(operation, answer)
        return answer

    # What holds of every answer, good or bad.
    def look_at_headers(self, operation, answer):
        for name, value in EVERYWHERE.items():
            self.check(answer.headers.get(name) == value,
                       f"{operation.name}: {answer.status} has the header {name}: {answer.headers.get(name)}")
        policy = answer.headers.get("content-security-policy", "")
        self.check("default-src 'none'" in policy and "unsafe" not in policy,
                   f"{operation.name}: {answer.status} has the Content-Security-Policy {policy!r}")
        self.check("set-cookie" not in answer.headers and "access-control-allow-origin" not in answer.headers,
                   f"{operation.name}: {answer.status} sets a cookie or lets other origins read")

    def mistakes(self, schema, value):
        whole = {"allOf": [schema], "components": self.document["components"]}
        return [f"{error.json_path}: {error.message}"[:300] for error in Draft202012Validator(whole).iter_errors(value)]

    # The answer is one that the operation documents.
    def hold_against(self, operation, answer):
        documented = operation.responses.get(str(answer.status))
        if documented is None:
            self.fault(f"{operation.name}: {answer.status} is not documented: {answer.body[:200]!r}")
            return
        content = {name.split(";")[0].strip(): each for name, each in documented.get("content", {}).items()}
        if answer.media_type() not in content:
            self.fault(f"{operation.name}: {answer.status} is {answer.media_type()!r}, documented are {list(content)}")
            return
        if answer.media_type() == "application/json":
            for mistake in self.mistakes(content["application/json"].get("schema", {}), answer.json()):
                self.fault(f"{operation.name}: {answer.status}: {mistake}")

    # One clear error in the one shape.
    def expect_error(self, what, operation, answer, status, code, parameter=None):
        where = f"{operation.name} with {what}"
        if answer.status != status:
            self.fault(f"{where}: {answer.status} instead of {status}: {answer.body[:200]!r}")
            return
        try:
            error = answer.json()["error"]
        except (ValueError, KeyError, TypeError):
            self.fault(f"{where}: no error in the one shape: {answer.body[:200]!r}")
            return
        for mistake in self.mistakes({"$ref": "#/components/schemas/Error"}, answer.json()):
            self.fault(f"{where}: {mistake}")
        self.check(answer.media_type() == "application/json", f"{where}: is {answer.media_type()}")
        self.check(code is None or error.get("code") == code, f"{where}: {error} instead of {code}")
        self.check(len(error.get("message", "")) > 15, f"{where}: says only {error.get('message')!r}")
        if parameter is not None:
            self.check(error.get("parameter") == parameter, f"{where}: does not name {parameter}: {error}")
        if status != 405:
            self.hold_against(operation, answer)


def bad_values(parameter):
    """Values that a parameter of this schema does not take."""
    schema = parameter["schema"]
    if parameter["name"] == "cursor":
        return ["zz", "616263", "-1", "1"]
    if "const" in schema:
        return ["perhaps", "1", "TRUE"]
    if "enum" in schema:
        return ["surprise", schema["enum"][0].upper()]
    if schema.get("type") == "integer":
        values = ["-1", "ten", "1.5", "99999999999999999999", " 1"]
        if "minimum" in schema:
            values.append(str(schema["minimum"] - 1))
        if "maximum" in schema:
            values.append(str(schema["maximum"] + 1))
        return values
    if schema.get("format") == "date-time":
        return ["yesterday", "2026-01-31", "2026-02-30T00:00:00Z"]
    return []


def call_without_leave(contract, operation, good):
    if operation.role is None:
        return
    answer = contract.call(operation, good, token=None)
    contract.expect_error("no token", operation, answer, 401, "unauthorized")
    contract.check(answer.headers.get("www-authenticate") == "Bearer", f"{operation.name}: 401 names no scheme")
    answer = contract.call(operation, good, token="wrong", own_address=True)
    contract.expect_error("a wrong token", operation, answer, 401, "unauthorized")
    if operation.role == "operate":
        answer = contract.call(operation, good, token=contract.facts["read_token"])
        contract.expect_error("a token that may only read", operation, answer, 403, "read_only_token")


def call_with_bad_query(contract, operation, good):
    if operation.role is None:
        return
    known = list(good.query.items())
    answer = contract.call(operation, good, query=known + [("surprise", "1")])
    contract.expect_error("an unknown parameter", operation, answer, 400, "bad_parameter", "surprise")
    for parameter in operation.query_parameters():
        name = parameter["name"]
        schema = resolve(parameter["schema"], contract.document)
        others = [pair for pair in known if pair[0] != name]
        for value in bad_values({"name": name, "schema": schema}):
            answer = contract.call(operation, good, query=others + [(name, value)])
            contract.expect_error(f"{name}={value}", operation, answer, 400, "bad_parameter", name)
        answer = contract.call(operation, good, query=others + [(name, "a"), (name, "b")])
        contract.expect_error(f"{name} twice", operation, answer, 400, "bad_parameter", name)
        if parameter.get("required"):
            answer = contract.call(operation, good, query=others)
            contract.expect_error(f"no {name}", operation, answer, 400, "bad_parameter", name)


def call_for_strangers(contract, operation, good):
    for name in good.path_values:
        for value in (STRANGER, "not-an-id", "\u202e\u5b50 <b>'\""):
            answer = contract.call(operation, good, path_values={**good.path_values, name: value})
            contract.expect_error(f"{name} {value!r}", operation, answer, 404, None)


def call_with_bad_body(contract, operation, good):
    if operation.body is None:
        return
    for body in BROKEN_BODIES + ((b"", b"{}") if operation.body.get("required") else ()):
        answer = contract.call(operation, good, body=body)
        contract.expect_error(f"the body {body!r}", operation, answer, 400, "bad_body")


def call_by_other_methods(contract, path, good):
    documented = {method.upper() for method in METHODS if (method, path) in contract.operations}
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - documented:
        known = next(contract.operations[key] for key in contract.operations if key[1] == path)
        wrong = Good(method, path, **good.path_values)
        other = Operation(known.method, path, contract.document)
        other.method = method
        other.name = f"{method} {path}"
        answer = contract.call(other, wrong)
        contract.expect_error("this method", other, answer, 405, None)
        allowed = set(re.split(r"[ ,]+", answer.headers.get("allow", "")))
        contract.check(allowed - {"HEAD"} == documented, f"{other.name}: Allow is {answer.headers.get('allow')}")


def call_well(contract, operation, good):
    headers = {}
    repeatable = any(each["name"] == "Idempotency-Key" for each in operation.parameters)
    if repeatable:
        headers["Idempotency-Key"] = f"contract {next(contract.keys)}"
    body = None if good.body is None else json.dumps(good.body).encode()
    answer = contract.call(operation, good, body=body, headers=headers)
    if answer.status != good.status:
        contract.fault(f"{operation.name}: {answer.status} instead of {good.status}: {answer.body[:300]!r}")
        return
    contract.hold_against(operation, answer)
    if repeatable:
        repeat(contract, operation, good, body, headers, answer)
    if operation.role == "read":
        again = contract.call(operation, good, token=contract.facts["read_token"])
        contract.check(again.status == good.status, f"{operation.name} with a token that may read: {again.status}")
    if operation.role is None:
        again = contract.call(operation, good, token=None)
        contract.check(again.status == good.status, f"{operation.name} without a token: {again.status}")
    if good.then:
        good.then(contract, answer)


# The same key gets the first answer again, and takes no other request.
def repeat(contract, operation, good, body, headers, first):
    again = contract.call(operation, good, body=body, headers=headers)
    contract.check(again.status == first.status and again.body == first.body,
                   f"{operation.name}: repeated with its key: {again.status} {again.body[:200]!r}")
    marked = again.headers.get("idempotent-replayed") == "true"
    contract.check(marked, f"{operation.name}: a repeated answer is not marked")
    contract.check("idempotent-replayed" not in first.headers, f"{operation.name}: a first answer is marked")
    if body is not None:
        other = json.dumps({**json.loads(body), "reason": "quite another one"}).encode()
        answer = contract.call(operation, good, body=other, headers=headers)
        contract.expect_error("a key of another request", operation, answer, 422, "idempotency_key_reused")
    answer = contract.call(operation, good, body=body, headers={"Idempotency-Key": "k" * 201})
    contract.expect_error("a key that is too long", operation, answer, 400, "bad_idempotency_key")


def look_at_examples(contract):
    def walk(part, where):
        if isinstance(part, dict):
            if "schema" in part and "example" in part:
                for mistake in contract.mistakes(part["schema"], part["example"]):
                    contract.fault(f"the example at {where}: {mistake}")
            for name, each in part.items():
                walk(each, f"{where}/{name}")
        elif isinstance(part, list):
            for number, each in enumerate(part):
                walk(each, f"{where}/{number}")

    for name, schema in contract.document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
    walk(contract.document["paths"], "paths")
    walk(contract.document["components"], "components")


def look_at_lines(contract, answer):
    lines = answer.body.decode().splitlines()
    contract.check(len(lines) > 5, "leads.ndjson has hardly a line")
    for line in lines:
        for mistake in contract.mistakes({"$ref": "#/components/schemas/Lead"}, json.loads(line)):
            contract.fault(f"leads.ndjson: {mistake}")


def look_at_rows(contract, answer):
    begin = b"id,received_at,source,disposition,"
    contract.check(answer.body.startswith(begin), f"leads.csv begins {answer.body[:80]!r}")
    contract.check("attachment" in answer.headers.get("content-disposition", ""), "leads.csv is no attachment")


def look_at_copy(contract, answer):
    contract.check(answer.body.startswith(b"SQLite format 3\0"), f"a copy of the store begins {answer.body[:20]!r}")


def look_at_pages(contract, answer):
    """Pages of one lead are together the page of all, whoever comes first."""
    operation = contract.operations["get", "/api/v1/leads"]
    ids, cursor = [], None
    while True:
        query = {"limit": "1", **({"cursor": cursor} if cursor else {})}
        page = contract.call(operation, Good("GET", "/api/v1/leads"), query=query).json()
        ids += [lead["id"] for lead in page["leads"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    contract.check(ids == [lead["id"] for lead in answer.json()["leads"]], f"pages of one show other leads: {ids}")


def look_at_masked(contract, answer):
    lead = answer.json()
    contract.check(lead["masked"] is True, "a masked lead does not say so")
    contract.check(lead["email"] == "a•••@contoso.com", f"a masked lead shows {lead['email']}")
    contract.check("anna" not in answer.body.decode().lower(), "a masked lead names the person")


def listen(contract):
    """A change reaches who listens, as the data that is documented."""
    connection = http.client.HTTPConnection("127.0.0.1", contract.facts["port"], timeout=60)
    connection.request("GET", "/api/v1/stream", headers={"Authorization": "Bearer " + contract.facts["read_token"]})
    response = connection.getresponse()
    operation = contract.operations["get", "/api/v1/stream"]
    media_type = response.getheader("Content-Type", "")
    if response.status != 200 or not media_type.startswith("text/event-stream"):
        contract.fault(f"{operation.name}: {response.status} {media_type}")
        return
    pause = Good("POST", "/api/v1/destinations/{name}/pause", name="crm", body={"reason": "to be heard of"})
    contract.call(contract.operations[pause.key], pause)
    lines = []
    for line in iter(response.readline, b""):
        lines.append(line.decode().rstrip("\r\n"))
        if not lines[-1] and any(each.startswith("data:") for each in lines):
            break
    connection.close()
    data = json.loads(next((line for line in lines if line.startswith("data:")), "data: null").removeprefix("data:"))
    contract.check("event: change" in lines, f"{operation.name}: {lines}")
    contract.check(any(line.startswith("id: ") for line in lines), f"{operation.name}: no id in {lines}")
    for mistake in contract.mistakes({"$ref": "#/components/schemas/Change"}, data):
        contract.fault(f"{operation.name}: {mistake}")


def keep(name, *path):
    def take(contract, answer):
        value = answer.json()
        for step in path:
            value = value[step]
        contract.facts[name] = value
    return take


def good_calls(leads):
    lead = "/api/v1/leads/{id}"
    destination = "/api/v1/destinations/{name}"
    return [
        Good("GET", "/"),
        Good("GET", "/page/{name}", name="page.css"),
        Good("GET", "/healthz"),
        Good("GET", "/readyz"),
        Good("GET", "/openapi.json"),
        Good("GET", "/metrics"),
        Good("GET", "/api/v1/whoami"),
        Good("GET", "/api/v1/status"),
        Good("GET", "/api/v1/leads", then=look_at_pages),
        Good("GET", "/api/v1/leads", query={"state": "dead", "destination": "crm", "source": "marketplace",
                                            "disposition": "deliver", "from": "2020-01-01T00:00:00Z",
                                            "to": "2120-01-01T00:00:00Z", "limit": "500", "masked": "true"}),
        Good("GET", "/api/v1/leads", query={"q": "anna@contoso.com"}),
        Good("GET", "/api/v1/leads", query={"unrouted": "true", "cause": "none of these"}),
        Good("GET", "/api/v1/leads.csv", then=look_at_rows),
        Good("GET", "/api/v1/leads.ndjson", then=look_at_lines),
        *(Good("GET", lead, id=each) for each in leads.values()),
        Good("GET", lead, id=leads["delivered"], query={"masked": "true"}, then=look_at_masked),
        Good("GET", lead + "/payload", id=leads["delivered"]),
        Good("GET", lead + "/payload", id=leads["quarantined"]),
        Good("POST", lead + "/reveal", id=leads["delivered"], body={"reason": "they called"}),
        Good("GET", "/api/v1/dead-letters"),
        Good("GET", "/api/v1/series", query={"metric": "received"}),
        Good("GET", "/api/v1/series", query={"metric": "attempts", "step": "day", "from": "2026-01-01T00:00:00Z"}),
        Good("GET", "/api/v1/sources"),
        Good("GET", "/api/v1/alerts", query={"limit": "500"}),
        Good("GET", "/api/v1/destinations"),
        Good("POST", destination + "/pause", name="crm", body={"reason": "so that nothing changes by itself"}),
        Good("POST", destination + "/test", name="crm"),
        Good("GET", destination + "/preview", name="crm"),
        Good("GET", destination + "/preview", name="crm", query={"lead": leads["dead"]}),
        Good("GET", destination + "/preview", name="crm", query={"since": "2020-01-01T00:00:00Z", "limit": "500"}),
        Good("POST", lead + "/revisions", id=leads["quarantined"],
             body={"changes": {"last_name": "Mended", "email": "mended@contoso.com"}, "reason": "typed in by hand"}),
        Good("POST", lead + "/revisions", id=leads["dead"],
             body={"changes": {"company": "Fabrikam"}, "reason": "they told us", "redrive": True}),
        Good("POST", lead + "/redrive", id=leads["dead 2"], body={"destination": "crm", "reason": "once more"}),
        Good("POST", lead + "/release", id=leads["held"], body={"reason": "they agreed"}),
        Good("POST", lead + "/discard", id=leads["held 2"], body={"reason": "a mistake"}),
        Good("POST", "/api/v1/redrives", body={"filter": {"destination": "crm"}, "dry_run": True}),
        Good("POST", "/api/v1/redrives", status=202, then=keep("redrive", "id"),
             body={"filter": {"destination": "crm"}, "reason": "the field is there now", "canary": 1,
                   "rate_per_second": 5, "stop_after_failures": 3}),
        Good("GET", "/api/v1/redrives", query={"limit": "1"}),
        Good("GET", "/api/v1/redrives/{id}", id=lambda contract: contract.facts.get("redrive", STRANGER)),
        Good("POST", "/api/v1/redrives/{id}/cancel", id=lambda contract: contract.facts.get("redrive", STRANGER),
             body={"reason": "enough"}),
        Good("POST", "/api/v1/backups", body={"reason": "before all that is erased"}),
        Good("GET", "/api/v1/backups"),
        Good("POST", "/api/v1/backups/download", then=look_at_copy, body={"reason": "for the vault"}),
        Good("POST", "/api/v1/exports", body={"email": "anna@contoso.com", "reason": "she asked"}),
        Good("POST", "/api/v1/erasures", body={"email": "anna@contoso.com", "reason": "she asked", "dry_run": True}),
        Good("POST", "/api/v1/erasures", body={"email": "anna@contoso.com", "reason": "she asked"}),
        Good("DELETE", lead, id=leads["discarded"], query={"reason": "they asked"}),
        Good("GET", lead, id=leads["discarded"]),
        Good("POST", "/api/v1/reload"),
        Good("POST", destination + "/resume", name="crm", body={"reason": "all is looked at"}),
    ]


def call_all(contract):
    look_at_examples(contract)
    calls = good_calls(contract.facts["leads"])
    stream = Good("GET", "/api/v1/stream")
    first = {good.key: good for good in reversed(calls + [stream])}
    for key in contract.operations.keys() - first.keys():
        contract.fault(f"{key[0].upper()} {key[1]} is documented, and not called here")
    for key in first.keys() - contract.operations.keys():
        contract.fault(f"{key[0].upper()} {key[1]} is called here, and not documented")
    for key in contract.operations.keys() & first.keys():
        operation, good = contract.operations[key], first[key]
        for call_badly in (call_without_leave, call_with_bad_query, call_for_strangers, call_with_bad_body):
            call_badly(contract, operation, good)
    for path in {path for _, path in contract.operations.keys() & first.keys()}:
        call_by_other_methods(contract, path, next(first[key] for key in first if key[1] == path))
    for good in calls:
        if good.key in contract.operations:
            call_well(contract, contract.operations[good.key], good)
    listen(contract)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        contract = Contract(json.load(file))
    call_all(contract)
    print(f"{len(contract.operations)} operations, {contract.faults} faults")
    return 1 if contract.faults else 0


if __name__ == "__main__":
    sys.exit(main())
