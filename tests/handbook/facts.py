"""What the handbook must tell: keys, metrics, alerts, commands. Each check gives its complaints, a text for each.

`pages` is {"docs/operating.md": its text}; nothing is read from disk here but what pages link to.
"""
import re
import tomllib

import pages as page
import program

MARKER = re.compile(r"^\[+(?P<section>\w+)\]+$|^# -----.*(?P<type>type = \"\w+\")|^# ----- (?P<common>What|How)")
KEY = re.compile(r"^#?(?P<key>[a-z]\w*) = (?P<value>.+)$")


def config_keys(reference):
    """{(section, key): (values that the reference shows, whether it says that a restart is needed)}."""
    found, section, comment = {}, "", []
    for line in reference.splitlines():
        if marker := MARKER.match(line):
            section = marker["type"] or (marker["section"] or "destination")
        elif key := KEY.match(line):
            value = re.sub(r"\s+#.*$", "", key["value"])
            values, _ = found.get((section, key["key"]), ([], False))
            found[section, key["key"]] = (values + [value], "eeds a restart" in " ".join(comment))
            continue
        comment = comment + [line] if line.startswith("#") and not MARKER.match(line) else []
    return found


def section_of(heading):
    if match := re.search(r"type = \"\w+\"", heading):
        return match[0]
    match = re.search(r"`\[+(\w+)\]+`", heading)
    return match[1] if match else None


def told_keys(text):
    """{(section, key): (line, default, how it is taken)} of the page's tables: key, unit, default, taken, meaning."""
    found, section = {}, None
    for line, heading, cells in page.rows(text):
        section = section_of(heading) or section
        if len(cells) == 5 and (key := re.fullmatch(r"`(\w+)`", cells[0])):
            found[section, key[1]] = (line, cells[2].strip("`").replace("\\|", "|"), cells[3])
    return found


def same_value(left, right):
    try:
        return tomllib.loads(f"x = {left}") == tomllib.loads(f"x = {right}")
    except tomllib.TOMLDecodeError:
        return False


def configuration(pages, reference):
    name = "docs/configuration.md"
    keys, told = config_keys(reference), told_keys(pages[name])
    complaints = [f"{name}: {key} of {section} is missing" for section, key in keys.keys() - told.keys()]
    for where, (line, default, taken) in told.items():
        section, key = where
        if where not in keys:
            complaints.append(f"{name}:{line}: {section} has no key {key}")
            continue
        values, restart = keys[where]
        if default not in ("none", "required") and not any(same_value(default, each) for each in values):
            complaints.append(f"{name}:{line}: {key} is {' or '.join(values)} in the reference, not {default}")
        if restart != taken.startswith("restart"):
            complaints.append(f"{name}:{line}: whether {key} needs a restart is told otherwise in the reference")
    return complaints


def metrics(pages, exposition):
    name = "docs/metrics.md"
    real = set(re.findall(r"^# TYPE (\S+)", exposition, re.MULTILINE))
    told = {cell for _, _, cells in page.rows(pages[name]) for cell in re.findall(r"^`(leadspool_\w+)`", cells[0])}
    return [f"{name}: {each} is missing" for each in sorted(real - told)] + \
           [f"{name}: the service has no {each}" for each in sorted(told - real)]


def alerts(pages, sources):
    """`sources` is the text of src/alert."""
    name = "docs/operating.md"
    real = set(re.findall(r"\bname = \"(\w+)/?\"", sources))
    told = set(re.findall(r"^#+ .*?`(\w+)(?:/NAME)?`", pages[name], re.MULTILINE))
    complaints = [] if real else ["src/alert: no alert was found there"]
    return complaints + [f"{name}: no heading for the alert {each}" for each in sorted(real - told)] + \
           [f"{name}: there is no alert {each}" for each in sorted(told - real)]


def commands(pages, known):
    """Every command is named somewhere, and what is named exists."""
    complaints, named = [], set()
    for name, text in pages.items():
        for line, code in page.code_lines(text):
            for words in program.calls(code):
                if complaint := program.mistake(words, known):
                    complaints.append(f"{name}:{line}: {complaint}")
                named.update({" ".join(words[:1]), " ".join(words[:2])})
    return complaints + [f"no page names `leadspool {each}`" for each in sorted(known.keys() - named)
                         if not any(other.startswith(each + " ") for other in known)]


def links(pages, root):
    complaints = []
    for name, text in pages.items():
        for line, target in page.links(text):
            path, _, anchor = target.partition("#")
            file = (root / name).parent.joinpath(path).resolve() if path else root / name
            other = str(file.relative_to(root)) if file.is_relative_to(root) else None
            if other is None or not file.exists() and other not in pages:
                complaints.append(f"{name}:{line}: {target} leads nowhere")
            elif anchor and anchor not in page.anchors(pages.get(other, "")):
                complaints.append(f"{name}:{line}: {target} has no such heading")
    every = {str((root / name).parent.joinpath(target.partition("#")[0]).resolve().relative_to(root))
             for name in ("docs/README.md",) for _, target in page.links(pages[name])}
    return complaints + [f"docs/README.md does not lead to {name}" for name in sorted(pages)
                         if name.startswith("docs/") and name != "docs/README.md" and name not in every]
