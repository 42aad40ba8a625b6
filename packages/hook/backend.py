"""A build backend (PEP 517) for one package, `nospill-hook`, that holds nothing and depends on the wheel of nospill of the version in
Cargo.toml. It needs no other package, and Python 3.8: that of the user."""

import io
import os
import re
import tarfile
import zipfile

# What the package is built from.
SOURCES = ["Cargo.toml", "pyproject.toml", "packages/hook/backend.py"]


def version():
    with open("Cargo.toml", encoding="utf-8") as manifest:
        return re.search(r'^version = "(.+)"$', manifest.read(), re.MULTILINE).group(1)


def metadata():
    return f"Metadata-Version: 2.1\nName: nospill-hook\nVersion: {version()}\nRequires-Dist: nospill=={version()}\n"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    info = f"nospill_hook-{version()}.dist-info"
    files = {
        f"{info}/METADATA": metadata(),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: nospill packages/hook\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    name = f"nospill_hook-{version()}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        for member, text in files.items():
            wheel.writestr(member, text)
    return name


def build_sdist(sdist_directory, config_settings=None):
    top = f"nospill_hook-{version()}"
    with tarfile.open(os.path.join(sdist_directory, f"{top}.tar.gz"), "w:gz") as archive:
        for source in SOURCES:
            archive.add(source, f"{top}/{source}")
        about = tarfile.TarInfo(f"{top}/PKG-INFO")
        about.size = len(metadata())
        archive.addfile(about, io.BytesIO(metadata().encode()))
    return f"{top}.tar.gz"
