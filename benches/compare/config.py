#!/usr/bin/env python3
"""What a full configuration costs a one-line commit.

    benches/compare/config.py path/to/nospill [ROUNDS]

Two repositories that differ in their configuration alone: none, and an organisation's policy, a file at the top with 200
allow entries and 50 rules, 20 files of folders, and a baseline of 1,000 lines. In both one line of a small file is staged.
The two are run in turn, so that a noisy machine is noisy to both. Given are medians and minima in milliseconds, of
the whole process and of a `git diff --cached --quiet` in the same round.
"""
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time

ENV = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org",
       "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.org"}


def git(repo, *args):
    subprocess.run(["git", "-C", repo, *args], check=True, env=ENV, stdout=subprocess.DEVNULL)


def write(repo, path, text):
    path = os.path.join(repo, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def configuration(repo, policy):
    write("/", policy, "[[policy]]\neffect = 'deny'\nrule = 'aws-*'\nlocked = true\n\n"
          "[[owner]]\npath = '.nospill.toml'\nmay_allow = '*@example.org'\n")
    text = "[scan]\nexclude = ['vendor/', '*.snap', 'docs/**/*.har']\n\n[markers]\nforeign = false\n\n"
    for n in range(200):
        text += f"[[allow]]\npath = '/src/old{n}.py'\nrule = 'github-pat'\nfingerprint = 'v1:{n:032x}'\n"
        text += f"reason = 'revoked {n}'\nowner = 'ada@example.org'\n\n"
    for n in range(50):
        text += f"[[rule]]\nid = 'house-{n}'\ntitle = 'House {n}'\nkeywords = ['house{n}-']\n"
        text += f"regex = '''\\b(?<secret>house{n}-[0-9a-f]{{32}})\\b'''\nchecks = [{{ entropy = 3.0 }}, 'placeholder']\n\n"
    write(repo, ".nospill.toml", text)
    for n in range(20):
        write(repo, f"part{n}/.nospill.toml", f"[scan]\nexclude = ['gen{n}/']\n\n[[policy]]\neffect = 'audit'\nrule = 'github-*'\npath = 'tests/'\n")
    entries = sorted(f"v1:{hashlib.sha256(str(n).encode()).hexdigest()[:32]} github-pat src/m{n % 90}.py" for n in range(1000))
    write(repo, ".nospill.baseline", "# nospill baseline\n" + "\n".join(sorted(entries, key=lambda e: e.split(" ", 2)[2])) + "\n")


def repository(folder, name, policy=None):
    repo = os.path.join(folder, name)
    subprocess.run(["git", "init", "-q", repo], check=True, env=ENV)
    for n in range(200):
        write(repo, f"part{n % 20}/m{n}.py", "".join(f"def f{k}(x):\n    return x + {k}\n" for k in range(40)))
    if policy:
        configuration(repo, policy)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "start")
    with open(os.path.join(repo, "part3/m3.py"), "a") as file:
        file.write("token = f1(2)\n")
    git(repo, "add", "-A")
    return repo


def timed(command, repo, env):
    start = time.perf_counter()
    ran = subprocess.run(command, cwd=repo, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    taken = (time.perf_counter() - start) * 1000
    assert ran.returncode in (0, 1) and b"unknown" not in ran.stderr, ran.stderr
    return taken


def main():
    program, rounds = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 30
    with tempfile.TemporaryDirectory() as folder:
        policy = os.path.join(folder, "policy.toml")
        full = repository(folder, "full", policy)
        none = repository(folder, "none")
        with_policy = {**ENV, "NOSPILL_POLICY": policy}
        runs = {
            "git": (["git", "diff", "--cached", "--quiet"], none, ENV),
            "none": ([program, "staged"], none, ENV),
            "full": ([program, "staged"], full, with_policy),
        }
        taken = {name: [] for name in runs}
        for run in range(rounds + 3):
            for name, (command, repo, env) in runs.items():
                milliseconds = timed(command, repo, env)
                if run >= 3:
                    taken[name].append(milliseconds)
        print(f"{rounds} rounds, load {os.getloadavg()[0]:.2f} {os.getloadavg()[1]:.2f}")
        for name, values in taken.items():
            print(f"{name:5} median {statistics.median(values):6.2f} ms   minimum {min(values):6.2f} ms")
        print(f"a full configuration adds {statistics.median(taken['full']) - statistics.median(taken['none']):.2f} ms by medians, "
              f"{min(taken['full']) - min(taken['none']):.2f} ms by minima")


main()
