"""A headless Chromium that tests open pages in; needs Debian's package `chromium`."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

CHROMIUM = os.environ.get("RUNG_CHROMIUM") or shutil.which("chromium")


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
        self.call("Performance.enable", timeDomain="threadTicks")
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

    def processor_seconds(self):
        """Processor time that the page's thread has taken so far, however busy the machine is."""
        metrics = self.call("Performance.getMetrics")["metrics"]
        return next(entry["value"] for entry in metrics if entry["name"] == "TaskDuration")

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
  const copy = Object.assign(
    document.createElement('canvas'), {width: canvas.width, height: canvas.height});
  const context = copy.getContext('2d', {willReadFrequently: true});
  context.drawImage(canvas, 0, 0);
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
