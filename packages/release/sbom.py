"""Writes the bill of materials of a release, CycloneDX 1.6: what Cargo.lock holds of each target's dependencies, with its
checksums, and the C libraries that crates carry.

    sbom.py OUT      # writes OUT/nospill-VERSION.cdx.json

What takes part in the build alone is there as `excluded`. Nothing in it is of the moment: its serial number is made of its text.
"""

import datetime
import json
import pathlib
import subprocess
import sys
import tomllib
import uuid

import about

# A crate, and the library whose source it carries; the version of libgit2 stands in the crate's own.
CARRIED = {
    "libgit2-sys": lambda version: ("libgit2", version.partition("+")[2], "pkg:github/libgit2/libgit2@v{}"),
    "libdeflate-sys": lambda version: ("libdeflate", version.partition("+")[2], "pkg:github/ebiggers/libdeflate"),
    "libmimalloc-sys": lambda version: ("mimalloc", version.partition("+")[2], "pkg:github/microsoft/mimalloc"),
    "libz-sys": lambda version: ("zlib", version.partition("+")[2], "pkg:github/madler/zlib"),
}


def metadata(triple):
    asked = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={triple}"]
    return json.loads(subprocess.check_output(asked, cwd=about.ROOT))


def reached(nodes, root, kinds):
    """The packages that are reached from the root by dependencies of these kinds; at the root no dependency for tests."""
    seen, left = set(), [root]
    while left:
        node = left.pop()
        if node not in seen:
            seen.add(node)
            left += [dep["pkg"] for dep in nodes[node]["deps"] if any(kind["kind"] in kinds for kind in dep["dep_kinds"])]
    return seen


def gather():
    """The packages by id, of all targets; those that are in some program; and who depends on whom."""
    packages, within, edges, root = {}, set(), {}, None
    for target in about.TARGETS:
        told = metadata(target.triple)
        root = told["resolve"]["root"]
        nodes = {node["id"]: node for node in told["resolve"]["nodes"]}
        # A macro crate runs in the compiler, with all that it needs.
        by_id = {package["id"]: package for package in told["packages"]}
        macros = {key for key, package in by_id.items() if any("proc-macro" in part["kind"] for part in package["targets"])}
        linked = {key: {**node, "deps": [] if key in macros else node["deps"]} for key, node in nodes.items()}
        within |= reached(linked, root, {None}) - macros
        for key in reached(nodes, root, {None, "build"}):
            packages[key] = by_id[key]
            deps = [dep["pkg"] for dep in nodes[key]["deps"] if any(kind["kind"] in {None, "build"} for kind in dep["dep_kinds"])]
            edges.setdefault(key, set()).update(deps)
    return packages, within, edges, root


def component(package, checksums, scope):
    name, version = package["name"], package["version"]
    found = {
        "type": "library",
        "bom-ref": f"pkg:cargo/{name}@{version}",
        "name": name,
        "version": version,
        "scope": scope,
        "purl": f"pkg:cargo/{name}@{version}",
    }
    if package.get("license"):
        found["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if (name, version) in checksums:
        found["hashes"] = [{"alg": "SHA-256", "content": checksums[name, version]}]
    if package.get("repository"):
        found["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return found


def carried(package):
    """The C library inside of a crate, if there is one."""
    if package["name"] not in CARRIED:
        return None
    name, version, purl = CARRIED[package["name"]](package["version"])
    purl = purl.format(version)
    found = {"type": "library", "bom-ref": purl, "name": name, "purl": purl, "scope": "required"}
    return {**found, "version": version} if version else found


def main(out):
    lock = tomllib.loads((about.ROOT / "Cargo.lock").read_text(encoding="utf-8"))["package"]
    checksums = {(entry["name"], entry["version"]): entry["checksum"] for entry in lock if "checksum" in entry}
    packages, within, edges, root = gather()
    refs = {key: f"pkg:cargo/{package['name']}@{package['version']}" for key, package in packages.items()}
    components, depends = [], {refs[key]: sorted(refs[to] for to in edges[key] if to in refs) for key in packages}
    for key, package in packages.items():
        if key == root:
            continue
        components.append(component(package, checksums, "required" if key in within else "excluded"))
        inside = carried(package)
        if inside:
            components.append(inside)
            depends[refs[key]] = sorted([*depends[refs[key]], inside["bom-ref"]])
            depends[inside["bom-ref"]] = []
    main_component = {**component(packages[root], checksums, "required"), "type": "application"}
    bom = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": datetime.datetime.fromtimestamp(about.epoch(), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": main_component,
        },
        "components": sorted(components, key=lambda part: part["bom-ref"]),
        "dependencies": [{"ref": ref, "dependsOn": to} for ref, to in sorted(depends.items())],
    }
    bom["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bom, sort_keys=True))}"
    pathlib.Path(out, f"nospill-{about.VERSION}.cdx.json").write_text(json.dumps(bom, indent=2) + "\n", encoding="utf-8")


main(*sys.argv[1:])
