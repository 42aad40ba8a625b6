"""Counts how common four-byte pieces are in source text, for the choice of what the prefilter looks for.

Run as `pieces.py FOLDER... > pieces.txt` over source trees: the kernel, git, Python's library, node_modules, crates. At
most 256 KiB are read of a file and at most 24 MB of an ending, so that no language drowns the others. Bytes are folded as the prefilter
folds them (bit 5 set). A line is the piece in hex and the binary logarithm, times four, of how often it stands in a
billion places, sorted by piece; pieces rarer than 1 in 50,000 are left out.
"""

import math
import os
import sys
from collections import Counter, defaultdict

import numpy

FROM = 20_000

def main():
    counts = numpy.zeros(0, dtype=numpy.int64)
    room = defaultdict(lambda: 24 << 20)
    total, counter, batch = 0, Counter(), []

    def flush():
        nonlocal total
        if not batch:
            return
        data = numpy.concatenate(batch)
        words, n = numpy.unique(data, return_counts=True)
        counter.update(dict(zip(words.tolist(), n.tolist())))
        total += len(data)
        batch.clear()

    size = 0
    for root in sys.argv[1:]:
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in sorted(names):
                ending = os.path.splitext(name)[1]
                path = os.path.join(folder, name)
                if room[ending] <= 0 or not os.path.isfile(path):
                    continue
                with open(path, "rb") as file:
                    content = file.read(256 << 10)
                if b"\0" in content or len(content) < 64:
                    continue
                room[ending] -= len(content)
                byte = (numpy.frombuffer(content, dtype=numpy.uint8) | 0x20).astype(numpy.uint32)
                batch.append(byte[:-3] | byte[1:-2] << 8 | byte[2:-1] << 16 | byte[3:] << 24)
                size += len(content)
                if size > 32 << 20:
                    flush()
                    size = 0
    flush()
    lines = []
    for word, n in counter.items():
        if n * 1_000_000_000 // total >= FROM:
            score = round(4 * math.log2(n * 1_000_000_000 / total))
            lines.append(f"{word.to_bytes(4, 'little').hex()} {score:3}")
    print("\n".join(sorted(lines)))

main()
