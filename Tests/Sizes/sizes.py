"""Checkpoints and outputs of sizes that users have: kept, given back byte for byte, in bounded memory."""
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

# Names of checkpoints, each with its number of files and the bytes of each. That of h5py is one file
# that the trial writes by itself.
CHECKPOINTS = [("1 KiB", 1, KIB), ("1 MiB", 1, MIB), ("100 MiB", 1, 100 * MIB),
               ("1,000 files", 1000, 10 * KIB), ("HDF5", 1, 20 * MIB), ("4 GiB", 1, 4 * GIB)]

# What the keeper, and the agent, may have in memory at most, in MiB, whatever a checkpoint's size.
MOST_MIB = 192

STUDY = """\
name: sizes
metric: {{name: value, goal: minimize}}
fidelity: {{name: epoch, min: 1, max: {epochs}}}
parameters: {{x: {{min: 0.0, max: 1.0}}}}
algorithm: random
trial: {{command: [{python}, train.py], arguments: none, silence: 20m}}
stop: {{trials: 1}}
"""

# Keeps a checkpoint after each epoch, and compares what it is given with the sums that it left. It
# trains its second epoch only once it may.
TRAIN = """\
import hashlib, os, random, time
import rung
NAME, COUNT, BYTES = {name!r}, {count}, {bytes}
trial = rung.trial()

def pieces(draw, size):
    # Repeating a piece keeps the drawing of 4 GiB short; the number in front makes each another one.
    piece = draw.randbytes(min(size, 1 << 20))
    for number in range(0, size, 1 << 20):
        yield (number.to_bytes(8, "little") + piece)[:min(1 << 20, size - number)]

def save(folder, epoch):
    draw = random.Random(epoch)
    if NAME == "HDF5":
        import h5py, numpy
        with h5py.File(os.path.join(folder, "model.h5"), "w") as file:
            for layer in range(4):
                weights = numpy.frombuffer(draw.randbytes(BYTES // 4), dtype="uint8")
                file.create_dataset(f"layer{{layer}}/weights", data=weights, chunks=True)
            file.attrs["epoch"] = epoch
        return
    for number in range(COUNT):
        place = os.path.join(folder, *([f"part{{number % 7}}", "deeper"] if COUNT > 1 else []))
        os.makedirs(place, exist_ok=True)
        with open(os.path.join(place, f"file-{{number}}"), "wb") as file:
            for piece in pieces(draw, BYTES): file.write(piece)

def sums(folder):
    found = {{}}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            digest = hashlib.sha256()
            with open(path, "rb") as file:
                while piece := file.read(1 << 20): digest.update(piece)
            found[os.path.relpath(path, folder)] = digest.hexdigest()
    return found

if trial.resumed_from:
    expected = open(f"sums-{{trial.resumed_from}}").read()
    assert repr(sorted(sums(trial.checkpoint_dir).items())) == expected, "not what was saved"
    if NAME == "HDF5":
        import h5py
        with h5py.File(os.path.join(trial.checkpoint_dir, "model.h5")) as file:
            assert file.attrs["epoch"] == trial.resumed_from
for epoch in trial.epochs():
    while epoch == 2 and not os.path.exists("go"): time.sleep(0.02)
    save(trial.checkpoint_dir, epoch)
    with open(f"sums-{{epoch}}", "w") as file:
        file.write(repr(sorted(sums(trial.checkpoint_dir).items())))
    trial.report(epoch, value=1 / epoch)
"""


class Broken(Exception):
    """What must not be."""


def sums(folder):
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            digest = hashlib.sha256()
            with path.open("rb") as file:
                while piece := file.read(MIB):
                    digest.update(piece)
            found[str(path.relative_to(folder))] = digest.hexdigest()
    return repr(sorted(found.items()))


def peaks(process):
    """The largest memory of a coordinator and of its keepers so far, in MiB, by their names."""
    found = {}
    children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()
    for number in [str(process), *children]:
        try:
            words = pathlib.Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
            status = pathlib.Path(f"/proc/{number}/status").read_text()
        except OSError:
            continue  # It has ended.
        name = "agent" if number == str(process) else words[1].decode() if len(words) > 1 else ""
        peak = re.search(r"VmHWM:\s+(\d+)", status)
        if peak:
            found[name] = max(found.get(name, 0), int(peak[1]) // 1024)
    return found


def watched(arguments, folder, most, meanwhile=lambda: None):
    """Runs a coordinator to its end, and keeps the largest memory of it and its keeper in `most`."""
    # Into a file: a pipe that nobody reads would hold it up.
    with (folder / "printed").open("ab") as printed:
        run = subprocess.Popen(arguments, cwd=folder, stdout=printed, stderr=printed)
        while run.poll() is None:
            try:
                for name, mib in peaks(run.pid).items():
                    most[name] = max(most.get(name, 0), mib)
            except OSError:
                pass  # It has ended.
            meanwhile()
            time.sleep(0.01)
    return run.returncode


def has(study, word):
    return any(word in path.read_text() for path in (study / "journal").glob("*.jsonl"))


def new_folder(train, epochs):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rung-sizes-", dir="/var/tmp"))
    (folder / "study.yaml").write_text(STUDY.format(python=sys.executable, epochs=epochs))
    (folder / "train.py").write_text(train)
    return folder, folder / "study.rung"


def printed(folder):
    return f"{(folder / 'printed').read_text()[-2000:]}; see {folder}"


def sizes(number, rung):
    """A trial with a checkpoint of a size, drained after it was kept, resumed, and given out."""
    name, count, size = CHECKPOINTS[number % len(CHECKPOINTS)]
    folder, study = new_folder(TRAIN.format(name=name, count=count, bytes=size), 3)
    most, begin = {}, time.monotonic()
    asked = []

    def drain():
        if not asked and study.exists() and has(study, '"reported":'):
            asked.append(subprocess.run([rung, "stop", study, "--drain", "--no-wait"], check=True,
                                        stdout=subprocess.DEVNULL))
        elif asked and has(study, '"drainBegan":'):
            (folder / "go").touch()

    status = watched([rung, "run", "study.yaml", "--slots", "1"], folder, most, drain)
    if status != 75:
        raise Broken(f"{name}: the run that drains ended with {status}: {printed(folder)}")
    status = watched([rung, "resume", study, "--slots", "1"], folder, most)
    if status != 0:
        raise Broken(f"{name}: the run that goes on ended with {status}: {printed(folder)}")
    legs = [line for path in sorted((study / "journal").glob("*.jsonl"))
            for line in path.read_text().splitlines() if '"began":' in line]
    if len(legs) != 2:
        raise Broken(f"{name}: {len(legs)} processes trained it, not two; see {folder}")
    subprocess.run([rung, "verify", study], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([rung, "best", study, "--checkpoint", folder / "winner"], check=True,
                   stdout=subprocess.DEVNULL)
    if sums(folder / "winner") != (folder / "sums-3").read_text():
        raise Broken(f"{name}: 'best' gives out other bytes; see {folder}")
    for part in "agent", "keeper":
        if not 0 < most.get(part, 0) <= MOST_MIB:
            raise Broken(f"{name}: the {part} had {most.get(part)} MiB, not up to {MOST_MIB}")
    shutil.rmtree(folder)
    return {"checkpoint": name, "agent_mib": most["agent"], "keeper_mib": most["keeper"],
            "seconds": round(time.monotonic() - begin, 1)}


# Names of outputs, each with the lines that print it: as the lines, so the bounds of the log.
OUTPUTS = [
    ("a gigabyte", """\
line = "x" * 999 + "\\n"
for _ in range(10_000): sys.stdout.write(line * 100)
"""),
    ("a line of 100 MB", """\
for _ in range(100): sys.stdout.write("y" * 1_000_000)
sys.stdout.write("\\n")
"""),
]

TALKER = """\
import sys
print("the beginning")
{lines}
print('[rung] {{"epoch": 1, "value": 1}}')
print("the end")
"""


def outputs(number, rung):
    """A trial that prints so much: the log is bounded, has both ends, and the report is heard."""
    name, lines = OUTPUTS[number % len(OUTPUTS)]
    folder, study = new_folder(TALKER.format(lines=lines), 1)
    most, begin = {}, time.monotonic()
    status = watched([rung, "run", "study.yaml", "--slots", "1"], folder, most)
    if status != 0:
        raise Broken(f"{name}: the run ended with {status}: {printed(folder)}")
    log = (study / "logs" / "node-0000.log").read_text()
    if not log.startswith("[0.1] the beginning\n") or not log.endswith("[0.1] the end\n"):
        raise Broken(f"{name}: the log has not both ends; see {folder}")
    if len(log) > 400_000 or "left out)" not in log:
        raise Broken(f"{name}: the log has {len(log)} bytes, or says not what it lacks; see {folder}")
    story = json.loads(subprocess.run([rung, "export", study, "--format", "json"], check=True,
                                      capture_output=True).stdout)
    if [row["epoch"] for row in story["trials"][0]["reports"]] != [1]:
        raise Broken(f"{name}: the report was not heard; see {folder}")
    if not 0 < most.get("agent", 0) <= MOST_MIB:
        raise Broken(f"{name}: the agent had {most.get('agent')} MiB, not up to {MOST_MIB}")
    shutil.rmtree(folder)
    return {"output": name, "agent_mib": most["agent"], "log_bytes": len(log),
            "seconds": round(time.monotonic() - begin, 1)}
