"""The page of a campaign in a real browser."""
import os
import tempfile
import unittest

from browser import Browser
from studies import HOSTILE, campaign_page

SHARES = {"absent": 0.01, "loading": 0.04, "training": 0.8, "saving": 0.05, "idle": 0.1}


def row(method, gpus, seconds, **more):
    """A row of two seeds, of which each has half of the deviation to either side."""
    spread = lambda value: {"mean": value, "deviation": value / 20}
    return {"method": method, "gpus": gpus, "seeds": 2, "seconds": spread(seconds),
            "of_bound": spread(0.9), "utilization": spread(0.8), "best": spread(0.9),
            "gpu_hours": gpus * seconds / 3600, "shares": SHARES, **more}


def scaled(method, first, efficiencies, **more):
    """The rows of a method by the efficiency on each number of GPUs."""
    return [row(method, gpus, first / gpus / efficiency,
                speed_up={"mean": gpus * efficiency, "deviation": 0.1},
                efficiency={"mean": efficiency, "deviation": 0.01}, **more)
            for gpus, efficiency in efficiencies.items()]


def campaign(rows, **changes):
    return {"name": "scaling", "rung": "0.1.0", "studies": 24, "ended": 2 * len(rows),
            "is_simulated": False, "sites": [], "sizes": [], "rows": rows, "missing": [],
            "missing_baselines": [], **changes}


class CampaignTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        folder = tempfile.TemporaryDirectory(prefix="rung-campaign-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name

    def open(self, shown, **how):
        path = os.path.join(self.folder, "campaign.html")
        with open(path, "w", encoding="utf-8") as file:
            file.write(campaign_page(shown))
        self.browser.open(path, **how)
        self.assertEqual(self.browser.complaints(), [])
        self.assertEqual(self.browser.requests(), [f"file://{path}"])

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

    def both(self):
        return (scaled("random", 1000, {1: 1, 2: 0.99, 4: 0.98, 8: 0.97})
                + scaled("asha", 300, {1: 1, 2: 0.9, 4: 0.7, 8: 0.4}))

    def test_every_figure_is_drawn_in_light_dark_and_on_a_phone(self):
        for how in ({}, {"dark": True}, {"width": 390, "height": 800}):
            self.open(campaign(self.both()), **how)
            for section in ("run-time", "efficiency", "shares", "best"):
                self.assertGreater(self.drawn(section), 2000, (section, how))
            width = self.browser.run("document.documentElement.scrollWidth")
            self.assertLessEqual(width, how.get("width", 1280), how)

    def test_a_line_is_where_its_figures_are(self):
        self.open(campaign(self.both()))
        seen = self.browser.run("""(() => {
          const chart = Chart.getChart(document.querySelector('#efficiency canvas'));
          const {x, y} = chart.scales, ratio = chart.currentDevicePixelRatio;
          const at = (gpus, value) => [...chart.ctx.getImageData(
            Math.round(x.getPixelForValue(gpus) * ratio), Math.round(y.getPixelForValue(value) * ratio),
            1, 1).data];
          return [at(4, 0.7), at(4, 0.98), at(4, 0.3)];
        })()""")
        asha, rand, empty = seen
        self.assertEqual(asha[:3], [213, 94, 0])
        self.assertEqual(rand[:3], [0, 114, 178])
        self.assertNotIn(empty[:3], (asha[:3], rand[:3]))

    def test_the_table_names_what_is_missing(self):
        rows = [row("random", 4, 100.0)]
        self.open(campaign(rows, missing=["random-1-seed-1"], missing_baselines=["random-1-seed-1"]))
        self.assertIn("2 studies of 24 have ended", self.text("#heading"))
        self.assertIn("There is no efficiency without a run on one GPU", self.text("#efficiency"))
        self.assertIn("100.0 \u00b1 5.0", self.text("#table"))
        self.assertIn("No result yet: random-1-seed-1.", self.text("#table"))

    def test_sizes_and_sites_have_lines_of_their_own(self):
        rows = [entry for size in (0.5, 1, 2) for site in ("here", "there")
                for entry in scaled("asha", 300, {2: 0.9, 4: 0.7}, gpus_per_trial=size, site=site)]
        self.open(campaign(rows, sizes=[0.5, 1, 2], sites=["here", "there"]))
        self.assertGreater(self.drawn("sizes"), 2000)
        labels = self.browser.run(
            "Chart.getChart(document.querySelector('#run-time canvas')).data.datasets.map((set) => set.label)")
        self.assertIn("asha, 0.5 a trial at there", labels)
        self.assertEqual(len(labels), 6)

    def test_nothing_is_shown_before_a_study_has_ended(self):
        self.open(campaign([], missing=["a"]))
        self.assertIn("Nothing can be compared yet", self.text("#heading"))
        self.assertEqual(
            self.browser.run("document.querySelectorAll('section:not([hidden])').length"), 0)

    def test_names_are_text(self):
        self.open(campaign(scaled(HOSTILE, 10, {1: 1, 2: 0.5}), name=HOSTILE))
        self.assertEqual(self.text("#campaign-name"), HOSTILE)
        self.assertIn(HOSTILE, self.text("#table"))


if __name__ == "__main__":
    unittest.main()
