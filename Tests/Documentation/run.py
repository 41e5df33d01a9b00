"""Runs what the documentation shows, as somebody would who follows a page from top to bottom.

    python3 Tests/Documentation/run.py RUNG [PAGE...]

RUNG is the built program; without PAGE, such as FirstStudy.md, every page that shows something is run.
It needs a Slurm whose site file is 'private-cluster': Tests/Cluster/cluster starts one.

Each page has a fresh folder and a fresh home, with RUNG on the PATH and a site 'my-cluster'. Blocks
take effect in the page's order:

- yaml and python whose first line is a comment with a file's name, '# study.yaml', are written to it;
- other python is run, and c is compiled and run;
- sh and console are run by one bash, in which what one block exports the next one has.

What a page takes for given, such as a training that an excerpt calls, lies in pages/PAGE, without
'.md': its files are copied into the folder, and its prepare.sh runs before the first block; ARGUMENTS that it
sets are those of the excerpts in Python. What
cannot run here, or is to end with another status than 0, stands in exceptions.txt with its reason; an
entry that is in no page any more is a mistake. Prints each page with its time, and what failed.
"""

import concurrent.futures
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from check import ROOT, Document

HERE = Path(__file__).resolve().parent
CATALOG = ROOT / "Sources/StudyModel/StudyModel.docc"
LIMIT = 420  # seconds that a page may take
SITE = ROOT / "site-configs/private-cluster.yaml"
NAME = re.compile(r"# ([\w-]+\.(?:yaml|py))$")
SHELL = ("sh", "console")


class Exceptions:
    """What exceptions.txt says of a page's commands and excerpts, by their first line."""

    def __init__(self, path):
        self.of_page = {}
        self.unused = set()
        page = line = None
        for number, text in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            words = text.strip()
            if not words or words.startswith("#!"):
                continue
            depth = len(text) - len(text.lstrip(" "))
            if depth == 0:
                page = self.of_page.setdefault(words, {})
                name = words
            elif depth == 2:
                line = words
            else:
                match = re.match(r"(not run|status \d+): \S", words)
                if not match:
                    sys.exit("%s:%d: write 'not run: REASON' or 'status N: REASON'" % (path, number))
                page[line] = match.group(1)
                self.unused.add((name, line))

    def find(self, page, line):
        """'not run', 'status N', or None."""
        self.unused.discard((page, line))
        return self.of_page.get(page, {}).get(line)


class Page:
    """A page that is run."""

    def __init__(self, document, exceptions):
        self.document = document
        self.name = document.path.name
        self.given = HERE / "pages" / document.path.stem
        self.steps = []  # (line, text for bash)
        for line, language, lines in document.blocks:
            text = self.step(language, lines, exceptions)
            if text:
                self.steps.append((line, text))

    def step(self, language, lines, exceptions):
        """What bash is to do for a block; None for one that only shows something."""
        name = NAME.match(lines[0]) if lines else None
        if language in SHELL:
            return "\n".join(self.commands(lines, exceptions))
        if language in ("yaml", "python") and name:
            return write(name.group(1), lines)
        if language not in ("python", "c") or exceptions.find(self.name, lines[0]):
            return None
        if language == "python":
            return write("excerpt.py", lines) + "python3 excerpt.py ${ARGUMENTS-}"
        return write("excerpt.c", lines) + "cc -std=c99 -Wall -o excerpt *.c -lm && ./excerpt"

    def commands(self, lines, exceptions):
        """The block's commands, each as one text, without what is not run."""
        command = ""
        for line in lines:
            command += line.removeprefix("$ ") + "\n"
            if line.endswith("\\"):
                continue
            what = exceptions.find(self.name, command.split("\n")[0].strip())
            if what == "not run":
                yield ":"
            elif what:
                status = what.split()[1]
                yield "ended=0; { %s} || ended=$?; [ $ended = %s ]" % (command, status)
            else:
                yield command.rstrip("\n")
            command = ""

    def run(self, rung, folder):
        """What failed, as text; None where nothing did."""
        work, home = folder / self.document.path.stem, folder / (self.document.path.stem + ".home")
        sites = home / ".config/rung/sites"
        sites.mkdir(parents=True)
        site = SITE.read_text(encoding="utf-8").replace("name: private-cluster", "name: my-cluster")
        (sites / "my-cluster.yaml").write_text(site, encoding="utf-8")
        if self.given.is_dir():
            shutil.copytree(self.given, work)
        else:
            work.mkdir()
        script = ["set -eu -o pipefail", "cd " + shlex.quote(str(work))]
        if (work / "prepare.sh").exists():
            script += ["echo 0 >$DOCUMENTATION_STEP", ". ./prepare.sh"]
        for line, text in self.steps:
            script += ["echo %d >$DOCUMENTATION_STEP" % line, text]
        variables = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("RUNG_", "XDG_", "PYTHON"))}
        variables.update(
            HOME=str(home), TMPDIR=str(home), DOCUMENTATION_STEP=str(home / "step"),
            REPOSITORY=str(ROOT), FIRST_STUDY=str(folder / "first-study"),
            PATH=":".join([str(Path(rung).parent), str(ROOT / ".venv/bin"), os.environ["PATH"]]),
            # A page's own stand-ins, and the client for what is run by hand.
            PYTHONPATH="%s:%s" % (work, ROOT / "Sources/CResources"))
        return self.follow(script, variables)

    def follow(self, script, variables):
        process = subprocess.Popen(
            ["bash", "-c", "\n".join(script)], env=variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            output = process.communicate(timeout=LIMIT)[0]
            how = "status %d" % process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output = process.communicate()[0]
            how = "not over after %d s" % LIMIT
        if how == "status 0":
            return None
        step = Path(variables["DOCUMENTATION_STEP"])
        line = int(step.read_text()) if step.exists() else 0
        last = output.decode("utf-8", "replace").split("\n")[-25:]
        return "%s:%d: the block that begins here: %s\n  %s" % (
            self.document.path.relative_to(ROOT), line, how, "\n  ".join(last))


def write(name, lines):
    return "cat >%s <<'END OF BLOCK'\n%s\nEND OF BLOCK\n" % (name, "\n".join(lines))


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: run.py RUNG [PAGE...]")
    if not shutil.which("sbatch"):
        sys.exit("documentation: no 'sbatch'; begin with: Tests/Cluster/cluster run FOLDER -- ...")
    rung = os.path.abspath(sys.argv[1])
    exceptions = Exceptions(HERE / "exceptions.txt")
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"] + sorted(CATALOG.glob("*.md"))
    pages = [Page(Document(path), exceptions) for path in paths]
    mistakes = ["exceptions.txt: %s does not show '%s' any more" % entry
                for entry in sorted(exceptions.unused)]
    wanted = [page for page in pages if page.steps and page.name in (sys.argv[2:] or [page.name])]
    folder = Path(tempfile.mkdtemp(prefix="rung-documentation-"))

    # The study of the first page, for others that take one for given.
    (folder / "first-study").mkdir()
    for _, language, lines in Document(CATALOG / "FirstStudy.md").blocks:
        name = NAME.match(lines[0])
        if language in ("yaml", "python") and name:
            (folder / "first-study" / name.group(1)).write_text("\n".join(lines) + "\n")

    def run(page):
        begin = time.monotonic()
        mistake = page.run(rung, folder)
        print("documentation: %s: %d blocks in %.0f s%s" % (
            page.name, len(page.steps), time.monotonic() - begin, ": FAILED" if mistake else ""),
            flush=True)
        return mistake

    # Most of a page's time is waiting, for epochs and for jobs.
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        mistakes += [mistake for mistake in pool.map(run, wanted) if mistake]
    for mistake in mistakes:
        print(mistake)
    shutil.rmtree(folder, ignore_errors=True)
    print("documentation: %d pages, %d blocks; %d mistakes" % (
        len(wanted), sum(len(page.steps) for page in wanted), len(mistakes)))
    sys.exit(1 if mistakes else 0)


if __name__ == "__main__":
    main()
