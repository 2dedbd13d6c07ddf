"""The pages of the handbook, taken apart: what is shown in them, what they refer to."""
import re
from dataclasses import dataclass

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
PREPARATION = re.compile(r"<!-- handbook: (.*?) -->")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
INDENTED = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)


@dataclass
class Fence:
    language: str
    line: int  # of its first line of text
    text: str


def fences(text):
    return [Fence(match[2], text.count("\n", 0, match.start(3)) + 1,
                  re.sub(f"^{match[1]}", "", match[3], flags=re.MULTILINE)) for match in FENCE.finditer(text)]


def without_fences(text):
    """Line numbers stay as they are."""
    return FENCE.sub(lambda match: "\n" * match[0].count("\n"), text)


def preparation(text):
    """What has to be there before the page's commands can be run: ["service", "20 leads"]."""
    found = PREPARATION.search(text)
    return [word.strip() for word in found[1].split(",")] if found else []


def links(text):
    """(line, target) of each link that stays within the project."""
    prose = without_fences(text)
    found = [(prose.count("\n", 0, match.start()) + 1, match[1]) for match in LINK.finditer(prose)]
    return [(line, target) for line, target in found if "://" not in target]


def anchors(text):
    """As GitHub makes them of headings."""
    plain = (re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()) for heading in
             HEADING.findall(without_fences(text)))
    return {heading.replace(" ", "-") for heading in plain}


def code_lines(text):
    """(line, code) of whatever may hold a command: fences, indented lines, `code` within sentences."""
    found = []
    for fence in fences(text):
        if fence.language in ("", "console", "sh"):
            found += [(fence.line + at, line) for at, line in enumerate(fence.text.splitlines())
                      if fence.language != "console" or line.startswith("$ ")]
    prose = without_fences(text)
    for at, line in enumerate(prose.splitlines(), 1):
        indented = INDENTED.match(line)
        found += [(at, indented[1])] if indented else [(at, code) for code in INLINE.findall(line)]
    return found


def rows(text):
    """(line, heading above, cells) of each row of each table, but for the tables' own heads."""
    found, heading, in_body = [], "", False
    for at, line in enumerate(without_fences(text).splitlines(), 1):
        if match := HEADING.match(line):
            heading = match[1]
        if not line.startswith("|"):
            in_body = False
        elif re.fullmatch(r"[|\- :]+", line):
            in_body = True
        elif in_body:
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            found.append((at, heading, [cell.strip() for cell in cells]))
    return found
