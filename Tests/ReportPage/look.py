"""Opens a report in a real browser and prints what is there as one JSON object.

For example: python3 look.py study.rung/report.html --width 390
"""

import argparse
import json
from pathlib import Path

from browser import PIXELS, Browser


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--dark", action="store_true")
    arguments = parser.parse_args()
    path = Path(arguments.report).resolve()
    browser = Browser()
    try:
        drawn = browser.open(path, width=arguments.width, dark=arguments.dark)
        facts = {
            "milliseconds": drawn,
            "bytes": path.stat().st_size,
            "width": browser.run("document.documentElement.scrollWidth"),
            "charts": {chart["section"]: chart["coloured"] for chart in browser.run(PIXELS)},
            "sections": browser.run(
                "Object.fromEntries(Array.from(document.querySelectorAll("
                "'main > section:not([hidden])'), (part) => [part.id, part.textContent]))"),
            "complaints": [json.dumps(complaint) for complaint in browser.complaints()],
            "requests": [url for url in browser.requests() if url != path.as_uri()],
        }
    finally:
        browser.close()
    print(json.dumps(facts))


main()
