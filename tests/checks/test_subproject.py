# SPDX-License-Identifier: MIT
"""Another meson project can hold Linnet as a subproject, and keeps its own ways."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["LINNET_SOURCE_ROOT"])
MESON = os.environ["LINNET_MESON"]
# Options of the same names, a C standard of its own, and a warning that must not become an error.
PROJECT = """
project('outer', 'c', version: '7', default_options: ['c_std=gnu11', 'warning_level=0',
                                                      'buildtype=plain', 'werror=false'])
linnet_dep = dependency('linnet', version: '>= @VERSION@')
outer = executable('outer', 'main.c', dependencies: linnet_dep)
test('outer', outer)
"""
OPTIONS = "option('tests', type: 'string', value: 'mine')\noption('blas', type: 'boolean')\n"
WRAP = "[wrap-file]\ndirectory = linnet\n\n[provide]\ndependency_names = linnet\n"
MAIN = """#include <linnet/linnet.h>
#include <string.h>
int main(void)
{
    int unused;
    lnt_net *net = NULL;
    const lnt_layer layers[] = {lnt_dense(3, LNT_TANH)};
    lnt_net_config config = lnt_net_defaults();
    config.inputs = 2;
    config.layers = layers;
    config.n_layers = 1;
    if (lnt_net_create(&net, &config) != LNT_OK) return 1;
    lnt_net_destroy(net);
    return strcmp(lnt_version(), "@VERSION@") != 0;
}
"""


class Subproject(unittest.TestCase):
    def run_meson(self, *arguments):
        done = subprocess.run([MESON, *map(str, arguments)], capture_output=True, text=True,
                              check=False, env={**os.environ, "CC": os.environ["LINNET_CC"]})
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def use(self, default_library):
        version = os.environ["LINNET_VERSION"]
        with tempfile.TemporaryDirectory(prefix="linnet-subproject-") as name:
            folder = Path(name)
            (folder / "subprojects").mkdir()
            (folder / "subprojects" / "linnet").symlink_to(SOURCE)
            for path, text in {"meson.build": PROJECT, "meson_options.txt": OPTIONS,
                               "main.c": MAIN, "subprojects/linnet.wrap": WRAP}.items():
                (folder / path).write_text(text.replace("@VERSION@", version), encoding="utf-8")
            build = folder / "build"
            self.run_meson("setup", f"-Ddefault_library={default_library}", build, folder)
            self.check_plan(build)
            self.run_meson("compile", "-C", build)
            self.run_meson("test", "-C", build)

    def check_plan(self, build):
        """Only the library is built, and its warnings are not the outer project's."""
        targets = json.loads(
            (build / "meson-info" / "intro-targets.json").read_text(encoding="utf-8"))
        self.assertEqual({"outer", "linnet"}, {target["name"] for target in targets})
        for target in targets:
            arguments = [word for source in target["target_sources"]
                         for word in source["parameters"]]
            self.assertNotIn("-Werror", arguments)
            if target["name"] == "outer":
                self.assertNotIn("-Wconversion", arguments)

    def test_shared(self):
        self.use("shared")

    def test_static(self):
        self.use("static")
