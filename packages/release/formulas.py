"""Writes what package managers ask for, from the archives of a release and their checksums: a Homebrew formula, a Scoop
manifest and winget's three manifests. An archive that is not there is named, and then nothing is written.

    formulas.py OUT      # reads OUT/SHA256SUMS, writes OUT/nospill.rb, OUT/nospill.json, OUT/OWNER.nospill*.yaml
"""

import json
import pathlib
import sys

import about

OWNER = about.REPOSITORY.split("/")[-2]
LICENSES = about.PACKAGE["license"].split(" OR ")
TRIPLES = {target.triple: target for target in about.TARGETS}


def url(target):
    return f"{about.DOWNLOADS}/{target.archive}"


def homebrew(sums):
    def part(system, machine, triple):
        target = TRIPLES[triple]
        return f'    on_{machine} do\n      url "{url(target)}"\n      sha256 "{sums[target.archive]}"\n    end\n'

    systems = ""
    for system, suffix in [("macos", "apple-darwin"), ("linux", "unknown-linux-musl")]:
        inner = part(system, "arm", f"aarch64-{suffix}") + part(system, "intel", f"x86_64-{suffix}")
        systems += f"  on_{system} do\n{inner}  end\n\n"
    licenses = ", ".join(f'"{name}"' for name in sorted(LICENSES))
    return f"""class Nospill < Formula
  desc "Keeps secrets out of git: pre-commit gate, history and directory scanner"
  homepage "{about.REPOSITORY}"
  license any_of: [{licenses}]

{systems}  def install
    bin.install "nospill"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/nospill.bash" => "nospill"
    zsh_completion.install "completions/_nospill"
    fish_completion.install "completions/nospill.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{{bin}}/nospill --version")
    (testpath/"clean.py").write("x = 1\\n")
    system bin/"nospill", "dir", testpath
  end
end
"""


def scoop(sums):
    architectures = {"64bit": "x86_64-pc-windows-msvc", "arm64": "aarch64-pc-windows-msvc"}
    found = {name: TRIPLES[triple] for name, triple in architectures.items()}
    manifest = {
        "version": about.VERSION,
        "description": about.DESCRIPTION,
        "homepage": about.REPOSITORY,
        "license": {"identifier": "|".join(LICENSES)},
        "architecture": {
            name: {"url": url(target), "hash": sums[target.archive], "extract_dir": target.folder} for name, target in found.items()
        },
        "bin": "nospill.exe",
        "checkver": {"github": about.REPOSITORY},
        "autoupdate": {
            "architecture": {
                name: {
                    "url": url(target).replace(about.VERSION, "$version"),
                    "extract_dir": target.folder.replace(about.VERSION, "$version"),
                }
                for name, target in found.items()
            },
            "hash": {"url": "$baseurl/SHA256SUMS"},
        },
    }
    return json.dumps(manifest, indent=4) + "\n"


def winget(sums):
    """The three manifests by name. YAML is a superset of JSON: texts stand in its quotes."""
    head = [("PackageIdentifier", f"{OWNER}.nospill"), ("PackageVersion", about.VERSION)]

    def manifest(kind, fields, tail=""):
        lines = [*head, *fields]
        text = f"# yaml-language-server: $schema=https://aka.ms/winget-manifest.{kind}.1.10.0.schema.json\n"
        text += "".join(f"{key}: {json.dumps(value)}\n" for key, value in lines)
        return f"{text}{tail}ManifestType: {kind}\nManifestVersion: 1.10.0\n"

    installers = "Installers:\n"
    for machine, triple in [("x64", "x86_64-pc-windows-msvc"), ("arm64", "aarch64-pc-windows-msvc")]:
        target = TRIPLES[triple]
        # PowerShell's quotes are YAML's: in single ones a backslash is itself.
        installers += (
            f"- Architecture: {machine}\n  InstallerUrl: {url(target)}\n  InstallerSha256: {sums[target.archive].upper()}\n"
            f"  NestedInstallerFiles:\n  - RelativeFilePath: '{target.folder}\\nospill.exe'\n    PortableCommandAlias: nospill\n"
        )
    name = f"{OWNER}.nospill"
    yield f"{name}.yaml", manifest("version", [("DefaultLocale", "en-US")])
    yield f"{name}.installer.yaml", manifest("installer", [("InstallerType", "zip"), ("NestedInstallerType", "portable")], installers)
    yield f"{name}.locale.en-US.yaml", manifest("defaultLocale", [
        ("PackageLocale", "en-US"), ("Publisher", OWNER), ("PackageName", "nospill"), ("PackageUrl", about.REPOSITORY),
        ("License", about.PACKAGE["license"]), ("LicenseUrl", f"{about.REPOSITORY}/blob/v{about.VERSION}/LICENSE-MIT"),
        ("ShortDescription", about.DESCRIPTION), ("Tags", about.PACKAGE["keywords"]),
        ("ReleaseNotesUrl", f"{about.REPOSITORY}/releases/tag/v{about.VERSION}"),
    ])


def main(out):
    lines = pathlib.Path(out, "SHA256SUMS").read_text(encoding="ascii").splitlines()
    sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    missing = [target.archive for target in about.TARGETS if target.archive not in sums]
    if missing:
        sys.exit(f"not in SHA256SUMS, so no formula is written: {', '.join(missing)}")
    pathlib.Path(out, "nospill.rb").write_text(homebrew(sums), encoding="utf-8")
    pathlib.Path(out, "nospill.json").write_text(scoop(sums), encoding="utf-8")
    for name, text in winget(sums):
        pathlib.Path(out, name).write_text(text, encoding="utf-8")


main(*sys.argv[1:])
