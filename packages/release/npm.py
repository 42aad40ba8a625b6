"""Packs each program as an npm package, and the small package `nospill` that has them as optional dependencies: npm takes the
one that fits the machine, and nothing is fetched or run when it is installed.

    npm.py PROGRAMS OUT
"""

import json
import pathlib
import sys

import about
import archives

SCOPE = "@nospill"
LAUNCHER = about.ROOT / "packages" / "npm" / "nospill.js"


def package(manifest, members):
    common = {
        "version": about.VERSION,
        "description": about.DESCRIPTION,
        "license": about.PACKAGE["license"],
        "repository": {"type": "git", "url": f"git+{about.REPOSITORY}.git"},
        "homepage": about.REPOSITORY,
    }
    manifest = {"name": manifest.pop("name"), **common, **manifest}
    texts = [("package.json", (json.dumps(manifest, indent=2) + "\n").encode(), False)]
    texts += [(name, (about.ROOT / name).read_bytes(), False) for name in [*about.LICENSES, "README.md"]]
    packed = archives.tar([(f"package/{name}", data, executable) for name, data, executable in [*members, *texts]])
    return f"{manifest['name'].lstrip('@').replace('/', '-')}-{about.VERSION}.tgz", packed


def packages(programs):
    for target, program in programs:
        system, machine = target.npm.split("-")
        yield package(
            {"name": f"{SCOPE}/{target.npm}", "os": [system], "cpu": [machine], "preferUnplugged": True},
            [(f"bin/{target.program}", program.read_bytes(), True)],
        )
    needs = {f"{SCOPE}/{target.npm}": about.VERSION for target in about.TARGETS}
    yield package(
        {"name": "nospill", "bin": {"nospill": "bin/nospill.js"}, "engines": {"node": ">=18"}, "optionalDependencies": needs},
        [("bin/nospill.js", LAUNCHER.read_bytes(), True)],
    )


def main(programs, out):
    for name, packed in packages(about.programs(programs)):
        pathlib.Path(out, name).write_bytes(packed)


main(*sys.argv[1:])
