# SPDX-License-Identifier: MIT
"""Which suites execute which lines, as gcov counts them."""
import hashlib
import json
import subprocess
from pathlib import Path

from suites import LONGEST, suites_of


def digest_of_files(paths):
    digest = hashlib.sha256()
    for path in sorted(set(paths)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def digest_of_library(source):
    return digest_of_files(path for folder in ("src", "include", "blas")
                           for path in (source / folder).rglob("*") if path.is_file())


def stamp_of(library, suite):
    """A digest of what a suite is made of: other sources or scripts, other lines.

    `library` is the digest of the sources of the library and the command."""
    sources = {Path(path) for path in suite.sources}
    folders = {path.parent for path in sources} | {
        Path(word).parent for word in suite.command if word.endswith((".py", ".sh"))}
    near = [path for folder in folders for path in folder.iterdir()
            if path.suffix in (".h", ".py", ".sh")]
    return library + digest_of_files([path for path in (*sources, *near) if path.is_file()])


def executed_lines(build, source):
    """{file: lines executed} from the counters that lie in the build, files relative to source."""
    counters = sorted(str(path.relative_to(build)) for path in Path(build).rglob("*.gcda"))
    if not counters:
        return {}
    done = subprocess.run(["gcov", "--json-format", "--stdout", *counters], cwd=build, check=True,
                          capture_output=True, text=True)
    lines = {}
    for document in filter(None, done.stdout.splitlines()):
        for file in json.loads(document)["files"]:
            path = Path(build, file["file"]).resolve()
            if path.is_relative_to(source / "src"):
                name = str(path.relative_to(source))
                lines.setdefault(name, set()).update(
                    line["line_number"] for line in file["lines"] if line["count"])
    return {name: sorted(numbers) for name, numbers in sorted(lines.items()) if numbers}


def measure(build, source, folder, record, make, tell):
    """Brings the record up to date: {suite: {stamp, lines}}, only for suites that changed.

    `make` builds a suite. One that fails here is left out of the campaign, and named."""
    path = Path(record)
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    current, library = {}, digest_of_library(source)
    for suite in suites_of(build):
        stamp = stamp_of(library, suite)
        if known.get(suite.name, {}).get("stamp") != stamp:
            for counter in Path(build).rglob("*.gcda"):
                counter.unlink()
            make(build, *suite.targets)
            _, failure, seconds = suite.run(folder / "tmp", LONGEST)
            tell(f"lines of {suite.name}: {failure or 'measured'}, {seconds:.1f} s")
            lines = {} if failure else executed_lines(build, source)
            known[suite.name] = {"stamp": stamp, "lines": lines}
            path.write_text(json.dumps(known), encoding="utf-8")
        current[suite.name] = known[suite.name]
    return {name: entry["lines"] for name, entry in current.items()}
