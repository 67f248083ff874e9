# SPDX-License-Identifier: MIT
"""`linnet train --report`: a page that stands alone, shows the run, and fits every screen."""
import csv
import itertools
import math
import random
import re
import unittest
import xml.etree.ElementTree as ET

import browser
from command import DIGITS, CommandCase, flowers, prices

WIDTHS = [400, 800, 1280, 1600]
HOSTILE = ["<script>alert(1)</script>", "&amp;\"'<b>", "ﬂüße 木 " + 40 * "long"]


def numbers(text):
    return [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?", text)]


def luminance(colour):
    def linear(c):
        c /= 255
        return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
    return sum(f * linear(c) for f, c in zip((0.2126, 0.7152, 0.0722), colour))


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def axis_of(labels, place, shift=0, log=False):
    """A function from numbers to places, from the labels of the ticks."""
    ticks = [(float(t.text.replace("−", "-")), float(t.get(place)) - shift) for t in labels]
    (a, from_), (b, to) = ticks[0], ticks[-1]

    def at(value):
        share = (math.log(value / a) / math.log(b / a)) if log else (value - a) / (b - a)
        return from_ + share * (to - from_)
    return at


class Page:
    """A report, parsed as XML, which is stricter than any browser."""

    def __init__(self, path):
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.root = ET.fromstring(self.text)

    def figures(self):
        return {figure.get("id"): figure for figure in self.root.iter("figure")}

    def words(self):
        return " ".join("".join(self.root.find("body").itertext()).split())

    def tiles(self):
        return {tile.find("dt").text: tile.find("dd/b").text
                for tile in self.root.iter("div") if tile.get("class") == "tile"}

    def lines(self, figure):
        """The lines of a chart, as lists of points."""
        svg = next(s for s in self.figures()[figure].iter("svg") if s.get("class") == "chart")
        return [[tuple(numbers(point)) for point in re.split(r"[ML]", path.get("d"))[1:]]
                for path in svg.iter("path") if path.get("class", "").startswith("line ")]

    def table(self, title):
        """The rows of the table below a title, without its head."""
        part = next(d for d in self.root.iter("div") if d.find("h3") is not None and
                    d.find("h3").text == title)
        return {row.find("th").text: [cell.text for cell in row.iter("td")]
                for row in part.find(".//tbody").iter("tr")}

    def hover(self, figure):
        """What the places of a chart say: {epoch: {line: number}}."""
        said = {}
        for group in self.figures()[figure].iter("g"):
            for title in group.iter("title") if group.get("class") == "hover" else ():
                head, *rest = title.text.split("\n")
                said[int(head.split()[1])] = {
                    name: float(number.replace("−", "-"))
                    for name, number in (line.rsplit(": ", 1) for line in rest)}
        return said

    def axes(self, figure):
        group = next(g for g in self.figures()[figure].iter("g") if g.get("class") == "axis")
        texts = list(group.iter("text"))
        return (axis_of([t for t in texts if t.get("class") == "middle"], "x"),
                axis_of([t for t in texts if t.get("class") == "end"], "y", shift=4,
                        log=any("(log scale)" in t.text for t in texts)))


class Report(CommandCase):
    def report(self, data, *options):
        """Trains with a report; the page, and the history as rows of numbers."""
        self.succeed("train", data, "--quiet", "--report", "run.html", "--history", "run.csv",
                     *options)
        with open(self.folder / "run.csv", encoding="utf-8", newline="") as stream:
            history = [{k: float(v or "nan") for k, v in row.items()}
                       for row in csv.DictReader(stream)]
        return Page(self.folder / "run.html"), history

    def check_alone(self, page):
        """No script, and nothing that a browser would fetch."""
        for element in page.root.iter():
            self.assertNotIn(element.tag, ("script", "link", "img", "iframe", "object", "embed"))
            for name, value in element.attrib.items():
                self.assertNotIn(name, ("src", "href", "srcset", "data", "action"))
                self.assertFalse(name.startswith("on"), name)
                self.assertNotIn("url(", value)
        style = page.root.find("head/style").text
        self.assertNotIn("url(", style)
        self.assertNotIn("@import", style)
        self.assertNotIn("://", page.text)
        self.assertLess(len(page.text.encode()), 500_000)
        ids = [e.get("id") for e in page.root.iter() if e.get("id")]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertNotRegex(page.text, r"\b(nan|inf)\b")

    def check_curve(self, page, history, figure, line, column):
        """Each point of a line lies where the ticks say that its number is."""
        x, y = page.axes(figure)
        points = page.lines(figure)[line]
        self.assertEqual(len(history), len(points))
        for row, point in zip(history, points):
            self.assertAlmostEqual(x(row["epoch"]), point[0], delta=0.3)
            self.assertAlmostEqual(y(row[column]), point[1], delta=0.3)

    def check_best(self, page, figure, epoch):
        """The best epoch's line goes from the bottom of the chart to its top."""
        x, _ = page.axes(figure)
        svg = next(s for s in page.figures()[figure].iter("svg") if s.get("class") == "chart")
        paths = {path.get("class"): numbers(path.get("d")) for path in svg.iter("path")}
        place, lower, upper = paths["best"]
        bottom = paths["ticks"][1]
        self.assertAlmostEqual(x(epoch), place, delta=0.3)
        self.assertEqual(bottom, lower)
        self.assertTrue(0 <= upper < 0.2 * lower)

    def check_hover(self, page, history, figure, line, column):
        said = page.hover(figure)
        self.assertIn(1, said)
        self.assertIn(len(history), said)
        for row in history:
            if row["epoch"] in said:
                self.assertAlmostEqual(row[column], said[row["epoch"]][line],
                                       delta=6e-4 * abs(row[column]))

    def test_classification(self):
        page, history = self.report(DIGITS, "-t", "digit", "--epochs", 12)
        self.check_alone(page)
        self.assertLessEqual({"loss", "scores", "learning-rate", "weights", "gradients",
                              "confusion", "calibration"}, set(page.figures()))
        self.assertEqual(12, len(history))
        for line, column in ((0, "train_loss"), (1, "validation_loss")):
            self.check_curve(page, history, "loss", line, column)
        self.check_curve(page, history, "learning-rate", 0, "learning_rate")
        self.check_hover(page, history, "loss", "training", "train_loss")
        self.check_hover(page, history, "loss", "held-out", "validation_loss")
        self.check_hover(page, history, "scores", "held-out accuracy", "validation_accuracy")
        cells = re.findall(r"true (\S+), predicted (\S+): (\d+) of (\d+)",
                           ET.tostring(page.figures()["confusion"], encoding="unicode"))
        self.assertEqual(100, len(cells))
        rows = sum(int(count) for *_, count, _ in cells)
        right = sum(int(count) for true, predicted, count, _ in cells if true == predicted)
        self.assertIn(f"{right} of {rows} rows", page.words())
        self.assertEqual(f"{100 * right / rows:.1f}\u202f%", page.tiles()["Held-out accuracy"])
        for word in ("Configuration", "Software", "Layers", "Most frequent mistakes"):
            self.assertIn(word, page.words())

    def test_regression(self):
        self.write("prices.csv", prices())
        page, history = self.report("prices.csv", "-t", "price", "-t", "rent", "--epochs", 40)
        self.check_alone(page)
        self.assertLessEqual({"loss", "scatter-0", "residuals-0", "scatter-1", "residuals-1"},
                             set(page.figures()))
        self.assertNotIn("confusion", page.figures())
        self.check_curve(page, history, "loss", 0, "train_loss")
        self.assertIn("overfits where the held-out loss rises", page.words())
        best = min(history, key=lambda row: row["validation_loss"])
        self.check_best(page, "loss", best["epoch"])
        held_out = int(page.tiles()["Training rows"].replace("\u202f", ""))
        self.assertLess(held_out, 120)
        points = [c for c in page.figures()["scatter-0"].iter("circle")]
        self.assertEqual(120 - held_out, len(points))
        for point in points:
            true, predicted = (float(n.replace("−", "-")) for n in
                               re.findall(r": (\S+)", point.find("title").text))
            x, y = page.axes("scatter-0")
            self.assertAlmostEqual(x(true), float(point.get("cx")), delta=0.3)
            self.assertAlmostEqual(y(predicted), float(point.get("cy")), delta=0.3)
        errors = [p - t for t, p in (
            (float(n.replace("−", "-")) for n in re.findall(r": (\S+)", c.find("title").text))
            for c in points)]
        found = [float(text.replace("−", "-")) for text in page.table("Errors")["price"]]
        mean = sum(errors) / len(errors)
        for expected, number in zip((math.sqrt(sum(e * e for e in errors) / len(errors)),
                                     sum(map(abs, errors)) / len(errors), mean), found):
            self.assertAlmostEqual(expected, number, delta=2e-3 * abs(expected) + 2)
        _, y = page.axes("residuals-0")
        svg = next(s for s in page.figures()["residuals-0"].iter("svg") if s.get("class") == "chart")
        width = numbers(svg.get("viewBox"))[2]
        ticks = next(p for p in svg.iter("path") if p.get("class") == "ticks")
        self.assertLess(numbers(ticks.get("d"))[2], width - 6)
        for bar in page.figures()["residuals-0"].iter("rect"):
            if bar.find("title") is not None:
                count = float(bar.find("title").text.rsplit(" ", 1)[1])
                self.assertAlmostEqual(y(count), float(bar.get("y")), delta=0.3)
        self.assertLessEqual({"Linnet", "compiler", "BLAS", "kernels", "LAPACK"},
                             set(page.table("Software")))
        bars = [int(t.text.rsplit(" ", 1)[1]) for t in
                page.figures()["residuals-0"].iter("title") if "from" in t.text]
        self.assertEqual(120 - held_out, sum(bars))

    def test_many_rows(self):
        """Points that are too many to tell their numbers are parts of a few paths."""
        self.write("prices.csv", prices(2000))
        page, _ = self.report("prices.csv", "-t", "price", "--epochs", 2, "--validation", 0.2)
        figure = page.figures()["scatter-0"]
        self.assertEqual([], list(figure.iter("circle")))
        points = [path.get("d") for path in figure.iter("path")
                  if "points" in path.get("class", "").split()]
        self.assertEqual(400, sum(d.count("M") for d in points))

    def test_one_epoch_and_no_held_out_rows(self):
        self.write("flowers.csv", flowers())
        page, _ = self.report("flowers.csv", "-t", "species", "--epochs", 1, "--validation", 0)
        self.check_alone(page)
        self.assertEqual([1], [len(line) for line in page.lines("loss")])
        self.assertIn("Training accuracy", page.tiles())
        self.assertNotIn("Held-out loss", page.tiles())
        self.assertIn("What training minimizes.", page.words())
        self.assertNotIn("overfits", page.words())

    def test_thousands_of_epochs(self):
        self.write("flowers.csv", flowers(30))
        page, history = self.report("flowers.csv", "-t", "species", "--epochs", 3000,
                                    "--batch", 30, "--hidden", 4)
        self.check_alone(page)
        self.assertEqual(3000, len(history))
        _, y = page.axes("loss")
        for line, column in ((0, "train_loss"), (1, "validation_loss")):
            points = page.lines("loss")[line]
            self.assertLess(len(points), 500)
            heights = [p[1] for p in points]
            values = [row[column] for row in history]
            self.assertAlmostEqual(y(max(values)), min(heights), delta=0.3)
            self.assertAlmostEqual(y(min(values)), max(heights), delta=0.3)

    def hostile_data(self, classes, rows=90):
        rng = random.Random(3)
        lines = ['"<i>x</i>","y & z","<b onclick=""x()"">class</b>"']
        for i in range(rows):
            k = i % len(classes)
            name = classes[k].replace('"', '""')
            lines.append(f'{rng.gauss(k, 0.7):.3f},{rng.gauss(-k, 0.7):.3f},"{name}"')
        self.write("<hostile & 'odd'>.csv", "\n".join(lines) + "\n")

    def test_texts_stay_texts(self):
        self.hostile_data(HOSTILE)
        page, _ = self.report("<hostile & 'odd'>.csv", "-t", '<b onclick="x()">class</b>',
                              "--epochs", 3)
        self.check_alone(page)
        self.assertIn("<hostile & 'odd'>.csv", page.words())
        self.assertIn('<b onclick="x()">class</b>', page.words())
        for name in HOSTILE:
            self.assertIn(name, page.words())
        if browser.CHROMIUM is not None:
            self.check_browser(page)

    def test_many_classes(self):
        self.hostile_data([f"class number {i}" for i in range(90)], rows=900)
        page, _ = self.report("<hostile & 'odd'>.csv", "-t", '<b onclick="x()">class</b>',
                              "--epochs", 2)
        self.check_alone(page)
        self.assertIn("Neighbouring classes are merged", page.words())
        if browser.CHROMIUM is not None:
            self.check_browser(page)

    def test_refused_before_training(self):
        self.write("flowers.csv", flowers())
        done = self.run_command("train", "flowers.csv", "-t", "species", "--report",
                                "nowhere/run.html")
        self.assertEqual(1, done.returncode)
        self.assertIn("nowhere/run.html: cannot be written", done.stderr)
        self.assertFalse((self.folder / "flowers.safetensors").exists())

    def check_labels(self, figure, width):
        """No label is cut off or lies on another one, and none is too small to be read."""
        where = f"{figure['id']} at {width}"
        self.assertGreaterEqual(figure["size"], 9, where)
        texts = [t for t in figure["texts"] if not t["cell"]]
        for t in texts:
            self.assertGreaterEqual(t["left"], figure["left"], (where, t))
            self.assertLessEqual(t["right"], figure["right"], (where, t))
            self.assertLessEqual(t["bottom"], figure["bottom"], (where, t))
        for a, b in itertools.combinations(texts, 2):
            across = min(a["right"], b["right"]) - max(a["left"], b["left"])
            down = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
            self.assertFalse(across > 1 and down > 4, (where, a, b))

    def check_browser(self, page):
        self.assertEqual([], browser.complaints(page.path))
        for scheme in (browser.LIGHT, browser.DARK):
            for size in browser.measure(page.path, scheme, WIDTHS):
                self.assertLessEqual(size["scroll"], size["width"])
                self.assertGreater(size["height"], 900)
                self.assertEqual(set(page.figures()), {f["id"] for f in size["figures"]})
                ground, ink = numbers(size["background"])[:3], numbers(size["colour"])[:3]
                self.assertEqual(scheme == browser.DARK, luminance(ground) < 0.05)
                self.assertGreater(contrast(ground, ink), 7)
                for figure in size["figures"]:
                    self.check_labels(figure, size["width"])

    @unittest.skipUnless(browser.CHROMIUM, "needs chromium")
    def test_in_a_browser(self):
        self.write("prices.csv", prices())
        page, _ = self.report("prices.csv", "-t", "price", "--epochs", 5)
        self.check_browser(page)
        page, _ = self.report(DIGITS, "-t", "digit", "--epochs", 5)
        self.check_browser(page)
        for scheme, width in itertools.product((browser.LIGHT, browser.DARK), (500, 1280)):
            wide, high, corner = browser.screenshot(page.path, scheme, width)
            self.assertEqual((width, 800), (wide, high))
            self.assertEqual(scheme == browser.DARK, luminance(corner) < 0.05)
