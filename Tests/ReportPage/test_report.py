"""Opens the page of `rung report` in a real browser and looks at what it shows.

Needs Debian's packages `chromium` and `libjs-chart.js`, and nothing beyond Python's own library.
Run it with `python3 test_report.py`. `RUNG_SCREENSHOTS=DIR` keeps pictures of every page,
`RUNG_CHROMIUM` and `RUNG_CHART_JS` name a browser and a chart library elsewhere.
"""

import base64
import fcntl
import json
import math
import os
import random
import select
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

TEMPLATE = Path(os.environ.get("RUNG_REPORT", Path(__file__).with_name("report.html")))
CHART_JS = Path(os.environ.get("RUNG_CHART_JS", "/usr/share/javascript/chart.js/chart.min.js"))
CHROMIUM = os.environ.get("RUNG_CHROMIUM") or shutil.which("chromium")
SCREENSHOTS = os.environ.get("RUNG_SCREENSHOTS")

HOSTILE = "</script><img src=x onerror=alert(1)>"
RUNGS = [1, 3, 9, 27]


# --- Pages ----------------------------------------------------------------------------------------


def page(study):
    """The template filled in as the program does it."""
    data = json.dumps(study, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    template = TEMPLATE.read_text(encoding="utf-8")
    for placeholder, text in (
        ("/*RUNG:CHART.JS*/", CHART_JS.read_text(encoding="utf-8")),
        ("/*RUNG:DATA*/", data),
    ):
        before, after = template.split(f"\n{placeholder}\n")
        template = f"{before}\n{text}\n{after}"
    return template


def empty_study(**changes):
    """A study that has not begun."""
    counts = dict.fromkeys(["running", "paused", "completed", "stopped", "failed", "total"], 0)
    return {
        "version": "0.1.0", "generated": "2026-11-21T03:00:00Z", "study": "digits-mlp",
        "state": "waiting", "metric": "val_accuracy", "goal": "maximize", "fidelity": "epoch",
        "fidelity_max": 27, "algorithm": "asha", "elapsed_seconds": 0, "slots": 16,
        "utilization": None, "gpu_hours": 0, "baseline": None, "counts": counts, "best": None,
        "parameters": ["learning_rate", "width", "batch_size", "optimizer", "momentum"],
        "rungs": RUNGS, "best_over_time": [], "trials": [], **changes,
    }


def generated_study(trials, seed=1, reports=None, **changes):
    """A study as successive halving leaves it: each rung is reached by a third of the one below.

    With `reports` every trial reports so often, at the rungs; otherwise at every epoch it trains.
    """
    draw = random.Random(seed)
    study = empty_study(state="completed", **changes)
    slots = study["slots"]
    free = [0.0] * slots
    minimize = study["goal"] == "minimize"
    reasons = {
        "paused": "paused at epoch {epoch}: rank {rank} of {total}, no slot was free to promote it",
        "stopped": "stopped at epoch {epoch}: rank {rank} of {total}, the best third goes on",
        "completed": "reached epoch 27, the last rung",
        "failed": draw.choice(
            ["exit status 1: RuntimeError: CUDA out of memory", "signal 9 (killed)"]),
    }
    for number in range(trials):
        configuration = {
            "learning_rate": round(10 ** draw.uniform(-4, -1), 8),
            "width": draw.randrange(8, 72, 8),
            "batch_size": draw.choice([32, 64, 128]),
            "optimizer": draw.choice(["sgd", "adam"]),
        }
        if configuration["optimizer"] == "sgd":
            configuration["momentum"] = round(draw.uniform(0, 0.99), 6)
        height = math.exp(-((math.log10(configuration["learning_rate"]) + 2.2) ** 2) / 2)
        ceiling = 0.55 + 0.35 * height + 0.08 * configuration["width"] / 64 * draw.random()
        slot = min(range(slots), key=free.__getitem__)
        started = free[slot] + 0.4
        has_failed = draw.random() < 0.03
        level = 0
        while level < 3 and draw.random() < (0.5 if ceiling > 0.85 else 0.2):
            level += 1
        reached = RUNGS[level]
        epochs = RUNGS[:reports] if reports else range(1, reached + 1)
        pace = draw.uniform(0.8, 1.4)
        rows = []
        for epoch in epochs:
            value = ceiling - 0.6 * math.exp(-epoch / 3.5) + draw.gauss(0, 0.006)
            value = round((1 - value) * 3 if minimize else min(value, 0.999), 5)
            rows.append([round(started + pace * epoch, 2), epoch, value])
        if has_failed:
            rows = rows[: draw.randrange(len(rows) + 1)]
        elif draw.random() < 0.01:
            rows[-1][2] = None
        ended = rows[-1][0] if rows else started + 2.5
        free[slot] = ended
        state = "failed" if has_failed else "completed" if reached == 27 else draw.choice(
            ["paused", "paused", "stopped"])
        study["trials"].append({
            "trial": number, "state": state, "configuration": configuration,
            "attempts": 2 if draw.random() < 0.02 else 1,
            "epoch": rows[-1][1] if rows else 0, "value": rows[-1][2] if rows else None,
            "started": round(started, 2), "ended": round(ended, 2), "hosts": [f"n{slot // 4}"],
            "reason": reasons[state].format(
                epoch=reached, rank=draw.randrange(9, 90), total=draw.randrange(90, 130)),
            "reports": rows,
        })
    for trial in study["trials"]:
        study["counts"][trial["state"]] += 1
        study["counts"]["total"] += 1
    told = sorted(
        (seconds, value, epoch, trial["trial"]) for trial in study["trials"]
        for seconds, epoch, value in trial["reports"] if value is not None)
    for seconds, value, epoch, trial in told:
        best = study["best"]
        if best is None or (value < best["value"] if minimize else value > best["value"]):
            study["best"] = {
                "trial": trial, "value": value, "epoch": epoch,
                "configuration": study["trials"][trial]["configuration"]}
            study["best_over_time"].append([seconds, value])
    study["elapsed_seconds"] = round(max(free), 1)
    study["utilization"] = 0.934
    study["gpu_hours"] = round(sum(free) / 3600, 3)
    return study


def hostile_study():
    """A study whose every text tries to become markup, script or a property of all objects."""
    study = generated_study(12, seed=4, study=HOSTILE, metric=HOSTILE, fidelity=HOSTILE,
                            algorithm=HOSTILE, version=HOSTILE)
    names = [HOSTILE, "__proto__", "constructor", "<b>bold</b>", "\u202eright to left", "&amp;",
             "a" * 300, "]]>", "<!--", "${1+1}", "\u2028"]
    study["parameters"] = names
    for index, trial in enumerate(study["trials"]):
        trial["configuration"] = {name: HOSTILE for name in names[index:]}
        trial["hosts"] = [HOSTILE]
        trial["reason"] = HOSTILE * 3 + "\n" + "long" * 200
        trial["state"] = ["failed", HOSTILE, "constructor"][index % 3]
    study["best"]["configuration"] = {name: HOSTILE for name in names}
    study["state"] = HOSTILE
    study["generated"] = HOSTILE
    study["counts"] = {"total": 12, "failed": 4}
    return study


# --- Browser --------------------------------------------------------------------------------------


class Browser:
    """A headless Chromium, spoken to over a pair of pipes in its DevTools protocol."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="rung-report-")
        # Chromium reads its descriptor 3 and writes 4; ours are kept out of their way.
        ours, theirs = [], []
        for mine, other in (os.pipe()[::-1], os.pipe()):
            ours.append(fcntl.fcntl(mine, fcntl.F_DUPFD_CLOEXEC, 20))
            theirs.append(fcntl.fcntl(other, fcntl.F_DUPFD_CLOEXEC, 20))
            os.close(mine)
            os.close(other)

        def connect():
            os.dup2(theirs[0], 3)
            os.dup2(theirs[1], 4)

        arguments = ["--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu",
                     "--disable-extensions", "--disable-background-networking",
                     "--disable-component-update", "--disable-dev-shm-usage",
                     f"--user-data-dir={self.profile}"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium refuses to start as root with one.
        self.process = subprocess.Popen(
            [CHROMIUM, *arguments, "about:blank"], preexec_fn=connect, pass_fds=(3, 4),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for descriptor in theirs:
            os.close(descriptor)
        self.writing, self.reading = ours
        self.buffer = b""
        self.last = 0
        self.tab = None
        self.events = []

    def close(self):
        try:
            self.call("Browser.close")
        except (OSError, RuntimeError):
            self.process.terminate()
        self.process.wait(timeout=20)
        os.close(self.writing)
        os.close(self.reading)
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self, timeout=60):
        until = time.monotonic() + timeout
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.reading], [], [], max(0, until - time.monotonic()))
            if not ready:
                raise RuntimeError(f"no answer from Chromium in {timeout} s")
            part = os.read(self.reading, 1 << 20)
            if not part:
                raise RuntimeError("Chromium has gone")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.last += 1
        request = {"id": self.last, "method": method, "params": parameters}
        if self.tab:
            request["sessionId"] = self.tab
        data = json.dumps(request).encode() + b"\0"
        while data:
            data = data[os.write(self.writing, data):]
        while True:
            message = self.receive()
            if message.get("id") == self.last:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            if "method" in message:
                self.events.append(message)

    def open(self, path, width=1280, height=1800, dark=False):
        """Opens a page in a fresh tab and waits until it has drawn itself."""
        if self.tab:
            self.call("Page.close")
            self.tab = None
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.tab = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        begun = time.monotonic()
        self.call("Page.navigate", url=Path(path).as_uri())
        while not self.run("document.documentElement?.dataset.drawn"):
            if time.monotonic() - begun > 60:
                raise RuntimeError(f"not drawn within 60 s; console: {self.complaints()}")
            time.sleep(0.02)
        return int(self.run("document.documentElement.dataset.drawn"))

    def run(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def complaints(self):
        """Errors and warnings of the console, exceptions, and dialogs."""
        self.run("0")
        found = []
        bad = ("error", "warning", "assert")
        for event in self.events:
            method, parameters = event["method"], event["params"]
            if (method in ("Runtime.exceptionThrown", "Page.javascriptDialogOpening")
                    or method == "Log.entryAdded" and parameters["entry"]["level"] in bad
                    or method == "Runtime.consoleAPICalled" and parameters["type"] in bad):
                found.append(parameters)
        return found

    def requests(self):
        """Every address asked for, but for those that a page carries in itself."""
        self.run("0")
        urls = [event["params"]["request"]["url"] for event in self.events
                if event["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith("data:")]

    def click(self, selector, down=0.5):
        """Clicks in the middle of an element, or at another share of its height."""
        x, y = self.run(f"""(() => {{
          const target = document.querySelector({json.dumps(selector)});
          target.scrollIntoView({{block: 'center', inline: 'center'}});
          const box = target.getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height * {down}];
        }})()""")
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", clickCount=1)
        self.mouse("mouseReleased", x, y, button="left", clickCount=1)

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def key(self, name, code, text=None):
        which = {"key": name, "windowsVirtualKeyCode": code}
        extra = {"text": text} if text else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **which, **extra)
        self.call("Input.dispatchKeyEvent", type="keyUp", **which)

    def type(self, selector, text):
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)
        time.sleep(0.3)

    def screenshot(self, path, whole=False):
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(answer["data"]))

    def print(self, path):
        Path(path).write_bytes(base64.b64decode(self.call("Page.printToPDF", paperWidth=8.27,
                                                          paperHeight=11.69)["data"]))


# Counts, inside the axes of each chart, the pixels that are neither ground nor grid: those with the
# saturation of a state's colour, and those as strong as text, in which the best curve is drawn.
PIXELS = """{
const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
Array.from(document.querySelectorAll('canvas'), (canvas) => {
  const chart = Chart.getChart(canvas);
  const {chartArea: {left, right, top, bottom}, currentDevicePixelRatio: scale} = chart;
  const context = canvas.getContext('2d');
  const {data} = context.getImageData(left * scale, top * scale,
    (right - left) * scale, (bottom - top) * scale);
  let coloured = 0, strong = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue, alpha] = data.subarray(at, at + 4);
    if (alpha < 60) continue;
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) coloured += 1;
    else if (isDark ? Math.min(red, green, blue) > 200
      : Math.max(red, green, blue) < 60) strong += 1;
  }
  return {coloured, strong, section: canvas.closest('section').id, width: right - left};
})
}"""


class ReportTests(unittest.TestCase):
    """What a reader sees."""

    @classmethod
    def setUpClass(cls):
        if not CHROMIUM or not CHART_JS.exists():
            raise RuntimeError("install the browser and the chart library: "
                               "apt-get install --no-install-recommends chromium libjs-chart.js")
        cls.folder = tempfile.TemporaryDirectory(prefix="rung-report-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, name, study, **how):
        path = Path(self.folder.name, f"{name}.html")
        path.write_text(page(study), encoding="utf-8")
        drawn = self.browser.open(path, **how)
        if SCREENSHOTS:
            Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
            look = f"{how.get('width', 1280)}{'-dark' if how.get('dark') else ''}"
            self.browser.screenshot(Path(SCREENSHOTS, f"{name}-{look}.png"))
            self.browser.screenshot(Path(SCREENSHOTS, f"{name}-{look}-whole.png"), whole=True)
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [path.as_uri()])
        return drawn

    def text(self, selector):
        return self.browser.run(f"document.querySelector({json.dumps(selector)}).innerText")

    def column(self, index, selector="td, th"):
        return self.browser.run(
            f"Array.from(document.querySelectorAll('.trials tbody tr'),"
            f" (row) => row.querySelectorAll({json.dumps(selector)})[{index}].textContent)")

    def test_the_template_takes_text_as_text_and_loads_nothing(self):
        template = TEMPLATE.read_text(encoding="utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser",
                     "eval(", "new Function", "http:", "https:", "url(", "@import", "fetch("):
            self.assertNotIn(word, template)
        for placeholder in ("/*RUNG:CHART.JS*/", "/*RUNG:DATA*/"):
            self.assertEqual(template.splitlines().count(placeholder), 1)
            self.assertEqual(template.count(placeholder), 1)
        self.assertIn("default-src 'none'", template)

    def test_a_study_that_has_not_begun_says_so(self):
        for dark in (False, True):
            self.open("empty", empty_study(), dark=dark)
        self.assertEqual(self.browser.run("document.querySelectorAll('canvas').length"), 0)
        for section in ("progress", "curves", "trials", "failures"):
            self.assertIn("No trial has started yet.", self.text(f"#{section}"))
        self.assertIn("There is no winner", self.text("#winner"))
        self.assertNotRegex(self.text("body"), "undefined|NaN|null|Infinity|object Object")

    def test_trials_without_a_finite_report_are_listed_but_not_drawn(self):
        study = generated_study(3)
        study.update(best=None, best_over_time=[], baseline=0.9, state="failed")
        for trial in study["trials"]:
            trial.update(state="failed", value=None, reports=[[1.5, 1, None]],
                         reason="every report was not a number")
        study["trials"][0].update(reports=[], epoch=0)
        self.open("unreported", study)
        self.assertEqual([canvas["section"] for canvas in self.browser.run(PIXELS)], ["rungs"])
        self.assertIn("No trial has reported a finite val_accuracy yet.", self.text("#curves"))
        self.assertEqual(len(self.column(0)), 3)
        self.assertNotRegex(self.text("body"), "undefined|NaN|null|Infinity|object Object")

    def test_a_front_and_trainings_of_the_winner_have_tables(self):
        self.open("plain", generated_study(3))
        for part in ("front", "finish"):
            self.assertTrue(self.browser.run(f"document.getElementById('{part}').hidden"))
        self.assertNotIn("Pareto", self.text("nav"))
        study = generated_study(5, seed=4)
        study["front"] = [
            {"trial": number, "epoch": 27, "configuration": study["trials"][number]["configuration"],
             "metrics": [{"name": HOSTILE, "value": 0.9 - number / 10},
                         {"name": "seconds", "value": 30 - 10 * number}]}
            for number in (0, 2)]
        study["finish"] = [
            {"seed": 1, "trial": 3, "state": "completed", "epoch": 27,
             "metrics": [{"name": "val_accuracy", "value": 0.91},
                         {"name": "test_accuracy", "value": 0.90}]},
            {"seed": 2, "trial": 4, "state": "running", "epoch": 0, "metrics": []}]
        self.open("front", study)
        cells = "Array.from(document.querySelectorAll('#%s %s'), (cell) => cell.textContent)"
        self.assertEqual(self.browser.run(cells % ("front", "thead th"))[:4],
                         ["trial", HOSTILE, "seconds", "epoch"])
        self.assertEqual(self.browser.run(cells % ("front", "tbody tr:nth-child(2) > *"))[:4],
                         ["2", "0.7", "10", "27"])
        self.assertEqual(self.browser.run(cells % ("finish", "tbody tr:first-child > *")),
                         ["1", "3", "completed", "27", "0.91", "0.9"])
        self.assertEqual(self.browser.run(cells % ("finish", "tbody tr:nth-child(2) > *")),
                         ["2", "4", "running", "0", "\u2013", "\u2013"])
        self.assertIn("Pareto front", self.text("nav"))
        self.open("none-yet", {**study, "front": [], "finish": []})
        self.assertIn("No trial has reported all metrics yet.", self.text("#front"))
        self.assertIn("It begins when the search has ended.", self.text("#finish"))

    def test_one_trial_with_one_report_is_drawn(self):
        study = generated_study(1, seed=3, reports=1)
        self.open("single", study)
        for canvas in self.browser.run(PIXELS):
            self.assertGreater(canvas["coloured"] + canvas["strong"], 50, canvas)

    def test_the_charts_are_drawn_in_light_dark_and_on_a_phone(self):
        for trials in (64, 1000):
            study = generated_study(trials, baseline=0.9)
            for how in ({}, {"dark": True}, {"width": 390}, {"width": 360, "height": 800}):
                with self.subTest(trials=trials, **how):
                    self.open(f"trials-{trials}", study, **how)
                    canvases = self.browser.run(PIXELS)
                    self.assertEqual([canvas["section"] for canvas in canvases],
                                     ["progress", "curves", "rungs", "parameters",
                                      "importance", "slices"])
                    for canvas in canvases:
                        self.assertGreater(canvas["coloured"], 500, canvas)
                    # The best curve is 2.5 points thick, at two pixels a point.
                    self.assertGreater(canvases[1]["strong"], 6 * canvases[1]["width"])
                    width = self.browser.run("document.documentElement.scrollWidth")
                    self.assertLessEqual(width, how.get("width", 1280))
                    self.assertNotRegex(self.text("body"), "undefined|NaN|Infinity|object Object")

    def test_the_rungs_say_what_became_of_the_trials(self):
        study = empty_study(state="running")
        for number, (epoch, state) in enumerate([
                (0, "failed"), (1, "paused"), (1, "stopped"), (2, "running"), (3, "paused"),
                (9, "failed"), (27, "completed")]):
            study["trials"].append({
                "trial": number, "state": state, "configuration": {}, "attempts": 1,
                "epoch": epoch, "value": 0.5 if epoch else None, "started": 1, "ended": 2,
                "hosts": ["n0"], "reason": "", "reports": [[2, epoch, 0.5]] if epoch else []})
        self.open("rungs", study)
        self.assertEqual(
            self.text("#rungs-words"),
            "Of 6 trials at epoch 1, 4 went on, 3 to the next rung. Of 3 trials at epoch 3, 2 went on."
            " Of 2 trials at epoch 9, 1 went on. 1 trial did not reach the first rung.")
        rows = self.browser.run(
            "Array.from(document.querySelectorAll('#rungs tbody tr'), (row) =>"
            " Array.from(row.children, (cell) => cell.textContent))")
        self.assertEqual(rows, [
            ["1", "6", "4", "0", "1", "1", "0"], ["3", "3", "2", "0", "1", "0", "0"],
            ["9", "2", "1", "0", "0", "0", "1"], ["27", "1", "0", "1", "0", "0", "0"]])
        self.open("one-rung", {**study, "rungs": [27]})
        self.assertTrue(self.browser.run("document.getElementById('rungs').hidden"))

    def test_the_hours_are_told_by_what_became_of_them(self):
        study = empty_study(state="completed", utilization=0.8, gpu_hours=4.0)
        for number, (state, busy) in enumerate(
                [("completed", 3600), ("paused", 1800), ("paused", 900), ("failed", 900)]):
            study["trials"].append({
                "trial": number, "state": state, "configuration": {}, "attempts": 1, "epoch": 1,
                "value": 0.5, "started": 1, "ended": 2, "busy": busy, "hosts": ["n0"],
                "reason": "", "reports": [[2, 1, 0.5]]})
        self.open("budget", study)
        rows = self.browser.run(
            "Array.from(document.querySelectorAll('#budget tbody tr'), (row) =>"
            " Array.from(row.children, (cell) => cell.textContent))")
        self.assertEqual(rows, [
            ["trials that were completed", "2", "40", "1"],
            ["trials that were left paused", "1.5", "30", "2"],
            ["trials that failed", "0.5", "10", "1"],
            ["no trial: slots that were idle", "1", "20", "\u2013"]])
        self.open("no-budget", generated_study(3))
        self.assertTrue(self.browser.run("document.getElementById('budget').hidden"))

    def test_parameters_are_drawn_by_their_values_words_and_gaps(self):
        self.open("parameters", generated_study(64))
        self.assertIn("the best 7 trials", self.text("#parameters-words"))
        self.assertIn("On a logarithmic axis: learning_rate", self.text("#parameters-words"))
        lines = self.browser.run(
            "Chart.getChart(document.querySelector('#parameters canvas')).data.datasets.map("
            "(line) => line.data.map(({x, y}) => [x, Number.isNaN(y) ? null : y]))")
        self.assertEqual(len(lines), 63)
        for line in lines:
            self.assertEqual([x for x, _ in line], [0, 1, 2, 3, 4])
            self.assertTrue(all(0 <= y <= 1 for _, y in line if y is not None))
            # 'adam' has no momentum, and is the lower of the two words.
            self.assertEqual(line[4][1] is None, line[3][1] == 0)
        self.open("few", generated_study(1))
        for part in ("parameters", "importance", "slices"):
            self.assertTrue(self.browser.run(f"document.getElementById('{part}').hidden"), part)

    def test_the_parameter_that_decides_is_the_important_one(self):
        draw = random.Random(7)
        for decisive in ("learning_rate", "optimizer"):
            study = generated_study(120, seed=9, reports=1)
            for trial in study["trials"]:
                settings = trial["configuration"]
                trial["value"] = (
                    1 - abs(math.log10(settings["learning_rate"]) + 2.5)
                    if decisive == "learning_rate" else float(settings["optimizer"] == "adam")
                ) + draw.gauss(0, 0.01)
                trial["reports"] = [[2, 1, trial["value"]]]
            self.open(f"importance-{decisive}", study)
            labels = self.browser.run(
                "Chart.getChart(document.querySelector('#importance canvas')).data.labels")
            shares = self.browser.run(
                "Chart.getChart(document.querySelector('#importance canvas')).data.datasets[0].data")
            # Momentum is there for one of the two optimizers only.
            self.assertEqual(labels[0], decisive)
            self.assertGreater(shares[0], 60)
            self.assertAlmostEqual(sum(shares), 100, delta=0.5)
            self.assertIn("PED-ANOVA", self.text("#importance-words"))

    def test_a_slice_shows_the_parameter_that_is_chosen(self):
        study = generated_study(64)
        self.open("slices", study)
        points = "Chart.getChart(document.querySelector('#slices canvas')).data.datasets[0].data"
        title = "Chart.getChart(document.querySelector('#slices canvas')).options.scales.x.title.text"
        values = {trial["trial"]: trial for trial in study["trials"]}
        for name in study["parameters"]:
            self.browser.run(
                f"(() => {{ const choice = document.querySelector('#slices select');"
                f" choice.value = {json.dumps(name)};"
                " choice.dispatchEvent(new Event('change')); })()")
            self.assertEqual(self.browser.run(title), name)
            self.assertIn(f"over its {name};", self.text("#slices-words"))
            drawn = self.browser.run(points)
            expected = [trial for trial in values.values()
                        if trial["value"] is not None and name in trial["configuration"]]
            self.assertEqual(len(drawn), len(expected))
            for point in drawn:
                trial = values[point["trial"]]
                self.assertEqual(point["y"], trial["value"])
                setting = trial["configuration"][name]
                if isinstance(setting, str):
                    self.assertEqual(round(point["x"]), ["adam", "sgd"].index(setting))
                else:
                    self.assertEqual(point["x"], setting)
        self.assertEqual(self.browser.complaints(), [])

    def test_the_charts_follow_a_screen_that_turns_dark(self):
        self.open("turning", generated_study(64))
        colour = "Chart.getChart(document.querySelector('canvas')).options.scales.x.ticks.color"
        light = self.browser.run(colour)
        dark = {"name": "prefers-color-scheme", "value": "dark"}
        self.browser.call("Emulation.setEmulatedMedia", features=[dark])
        time.sleep(0.2)
        self.assertNotEqual(self.browser.run(colour), light)
        for canvas in self.browser.run(PIXELS):
            self.assertGreater(canvas["coloured"], 500, canvas)
        self.assertEqual(self.browser.complaints(), [])

    def test_without_the_chart_library_the_rest_is_shown(self):
        path = Path(self.folder.name, "plain.html")
        text = page(generated_study(64)).replace(CHART_JS.read_text(encoding="utf-8"), "")
        path.write_text(text, encoding="utf-8")
        self.browser.open(path)
        self.assertIn("The chart library is missing from this page.", self.text("#curves"))
        self.assertEqual(len(self.column(0)), 64)
        self.browser.click(".trials tbody tr:nth-child(2) button")
        self.assertEqual(self.browser.complaints(), [])

    def test_hidden_states_leave_the_chart_and_come_back(self):
        self.open("hiding", generated_study(64))
        before = self.browser.run(PIXELS)[1]["coloured"]
        boxes = self.browser.run("document.querySelectorAll('#curves [role=group] input').length")
        for index in range(boxes):
            self.browser.run(
                f"document.querySelectorAll('#curves [role=group] input')[{index}].focus()")
            self.browser.key(" ", 32, " ")
        self.assertLess(self.browser.run(PIXELS)[1]["coloured"], before / 20)
        self.browser.run(
            "document.querySelectorAll('#curves [role=group] input').forEach((box) => box.click())")
        self.assertAlmostEqual(self.browser.run(PIXELS)[1]["coloured"], before, delta=before / 50)

    def test_a_loss_over_many_sizes_is_drawn_on_a_logarithmic_axis(self):
        study = generated_study(64, goal="minimize", metric="loss", baseline=0.8)
        for trial in study["trials"][:4]:
            for report in trial["reports"]:
                report[2] = 3.0e7
        self.open("loss", study)
        kind = self.browser.run(
            "Chart.getChart(document.querySelectorAll('canvas')[1]).scales.y.type")
        self.assertEqual(kind, "logarithmic")
        best_first = [float(value) for value in self.column(2) if value[0].isdigit()]
        self.assertEqual(best_first, sorted(best_first))

    def test_axes_are_labelled_with_round_numbers(self):
        for seconds in (0.02, 7, 59, 61, 1234, 5488, 86399, 400000, 9e7):
            study = generated_study(16)
            scale = seconds / study["elapsed_seconds"]
            study["best_over_time"] = [[s * scale, v] for s, v in study["best_over_time"]]
            study["elapsed_seconds"] = seconds
            with self.subTest(seconds=seconds):
                self.open("axes", study)
                labels = self.browser.run(
                    "Object.values(Chart.getChart(document.querySelector('canvas')).scales)"
                    ".map((scale) => scale.ticks.map((tick) => tick.label))")
                for label in labels[0] + labels[1]:
                    self.assertRegex(label, r"^[0-9.]{1,5}( (s|min|h|d))?$")
                self.assertIn(len(labels[0]), range(3, 10))

    def test_the_last_epoch_is_labelled_beyond_the_last_rung(self):
        study = generated_study(16, reports=4)
        study["trials"][0]["reports"].append([99.0, 2000, 0.5])
        self.open("long", study)
        labels = self.browser.run("Chart.getChart(document.querySelectorAll('canvas')[1])"
                                  ".scales.x.ticks.map((tick) => tick.label)")
        self.assertEqual(labels, ["1", "3", "9", "27", "2000"])

    def test_a_few_diverged_trials_do_not_flatten_the_others(self):
        study = generated_study(64)
        study["trials"][5]["reports"][0][2] = -4.0e6
        self.open("diverged", study)
        axis = ("(({min, max}) => [min, max])"
                "(Chart.getChart(document.querySelectorAll('canvas')[1]).scales.y)")
        low, high = self.browser.run(axis)
        self.assertGreater(low, -2)
        self.assertLess(high, 1.2)
        self.assertIn("1 value lies beyond the axis.", self.text("#curves"))
        self.browser.run("Array.from(document.querySelectorAll('#curves label'))"
                         ".find((label) => label.textContent === 'Extreme values').control.click()")
        self.assertLess(self.browser.run(axis)[0], -3e6)
        self.assertNotIn("beyond the axis", self.text("#curves"))

    def test_a_thousand_trials_fit_in_a_megabyte(self):
        study = generated_study(1000, reports=4, baseline=0.9)
        self.assertGreaterEqual(sum(len(trial["reports"]) for trial in study["trials"]), 3900)
        size = len(page(study).encode())
        print(f"\n1,000 trials with 4 reports each: {size / 1e6:.3f} MB")
        self.assertLess(size, 1_000_000)

    def test_twenty_thousand_trials_open_quickly(self):
        for trials in (0, 64, 1000, 20000):
            study = generated_study(trials, baseline=0.9) if trials else empty_study()
            drawn = min(self.open(f"trials-{trials}", study) for _ in range(3))
            size = len(page(study).encode())
            print(f"\n{trials} trials: {size / 1e6:.2f} MB, drawn after {drawn} ms")
            self.assertLess(drawn, 5000)
        self.assertIn("400 of 19,", self.text("#curves"))
        self.assertIn("the 100 best", self.text("#curves"))
        self.assertIn("Showing 200 of 20,000 trials.", self.text("#trials"))
        self.assertGreater(self.browser.run(PIXELS)[1]["coloured"], 5000)
        actions = {
            "sorted by a number": "document.querySelectorAll('.trials thead button')[4].click()",
            "sorted by words": "document.querySelectorAll('.trials thead button')[12].click()",
            "curves redrawn": "Chart.getChart(document.querySelectorAll('canvas')[1]).draw()",
        }
        for name, action in actions.items():
            spent = self.browser.run(
                f"(() => {{ const begun = performance.now(); {action};"
                " document.body.offsetHeight; return performance.now() - begun; })()")
            print(f"{name} in {spent:.0f} ms")
            self.assertLess(spent, 2000)
        begun = time.monotonic()
        self.browser.type("#filter", "state=failed width=64")
        self.assertIn("that match, of 20,000 in all.", self.text("#trials-shown"))
        print(f"filtered in {time.monotonic() - begun - 0.3:.2f} s beyond the waiting")

    def test_the_table_sorts_by_click_and_by_keyboard(self):
        study = generated_study(300)
        self.open("table", study)
        best_first = [float(value) for value in self.column(2) if value[0].isdigit()]
        self.assertEqual(best_first, sorted(best_first, reverse=True))
        self.assertEqual(len(self.column(0)), 200)

        self.browser.click(".trials thead th:nth-child(5) button")
        rates = [float(value) for value in self.column(4)]
        self.assertEqual(rates, sorted(rates))
        smallest = min(trial["configuration"]["learning_rate"] for trial in study["trials"])
        self.assertAlmostEqual(rates[0], smallest, places=6)
        header = "document.querySelector('.trials thead th:nth-child(5)').getAttribute('aria-sort')"
        self.assertEqual(self.browser.run(header), "ascending")

        self.browser.run("document.querySelector('.trials thead th:nth-child(5) button').focus()")
        self.browser.key("Enter", 13, "\r")
        self.assertEqual(self.browser.run(header), "descending")
        rates = [float(value) for value in self.column(4)]
        self.assertEqual(rates, sorted(rates, reverse=True))

        # An inactive parameter is missing and comes last, whatever the direction.
        for _ in range(2):
            self.browser.click(".trials thead th:nth-child(9) button")
            self.assertNotEqual(self.column(8)[0], "–")
        self.browser.click("#trials > .push")
        self.assertEqual(len(self.column(0)), 300)
        self.assertEqual(self.column(8)[-1], "–")
        self.assertEqual(self.text("#trials-shown"), "Showing 300 of 300 trials.")

        for index in range(1, 14):
            self.browser.click(f".trials thead th:nth-child({index}) button")
            order = f"document.querySelector('.trials thead th:nth-child({index})').ariaSort"
            self.assertIn(self.browser.run(order), ("ascending", "descending"))
        self.assertEqual(self.browser.complaints(), [])

    def test_the_table_filters_by_words_and_comparisons(self):
        study = generated_study(300)
        self.open("table", study)
        width = study["parameters"].index("width") + 4
        self.browser.type("#filter", "failed width>=40")
        wanted = [trial["trial"] for trial in study["trials"]
                  if "failed" in trial["state"] and trial["configuration"]["width"] >= 40]
        self.assertEqual(sorted(map(int, self.column(0))), wanted)
        self.assertTrue(all(int(value) >= 40 for value in self.column(width)))
        self.browser.type("#filter", " nothing-like-it")
        self.assertEqual(self.column(0), [])
        self.assertEqual(self.text("#trials-shown"), "No trial matches the filter.")

        self.browser.run("document.getElementById('filter').value = ''")
        self.browser.type("#filter", "val_accuracy>0.9")
        wanted = {trial["trial"] for trial in study["trials"] if (trial["value"] or 0) > 0.9}
        self.assertEqual(set(map(int, self.column(0))), wanted)

    def test_a_trial_is_marked_from_the_table_the_box_and_the_chart(self):
        study = generated_study(1000)
        self.open("marking", study)
        picture = "document.querySelectorAll('canvas')[1].toDataURL()"
        before = self.browser.run(picture)
        number = self.column(0)[3]
        self.browser.click(".trials tbody tr:nth-child(4) button")
        self.assertIn(f"Trial {number}: ", self.text("#marked-trial"))
        self.assertEqual(self.browser.run("document.activeElement.type"), "number")
        self.assertNotEqual(before, self.browser.run(picture))

        # The arrow keys walk down the column of numbers.
        self.browser.run("document.querySelector('.trials tbody button').focus()")
        self.browser.key("ArrowDown", 40)
        self.browser.key("Enter", 13, "\r")
        self.assertIn(f"Trial {self.column(0)[1]}: ", self.text("#marked-trial"))

        self.browser.run("document.querySelector('#curves input[type=number]').select()")
        self.browser.type("#curves input[type=number]", "4711")
        self.assertEqual(self.text("#marked-trial"), "There is no trial 4711.")

        self.browser.click("#curves canvas", down=0.33)
        time.sleep(0.2)
        self.assertRegex(self.text("#marked-trial"), r"^Trial \d+: ")
        if SCREENSHOTS:
            self.browser.screenshot(Path(SCREENSHOTS, "marking-clicked.png"))
        self.assertEqual(self.browser.complaints(), [])

    def test_hostile_text_stays_text(self):
        study = hostile_study()
        for how in ({}, {"width": 390}):
            self.open("hostile", study, **how)
            elements = self.browser.run("document.querySelectorAll('img, b, iframe').length")
            self.assertEqual(elements, 0)
            self.assertEqual(self.browser.run("document.scripts.length"), 3)
            self.assertEqual(self.text("h1"), HOSTILE)
            self.assertEqual(self.browser.run("document.title"), f"{HOSTILE} · Rung report")
            self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth"),
                                 how.get("width", 1280))
        # What a trial was not given is missing, even if every object has something of that name.
        self.assertNotIn("function", self.text(".trials"))
        self.assertNotIn("[object", self.text(".trials"))
        self.browser.type("#filter", "constructor=x __proto__=y <!-- =")
        self.assertEqual(self.browser.complaints(), [])

    def test_the_policy_refuses_every_request(self):
        self.open("policy", empty_study())
        refused = self.browser.run("""new Promise((resolve) => {
          const directives = new Set();
          document.addEventListener('securitypolicyviolation', (event) => {
            directives.add(event.effectiveDirective);
            if (directives.size === 3) resolve([...directives].sort());
          });
          new Image().src = 'http://127.0.0.1:9/image';
          fetch('http://127.0.0.1:9/data').catch(() => {});
          const script = document.createElement('script');
          script.src = 'http://127.0.0.1:9/script';
          document.body.append(script);
          setTimeout(() => resolve([...directives].sort()), 3000);
        })""")
        self.assertEqual(refused, ["connect-src", "img-src", "script-src-elem"])

    def test_it_prints_dark_on_white(self):
        study = generated_study(64, baseline=0.9)
        self.open("printed", study, dark=True)
        path = Path(SCREENSHOTS or self.folder.name, "printed.pdf")
        self.browser.print(path)
        self.assertGreater(path.stat().st_size, 20_000)
        self.assertFalse(self.browser.run("'printing' in document.documentElement.dataset"))
        for canvas in self.browser.run(PIXELS):
            self.assertGreater(canvas["coloured"], 500, "the charts are gone after printing")
        self.assertEqual(self.browser.complaints(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
