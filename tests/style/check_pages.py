#!/usr/bin/env python3
"""Compares two pages with the headers that they tell of, and two with the test that does it.

check_pages.py SOURCE_FOLDER [PROJECTIONS [ENGINE [EVENTS]]]

- docs/projections.md has each option of the builder, and each field or word that it takes.
- docs/engine.md has each member of engine_options, with its default.
- Each line of C++ in docs/engine.md, and of how to decide in docs/events.md, is one of the test
  that runs it.
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
pages = {name: pathlib.Path(sys.argv[i]) if len(sys.argv) > i else root / "docs" / f"{name}.md"
         for i, name in enumerate(["projections", "engine", "events"], 2)}
problems = []


def text_of(path):
    """A header without comments, each declaration on a line of its own."""
    return re.sub(r"\n {3,}", " ", re.sub(r"\s*//.*", "", (root / path).read_text()))


headers = [text_of(path.relative_to(root)) for folder in ("messages", "supervisors")
           for path in sorted((root / folder).glob("*.hpp"))]


def body_of(kind, name):
    for text in headers:
        opening = rf"^{kind} {re.escape(name)}\b[^;]*?\{{$"
        if match := re.search(rf"{opening}(.*?)^\}};", text, re.M | re.S):
            return match.group(1)
    return None


def fields_of(struct):
    """(type, name, how it is initialized) of each member."""
    return re.findall(r"^  ([\w:]+(?:<[^;\n]*>)?) (\w+)((?:\{[^;\n]*\}| = [^;\n]*)?);",
                      body_of("struct", struct) or "", re.M)


def rows_of(page, heading):
    """The cells of a table's rows, of the first one under a heading."""
    section = pages[page].read_text().split(f"\n## {heading}\n", 1)[-1].split("\n## ", 1)[0]
    rows = [re.split(r"(?<!\\) \| ", line[2:-2]) for line in section.splitlines()
            if re.match(r"\| [`.]", line)]
    if len(rows) < 10:
        problems.append(f"{pages[page]}: there is no table under \"{heading}\"")
    return rows


def compare(what, in_code, in_page):
    for each in sorted(in_code - in_page):
        problems.append(f"{what}: the page lacks {each}")
    for each in sorted(in_page - in_code):
        problems.append(f"{what}: the page has {each}, and the header has not")


taken = dict(re.findall(r"^  (?:Self|memory_projection|projection)& (\w+)\(([^()]*)\) &(?!&)",
                        text_of("actors/projection.hpp"), re.M))
written = {}
for row in rows_of("projections", "Options"):
    written.update(re.findall(r"`\.(\w+)(?:<T>)?\(([^`]*)\)`", row[0]))
compare("options of the builder", set(taken), set(written))
for option, parameter in taken.items():
    of_type = parameter.split(" ")[0].split("::")[-1] or "nothing"
    words = re.findall(r"^  (\w+)", body_of("enum class", of_type) or "", re.M)
    fields = [name for _, name, _ in fields_of(of_type)]
    if words:
        compare(f".{option}", set(words), set(written.get(option, "").split(" \\| ")))
    elif fields:
        compare(f".{option}", set(fields), set(re.findall(r"\.(\w+)", written.get(option, ""))))

UNITS = {"milliseconds": 1, "seconds": 1_000, "minutes": 60_000}


def span(unit, number):
    ms = int(number.replace("'", "")) * UNITS[unit]
    for length, name in ((60_000, "min"), (1_000, "s")):
        if ms and ms % length == 0:
            return f"{ms // length} {name}"
    return f"{ms} ms"


def default_of(of_type, initial):
    """As the page has to say it."""
    held = initial.removeprefix(" = ")
    if of_type == "backoff_policy":
        spans = [span(*each) for each in re.findall(r"std::chrono::(\w+)\{([\d']+)\}", held)]
        factor, jitter = re.search(r"([\d.]+), ([\d.]+)\}$", held).groups()
        return f"{' to '.join(spans)}, x{float(factor):g}, ±{float(jitter):.0%}".replace("%", " %")
    if of_type.startswith("std::chrono::"):
        return span(of_type.removeprefix("std::chrono::"), held.strip("{}"))
    if fields := fields_of(of_type):
        return ", ".join(default_of(each, how) for each, _, how in fields)
    if re.fullmatch(r"[\d'u* ]+", held):
        number = 1
        for factor in re.findall(r"[\d']+", held):
            number *= int(factor.replace("'", ""))
        return f"{number >> 20} MiB" if number and number % (1 << 20) == 0 else f"{number:,}"
    return held.split("::")[-1] if held != "{}" else "none"


rows = {row[0].strip("`"): row[1] for row in rows_of("engine", "Options")}
options = {name: default_of(of_type, how) for of_type, name, how in fields_of("engine_options")}
compare("engine_options", {f"{name}: {default}" for name, default in options.items()},
        {f"{name}: {default}" for name, default in rows.items()})

test = root / "tests" / "supervisors" / "engine_page_test.cpp"
run = {line.strip() for line in test.read_text().splitlines()}
for page, heading in (("engine", ""), ("events", "\n## Deciding\n")):
    part = pages[page].read_text().partition(heading)[2] if heading else pages[page].read_text()
    part = part.partition("\n## ")[0] if heading else part
    shown = re.findall(r"^```cpp\n(.*?)^```", part, re.M | re.S)
    if not shown:
        problems.append(f"{pages[page]} shows no C++")
    for line in "".join(shown).splitlines():
        if line.strip() and line.strip() not in run:
            problems.append(f"{pages[page]} shows what {test.name} does not run: {line}")

for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
