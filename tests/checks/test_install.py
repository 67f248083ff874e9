# SPDX-License-Identifier: MIT
"""What `meson install` puts on a machine is all that a user's program needs."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])
BUILD = Path(os.environ["LINNET_BUILD_ROOT"])
VERSION = os.environ["LINNET_VERSION"]
PREFIX = os.environ["LINNET_PREFIX"]
LIBDIR = os.environ["LINNET_LIBDIR"]
HAS_SHARED = "LINNET_SHARED_LIBRARY" in os.environ
HAS_STATIC = os.environ["LINNET_DEFAULT_LIBRARY"] != "shared"
COMPILER = os.environ["LINNET_CC"]
C_FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
EXAMPLES = sorted(path.stem for path in (SOURCE / "examples").glob("*.c"))


def run(*command, **options):
    """Runs a command that must succeed; returns what it printed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False, **options)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def succeeds(*command, **options):
    return subprocess.run(command, capture_output=True, check=False, **options).returncode == 0


def links_statically():
    """Whether this system has the static libraries that Linnet's own needs."""
    words = subprocess.run(["pkg-config", "--static", "--libs", *requirements()],
                           capture_output=True, text=True, check=False).stdout.split()
    return succeeds(COMPILER, "-x", "c", "-", "-static", "-o", os.devnull, *words,
                    input=b"int main(void) { return 0; }\n")


def requirements():
    text = next((BUILD / "meson-private").glob("linnet.pc")).read_text(encoding="utf-8")
    private = re.search(r"^Requires(?:\.private)?: (.*)$", text, re.MULTILINE)
    return re.split(r",\s*", private[1]) if private else []


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = Path(tempfile.mkdtemp(prefix="linnet-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.stage)
        run(os.environ["LINNET_MESON"], "install", "-C", BUILD, "--no-rebuild",
            "--destdir", cls.stage)
        cls.root = cls.stage / PREFIX.lstrip("/")
        cls.libdir = cls.root / LIBDIR
        # The packages as they would be, had they been installed where they are now.
        pc = cls.libdir / "pkgconfig" / "linnet.pc"
        text = pc.read_text(encoding="utf-8")
        pc.write_text(re.sub(r"^prefix=.*$", f"prefix={cls.root}", text, flags=re.MULTILINE),
                      encoding="utf-8")

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="linnet-consumer-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def environment(self):
        path = [str(self.libdir / "pkgconfig"), os.environ.get("PKG_CONFIG_PATH", "")]
        return {**os.environ, "LD_LIBRARY_PATH": str(self.libdir),
                "PKG_CONFIG_PATH": ":".join(filter(None, path))}

    def pkg_config(self, *arguments):
        return run("pkg-config", *arguments, "linnet", env=self.environment()).split()

    def compile(self, source, name, *flags, compiler=COMPILER, standard=C_FLAGS):
        program = self.folder / name
        run(compiler, *standard, *self.pkg_config("--cflags"), source, *flags, "-lm", "-o", program)
        return program

    def needs(self, program):
        """The shared libraries a program asks for."""
        return re.findall(r"NEEDED.*\[(.*)\]", run("readelf", "--dynamic", program))

    def check_sine(self, program):
        printed = run(program, self.folder / "sine.safetensors", env=self.environment(),
                      cwd=self.folder)
        self.assertRegex(printed, r"loss \d")
        self.assertTrue((self.folder / "sine.safetensors").stat().st_size > 0)

    def test_files(self):
        self.assertEqual(
            sorted(path.name for path in (SOURCE / "include/linnet").glob("*.h")),
            sorted(path.name for path in (self.root / "include/linnet").iterdir()))
        expected = {"pkgconfig/linnet.pc", "cmake/linnet/linnetConfig.cmake",
                    "cmake/linnet/linnetConfigVersion.cmake"}
        if HAS_SHARED:
            expected |= {"liblinnet.so", "liblinnet.so.0", "liblinnet.so." + VERSION}
        if HAS_STATIC:
            expected |= {"liblinnet.a"}
        self.assertEqual(expected, {str(path.relative_to(self.libdir))
                                    for path in self.libdir.rglob("*") if not path.is_dir()})

    def test_versions(self):
        self.assertEqual([VERSION], self.pkg_config("--modversion"))
        text = (self.libdir / "cmake/linnet/linnetConfigVersion.cmake").read_text(encoding="utf-8")
        self.assertIn(f'"{VERSION}"', text)

    @unittest.skipUnless((BUILD / "src/cli/linnet").exists(), "no command in this build")
    def test_command(self):
        printed = run(self.root / "bin/linnet", "--version", env=self.environment())
        self.assertIn(f"linnet {VERSION}\n", printed)
        self.assertTrue((self.root / "share/man/man1/linnet.1").exists())

    @unittest.skipUnless(HAS_SHARED, "no shared library in this build")
    def test_pkg_config_shared(self):
        self.assertEqual(["-llinnet"],
                         [word for word in self.pkg_config("--libs") if word.startswith("-l")])
        for name in EXAMPLES:
            program = self.compile(SOURCE / "examples" / f"{name}.c", name,
                                   *self.pkg_config("--libs"))
            self.assertIn("liblinnet.so.0", self.needs(program))
        self.check_sine(self.folder / "sine")

    @unittest.skipUnless(HAS_STATIC, "no static library in this build")
    def test_pkg_config_static(self):
        if not links_statically():
            self.skipTest("this system lacks a static library of " + ", ".join(requirements()))
        for name in EXAMPLES:
            program = self.compile(SOURCE / "examples" / f"{name}.c", name, "-static",
                                   *self.pkg_config("--static", "--libs"))
            self.assertEqual([], self.needs(program))
        self.check_sine(self.folder / "sine")

    def cmake(self, *options):
        (self.folder / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.10)\n"
            "project(consumer C)\n"
            f"find_package(linnet {VERSION} REQUIRED)\n"
            f"foreach(name {' '.join(EXAMPLES)})\n"
            f'  add_executable(${{name}} "{SOURCE}/examples/${{name}}.c")\n'
            "  target_link_libraries(${name} PRIVATE linnet::linnet m)\n"
            "endforeach()\n", encoding="utf-8")
        run("cmake", "-G", "Ninja", "-S", self.folder, "-B", self.folder,
            f"-DCMAKE_C_COMPILER={COMPILER}", f"-Dlinnet_DIR={self.libdir}/cmake/linnet", *options)
        run("cmake", "--build", self.folder)
        self.check_sine(self.folder / "sine")
        return self.needs(self.folder / "sine")

    @unittest.skipUnless(shutil.which("cmake"), "needs cmake")
    def test_cmake(self):
        needs = self.cmake()
        self.assertEqual(HAS_SHARED, "liblinnet.so.0" in needs)

    @unittest.skipUnless(shutil.which("cmake") and HAS_STATIC, "needs cmake and a static library")
    def test_cmake_static(self):
        self.assertNotIn("liblinnet.so.0", self.cmake("-Dlinnet_USE_STATIC_LIBS=ON"))

    @unittest.skipUnless(shutil.which("g++") and HAS_SHARED, "needs g++ and a shared library")
    def test_from_cxx(self):
        source = self.folder / "program.cc"
        source.write_text("#include <linnet/linnet.h>\n#include <iostream>\n"
                          "int main() { std::cout << lnt_version() << '\\n'; }\n",
                          encoding="utf-8")
        program = self.compile(source, "program", *self.pkg_config("--libs"), compiler="g++",
                               standard=["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror"])
        self.assertEqual(VERSION + "\n", run(program, env=self.environment()))

    @unittest.skipUnless(shutil.which("g++") and HAS_SHARED, "needs g++ and a shared library")
    def test_exceptions(self):
        """An exception passes from a callback through the library."""
        program = self.compile(SOURCE / "tests/checks/exceptions.cc", "exceptions",
                               *self.pkg_config("--libs"), compiler="g++",
                               standard=["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror"])
        self.assertEqual("loss\napply\nfit\n", run(program, env=self.environment(), timeout=60))
