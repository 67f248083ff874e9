# SPDX-License-Identifier: MIT
"""The machine stops at any moment of a save: what the disk may hold then is the old file or the new
one, and the new one once the save has said that it is done."""
import itertools

from probe import Probe, add_cases

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

    def after_crash(self):
        """Every {path: content} that the disk may hold then."""
        assert len(self.pending_names) <= MOST_PENDING, "too many to try all"
        for kept in itertools.product((False, True), repeat=len(self.pending_names)):
            names = dict(self.durable_names)
            for change, is_kept in zip(self.pending_names, kept):
                names.update(change if is_kept else [])
            names = {path: inode for path, inode in names.items() if inode is not None}
            for contents in itertools.product(*(inode.after_crash() for inode in names.values())):
                yield dict(zip(names, contents))


def crashes(files, log):
    """What the disk may hold after a crash at each moment: lists of {path: content}, each once."""
    disk = Disk(files)
    found = []
    for line in [None, *log]:
        if line is not None:
            disk.apply(line)
        states = {frozenset(state.items()) for state in disk.after_crash()}
        found.append([dict(state) for state in states])
    return found


def contents_of(found, path):
    """Those of one path, a set for each moment; None where there is no file."""
    return [{state.get(str(path)) for state in states} for states in found]


class Crashes(Probe):
    def logged(self, operation, path=None):
        """What a writer's calls are, in turn, for its new content."""
        log = self.root / "log"
        log.unlink(missing_ok=True)
        self.assertEqual((0, ""), self.run_probe(operation, "new", path, log=log))
        lines = log.read_text(encoding="utf-8").splitlines()
        self.assertGreater(len(lines), 6, "hardly any call was logged")
        return lines

    def check_write(self, operation, _):
        new = self.make(operation, "new")
        for old in (self.make(operation, "old"), None):
            self.fill(old)
            log = self.logged(operation)
            self.assertEqual(new, self.path.read_bytes())
            files = {} if old is None else {str(self.path): old}
            found = contents_of(crashes(files, log), self.path)
            self.assertEqual({old}, found[0])
            for moment, contents in enumerate(found):
                self.assertLessEqual(contents, {old, new}, [x[:60] for x in log[:moment]])
            self.assertEqual({new}, found[-1], "the save is done, and a crash undoes it")

    def check_read(self, operation, writer):
        """Whatever a crash of the writer leaves is read as the old or the new file."""
        results = {}
        for content in ("old", "new"):
            self.fill(self.make(writer, content))
            results[self.path.read_bytes()] = self.run_probe(operation)
        old, new = results
        self.fill(old)
        for contents in contents_of(crashes({str(self.path): old}, self.logged(writer)), self.path):
            for data in contents:
                self.fill(data)
                self.assertEqual((0, results[data][1]), self.run_probe(operation))
        self.assertNotEqual(results[old], results[new])

    def check_folder(self, operation, reader):
        """Whatever a crash leaves in the folder, the reader finds the old or the new state."""
        old, new = self.folder_states(operation, reader)
        self.restore(old.files)
        files = {str(self.folder / name): data for name, data in old.files.items()}
        found = crashes(files, self.logged(operation, self.folder))
        seen = set()
        for moment, states in enumerate(found):
            for state in states:
                self.restore({path[len(f"{self.folder}/"):]: data for path, data in state.items()})
                result = self.run_probe(reader, path=self.folder)
                seen.add(result)
                self.assertIn(result, {old.result, new.result}, (moment, sorted(state)))
                if moment == len(found) - 1:
                    self.assertEqual(new.result, result, "the save is done, and a crash undoes it")
        self.assertEqual({old.result, new.result}, seen)

    def test_a_careless_save_would_be_seen(self):
        """The checks above find the fault if a step of the save is left out of the log."""
        old, new = self.make("save_model", "old"), self.make("save_model", "new")
        self.fill(old)
        log = self.logged("save_model")
        files = {str(self.path): old}
        syncs = [i for i, line in enumerate(log) if line.startswith("fsync ")]
        self.assertEqual(2, len(syncs), "the file and its folder")
        without_file = [*log[:syncs[0]], *log[syncs[0] + 1:]]
        found = set().union(*contents_of(crashes(files, without_file), self.path))
        self.assertLessEqual({b"", bytes(len(new))}, found)
        without_folder = [*log[:syncs[1]], *log[syncs[1] + 1:]]
        self.assertEqual({old, new}, contents_of(crashes(files, without_folder), self.path)[-1])
        in_place = [f"open 3 1 {self.path}", f"write 3 0 {new.hex()}", "fsync 3", "close 3"]
        found = set().union(*contents_of(crashes(files, in_place), self.path))
        self.assertFalse(found <= {old, new})


add_cases(Crashes)
