# SPDX-License-Identifier: MIT
"""Progress on a terminal and elsewhere, and signals."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from command import LINNET, TIME_LIMIT, CommandCase, default_signals, flowers

LONG_RUN = ["train", "flowers.csv", "-t", "species", "--epochs", "1000000"]


class Terminal(CommandCase):
    def setUp(self):
        super().setUp()
        self.write("flowers.csv", flowers())

    def run_on_terminal(self, columns, *arguments, terminal="xterm", until=None):
        """What the command writes to a terminal; SIGINT once `until` has been seen."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen(
            [LINNET, *map(str, arguments)], cwd=self.folder, stdin=slave, stdout=subprocess.PIPE,
            stderr=slave, env={**self.environment(), "TERM": terminal},
            preexec_fn=default_signals)
        os.close(slave)
        text, end = b"", time.monotonic() + TIME_LIMIT
        while time.monotonic() < end:
            ready, _, _ = select.select([master], [], [], 0.2)
            if not ready:
                continue
            try:
                chunk = os.read(master, 65536)
            except OSError:
                break
            if not chunk:
                break
            text += chunk
            if until is not None and len(re.findall(until, text)) >= 3:
                process.send_signal(signal.SIGINT)
                until = None
        os.close(master)
        output, _ = process.communicate(timeout=TIME_LIMIT)
        return process.returncode, text.decode(), output.decode()

    def bars(self, text):
        return [bar.replace("\033[K", "") for bar in re.findall(r"\r([^\r\n]*\033\[K)", text)]

    def test_bar(self):
        for columns, shown in ((100, ["epoch", "[", "loss", "held-out accuracy", "samples/s",
                                      "left"]),
                               (80, ["epoch", "loss", "held-out accuracy", "left"]),
                               (40, ["epoch", "loss"]), (14, [])):
            began = time.monotonic()
            status, text, _ = self.run_on_terminal(columns, *LONG_RUN, until=rb"\033\[K")
            seconds = time.monotonic() - began
            bars = self.bars(text)
            self.assertEqual(1, status)
            self.assertGreaterEqual(len(bars), 3)
            self.assertLessEqual(len(bars), 10 * seconds + 2)
            for bar in bars:
                self.assertLess(len(bar), columns)
            for word in shown:
                self.assertIn(word, bars[-2])
            self.assertEqual("", bars[-1])  # it is taken off the screen
            self.assertIn("stopped by Ctrl-C", text)

    def test_no_bar_where_it_cannot_be_drawn(self):
        for terminal in ("dumb", ""):
            _, text, _ = self.run_on_terminal(80, "train", "flowers.csv", "-t", "species",
                                              "--epochs", 3, terminal=terminal)
            self.assertNotIn("\033", text)
            self.assertIn("epoch 3/3", text)

    def test_never_and_quiet(self):
        for option in ("--progress=never", "--quiet"):
            done = self.succeed("train", "flowers.csv", "-t", "species", option)
            self.assertNotIn("epoch ", done.stderr)
        _, text, _ = self.run_on_terminal(80, "train", "flowers.csv", "-t", "species", "-q",
                                          "--epochs", "3000")
        self.assertEqual("", text)

    def test_plain_lines(self):
        for epochs, lines in ((3, 3), (20, 20), (50, 20), (1000, 20)):
            done = self.succeed("train", "flowers.csv", "-t", "species", "--epochs", epochs)
            found = re.findall(r"^epoch (\d+)/\d+  loss [\d.e-]+  held-out accuracy [\d.]+  "
                               r"[\d.kM]+ samples/s$", done.stderr, re.MULTILINE)
            self.assertEqual(lines, len(found), done.stderr)
            self.assertEqual(str(epochs), found[-1])
            self.assertNotIn("\r", done.stderr)

    def test_always(self):
        done = self.succeed("train", "flowers.csv", "-t", "species", "--progress", "always")
        self.assertIn("\033[K", done.stderr)


class Signals(CommandCase):
    def start_long_run(self):
        self.write("flowers.csv", flowers())
        return self.start_training(*LONG_RUN[1:])

    def test_first_signal_saves_the_model(self):
        for number, name in ((signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM"),
                             (signal.SIGHUP, "SIGHUP")):
            process = self.start_long_run()
            process.send_signal(number)
            output, errors = process.communicate(timeout=TIME_LIMIT)
            self.assertEqual(1, process.returncode)
            self.assertRegex(errors.decode(), rf"linnet train: stopped by {name} in epoch \d+ of "
                             r"1000000; the model as trained so far is saved in "
                             r"flowers.safetensors\n$")
            self.assertIn(b"held-out accuracy", output)
            info = self.succeed_json("info", "flowers.safetensors", "--json")
            self.assertLess(info["training"]["epochs"], 1000000)
            self.succeed("predict", "flowers.safetensors", "flowers.csv")
            (self.folder / "flowers.safetensors").unlink()

    def start_long_batch(self, until, *arguments):
        """Signals are noted at the end of a batch; this one takes long."""
        rows = "\n".join(",".join(["0.5"] * 400 + [str(i % 2)]) for i in range(6000))
        self.write("wide.csv", rows)
        process = self.start(*arguments, "--batch", "6000")
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        seen = b""
        while until not in seen:
            seen += process.stderr.read(1)
        time.sleep(0.8)
        return process

    def test_second_signal_ends_at_once(self):
        process = self.start_long_batch(b"parameters", "train", "wide.csv", "-t", "-1",
                                        "--hidden", "3000,3000", "--validation", "0")
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        self.assertEqual(-signal.SIGINT, process.wait(timeout=TIME_LIMIT))
        self.assertFalse((self.folder / "wide.safetensors").exists())

    def test_second_signal_in_a_later_fold(self):
        process = self.start_long_batch(b"fold 1 of", "cv", "wide.csv", "-t", "-1", "--hidden",
                                        "1000,1000", "--epochs", 3, "--folds", 2)
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        self.assertEqual(-signal.SIGINT, process.wait(timeout=TIME_LIMIT))

    def test_a_session_that_is_closed(self):
        """The shell and the terminal both send SIGHUP, and some systems SIGTERM before or after."""
        hup, term = signal.SIGHUP, signal.SIGTERM
        for numbers in ((hup, hup, hup), (term, hup, hup), (hup, term, hup)):
            process = self.start_long_run()
            for number in numbers:
                process.send_signal(number)
                time.sleep(0.0005)
            _, errors = process.communicate(timeout=TIME_LIMIT)
            self.assertRegex(errors, b"stopped by SIG(HUP|TERM) in epoch")  # in any order
            self.assertEqual(1, process.returncode)
            (self.folder / "flowers.safetensors").unlink()

    def test_a_terminal_that_is_gone(self):
        self.write("flowers.csv", flowers())
        leader, terminal = pty.openpty()

        def own_session():
            default_signals()
            os.setsid()
            fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

        process = subprocess.Popen([LINNET, *LONG_RUN, "--progress", "always"], cwd=self.folder,
                                   env=self.environment(), stdin=terminal, stdout=terminal,
                                   stderr=terminal, preexec_fn=own_session)
        os.close(terminal)
        seen = b""
        while b"epoch " not in seen:
            seen += os.read(leader, 4096)
        os.close(leader)
        self.assertEqual(1, process.wait(timeout=TIME_LIMIT))
        self.succeed("predict", "flowers.safetensors", "flowers.csv")

    def test_progress_that_nobody_reads(self):
        """`linnet train 2>&1 | tee log` is not lost with tee."""
        process = self.start_long_run()
        process.stderr.close()
        process.stdout.close()
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        self.assertEqual(1, process.wait(timeout=TIME_LIMIT))
        self.succeed("predict", "flowers.safetensors", "flowers.csv")

    def test_predictions_that_nobody_reads_end(self):
        self.write("flowers.csv", flowers(200000))
        self.succeed("train", "flowers.csv", "-t", "species", "--epochs", 1, "-q", "-o", "m")
        process = self.start("predict", "m", "flowers.csv")
        process.stdout.read(10)
        process.stdout.close()
        self.assertEqual(-signal.SIGPIPE, process.wait(timeout=TIME_LIMIT))
        process.stderr.close()

    def test_ignored_signals_stay_ignored(self):
        """By nohup, or for a job in the background."""
        self.write("flowers.csv", flowers())
        for number in (signal.SIGINT, signal.SIGHUP):
            process = subprocess.Popen(
                [LINNET, *LONG_RUN[:-1], "3000"], cwd=self.folder, env=self.environment(),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                preexec_fn=lambda: signal.signal(number, signal.SIG_IGN))
            time.sleep(0.2)
            process.send_signal(number)
            process.communicate(timeout=TIME_LIMIT)
            self.assertEqual(0, process.returncode)
