# SPDX-License-Identifier: MIT
"""Each call of the system fails, one at a time and for ever, with each error that it may have:
files stay whole, results right, and sentences name the file."""
from probe import SANITIZERS, Probe, add_cases

# The errors of each call that the shim fails; a writer's and a reader's.
ERRORS = {
    "open": ("ENOSPC", "EIO", "EINTR"),
    "read": ("EIO", "EINTR", "SHORT"),
    "write": ("ENOSPC", "EIO", "EINTR", "SHORT", "FULL"),
    "fsync": ("ENOSPC", "EIO", "EINTR"),
    "rename": ("ENOSPC", "EIO", "EINTR"),
    "close": ("ENOSPC", "EIO", "EINTR"),
    "seek": ("EIO",),
    "stat": ("EIO",),
}
# What is no failure: the call is to be made again, or went well in spite of what it says.
HARMLESS = {(call, "EINTR") for call in ("open", "read", "write", "fsync", "rename", "close")}
HARMLESS |= {("read", "SHORT"), ("write", "SHORT")}
# With a sanitizer, programs start slowly.
FOR_EVER = (0, 1) if SANITIZERS == "none" else (0,)
# Of the file that is replaced, and of none that a new one gets.
MODE = 0o640


class Faults(Probe):
    def counts(self, operation, path):
        """How often an operation makes each call."""
        record = self.root / "counts"
        status, _ = self.run_probe(operation, path=path, counts=record)
        self.assertEqual(0, status)
        return {name: int(count) for name, count in
                (line.split() for line in record.read_text().splitlines())}

    def each_fault(self, operation, path=None):
        """(faults, whether it must succeed all the same) for everything that can fail."""
        counts = self.counts(operation, path)
        self.assertEqual(set(ERRORS), set(counts))
        for call, count in counts.items():
            for at in range(1, count + 1):
                for error in ERRORS[call]:
                    for for_ever in FOR_EVER:
                        faults = {"call": call, "at": at, "error": error, "forever": for_ever}
                        yield faults, (call, error) in HARMLESS

    def check_sentence(self, output, faults, path=None):
        status, inner, sentence = output.splitlines()[0].split(" ", 2)
        self.assertEqual(status, inner, faults)
        self.assertEqual("LNT_ERR_IO", status, (faults, sentence))
        named = f"{path}" if path else f"{self.path}: "  # a folder's may be of a file in it
        self.assertTrue(sentence.startswith(named), (faults, sentence))
        self.assertGreater(len(sentence), len(named) + 10)
        self.assertEqual(1, len(output.splitlines()), output)

    def check_write(self, operation, _):
        contents = {name: self.make(operation, name) for name in ("old", "new")}
        self.assertNotEqual(contents["old"], contents["new"])
        for before in (contents["old"], None):
            self.fill(before)
            total = 0
            for faults, harmless in self.each_fault(operation):
                self.fill(before)
                if before is not None:
                    self.path.chmod(MODE)
                status, output = self.run_probe(operation, **faults)
                files = {path.name: path.read_bytes() for path in self.folder.iterdir()}
                after = files.pop("file", None)
                self.assertEqual({}, files, faults)
                if before is not None:
                    self.assertEqual(MODE, self.path.stat().st_mode & 0o777, faults)
                if status == 0:
                    self.assertEqual(contents["new"], after, faults)
                else:
                    self.assertFalse(harmless, (faults, output))
                    self.assertIn(after, (before, contents["new"]), faults)
                    self.check_sentence(output, faults)
                total += status
            self.assertGreater(total, 10, "hardly any call has failed")

    def check_pair(self, operation, _):
        """C source and its header: each is whole, and one of the two may be new without the other."""
        source = self.folder / "net.c"
        states = {}
        for content in ("old", "new"):
            self.restore({})
            self.assertEqual((0, ""), self.run_probe(operation, content, source))
            states[content] = self.files()
            self.assertEqual({"net.c", "net.h"}, set(states[content]))
        self.assertNotIn(True, [states["old"][name] == states["new"][name]
                                for name in states["old"]])
        for before in (states["old"], {}):
            self.restore(before)
            total = 0
            for faults, harmless in self.each_fault(operation, source):
                self.restore(before)
                status, output = self.run_probe(operation, path=source, **faults)
                after = self.files()
                self.assertLessEqual(set(after), {"net.c", "net.h"}, faults)
                if status == 0:
                    self.assertEqual(states["new"], after, faults)
                else:
                    self.assertFalse(harmless, (faults, output))
                    for name in ("net.c", "net.h"):
                        self.assertIn(after.get(name), (before.get(name), states["new"][name]),
                                      (faults, name))
                    self.check_sentence(output, faults, str(source)[:-1])
                total += status
            self.assertGreater(total, 10, "hardly any call has failed")

    def check_read(self, operation, writer):
        data = self.make(writer, "new")
        self.fill(data)
        expected = self.run_probe(operation)
        self.assertEqual(0, expected[0])
        total = 0
        for faults, harmless in self.each_fault(operation):
            status, output = self.run_probe(operation, **faults)
            self.assertEqual([self.path], list(self.folder.iterdir()), faults)
            self.assertEqual(data, self.path.read_bytes(), faults)
            if status == 0:
                self.assertEqual(expected[1], output, faults)
            else:
                self.assertFalse(harmless, (faults, output))
                self.check_sentence(output, faults)
            total += status
        self.assertGreater(total, 3, "hardly any call has failed")

    def check_folder(self, operation, reader):
        old, new = self.folder_states(operation, reader)
        self.restore(old.files)
        total = 0
        for faults, harmless in self.each_fault(operation, self.folder):
            self.restore(old.files)
            status, output = self.run_probe(operation, path=self.folder, **faults)
            self.assertEqual([], [name for name in self.files() if ".tmp." in name], faults)
            result = self.run_probe(reader, path=self.folder)
            if status == 0:
                self.assertEqual(new.result, result, faults)
            else:
                self.assertFalse(harmless, (faults, output))
                self.assertIn(result, (old.result, new.result), faults)
                self.check_sentence(output, faults, self.folder)
            total += status
        self.assertGreater(total, 10, "hardly any call has failed")

    def check_look(self, operation, writer):
        """Into a folder. What cannot be read now is there the next time."""
        old, new = self.folder_states(writer, operation)
        total = 0
        for faults, harmless in self.each_fault(operation, self.folder):
            self.restore(new.files)
            status, output = self.run_probe(operation, path=self.folder, **faults)
            if status == 0:
                self.assertIn((status, output), (old.result, new.result), faults)
            else:
                self.assertFalse(harmless, (faults, output))
                self.check_sentence(output, faults, self.folder)
            total += status
            result = self.run_probe(operation, path=self.folder)
            self.assertEqual(new.result, result, faults)
        self.assertGreater(total, 3, "hardly any call has failed")


add_cases(Faults)
