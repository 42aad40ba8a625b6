#!/usr/bin/env python3
"""Trains the letter model of src/detect/checks/letters.rs: how much a text is written like words rather than at random.

    apt-get install wamerican wngerman wfrench wspanish witalian
    patterns/model/train.py src/detect/checks/letters.bin DIR...

DIR are source trees; the committed table was made with the git source (v2.47), Documentation, kernel, net, fs and tools
of the linux source, /usr/lib/python3.11, /usr/include and /usr/lib/node_modules/npm. Any large body of code gives nearly
the same table.

Every distinct run of letters that stands in three files or more counts with the logarithm of the number of files, as does
each part of it between a lower and an upper letter; words of the lists count once (English) or a tenth (others). What is
counted are trigrams of 27 symbols, a to z and the edge of a word. The table is log2(P(c|ab) * 26) in steps of half a bit,
clamped to -8..7 and stored as nibbles (value + 8), trigram (a, b, c) at index (a * 27 + b) * 27 + c, even indexes in the
low nibble: 9,842 bytes. Positive is word-like, negative is random. Python standard library only.
"""
import collections
import math
import os
import re
import sys

LISTS = {"american-english": 1.0, "ngerman": 0.1, "french": 0.1, "spanish": 0.1, "italian": 0.1}
SOURCE = (".c", ".h", ".py", ".js", ".ts", ".json", ".rst", ".md", ".txt", ".sh", ".pl", ".rs", ".yaml", ".yml", ".toml")
EDGE = 26


def words_of(text):
    for run in set(re.findall(r"[A-Za-z]{2,24}", text)):
        yield run.lower()
        parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", run)
        if len(parts) > 1:
            yield from (part.lower() for part in parts if len(part) > 1)


def gather(folders):
    files = collections.Counter()
    for folder in folders:
        for at, dirs, names in os.walk(folder):
            dirs.sort()
            for name in sorted(names):
                if name.endswith(SOURCE):
                    with open(os.path.join(at, name), "rb") as f:
                        files.update(set(words_of(f.read(1 << 20).decode("latin-1"))))
    weights = {word: 1 + math.log2(count / 3) for word, count in files.items() if count >= 3}
    for name, weight in LISTS.items():
        with open("/usr/share/dict/" + name, encoding="utf8") as f:
            for word in f.read().lower().split():
                if word.isascii() and word.isalpha():
                    weights[word] = max(weights.get(word, 0), weight)
    return weights


def train(weights):
    tri, bi = collections.Counter(), collections.Counter()
    uni = collections.Counter()
    for word, weight in weights.items():
        symbols = [EDGE, EDGE] + [ord(c) - 97 for c in word]
        for a, b, c in zip(symbols, symbols[1:], symbols[2:]):
            tri[a, b, c] += weight
            bi[b, c] += weight
            uni[c] += weight
    total = sum(uni.values())
    ctx3, ctx2 = collections.Counter(), collections.Counter()
    for (a, b, _), n in tri.items():
        ctx3[a, b] += n
    for (b, _), n in bi.items():
        ctx2[b] += n
    table = []
    for a in range(27):
        for b in range(27):
            for c in range(27):
                if c == EDGE:
                    table.append(0)
                    continue
                p1 = (uni[c] + 1) / (total + 26)
                p2 = (bi[b, c] + 40 * p1) / (ctx2[b] + 40)
                p3 = (tri[a, b, c] + 20 * p2) / (ctx3[a, b] + 20)
                table.append(math.log2(p3 * 26))
    return table


def main():
    out, folders = sys.argv[1], sys.argv[2:]
    table = train(gather(folders))
    nibbles = [max(-8, min(7, round(bits * 2))) + 8 for bits in table] + [8]
    with open(out, "wb") as f:
        f.write(bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2])))


main()
