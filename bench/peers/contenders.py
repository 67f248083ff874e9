# SPDX-License-Identifier: MIT
"""Who races, and the child process that each is."""
import os
import select
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = Path(sys.prefix) / "peers"  # where `setup` puts what it compiles

LINNET = "Linnet"


@dataclass(frozen=True)
class Contender:
    name: str
    program: str
    variant: str = "only"
    modes: tuple = ("training", "inference")
    dtypes: tuple = ("f32", "f64")

    def command(self, dtype):
        if self.program.endswith(".py"):
            return [sys.executable, str(HERE / self.program)]
        return [str(PROGRAMS / self.program.replace("DTYPE", dtype))]


TRAINING, INFERENCE = ("training",), ("inference",)
CONTENDERS = {contender.name: contender for contender in (
    Contender(LINNET, "linnet_peer"),
    Contender("KANN", "kann_peer.py", "own", dtypes=("f32",)),
    Contender("KANN-BLAS", "kann_peer.py", "blas", dtypes=("f32",)),
    Contender("oneDNN", "onednn_peer", dtypes=("f32",)),
    Contender("FANN", "fann_peer_DTYPE"),
    Contender("NumPy", "numpy_peer.py", "buffers"),
    Contender("NumPy-plain", "numpy_peer.py", "plain"),
    Contender("PyTorch-buffers", "torch_peer.py", "buffers"),
    Contender("PyTorch-manual", "torch_peer.py", "manual"),
    Contender("PyTorch-eager", "torch_peer.py", "eager"),
    Contender("PyTorch-compile", "torch_peer.py", "compile"),
    Contender("PyTorch-step", "torch_peer.py", "step", TRAINING),
    Contender("PyTorch-jit", "torch_peer.py", "jit", INFERENCE),
    Contender("JAX", "jax_peer.py", "jit"),
    Contender("JAX-loop", "jax_peer.py", "loop", TRAINING),
    Contender("scikit-learn", "sklearn_peer.py", "inner"),
    Contender("scikit-learn-fit", "sklearn_peer.py", "fit"))}


def environment(threads):
    """Each library's own setting of its threads."""
    flags = [] if threads > 1 else ["--xla_cpu_multi_thread_eigen=false"]
    return dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads),
                MKL_NUM_THREADS=str(threads), NPROC=str(threads), JAX_PLATFORMS="cpu",
                XLA_FLAGS=" ".join(flags), TORCHINDUCTOR_CACHE_DIR=str(PROGRAMS / "inductor"))


class Gone(Exception):
    """A contender that has ended, or does not answer."""


class Child:
    """A contender's process: a line in, a line out."""

    def __init__(self, contender, dtype, threads, log):
        self.contender, self.log = contender, log
        self.rest = b""
        with open(log, "wb") as errors:
            self.process = subprocess.Popen(
                contender.command(dtype), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=errors, env=environment(threads), bufsize=0)

    def tell(self, line):
        try:
            self.process.stdin.write(line.encode() + b"\n")
        except BrokenPipeError:
            raise Gone(self.last_words()) from None

    def hear(self, seconds=600):
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], seconds)[0]:
                self.end()
                raise Gone(f"no answer in {seconds} s")
            more = os.read(self.process.stdout.fileno(), 65536)
            if not more:
                raise Gone(self.last_words())
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        return line.decode()

    def ask(self, line, seconds=600):
        self.tell(line)
        return self.hear(seconds)

    def run(self, steps):
        """Seconds, and those of all its threads together."""
        return tuple(map(float, self.ask(f"run {steps}").split()))

    def last_words(self):
        self.process.wait()
        lines = [line for line in Path(self.log).read_text(errors="replace").splitlines() if line]
        return lines[-1][:200] if lines else f"ended with status {self.process.returncode}"

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
