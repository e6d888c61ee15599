#!/usr/bin/env python3
"""Compares docs/errors.md with the sources, both ways, and docs/failures.md with the tests.

check_errors.py SOURCE_FOLDER [CATALOGUE [FAILURES]]

- Each text of the catalogue is one that the program prints: what stands between the dots of a
  `text … text` is found in a string of the sources.
- Each error that the library throws, and the program for what happens at run time, is in the
  catalogue, and so is each class of error, code of a database, state and exit status.
- Each sentence of `explain` in the other page is like one that a test compares as a whole with what
  an engine says; only numbers, times and what stands as … may differ.
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
catalogue = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else root / "docs" / "errors.md"
folders = ["messages", "persistence", "actors", "supervisors", "node"]
problems = []

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def flat(source):
    """The source with adjacent string literals joined, without comments."""
    source = re.sub(r"^\s*//.*$", "", source, flags=re.M)
    source = re.sub(r"^#include.*$", "", source, flags=re.M)
    return re.sub(r'(?<!\\)"\s+"', "", source)


def plain(literal):
    return literal.replace('\\"', '"').replace("\\n", " ").replace("\\\\", "\\")


sources = {}
for folder in folders:
    for path in sorted((root / folder).rglob("*.[ch]pp")):
        sources[path.relative_to(root)] = flat(path.read_text())
said = [plain(m) for text in sources.values() for m in LITERAL.findall(text)]

page = catalogue.read_text()
texts, in_texts = [], False
for line in page.splitlines():
    if not line.startswith("|"):
        in_texts = False
    elif line.startswith("| text |"):
        in_texts = True
    elif in_texts and (row := re.match(r"\| (`{1,2})(.+?)\1 \|", line)):
        texts.append(row.group(2))
fragments = set()
for text in texts:
    for fragment in re.split(r"…", text):
        fragment = fragment.strip()
        if not fragment:
            continue
        fragments.add(fragment)
        if not any(fragment in each for each in said):
            problems.append(f'the catalogue has "{fragment}", which nothing prints')

RUN_TIME = ("store_error incompatible_store projection_error statement_error decode_error "
            "timeout_error version_conflict duplicate_event error").split()
THROW = re.compile(r"\bthrow (usage_error|" + "|".join(RUN_TIME) + r")\{(.*?)\};", re.S)
for path, text in sources.items():
    for kind, arguments in THROW.findall(text):
        if kind == "usage_error" and path.parts[0] == "node":
            continue  # the command line explains itself
        printed = [plain(m) for m in LITERAL.findall(arguments)]
        long = [p for p in printed if len(p.strip()) >= 12]
        if long and not any(f in p for f in fragments if len(f) >= 8 for p in long):
            problems.append(f"{path} throws {kind}, and the catalogue does not have: {long[0]}")


def require(words, what, where):
    for word in words:
        if not re.search(r"`" + re.escape(word) + r"`", page):
            problems.append(f"{what} `{word}` of {where} is not in the catalogue")


def found(pattern, where):
    words = re.findall(pattern, (root / where).read_text(), flags=re.M)
    if not words:
        problems.append(f"nothing was found in {where} by {pattern}")
    return words


header = "messages/error.hpp"
require(found(r"^class (\w+) : public [\w:]+ \{", header), "the error", header)
codes = "persistence/postgres/fault.cpp"
require(found(r'^\s+row\{"(\w+)", blame::', codes), "the SQLSTATE", codes)
codes = "persistence/sqlite/fault.cpp"
require(found(r"^\s+row\{(SQLITE_\w+), blame::", codes), "the code", codes)
states = "messages/status.hpp"
listed = re.search(r"enum class projection_state.*?\{(.*?)\};", (root / states).read_text(), re.S)
require(re.findall(r"^\s+(\w+),?\s+///<", listed.group(1), flags=re.M), "the state", states)
status = "node/exit_status.hpp"
require([f"{n}" for n in found(r"^\s+\w+ = (\d)", status)], "the exit status", status)

PLACE = re.compile(r"\{\w+\}|\d+ (?:ms|s|min|h)\b|\d+")


def like(pattern):
    """A test's pattern as an expression for the sentence behind the name of the projection."""
    parts, at = [], 0
    for match in PLACE.finditer(pattern):
        parts.append(re.escape(pattern[at:match.start()]))
        held = match.group()
        span = r"\d+ (ms|s|min|h)" if " " in held else r"\d+"
        parts.append(".+?" if held.startswith("{") else span)
        at = match.end()
    return re.compile("".join(parts) + re.escape(pattern[at:]))


compared = []
for path in [*(root / "tests" / "supervisors").glob("engine_*_test.cpp"),
             *(root / "tests" / "persistence").glob("postgres_*_test.cpp")]:
    for literal in LITERAL.findall(flat(path.read_text())):
        if match := re.match(r'projection "[^"]*" (.+)', plain(literal), re.S):
            compared.append(like(match.group(1)))
failures = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else root / "docs" / "failures.md"
rows = failures.read_text().split("| situation | the sentence", 1)[1].split("\n\n", 1)[0]
sentences = re.findall(r"^\| (?!-)[^|]+ \| ([^|]+) \|", rows.split("\n", 1)[1], flags=re.M)
if len(sentences) < 15:
    problems.append("the sentences of explain were not found in the page on failures")
for sentence in sentences:
    if not any(each.fullmatch(sentence) for each in compared):
        problems.append(f"no test compares the whole of: {sentence}")

for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
