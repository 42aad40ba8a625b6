"""Archives that are the same, byte for byte, whenever they are made of the same files: members in order, one time, one owner."""

import gzip
import io
import os
import tarfile
import time
import zipfile

import about

# How hard to press, 1 to 9; tests are in a hurry.
LEVEL = int(os.environ.get("NOSPILL_PACK_LEVEL", "9"))


def tar(members):
    """The bytes of a .tar.gz of (name, bytes, executable or not)."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data, executable in sorted(members):
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), about.epoch(), 0o755 if executable else 0o644
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(raw.getvalue(), LEVEL, mtime=0)


def zipped(members, last=()):
    """The bytes of a zip archive of (name, bytes, executable or not); LAST stand at its end, in their order."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name, data, executable in [*sorted(members), *last]:
            info = zipfile.ZipInfo(name, time.gmtime(about.epoch())[:6])
            info.create_system, info.compress_type = 3, zipfile.ZIP_DEFLATED
            info.external_attr = (0o100755 if executable else 0o100644) << 16
            archive.writestr(info, data, compresslevel=LEVEL)
    return raw.getvalue()
