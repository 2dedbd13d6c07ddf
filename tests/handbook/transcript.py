"""What a ```console block shows, and whether what a command prints is that.

`...` alone on a line stands for any lines, `…` within a line for any text. Times, sizes, durations, digests and keys
are other ones each time, so any will do. An id stands for itself: the one that was printed where the page first shows
it is meant wherever the page shows it again, also in commands.
"""
import functools
import re
from dataclasses import dataclass, field

ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
KINDS = {
    "id": ID,
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "stamp": r"\d{8}T\d{6}Z",
    "digest": r"\b[0-9a-f]{64}\b",
    "secret": r"(?<![\w-])[\w-]{43}=?(?![\w-])",
    "size": r"\d+(?:\.\d+)? (?:B|KiB|MiB|GiB|TiB|bytes)\b",
    "duration": r"\d+(?:\.\d+)? ?(?:ms|s|min|h|d|seconds?|minutes?|hours?|days?)\b",
    "any": "…",
    "blanks": r" {2,}",
}
ALIKE = {**KINDS, "any": ".*", "size": r"\d+(?:\.\d+)? (?:B|KiB|MiB|GiB|TiB|bytes)\b"}
TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()))


@dataclass
class Step:
    line: int
    command: str
    expected: list = field(default_factory=list)


def steps(fence):
    """The commands of a block, each with the lines that are shown below it."""
    found = []
    for at, line in enumerate(fence.text.splitlines(), fence.line):
        if line.startswith("$ "):
            found.append(Step(at, line[2:]))
        elif found and not found[-1].expected and found[-1].command.endswith("\\"):
            found[-1].command = found[-1].command[:-1].rstrip() + " " + line.strip()
        elif found:
            found[-1].expected.append(line)
    return found


def pattern_of(line, ids):
    """What the line may look like; and the ids that it shows, in the order of the pattern's groups."""
    parts, shown, at = [], [], 0
    for token in TOKEN.finditer(line):
        parts.append(re.escape(line[at:token.start()]))
        if token.lastgroup == "id":
            shown.append(token[0])
            parts.append(f"({re.escape(ids[token[0]]) if token[0] in ids else ID})")
        else:
            parts.append(ALIKE[token.lastgroup])
        at = token.end()
    return re.compile("".join(parts) + re.escape(line[at:])), shown


def match(expected, printed, ids):
    """The ids that were found where `expected` shows those of the page, or None where it is something else."""
    patterns = [None if line.strip() == "..." else pattern_of(line.rstrip(), ids) for line in expected]
    lines = [line.rstrip() for line in printed]

    @functools.lru_cache(maxsize=None)
    def way(at, below):
        """The pairs of shown and printed ids from there on."""
        if at == len(patterns):
            return () if below == len(lines) else None
        if patterns[at] is None:
            ways = (way(at + 1, after) for after in range(below, len(lines) + 1))
            return next((found for found in ways if found is not None), None)
        if below == len(lines):
            return None
        pattern, shown = patterns[at]
        fits = pattern.fullmatch(lines[below])
        rest = way(at + 1, below + 1) if fits else None
        return None if rest is None else tuple(zip(shown, fits.groups())) + rest

    pairs = way(0, 0)
    if pairs is None:
        return None
    found = {}
    for shown, real in pairs:
        if found.setdefault(shown, real) != real:
            return None
    return found


def with_real_ids(command, ids):
    return re.sub(ID, lambda shown: ids.get(shown[0], shown[0]), command)
