#!/usr/bin/env python3
"""page.py PAGE: does what the console blocks of a page show, and fails unless the same happens.

All blocks are one story, told in one empty folder. In a block a line with "$ " is a command (lines
with "> " behind it belong to it), and what it printed, errors too, stands behind it. Lines of the
page like `<!-- $ command -->` are commands that the reader need not see; each has to succeed. A
block behind the line `<!-- file NAME -->` is written to that file.

Times, spans, ids, numbers of processes, this folder, this host and spaces may differ, and how many
events a discard projects, since a projection that is full goes on meanwhile. A line of "…" stands
for any number of lines.
"""
import getpass
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

page = pathlib.Path(sys.argv[1]).read_text().splitlines()


def parts():
    """(command, what it prints or None if that is not shown, line number)."""
    result, inside, name, text = [], False, None, []
    for number, line in enumerate(page, 1):
        if hidden := re.fullmatch(r"<!-- \$ (.*) -->", line):
            result.append((hidden.group(1), None, number))
        elif file := re.fullmatch(r"<!-- file (.*) -->", line):
            name = file.group(1)
        elif line == "```" and name:
            lines = "\n".join(text)
            result.append((f"cat >{name} <<'END OF FILE'\n{lines}\nEND OF FILE", None, number))
            name, text = None, []
        elif line.startswith("```"):
            inside = line == "```console"
        elif name:
            text.append(line)
        elif inside and line.startswith("$ "):
            result.append((line[2:], [], number))
        elif inside and line.startswith("> "):
            command, printed, at = result.pop()
            result.append((command + "\n" + line[2:], printed, at))
        elif inside:
            result[-1][1].append(line)
    return result


FORMS = [
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z?", "<time>"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
    (r"\b(\d+ (ms|s|min|h)\b ?)+", "<span> "),
    (r"\b(pid|process) \d+", r"\1 <number>"),
    (r", next try [^;]*", ", next try"),
    (r"after \d+ failures?( in a row)?", "after <n> failures"),
    (r"discarded, \d+ events projected", "discarded, <n> events projected"),
    (r"[│┌┐└┘├┤┬┴┼─ ]+", " "),
]


def plain(line, folder):
    line = line.replace(str(folder), "/srv/shop")
    line = line.replace(f"{getpass.getuser()}@{socket.gethostname()}", "anna@db7")
    line = line.replace(socket.gethostname(), "db7")
    for form, instead in FORMS:
        line = re.sub(form, instead, line)
    return line.strip()


def alike(expected, actual):
    if not expected:
        return not actual
    if expected[0] == "…":
        return any(alike(expected[1:], actual[i:]) for i in range(len(actual) + 1))
    return bool(actual) and expected[0] == actual[0] and alike(expected[1:], actual[1:])


folder = pathlib.Path(tempfile.mkdtemp()).resolve()
environment = {
    "PATH": subprocess.os.environ["PATH"],
    "HOME": str(folder),
    "WAYMARK_STATE_DIR": str(folder),
    "NO_COLOR": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}
shell = subprocess.Popen(
    ["bash"], cwd=folder, env=environment, text=True,
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def run(command):
    """What it prints, and its exit status. One shell tells the whole story, with its jobs."""
    shell.stdin.write(f"{{ {command}\n}} </dev/null; echo \"\n<<<$?>>>\"\n")
    shell.stdin.flush()
    lines = []
    for line in shell.stdout:
        line = line.rstrip("\n")
        if end := re.fullmatch(r"<<<(\d+)>>>", line):
            if lines and lines[-1] == "":
                lines.pop()
            return lines, int(end.group(1))
        lines.append(line)
    raise SystemExit(f"the shell ended in: {command}")


failed = not parts()
try:
    for command, printed, number in parts():
        lines, status = run(command)
        if printed is None:
            if status != 0:
                print(f"line {number}: {command}: exit status {status}", *lines, sep="\n")
                failed = True
        elif not alike([plain(x, folder) for x in printed], [plain(x, folder) for x in lines]):
            print(f"line {number}: $ {command}", "the page has:", *printed, "what happens:",
                  *lines, "", sep="\n")
            failed = True
finally:
    shell.stdin.write("jobs -p | xargs -r kill; wait; exit\n")
    shell.stdin.close()
    shell.wait()
    shutil.rmtree(folder, ignore_errors=True)
sys.exit(failed)
