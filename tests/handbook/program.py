"""Which commands and options the program has, as its man page tells; and which of them a text names."""
import re
import shlex
import subprocess


def commands_of(program):
    """{"leads list": {"--help", "--json", ...}}; what takes no option of its own has the empty set."""
    man = subprocess.run([program, "man"], capture_output=True, text=True, check=True).stdout
    found, options = {}, None
    lines = iter(man.replace("\\-", "-").splitlines())
    for line in lines:
        if line.startswith(".SS leadspool "):
            options = found.setdefault(line.removeprefix(".SS leadspool "), set())
        elif line.startswith(".SH"):
            options = None
        elif line == ".TP" and options is not None:
            options.update(re.findall(r"\\fB(-[\w-]+)\\fR", next(lines)))
    return found


def calls(code):
    """The words after `leadspool` in each call of it that a line of code has."""
    code = re.sub(r"^\$ ", "", code)
    found = []
    for part in re.split(r"\s(?:\|\|?|&&|;)\s|\$\(|\s[<>]\s?", code):
        part = re.sub(r"^\s*(?:if |! )*(?:sudo (?:-u \w+ )?)?(?:\S*(?:bin|release)/)?", "", part)
        if not re.match(r"leadspool(?:\s|$)", part):
            continue
        part = re.split(r"\s{2,}|\s#\s", part.strip())[0]  # what follows tells about it
        try:
            found.append(shlex.split(part.rstrip("\\);"))[1:])
        except ValueError:  # a quote is open where the line was cut
            found.append(part.split()[1:])
    return found


def mistake(words, commands):
    """What is wrong with a call, or None."""
    command, rest = "", list(words)
    while rest and (command + " " + rest[0]).strip() in commands:
        command = (command + " " + rest.pop(0)).strip()
    if not command:
        plain = not rest or rest[0] in ("COMMAND", "--help", "--version", "...", "…")
        return None if plain else f"there is no command `leadspool {rest[0]}`"
    is_group = any(each.startswith(command + " ") for each in commands)
    if is_group and rest and not rest[0].startswith(("-", "...", "…")):
        return f"there is no command `leadspool {command} {rest[0]}`"
    for word in rest:
        option = re.match(r"\[?(--?[A-Za-z][\w-]*)", word)
        if option and option[1] not in commands[command]:
            return f"`leadspool {command}` has no option {option[1]}"
    return None
