"""Ends studies at each of their events, and at each system call that changes their files."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PROGRAM = os.environ.get("STORE_FAULTS", str(ROOT / ".build" / "release" / "StoreFaults"))
LIBRARY = ROOT / ".build" / "faults.so"

# Of each kind of fault: what its message says where the program ends by itself.
KINDS = {"kill": None, "torn": None, "short": "", "eio": "Input/output error",
         "enospc": "No space left on device"}


class Fault(Exception):
    """What must not be."""


def workplace():
    # In memory: thousands of studies are written, and none has to outlive a power failure.
    return tempfile.TemporaryDirectory(prefix="rung-faults-", dir="/dev/shm")


def call(arguments, **environment):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True,
                          timeout=14_400, env={**os.environ, **environment})


def events(number, points):
    """A study of a method, ended after each of its events; or at so many points."""
    methods = call(["methods"]).stdout.split()
    method = methods[number % len(methods)]
    with workplace() as folder:
        size = ["--points", points] if points else ["--least", 1000]
        run = call(["events", folder, method, *size])
    if run.returncode:
        raise Fault(f"{method}: {run.stderr or run.returncode}")
    return {"method": method, **json.loads(run.stdout)}


def faults(number, points):
    """A study whose calls on its files fail one after another, or end it; all kinds in turn."""
    subprocess.run(["clang", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", LIBRARY,
                    HERE / "faults.c", "-ldl"], check=True)
    kind = list(KINDS)[number % len(KINDS)]
    with workplace() as folder:
        study = folder + "/study.rung"
        count = folder + "/count"
        preload = {"LD_PRELOAD": str(LIBRARY), "FAULT_FOLDER": study}
        whole = call(["play", study, "asha"], **preload, FAULT_COUNT=count)
        if whole.returncode:
            raise Fault(f"without a fault: {whole.stderr}")
        calls = int(pathlib.Path(count).read_text())
        step = max(1, calls // points) if points else 1
        result = {"kind": kind, "calls": calls, "ends": 0, "errors": 0, "crashes": 0, "unharmed": 0}
        for at in range(step, calls + 1, step):
            shutil.rmtree(study, ignore_errors=True)
            first = call(["play", study, "asha", "--may-stray"], **preload, FAULT_AT=str(at), FAULT_KIND=kind)
            result[judge(kind, at, first, whole.stdout)] += 1
            again = call(["play", study, "asha"])
            if again.returncode or again.stdout != whole.stdout:
                raise Fault(f"{kind} at call {at}: {first.stderr}\nthen: {again.stderr or 'other'}")
    return result


def judge(kind, at, run, outcome):
    """What the fault did to the run that it hit."""
    if run.returncode == 137:
        return "ends"
    if run.returncode == 0:
        if run.stdout != outcome:
            raise Fault(f"{kind} at call {at}: another outcome, without an error")
        return "unharmed"
    if run.returncode < 0:
        return "crashes"
    if KINDS[kind] not in run.stderr:
        raise Fault(f"{kind} at call {at}: {run.stderr}")
    return "errors"
