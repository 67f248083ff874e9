# SPDX-License-Identifier: MIT
"""Pages in headless Chromium: what it draws, measures and complains about."""
import html
import json
import os
import re
import shutil
import subprocess
import tempfile
import zlib
from pathlib import Path

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
                None)
LIGHT, DARK = "light", "dark"

# Opens the page at several widths, in frames, since windows cannot be as narrow as a telephone.
FRAMES = """<!DOCTYPE html><html><head><meta name="color-scheme" content="light dark"></head>
<body style="margin:0"><script>
const results = [];
function boxes(svg) {
  return [...svg.querySelectorAll('text')].map(t => {
    const b = t.getBoundingClientRect();
    return {text: t.textContent, left: b.left, right: b.right, top: b.top, bottom: b.bottom,
            cell: t.closest('.cells') !== null};
  });
}
function measure(frame) {
  const d = frame.contentDocument, root = d.documentElement;
  const figures = [...d.querySelectorAll('figure')].map(f => {
    const b = f.getBoundingClientRect(), svg = f.querySelector('svg.chart');
    return {id: f.id, left: b.left, right: b.right, top: b.top, bottom: b.bottom,
            size: parseFloat(getComputedStyle(svg).fontSize) * svg.getBoundingClientRect().width
                  / svg.viewBox.baseVal.width,
            texts: boxes(svg)};
  });
  const style = frame.contentWindow.getComputedStyle(d.body);
  return {width: frame.clientWidth, scroll: root.scrollWidth, height: root.scrollHeight,
          background: style.backgroundColor, colour: style.color, figures: figures};
}
async function run() {
  for (const width of WIDTHS) {
    const frame = document.createElement('iframe');
    frame.style.cssText = 'border:0;color-scheme:light dark;height:900px;width:' + width + 'px';
    const loaded = new Promise(done => frame.onload = done);
    frame.src = PAGE;
    document.body.append(frame);
    await loaded;
    results.push(measure(frame));
    frame.remove();
  }
  const pre = document.createElement('pre');
  pre.id = 'results';
  pre.textContent = JSON.stringify(results);
  document.body.append(pre);
}
run();
</script></body></html>
"""


def run(scheme, *arguments):
    with tempfile.TemporaryDirectory(prefix="linnet-browser-") as home:
        return subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={home}",
             "--enable-logging=stderr", "--virtual-time-budget=10000",
             f"--blink-settings=preferredColorScheme={0 if scheme == DARK else 1}",
             "--allow-file-access-from-files", *arguments],
            env={**os.environ, "HOME": home}, capture_output=True, timeout=120, check=True)


def measure(page, scheme, widths):
    """Sizes and places of what is on the page at each width."""
    frames = Path(page).with_suffix(".frames.html")
    frames.write_text(FRAMES.replace("WIDTHS", json.dumps(widths))
                      .replace("PAGE", json.dumps(Path(page).name)))
    done = run(scheme, "--dump-dom", frames.as_uri())
    found = re.search(r'<pre id="results">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    return json.loads(html.unescape(found[1]))


def complaints(page):
    """What the console says when the page is opened."""
    done = run(LIGHT, "--dump-dom", Path(page).as_uri())
    return [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]


def screenshot(page, scheme, width, height=800):
    """(width, height, colour of the corner) of a picture of the page."""
    picture = Path(page).with_suffix(f".{scheme}.png")
    run(scheme, f"--window-size={width},{height}", f"--screenshot={picture}", Path(page).as_uri())
    return size_and_corner(picture.read_bytes())


def size_and_corner(png):
    """The first pixel of the first row is itself under every filter of PNG."""
    data, at = b"", 8
    while at < len(png):
        length, kind = int.from_bytes(png[at:at + 4], "big"), png[at + 4:at + 8]
        if kind == b"IHDR":
            header = png[at + 8:at + 8 + length]
        if kind == b"IDAT":
            data += png[at + 8:at + 8 + length]
        at += 12 + length
    width, height = (int.from_bytes(header[i:i + 4], "big") for i in (0, 4))
    return width, height, tuple(zlib.decompress(data)[1:4])
