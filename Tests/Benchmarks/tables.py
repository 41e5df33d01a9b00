"""What the scripts of benchmarks share: which parts to run, and how figures are written."""

import argparse
import os
import platform
import statistics
import time


def spread(values, digits=2):
    """The median, with the least and the most."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def run(parts, version=""):
    """Runs those of some functions that the command line names, each with the number of runs."""
    parts = {part.__name__: part for part in parts}
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[[], *parts], default=[])
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.system()} {platform.release()}{version}; "
          f"medians of {arguments.runs}, with the least and the most\n")
    for name in arguments.parts or parts:
        parts[name](arguments.runs)
        print(flush=True)
