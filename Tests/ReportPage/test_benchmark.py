"""The page of a benchmark in a real browser."""
import itertools
import os
import tempfile
import unittest

from browser import Browser
from studies import HOSTILE, benchmark_page

SHARES = [10 ** (-3 + 3 * step / 60) for step in range(61)]


def line(method, level):
    """Regret that falls from 50 times a level to the level, with quartiles around it; none at first."""
    values = [None if share < 0.003 * level else level * share ** -0.5 for share in SHARES]
    return {"method": method, "median": values,
            "low": [value and value * 0.8 for value in values],
            "high": [value and value * 1.3 for value in values]}


def row(study, method, level, **more):
    spread = lambda value: {"mean": value, "deviation": value / 10}
    return {"study": study, "method": method, "seeds": 5, "without_value": 0,
            "value": spread(90 - level), "regret": spread(level), "normalized_regret": spread(level / 20),
            "seconds": spread(1000), "epochs": spread(400), "trials": spread(80), "max_resource": spread(50),
            "utilization": spread(0.97), **more}


def benchmark(methods, studies=("lcbench", "nats"), **changes):
    """Methods from the best to the worst."""
    level = {method: 1 + place for place, method in enumerate(methods)}
    curves = [{
        "axis": axis, "shares": SHARES,
        "studies": [{"study": study, "end": end, "lines": [line(m, level[m]) for m in methods]}
                    for study, end in zip(studies, (1000, 5000))],
        "means": [{"method": m, "rank": [level[m]] * 61,
                   "normalized_regret": [min(1, level[m] / 20 * share ** -0.5) for share in SHARES]}
                  for m in methods]} for axis in ("seconds", "epochs")]
    pairs = [{"better": a, "worse": b, "wilcoxon": 0.001, "holm": 0.04 if level[b] - level[a] > 2 else 0.5,
              "nemenyi": 0.2} for a, b in itertools.combinations(methods, 2)]
    bars = [list(methods[place:place + 3]) for place in range(max(1, len(methods) - 2))]
    return {
        "campaign": "all", "rung": "0.1.0", "runs": 5 * len(methods) * len(studies),
        "ended": 5 * len(methods) * len(studies), "seeds": 5, "slots": 4, "value": "reported", "level": 0.05,
        "methods": sorted(methods),
        "studies": [{"label": study, "metric": "accuracy", "goal": "maximize", "fidelity": "epoch",
                     "rows": 1000, "best": 90, "middling": 70, "source": "table"} for study in studies],
        "rows": [row(study, m, level[m]) for study in studies for m in methods],
        "comparison": {
            "methods": [{"method": m, "rank": level[m], "normalized_regret": level[m] / 20} for m in methods],
            "studies": list(studies), "left_out": [], "friedman": 1.5e-7, "critical_difference": 1.83,
            "pairs": pairs, "nemenyi_bars": [list(methods)], "holm_bars": bars},
        "curves": curves, "missing": [], **changes}


METHODS = ["mobster", "bohb", "asha", "hyperband", "random", "sobol"]
MANY = [f"method-{place:02}" for place in range(18)]


class BenchmarkTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        folder = tempfile.TemporaryDirectory(prefix="rung-benchmark-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name

    def open(self, shown, **how):
        path = os.path.join(self.folder, "benchmark.html")
        with open(path, "w", encoding="utf-8") as file:
            file.write(benchmark_page(shown))
        self.browser.open(path, **how)
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [f"file://{path}"])
        if "RUNG_SCREENSHOTS" in os.environ:
            name = "-".join(["benchmark", str(len(shown["methods"])), *map(str, how.values())])
            self.browser.screenshot(os.path.join(os.environ["RUNG_SCREENSHOTS"], f"{name}.png"), whole=True)

    def drawn(self, section):
        """How many pixels of a section's chart are not empty."""
        return self.browser.run("""(() => {
          const canvas = document.querySelector('#%s canvas');
          const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let index = 3; index < data.length; index += 4) if (data[index] > 0) count += 1;
          return count;
        })()""" % section)

    def text(self, selector):
        return self.browser.run("document.querySelector('%s').textContent" % selector)

    def labels(self, section):
        return self.browser.run(
            "Chart.getChart(document.querySelector('#%s canvas')).data.datasets"
            ".filter((set) => !set.isBand).map((set) => set.label)" % section)

    def first_column(self, section, column=1):
        return self.browser.run(
            "[...document.querySelectorAll('#%s tbody tr')].map((row) => row.children[%d].textContent)"
            % (section, column))

    def test_every_figure_is_drawn_in_light_dark_and_on_a_phone(self):
        for methods in (METHODS, MANY):
            for how in ({}, {"dark": True}, {"width": 390, "height": 800}):
                self.open(benchmark(methods), **how)
                for section in ("means", "ranks", "study"):
                    self.assertGreater(self.drawn(section), 2000, (section, how))
                width = self.browser.run("document.documentElement.scrollWidth")
                self.assertLessEqual(width, how.get("width", 1280), how)
                outside = self.browser.run("""(() => {
                  const svg = document.querySelector('#differences svg'), box = svg.getBoundingClientRect();
                  return [...svg.querySelectorAll('text, line, circle')].filter((part) => {
                    const {left, right} = part.getBoundingClientRect();
                    return left < box.left - 1 || right > box.right + 1;
                  }).map((part) => part.outerHTML);
                })()""")
                self.assertEqual(outside, [], how)

    def test_a_line_is_where_its_figures_are(self):
        self.open(benchmark(METHODS))
        colours = self.browser.run("""(() => {
          const chart = Chart.getChart(document.querySelector('#means canvas'));
          const {x, y} = chart.scales, ratio = chart.currentDevicePixelRatio;
          const at = (share, value) => {
            const [left, top] = [x.getPixelForValue(share) * ratio, y.getPixelForValue(value) * ratio];
            const {data} = chart.ctx.getImageData(Math.round(left) - 6, Math.round(top) - 4, 12, 8);
            const seen = new Set();
            for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) seen.add(
              [data[i], data[i + 1], data[i + 2]].join(' '));
            return [...seen];
          };
          const value = (index) => chart.data.datasets[index].data[50];
          return [0, 1].map((index) => at(value(index).x, value(index).y));
        })()""")
        # Colours follow the campaign's order, in which asha is first; the lines are in it too, by their data.
        looks = self.browser.run(
            "Chart.getChart(document.querySelector('#means canvas')).data.datasets.map((set) => set.borderColor)")
        for seen, look in zip(colours, looks):
            wanted = " ".join(str(int(look[at:at + 2], 16)) for at in (1, 3, 5))
            self.assertIn(wanted, seen)

    def test_figures_show_the_methods_that_are_ticked(self):
        self.open(benchmark(MANY))
        self.assertEqual(len(self.labels("means")), 8)
        self.browser.click("#choices .push:nth-of-type(1)")
        self.assertEqual(len(self.labels("means")), 18)
        self.browser.click("#choices .push:nth-of-type(3)")
        self.assertEqual(self.labels("study"), [])
        self.browser.click("#choices label:nth-of-type(2) input")
        for section in ("means", "ranks", "study"):
            self.assertEqual(self.labels(section), ["method-01"])

    def test_no_two_methods_look_alike(self):
        self.open(benchmark(MANY))
        self.browser.click("#choices .push:nth-of-type(1)")
        looks = self.browser.run(
            "Chart.getChart(document.querySelector('#means canvas')).data.datasets.map("
            "(set) => [set.borderColor, String(set.borderDash), set.pointStyle].join('/'))")
        self.assertEqual(len(set(looks)), 18)
        self.assertEqual(len({look.rsplit("/", 1)[0] for look in looks}), 18)

    def test_the_axis_and_the_study_can_be_chosen(self):
        self.open(benchmark(METHODS))
        self.assertIn("the best of 1,000 rows is 90", self.text("#study"))
        self.browser.run("""(() => {
          for (const [id, value] of [['axis', '1'], ['which-study', '1']]) {
            const select = document.getElementById(id);
            select.value = value;
            select.dispatchEvent(new Event('change'));
          }
        })()""")
        title, last = self.browser.run("""(() => {
          const chart = Chart.getChart(document.querySelector('#study canvas'));
          return [chart.options.scales.x.title.text, chart.data.datasets[0].data.at(-1).x];
        })()""")
        self.assertEqual((title, last), ("epochs of all trials", 5000))

    def test_quartiles_are_shown_of_a_few(self):
        self.open(benchmark(METHODS[:3]))
        sets = "Chart.getChart(document.querySelector('#study canvas')).data.datasets.length"
        self.assertEqual(self.browser.run(sets), 9)
        self.open(benchmark(METHODS))
        self.assertEqual(self.browser.run(sets), 6)

    def test_the_table_is_sorted_by_its_headings(self):
        self.open(benchmark(METHODS))
        self.assertEqual(self.first_column("table")[:2], ["mobster", "mobster"])
        self.browser.run("document.querySelectorAll('#table thead button')[1].focus()")
        self.browser.key("Enter", 13, "\r")
        self.assertEqual(self.first_column("table")[:2], ["asha", "asha"])
        self.browser.key("Enter", 13, "\r")
        self.assertEqual(self.first_column("table")[:2], ["sobol", "sobol"])
        self.assertEqual(self.browser.run(
            "document.querySelector('#table [aria-sort]').getAttribute('aria-sort')"), "descending")
        self.browser.run("""(() => {
          const select = document.getElementById('rows-of');
          select.value = 'nats';
          select.dispatchEvent(new Event('change'));
        })()""")
        self.assertEqual(self.first_column("table", 0), ["nats"] * 6)

    def test_bars_join_what_is_not_told_apart(self):
        shown = benchmark(METHODS)
        self.open(shown)
        bars = self.browser.run(
            "document.querySelectorAll('#differences line[style*=\"stroke-width: 5\"]').length")
        self.assertEqual(bars, 1 + 4)
        self.assertIn("p = 1.5e-7", self.text("#differences"))
        self.assertIn("critical difference 1.83", self.text("#differences svg"))
        places = self.browser.run(
            "[...document.querySelectorAll('#differences circle')].map((dot) => Number(dot.getAttribute('cx')))")
        self.assertEqual(places, sorted(places))
        self.assertEqual(len(self.first_column("pairs")), 15)

    def test_one_study_tells_nothing_apart(self):
        shown = benchmark(METHODS, studies=("alone",))
        del shown["comparison"]["friedman"]
        self.open(shown)
        self.assertIn("On one study alone no test says", self.text("#differences"))
        self.assertTrue(self.browser.run("document.getElementById('pairs').hidden"))

    def test_what_is_missing_is_named(self):
        shown = benchmark(METHODS, missing=["nats-asha-seed-5"], ended=59)
        shown["rows"][0]["without_value"] = 2
        del shown["comparison"]
        for curves in shown["curves"]:
            curves["means"] = []
        self.open(shown)
        self.assertIn("59 of 60 runs have ended", self.text("#heading"))
        self.assertIn("No result yet: nats-asha-seed-5.", self.text("#table"))
        self.assertIn("2 of mobster on lcbench", self.text("#table"))
        for section in ("differences", "means", "ranks"):
            self.assertIn("There is no seed yet of which every method has a result", self.text("#" + section))

    def test_nothing_is_shown_before_a_run_has_ended(self):
        shown = benchmark(METHODS, rows=[], ended=0)
        del shown["comparison"]
        self.open(shown)
        self.assertIn("Nothing can be compared yet", self.text("#heading"))
        self.assertEqual(
            self.browser.run("document.querySelectorAll('section:not([hidden])').length"), 0)

    def test_names_are_text(self):
        self.open(benchmark([HOSTILE, "asha"], studies=(HOSTILE, "b"), campaign=HOSTILE))
        self.assertEqual(self.text("#campaign-name"), HOSTILE)
        self.assertIn(HOSTILE, self.text("#table"))
        self.assertIn(HOSTILE, self.text("#choices"))

    def test_regret_of_nothing_is_drawn_at_the_lower_end(self):
        shown = benchmark(METHODS)
        shown["curves"][0]["studies"][0]["lines"][0]["median"][40:] = [0] * 21
        self.open(shown)
        placed, value = self.browser.run("""(() => {
          const point = Chart.getChart(document.querySelector('#study canvas')).data.datasets[0].data.at(-1);
          return [point.y, point.value];
        })()""")
        self.assertEqual(value, 0)
        self.assertGreater(placed, 0)


if __name__ == "__main__":
    unittest.main()
