"""Checks the Markdown files of the repository against what is there.

    python3 Tests/Documentation/check.py RUNG

RUNG is the built program. Links to files and headings must lead somewhere; each 'rung' command in a
shell block or in code within a line must name a subcommand and options that its help lists; YAML
blocks that begin with '# NAME.yaml' are read by RUNG, as a site where they describe partitions or take another site's;
Python blocks must parse; JSON blocks must hold an object a line. Prints each mistake with file and
line.
"""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^\s*(```+)\s*(\S*)\s*$")
CODE = re.compile(r"`(rung [^`]+)`")


def markdown_files():
    """All Markdown files of the repository, without what lies in hidden folders and studies."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and ".rung" not in name)
        for name in sorted(files):
            if name.endswith(".md"):
                yield Path(folder) / name


class Document:
    """A Markdown file, split into prose lines and fenced blocks."""

    def __init__(self, path):
        self.path = path
        self.prose = []  # (line number, text)
        self.blocks = []  # (line number of the first line, language, lines)
        mark = None
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            fence = FENCE.match(line)
            if mark is None and fence:
                mark = fence.group(1)
                self.blocks.append((number + 1, fence.group(2), []))
            elif mark is not None and line.strip() == mark:
                mark = None
            elif mark is not None:
                self.blocks[-1][2].append(line)
            else:
                self.prose.append((number, line))

    def anchors(self):
        """The anchors that a forge gives to the headings."""
        anchors = set()
        for _, line in self.prose:
            heading = re.match(r"#+\s+(.*?)\s*$", line)
            if heading:
                text = re.sub(r"[^\w\- ]", "", heading.group(1).lower())
                anchors.add(text.replace(" ", "-"))
        return anchors

# What a campaign in a document is of.
STUDY = """\
metric: {name: loss, goal: minimize}
fidelity: {name: epoch, min: 1, max: 3}
parameters: {rate: {min: 0.0, max: 1.0}}
trial: {command: [python3, train.py], gpus: 1}
stop: {trials: 8}
"""


class Checker:
    """Collects the mistakes of all documents."""

    def __init__(self, rung):
        self.rung = rung
        self.mistakes = []
        self.helps = {}
        self.counts = {"links": 0, "commands": 0, "yaml": 0, "python": 0, "json": 0}
        self.documents = {path: Document(path) for path in markdown_files()}

    def mistake(self, document, line, text):
        self.mistakes.append("%s:%d: %s" % (document.path.relative_to(ROOT), line, text))

    def check(self):
        for document in self.documents.values():
            self.check_links(document)
            self.check_commands(document)
            for line, language, lines in document.blocks:
                check = {"yaml": self.check_yaml, "python": self.check_python,
                         "json": self.check_json}.get(language)
                if check:
                    check(document, line, lines)

    # Links

    def check_links(self, document):
        # What stands as code shows a link, and is none.
        text = "\n".join(
            re.sub(r"`[^`]*`", lambda code: " " * len(code.group()), line)
            for _, line in document.prose)
        numbers = [number for number, _ in document.prose]
        for match in LINK.finditer(text):
            target = match.group(1)
            if re.match(r"[a-z]+:", target):
                continue
            self.counts["links"] += 1
            line = numbers[text.count("\n", 0, match.start())]
            path, _, anchor = target.partition("#")
            file = (document.path.parent / path).resolve() if path else document.path
            if not file.exists():
                self.mistake(document, line, "the link '%s' leads nowhere" % target)
            elif anchor and file.suffix == ".md" and anchor not in self.documents[file].anchors():
                self.mistake(document, line, "'%s' has no heading '#%s'" % (path or "it", anchor))

    # Commands

    def check_commands(self, document):
        for first, language, lines in document.blocks:
            if language in ("sh", "shell", "bash", "console"):
                joined = "\n".join(lines).replace("\\\n", "  ")
                for offset, line in enumerate(joined.split("\n")):
                    self.check_shell(document, first + offset, line)
        for number, line in document.prose:
            for match in CODE.finditer(line):
                self.check_command(document, number, match.group(1))

    def check_shell(self, document, number, line):
        for part in re.split(r"&&|\|\||[|;]", line):
            match = re.search(r"(?:^|\s)(?<!--product )(rung\s.*)$", part)
            if match:
                self.check_command(document, number, match.group(1))

    def check_command(self, document, number, command):
        try:
            words = shlex.split(command, comments=True)[1:]
        except ValueError as error:
            return self.mistake(document, number, "'%s' is no command: %s" % (command, error))
        self.counts["commands"] += 1
        if "--" in words:
            words = words[:words.index("--")]
        subcommand = None
        if words and not words[0].startswith("-"):
            subcommand = words.pop(0)
            if subcommand == "campaign" and words:
                subcommand += " " + words.pop(0)
        if subcommand in ("help", "SUBCOMMAND"):
            return None
        known = self.help(subcommand)
        if known is None:
            return self.mistake(document, number, "there is no 'rung %s'" % subcommand)
        for word in words:
            option = word.split("=")[0]
            if option.startswith("-") and option not in known:
                self.mistake(document, number, "'rung %s' has no '%s'" % (subcommand, option))
        return None

    def help(self, subcommand):
        """The options of a subcommand; None where it does not exist."""
        if subcommand not in self.helps:
            words = [self.rung] + (subcommand or "").split() + ["--help"]
            result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    universal_newlines=True)
            usage = "USAGE: rung %s" % (subcommand or "")
            exists = result.returncode == 0 and usage in result.stdout
            # Only what stands in the list of options, not what the examples show.
            listed = result.stdout.partition("\nOPTIONS:")[2]
            self.helps[subcommand] = (
                set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", listed)) if exists else None)
        return self.helps[subcommand]

    # Blocks

    def check_yaml(self, document, line, lines):
        name = re.match(r"# ([\w-]+\.yaml)$", lines[0] if lines else "")
        if not name:
            return
        self.counts["yaml"] += 1
        is_site = any(text.startswith(("partitions:", "from:")) for text in lines)
        is_campaign = any(text.startswith("kind:") for text in lines)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name.group(1))
            Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
            words = [self.rung, "sites" if is_site else "check", path]
            if is_campaign:
                words = [self.rung, "campaign", "report", path]
                Path(folder, "study.yaml").write_text(STUDY, encoding="utf-8")
                # Those that the page takes for given.
                given = Path(__file__).resolve().parent / "pages" / Path(document.path).stem
                for file in given.glob("*.*") if given.is_dir() else ():
                    shutil.copy(file, folder)
            result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    universal_newlines=True)
        if result.returncode != 0:
            self.mistake(document, line, "'%s' is refused: %s" % (
                name.group(1), result.stderr.replace(folder + "/", "").strip()))

    def check_python(self, document, line, lines):
        self.counts["python"] += 1
        try:
            ast.parse("\n".join(lines))
        except SyntaxError as error:
            self.mistake(document, line + (error.lineno or 1) - 1, "no Python: %s" % error.msg)

    def check_json(self, document, line, lines):
        for offset, text in enumerate(lines):
            self.counts["json"] += 1
            try:
                json.loads(text)
            except ValueError as error:
                self.mistake(document, line + offset, "no JSON: %s" % error)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check.py RUNG")
    checker = Checker(os.path.abspath(sys.argv[1]))
    checker.check()
    for mistake in checker.mistakes:
        print(mistake)
    counts = checker.counts
    print("docs: %d files: %d links, %d commands, %d YAML files, %d Python and %d JSON texts; "
          "%d mistakes" % (len(checker.documents), counts["links"], counts["commands"],
                           counts["yaml"], counts["python"], counts["json"],
                           len(checker.mistakes)))
    sys.exit(1 if checker.mistakes else 0)


if __name__ == "__main__":
    main()
