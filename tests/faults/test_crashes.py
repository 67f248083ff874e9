# SPDX-License-Identifier: MIT
"""The machine stops at any moment of a save: what the disk may hold then is the old file or the new
one, and the new one once the save has said that it is done."""
import itertools

from probe import Probe, operations

MOST_PENDING = 6  # changes of names that may or may not have reached the disk; 2^6 ways


class Inode:
    """A file's data: what is on the disk for certain, and the writes that may be."""

    def __init__(self, data=b""):
        self.durable = data
        self.pending = []

    def current(self):
        return written(self.durable, self.pending)

    def after_crash(self):
        """Every content that the file may have then."""
        yield self.durable
        for count in range(1, len(self.pending) + 1):
            before, (offset, data) = self.pending[:count - 1], self.pending[count - 1]
            yield written(self.durable, [*before, (offset, data[:len(data) // 2])])
            yield written(self.durable, self.pending[:count])
        if self.pending:
            yield bytes(len(self.current()))  # the length is there, the data are not
            yield written(self.durable, self.pending[1:])  # and out of order


def written(data, writes):
    data = bytearray(data)
    for offset, part in writes:
        data.extend(bytes(max(0, offset + len(part) - len(data))))
        data[offset:offset + len(part)] = part
    return bytes(data)


class Disk:
    """Names and data as the calls of a log change them."""

    def __init__(self, files):
        self.names = {path: Inode(data) for path, data in files.items()}
        self.durable_names = dict(self.names)
        self.pending_names = []  # (path, its inode or None)
        self.open = {}

    def bind(self, path, inode):
        if inode is None:
            self.names.pop(path, None)
        else:
            self.names[path] = inode
        self.pending_names.append([(path, inode)])

    def apply(self, line):
        word, rest = line.split(" ", 1)
        getattr(self, f"apply_{word}")(rest)

    def apply_open(self, rest):
        fd, created, path = rest.split(" ", 2)
        if created == "1":
            self.bind(path, Inode())
        self.open[fd] = self.names.get(path)  # None: a folder

    def apply_write(self, rest):
        fd, offset, data = rest.split(" ")
        self.open[fd].pending.append((int(offset), bytes.fromhex(data)))

    def apply_fsync(self, rest):
        inode = self.open[rest]
        if inode is None:
            self.durable_names = dict(self.names)
            self.pending_names = []
        else:
            inode.durable, inode.pending = inode.current(), []

    def apply_close(self, rest):
        del self.open[rest]

    def apply_unlink(self, rest):
        self.bind(rest, None)

    def apply_rename(self, rest):
        length, paths = rest.split(" ", 1)
        old, new = paths[:int(length)], paths[int(length) + 1:]
        inode = self.names[old]
        self.bind(old, None)
        self.bind(new, inode)
        # One change: no file system tears a rename.
        self.pending_names[-2:] = [self.pending_names[-2] + self.pending_names[-1]]

    def after_crash(self, path):
        """Every content that the path may have then; None where there is no file."""
        assert len(self.pending_names) <= MOST_PENDING, "too many to try all"
        for kept in itertools.product((False, True), repeat=len(self.pending_names)):
            names = dict(self.durable_names)
            for change, is_kept in zip(self.pending_names, kept):
                names.update(change if is_kept else [])
            inode = names.get(path)
            yield from [None] if inode is None else inode.after_crash()


def crashes(files, log, path):
    """The contents of the path after a crash at each moment: a list of sets, the last when done."""
    disk = Disk(files)
    found = [set(disk.after_crash(path))]
    for line in log:
        disk.apply(line)
        found.append(set(disk.after_crash(path)))
    return found


class Crashes(Probe):
    def logged(self, operation, content, log_name="log"):
        log = self.root / log_name
        log.unlink(missing_ok=True)
        self.assertEqual((0, ""), self.run_probe(operation, content, log=log))
        return log.read_text(encoding="utf-8").splitlines()

    def check_writer(self, operation):
        new = self.make(operation, "new")
        for old in (self.make(operation, "old"), None):
            self.fill(old)
            log = self.logged(operation, "new")
            self.assertEqual(new, self.path.read_bytes())
            files = {} if old is None else {str(self.path): old}
            found = crashes(files, log, str(self.path))
            self.assertGreater(len(found), 6, "hardly any call was logged")
            self.assertEqual({old}, found[0])
            for moment, contents in enumerate(found):
                self.assertLessEqual(contents, {old, new}, [x[:60] for x in log[:moment]])
            self.assertEqual({new}, found[-1], "the save is done, and a crash undoes it")

    def test_what_is_left_is_read(self):
        """Whatever a crash leaves, each reader takes for the old or the new file."""
        for reader, writer in operations().items():
            if writer is None:
                continue
            results = {}
            for content in ("old", "new"):
                self.fill(self.make(writer, content))
                results[self.path.read_bytes()] = self.run_probe(reader)
            old, new = results
            self.fill(old)
            for contents in crashes({str(self.path): old}, self.logged(writer, "new"),
                                    str(self.path)):
                for data in contents:
                    self.fill(data)
                    status, output = self.run_probe(reader)
                    self.assertEqual((0, results[data][1]), (status, output))
            self.assertNotEqual(results[old], results[new])

    def test_a_careless_save_would_be_seen(self):
        """The checks above find the fault if a step of the save is left out of the log."""
        old, new = self.make("save_model", "old"), self.make("save_model", "new")
        self.fill(old)
        log = self.logged("save_model", "new")
        path = str(self.path)
        syncs = [i for i, line in enumerate(log) if line.startswith("fsync ")]
        self.assertEqual(2, len(syncs), "the file and its folder")
        without_file = crashes({path: old}, [*log[:syncs[0]], *log[syncs[0] + 1:]], path)
        self.assertIn(b"", set().union(*without_file))
        self.assertIn(bytes(len(new)), set().union(*without_file))
        without_folder = crashes({path: old}, [*log[:syncs[1]], *log[syncs[1] + 1:]], path)
        self.assertEqual({old, new}, without_folder[-1])
        in_place = [f"open 3 1 {path}", f"write 3 0 {new.hex()}", "fsync 3", "close 3"]
        self.assertFalse(set().union(*crashes({path: old}, in_place, path)) <= {old, new})


def add_case(name):
    setattr(Crashes, f"test_{name}", lambda self: self.check_writer(name))


for operation_name, its_input in operations().items():
    if its_input is None:
        add_case(operation_name)
