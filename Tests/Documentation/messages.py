"""The messages with which commands end, collected from the sources.

    python3 Tests/Documentation/messages.py [--write]

Compares the article Messages.md with the literals of the sources, or writes it. What a message is made
of at run time stands as '…'. A message that does not say what to do, by a part behind a semicolon, must
be in WhenSomethingGoesWrong.md, which does: by the longest run of its own words.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CATALOG = ROOT / "Sources/StudyModel/StudyModel.docc"
PAGE = CATALOG / "Messages.md"
REMEDIES = CATALOG / "WhenSomethingGoesWrong.md"

# What is said where, and which files hold the words.
GROUPS = [
    ("In a study or site file", "Status 65, behind `FILE:LINE:COLUMN:`; `rung check` shows all at once.",
     ["StudyFiles/Wording*.swift"]),
    ("In what one asks for", "Status 65: the plan does not fit the machine, or the machine not the study.",
     ["Planning/PlanError+Description.swift", "Planning/ClassError.swift",
      "JobScripts/JobScriptError.swift"]),
    ("Warnings of a plan", "The command goes on.", ["Planning/PlanWarning.swift"]),
    ("In a table of learning curves, or another tool's file", "Status 65.",
     ["TableFiles/TableFileError.swift", "StudyDrafts/ForeignSpace.swift"]),
    ("In a study's folder", "Status 65 where a file is wrong, 74 where the system refused, 75 where somebody "
     "else has the study.", ["StudyStore/StoreError.swift"]),
    ("While trials run", "Status 74 for staged data, 70 or 71 for agents; `resume` goes on.",
     ["Agents/AgentSettings.swift", "Agents/GPUInstances.swift", "Agents/StageFailure.swift"]),
    ("From Slurm", "Status 69, or a note where the study goes on without an answer.",
     ["Slurm/SlurmError.swift", "StudyModel/SiteChoice.swift"]),
]
REMEDY = re.compile(
    r"; \S|such as|must be|is at least|is from|exclude each|goes with|goes on|try again|in quotes"
    r"|\b(write|name|ask|start|numbered|quotes around|beginning with|whole number|in pairs|at most)\b")
STATUSES = {"studyFailed": 1, "usage": 64, "wrongFile": 65, "slurmOutOfReach": 69, "ourMistake": 70,
            "nodesLost": 71, "inputOutput": 74, "stoppedEarly": 75}
MEANINGS = {1: "the study failed, or what was looked at is not as it should be", 64: "usage",
            65: "a file is wrong", 69: "Slurm is out of reach", 70: "a mistake of Rung's own",
            74: "input or output", 75: "stopped early, and can be gone on with"}


def literal(text, start):
    """The string literal that begins at `start`, '…' for what is put in, and where it ends."""
    mark = '"""' if text.startswith('"""', start) else '"'
    place, parts = start + len(mark), []
    while not text.startswith(mark, place):
        if text.startswith("\\(", place):
            parts.append("…")
            place = closing(text, place + 1) + 1
        elif text.startswith("\\\n", place):
            place += 2
        elif text[place] == "\\":
            parts.append({"n": "\n", "u": ""}.get(text[place + 1], text[place + 1]))
            place += 2
        else:
            parts.append(text[place])
            place += 1
    return re.sub(r"\s+", " ", "".join(parts)).strip(" ") if mark == '"""' else "".join(parts), (
        place + len(mark))


def closing(text, start):
    """Where the parenthesis that opens at `start` closes."""
    depth, place = 0, start
    while True:
        if text[place] == '"':
            place = literal(text, place)[1]
            continue
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
        place += 1


def messages(text):
    """The literals of a text that are no parts of others, joined where '+' joins them."""
    place = 0
    while True:
        place = text.find('"', place)
        if place < 0:
            return
        # One side of a choice within a message is no message.
        is_choice = re.search(r"\s[?:]\s$", text[:place][-200:])
        words, place = literal(text, place)
        while True:
            more = re.match(r'\s*\+ (?=")', text[place:])
            if not more:
                break
            following, place = literal(text, place + more.end())
            words += following
        words = re.sub(r"\s+", " ", words).strip()
        if not is_choice and len(re.findall(r"[a-z]{2,}", words)) >= 4:
            yield words


def source(path):
    """The text of a file without what describes something else than an error, and without comments."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^extension \w+\.Reason: .*?^\}", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)


def collect():
    """Titles, their introductions, and the messages of each."""
    groups = []
    for title, introduction, patterns in GROUPS:
        found = []
        for pattern in patterns:
            paths = sorted((ROOT / "Sources").glob(pattern))
            if not paths:
                sys.exit("messages: no Sources/%s; say in messages.py where its words are now" % pattern)
            for path in paths:
                found += messages(source(path))
        groups.append((title, introduction, found))
    of_status = {}
    for path in sorted((ROOT / "Sources/rung").rglob("*.swift")):
        text = source(path)
        for match in re.finditer(r"\bFailure\(\s*\.(\w+),|\bValidationError\(", text):
            status = STATUSES[match.group(1)] if match.group(1) else 64
            start = text.index("(", match.start())
            of_status.setdefault(status, []).extend(messages(text[start:closing(text, start)]))
    for status in sorted(of_status):
        groups.append(("From commands, with status %d" % status, MEANINGS[status][0].upper() + MEANINGS[status][1:] + ".",
                       of_status[status]))
    return [(title, introduction, sorted(set(found), key=lambda words: words.lower().strip("'…")))
            for title, introduction, found in groups]


def page(groups):
    text = """# Messages

Every message with which a command ends, and what stands for what is put in as '…'.

## Overview

A message says what is wrong, the values, where, and most often behind a semicolon what to do. Where it does
not, and where there is more to say, [this page](WhenSomethingGoesWrong.md) does. This list is made from the
sources, by `Tests/Documentation/messages.py --write`.
"""
    for title, introduction, found in groups:
        text += "\n### %s\n\n%s\n\n" % (title, introduction)
        text += "".join("- `%s`\n" % words.replace("`", "'") for words in found)
    return text


def main():
    groups = collect()
    text = page(groups)
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(text, encoding="utf-8")
    mistakes = []
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        mistakes.append("Messages.md is not what the sources say; run Tests/Documentation/messages.py --write")
    remedies = re.sub(r"\s+", " ", REMEDIES.read_text(encoding="utf-8")) if REMEDIES.exists() else ""
    count = 0
    for title, _, found in groups:
        for words in found:
            count += 1
            own = max(words.split("…"), key=len).strip(" ,:;'")
            if not REMEDY.search(words) and own not in remedies:
                mistakes.append("WhenSomethingGoesWrong.md has nothing on '%s' (%s)" % (own, title))
    for mistake in mistakes:
        print(mistake)
    print("messages: %d in %d groups; %d mistakes" % (count, len(groups), len(mistakes)))
    sys.exit(1 if mistakes else 0)


if __name__ == "__main__":
    main()
