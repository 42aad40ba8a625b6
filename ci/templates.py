"""Lays what templates hold into a folder, for those who read only parts of it: Azure's templates as JSON with every scalar as a
text, as Azure reads them, and each shell script as a file of its own, with a word where a server puts a value in."""

import json
import pathlib
import re
import sys

import yaml

AZURE = ["azure-pipelines", "azure-pipelines-parallel", "azure-install"]
# A template, what runs its scripts, and the keys under which they stand.
SCRIPTS = [
    *((f"{name}.yml", "bash", {"bash"}) for name in AZURE),
    ("github-action/action.yml", "bash", {"run"}),
    ("github-matrix.yml", "bash", {"run"}),
    ("../.github/workflows/release.yml", "bash", {"run"}),
    ("../.github/workflows/publish.yml", "bash", {"run"}),
    ("gitlab.yml", "sh", {"before_script", "script"}),
    ("gitlab-parallel.yml", "sh", {"before_script", "script"}),
    ("kubernetes-job.yaml", "sh -eu", {"args"}),
]


def scripts(node, keys):
    """The texts under the keys, a list of lines as one."""
    if isinstance(node, list):
        for item in node:
            yield from scripts(item, keys)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in keys:
                yield "\n".join(value) if isinstance(value, list) else value
            else:
                yield from scripts(value, keys)


def main(into):
    ci = pathlib.Path(__file__).parent
    for name in AZURE:
        text = (ci / f"{name}.yml").read_text(encoding="utf-8")
        (into / f"{name}.json").write_text(json.dumps(yaml.load(text, yaml.BaseLoader)), encoding="utf-8")
    (into / "scripts").mkdir()
    for name, shell, keys in SCRIPTS:
        found = list(scripts(yaml.safe_load((ci / name).read_text(encoding="utf-8")), keys))
        assert found, f"{name}: no script"
        for at, text in enumerate(found):
            text = re.sub(r"\$\{\{.*?\}\}|\$\([A-Z][A-Za-z.]*\)", "WORD", text)
            file = f"{name.removeprefix('../.github/').replace('/', '-')}.{at}"
            (into / "scripts" / file).write_text(f"#!/bin/{shell}\n{text}\n", encoding="utf-8")


main(pathlib.Path(sys.argv[1]))
