"""Reads what a release packed as those who take it would, as far as that can be said without them: names, checksums, the fields that
Scoop, winget, Homebrew and cargo-binstall require, members and modes of archives, wheels and npm packages.

    verify.py OUT
"""

import hashlib
import json
import pathlib
import re
import stat
import sys
import tarfile
import zipfile

import about

TEXTS = ["README.md", "CHANGELOG.md", *about.LICENSES, "man/nospill.1", "man/nospill-staged.1"]
TEXTS += ["completions/nospill.bash", "completions/_nospill", "completions/nospill.fish", "completions/_nospill.ps1"]


def sums(out):
    found = {}
    for line in (out / "SHA256SUMS").read_text(encoding="ascii").splitlines():
        digest, name = re.fullmatch(r"([0-9a-f]{64})  (\S+)", line).groups()
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest, name
        found[name] = digest
    there = {path.name for path in out.iterdir()} - {"SHA256SUMS"}
    assert there == set(found), f"not all is in SHA256SUMS: {there ^ set(found)}"
    return found


def members(path):
    """Name, executable or not, of what is in an archive; nothing but plain files."""
    if path.suffix in {".zip", ".whl"}:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            return {info.filename: bool(info.external_attr >> 16 & stat.S_IXUSR) for info in archive.infolist()}
    with tarfile.open(path) as archive:
        assert all(info.isfile() and (info.uid, info.gid) == (0, 0) for info in archive)
        return {info.name: bool(info.mode & stat.S_IXUSR) for info in archive}


def only(executables, found):
    return {name for name, executable in found.items() if executable} == set(executables)


def archives(out):
    for target in about.TARGETS:
        found = members(out / target.archive)
        program = f"{target.folder}/{target.program}"
        assert only([program], found), target.archive
        assert {f"{target.folder}/{name}" for name in TEXTS} <= set(found), target.archive
        found = members(out / f"nospill-{about.VERSION}-py3-none-{target.wheel}.whl")
        assert only([f"nospill-{about.VERSION}.data/scripts/{target.program}"], found), target.wheel


def npm(out):
    def read(name):
        with tarfile.open(out / f"{name}-{about.VERSION}.tgz") as archive:
            return json.load(archive.extractfile("package/package.json"))

    main = read("nospill")
    assert main["optionalDependencies"] == {f"@nospill/{target.npm}": about.VERSION for target in about.TARGETS}
    for target in about.TARGETS:
        manifest = read(f"nospill-{target.npm}")
        assert manifest["name"] == f"@nospill/{target.npm}" and [*manifest["os"], *manifest["cpu"]] == target.npm.split("-")
        assert only([f"package/bin/{target.program}"], members(out / f"nospill-{target.npm}-{about.VERSION}.tgz"))
        assert not {"scripts", "dependencies"} & (set(manifest) | set(main)), "something runs when it is installed"


def scoop(out, digests):
    manifest = json.loads((out / "nospill.json").read_text(encoding="utf-8"))
    assert {"version", "homepage", "license", "architecture", "bin"} <= set(manifest)
    assert set(manifest["architecture"]) == {"64bit", "arm64"}
    for part in manifest["architecture"].values():
        held(part["url"], part["hash"], digests)
        assert f"{part['extract_dir']}/{manifest['bin']}" in members(out / part["url"].rsplit("/", 1)[1])


def held(url, digest, digests):
    """That a file of this release is where it is said to be, with its sum."""
    where, name = url.rsplit("/", 1)
    assert where == about.DOWNLOADS and digests[name] == digest.lower(), url


def winget(out, digests):
    required = {
        "": {"DefaultLocale"},
        ".installer": {"Installers", "InstallerType", "NestedInstallerType"},
        ".locale.en-US": {"PackageLocale", "Publisher", "PackageName", "License", "ShortDescription"},
    }
    common = {"PackageIdentifier", "PackageVersion", "ManifestType", "ManifestVersion"}
    owner = about.REPOSITORY.split("/")[-2]
    for part, fields in required.items():
        text = (out / f"{owner}.nospill{part}.yaml").read_text(encoding="utf-8")
        assert fields | common == {*re.findall(r"^(\w+):", text, re.MULTILINE)} & (fields | common), part
        if part == ".installer":
            urls, found = (re.findall(rf"^  {key}: (\S+)$", text, re.MULTILINE) for key in ["InstallerUrl", "InstallerSha256"])
            paths = re.findall(r"RelativeFilePath: '(.+)'$", text, re.MULTILINE)
            assert len(urls) == len(found) == len(paths) == 2
            for url, digest, path in zip(urls, found, paths):
                held(url, digest, digests)
                assert path.replace("\\", "/") in members(out / url.rsplit("/", 1)[1])


def homebrew(out, digests):
    text = (out / "nospill.rb").read_text(encoding="utf-8")
    urls, found = re.findall(r'url "(.+)"', text), re.findall(r'sha256 "(.+)"', text)
    assert len(urls) == len(found) == 4
    for url, digest in zip(urls, found):
        held(url, digest, digests)


def binstall(out):
    """The templates of cargo-binstall lead to what is there."""
    told = about.PACKAGE["metadata"]["binstall"]
    for target in about.TARGETS:
        own = {**told, **told.get("overrides", {}).get(target.triple, {})}
        values = {"repo": about.REPOSITORY, "name": "nospill", "bin": "nospill", "version": about.VERSION, "target": target.triple}
        values["binary-ext"] = ".exe" if target.windows else ""

        def fill(template):
            return re.sub(r"\{ ([a-z-]+) \}", lambda found: values[found.group(1)], template)

        assert fill(own["pkg-url"]) == f"{about.DOWNLOADS}/{target.archive}", target.triple
        assert own["pkg-fmt"] == ("zip" if target.windows else "tgz")
        assert fill(own["bin-dir"]) in members(out / target.archive), target.triple


def main(out):
    out = pathlib.Path(out)
    digests = sums(out)
    archives(out)
    npm(out)
    scoop(out, digests)
    winget(out, digests)
    homebrew(out, digests)
    binstall(out)
    print(f"ok: {len(digests)} files of {about.VERSION} are as those who take them ask")


main(sys.argv[1])
