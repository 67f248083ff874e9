# SPDX-License-Identifier: MIT
"""The suites of a build: how to build and run one, and whether it passed."""
import copy
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

CASE = re.compile(r"(not )?ok\b(.*)")
LEFT_OUT = ("checks",)  # they read the sources, and do not run them
LONGEST = 600  # seconds that a suite may take without a mutation
# A mutant can neither fill the machine nor outlive its suite: 8 GB of memory, 2 GB of a file.
LIMITS = 'ulimit -t "$0" -v {} -f 4194304 -c 0; exec "$@"'
MEMORY = {True: "unlimited", False: "8388608"}  # a browser reserves more than it uses


class Suite:
    """One test of meson: an executable or a script that prints TAP."""

    def __init__(self, test, targets, sources):
        self.name = test["name"]
        self.command = test["cmd"]
        self.variables = test["env"]
        self.browser = any(suite.endswith(":browser") for suite in test["suite"])
        self.targets = sorted(targets[name] for name in test["depends"] if name in targets)
        self.sources = sorted({source for name in test["depends"] for source in sources[name]})

    def moved(self, old, new):
        """The same suite of a copy: with `new` where `old` is in its paths."""
        suite = copy.copy(self)
        suite.command = [word.replace(old, new) for word in self.command]
        suite.variables = {name: text.replace(old, new) for name, text in self.variables.items()}
        return suite

    def run(self, folder, seconds):
        """(cases that passed, why the suite failed or None, seconds taken)."""
        folder.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, **self.variables, "TMPDIR": str(folder), "HOME": str(folder)}
        started = time.monotonic()
        process = subprocess.Popen(
            ["sh", "-c", LIMITS.format(MEMORY[self.browser]), str(4 * int(seconds + 1)),
             *self.command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return 0, "timeout", time.monotonic() - started
        finally:
            end_group(process)
        lines = output.decode("utf-8", "replace").splitlines()
        return *judge(lines, process.returncode), time.monotonic() - started


def end_group(process):
    """Ends the suite and the processes that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()


def judge(lines, status):
    """(cases that passed, why the suite failed or None) of its TAP lines and its status."""
    cases = [match for match in map(CASE.match, lines) if match]
    for case in cases:
        if case[1] and "# SKIP" not in case[2]:
            return 0, case[2].strip(" -")
    return len(cases), f"status {status}" if status else None


def suites_of(build):
    """The suites of a build that can notice a mutation."""
    def introspect(what):
        done = subprocess.run(["meson", "introspect", build, f"--{what}"], check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout)

    root = str(Path(build).resolve()) + os.sep
    described = introspect("targets")
    targets = {target["id"]: target["filename"][0].removeprefix(root) for target in described}
    sources = {target["id"]: [path for group in target["target_sources"]
                              for path in group.get("sources", ())] for target in described}
    return [Suite(test, targets, sources) for test in introspect("tests")
            if not {suite.split(":")[-1] for suite in test["suite"]} & set(LEFT_OUT)]
