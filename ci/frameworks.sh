#!/usr/bin/env bash
# Proves the recipes of hooks/README.md with the real hook managers: pre-commit and prek (PyPI), husky, lefthook and
# lint-staged (npm), where the program comes from the wheel and the npm package of this tree, of a registry on loopback. Each gets a repository of its own, in which a commit with a secret must be blocked and a clean one pass.
#
#   ci/frameworks.sh [target/release/nospill]
#
# Nothing is installed outside of a temporary folder. What can't be fetched is skipped, loudly; then it exits with 77.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/target/release/nospill}")
[ -x "$program" ] || { echo "no program at $program" >&2; exit 2; }
work=$(mktemp -d)
registry=
trap '[ -z "$registry" ] || kill "$registry"; rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/home"
ln -s "$program" "$work/bin/nospill"
export RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup} CARGO_HOME=${CARGO_HOME:-$HOME/.cargo}
export HOME=$work/home GIT_CONFIG_NOSYSTEM=1 PRE_COMMIT_HOME=$work/cache PREK_HOME=$work/prek-home
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org
unset CI
export PATH=$work/bin:$work/venv/bin:$work/npm/node_modules/.bin:$PATH
skipped=0

skip() { echo "SKIP: $1 could not be fetched, so its recipe was not proven" >&2; skipped=1; }

# A GitHub token, made here: nothing in this file looks like one. Its last six digits are a CRC-32 in base 62.
token() {
    python3 - "$1" <<'PY'
import sys, zlib
digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
n, body = int(sys.argv[1]) * 7919 + 104729, ""
for _ in range(30):
    n = (n * 6364136223846793005 + 1442695040888963407) % 2**64
    body += digits[(n >> 33) % 62]
crc, tail = zlib.crc32(body.encode()), ""
for _ in range(6):
    crc, tail = crc // 62, digits[crc % 62] + tail
print("token = \"" + "gh" + "p_" + body + tail + "\"")
PY
}

# hasty COMMAND…: with a release profile that is one of development, and one folder for what is built.
hasty() {
    CARGO_TARGET_DIR=$work/target CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        CARGO_PROFILE_RELEASE_OPT_LEVEL=0 "$@"
}

# repository NAME: an empty one, to stand in.
repository() {
    git init -q -b main "$work/$1"
    cd "$work/$1"
}

# prove NAME: the hooks of the repository here block a secret in a file and in a message, and let a clean commit pass.
prove() {
    local log=$work/$1.log
    echo 'x = 1' > clean.py
    git add -A
    git commit -q -m clean > "$log" 2>&1 || { cat "$log"; echo "FAIL: $1 blocks a clean commit" >&2; exit 1; }
    token 1 > leak.py
    git add leak.py
    if git commit -q -m leak > "$log" 2>&1; then cat "$log"; echo "FAIL: $1 lets a secret in a file pass" >&2; exit 1; fi
    grep -q 'leak.py:1:10' "$log" || { cat "$log"; echo "FAIL: $1 does not say where the secret is" >&2; exit 1; }
    git rm -q --cached leak.py
    rm leak.py
    if git commit -q --allow-empty -m "$(token 2)" > "$log" 2>&1; then
        cat "$log"; echo "FAIL: $1 lets a secret in a message pass" >&2; exit 1
    fi
    grep -q github-pat "$log" || { cat "$log"; echo "FAIL: $1 blocks a message for another reason" >&2; exit 1; }
    echo "ok: $1 ($2)"
}

# What a release would have given to PyPI and npm, and where they are asked for it.
mkdir -p "$work/programs/$(uname -m)-unknown-linux-musl" "$work/packed"
strip -o "$work/programs/$(uname -m)-unknown-linux-musl/nospill" "$program"
for kind in wheel npm; do NOSPILL_PACK_LEVEL=1 PYTHONDONTWRITEBYTECODE=1 python3 "$root/packages/release/$kind.py" "$work/programs" "$work/packed"; done
python3 "$root/packages/registry.py" "$work/packed" "$work/port" >> "$work/fetched" &
registry=$!
for _ in $(seq 100); do if [ -s "$work/port" ]; then break; fi; sleep 0.1; done
index=http://127.0.0.1:$(cat "$work/port")
# The path on which no program stands.
bare=${PATH#"$work/bin:"}

# install_hooks FRAMEWORK: of the configuration that is here.
install_hooks() {
    "$1" install > "$work/install.log" 2>&1 || { cat "$work/install.log"; exit 1; }
    "$1" install-hooks > "$work/install.log" 2>&1 || { cat "$work/install.log"; exit 1; }
}

if python3 -m venv "$work/venv" && "$work/venv/bin/pip" -q --disable-pip-version-check install pre-commit prek uv 2> "$work/pip.log"; then
    # The hooks of this tree as a framework fetches them: from a repository, at a revision.
    git init -q "$work/hooks"
    (cd "$root" && cp --parents .pre-commit-hooks.yaml pyproject.toml Cargo.toml packages/hook/backend.py "$work/hooks/")
    git -C "$work/hooks" add . && git -C "$work/hooks" commit -q -m hooks
    revision=$(git -C "$work/hooks" rev-parse HEAD)
    export PIP_INDEX_URL=$index/simple UV_DEFAULT_INDEX=$index/simple PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1
    for framework in pre-commit prek; do
        repository "$framework-system"
        cat > .pre-commit-config.yaml <<YAML
default_install_hook_types: [pre-commit, commit-msg]
repos:
  - repo: $work/hooks
    rev: $revision
    hooks: [{ id: nospill-system }, { id: nospill-commit-msg, language: system }]
YAML
        install_hooks "$framework"
        prove "$framework-system" "the program on PATH, $("$framework" --version)"
    done
    export PATH=$bare
    for framework in pre-commit prek; do
        repository "$framework"
        cat > .pre-commit-config.yaml <<YAML
default_install_hook_types: [pre-commit, commit-msg, pre-push]
repos:
  - repo: $work/hooks
    rev: $revision
    hooks: [{ id: nospill }, { id: nospill-commit-msg }, { id: nospill-pre-push }]
YAML
        : > "$work/fetched"
        started=$SECONDS
        install_hooks "$framework"
        grep -q '^nospill-.*\.whl$' "$work/fetched" || { echo "FAIL: $framework did not ask for the wheel" >&2; exit 1; }
        prove "$framework" "by the wheel, installed in $((SECONDS - started)) s"
        # A push: what is not in the remote, hooks of commits passed by.
        git init -q --bare "$work/$framework.git"
        git remote add origin "$work/$framework.git"
        git push -q origin main > "$work/push.log" 2>&1 || { cat "$work/push.log"; echo "FAIL: a clean push" >&2; exit 1; }
        token 3 > leak.py
        git add leak.py && git commit -q --no-verify -m leak
        if git push -q origin main > "$work/push.log" 2>&1; then echo "FAIL: $framework lets a push pass" >&2; exit 1; fi
        grep -q 'leak.py:1:10' "$work/push.log" || { cat "$work/push.log"; exit 1; }
        echo "ok: $framework, pre-push"
        log=$work/runs.log
        # Runs that are about no commit: between two commits, and over files by the hook that takes names.
        if "$framework" run nospill --from-ref HEAD~1 --to-ref HEAD > "$log" 2>&1; then cat "$log"; echo "FAIL: $framework, a range" >&2; exit 1; fi
        grep -q 'leak.py:1:10' "$log" || { cat "$log"; exit 1; }
        "$framework" run nospill --all-files --verbose > "$log" 2>&1 || { cat "$log"; exit 1; }
        grep -q 'nothing is staged, so nothing was scanned' "$log" || { cat "$log"; exit 1; }
        sed -i 's/{ id: nospill }/{ id: nospill-files }/' .pre-commit-config.yaml
        for files in --all-files '--files leak.py'; do
            # shellcheck disable=SC2086 # two words
            if "$framework" run nospill-files $files > "$log" 2>&1; then cat "$log"; echo "FAIL: $framework, $files" >&2; exit 1; fi
            grep -q 'leak.py:1:10' "$log" || { cat "$log"; exit 1; }
        done
        echo "ok: $framework, runs without a commit"
    done
    # The hook that builds the program itself, from a repository that holds it: built for haste, not for use.
    git clone -q "$root" "$work/source"
    for framework in pre-commit prek; do
        repository "$framework-rust"
        printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks: [{ id: nospill-build }]\n' "$work/source" "$(git -C "$work/source" rev-parse HEAD)" \
            > .pre-commit-config.yaml
        "$framework" install > "$work/install.log" 2>&1 || { cat "$work/install.log"; exit 1; }
        hasty "$framework" install-hooks > "$work/install.log" 2>&1 || { cat "$work/install.log"; exit 1; }
        token 4 > leak.py
        git add .
        if git commit -q -m leak > "$work/$framework.log" 2>&1; then echo "FAIL: $framework, built" >&2; exit 1; fi
        grep -q 'leak.py:1:10' "$work/$framework.log" || { cat "$work/$framework.log"; exit 1; }
        echo "ok: $framework, which built the program"
    done
else
    skip 'pre-commit and prek'
fi

export PATH=$bare
# lefthook's package wires hooks into the repository that npm is run in.
cd "$work"
if npm install --silent --no-fund --no-audit --prefix "$work/npm" husky lefthook lint-staged > "$work/npm.log" 2>&1; then
    version() { node -p "require('$work/npm/node_modules/$1/package.json').version"; }
    # by_npm: the program as a development dependency of the repository here, which no commit takes in.
    by_npm() {
        echo node_modules > .gitignore
        npm_config_cache=$work/npm-cache npm install --silent --no-fund --no-audit --no-package-lock --save-dev --registry "$index" nospill > "$work/npm.log" 2>&1 ||
            { cat "$work/npm.log"; exit 1; }
    }
    repository husky
    echo '{}' > package.json
    by_npm
    husky > /dev/null
    echo 'nospill staged' > .husky/pre-commit
    echo 'nospill commit-msg "$1"' > .husky/commit-msg
    prove husky "$(version husky), the program of the npm package"
    # Beside lint-staged, as the recipe says.
    repository lint-staged
    echo '{ "lint-staged": { "*.py": "true" } }' > package.json
    by_npm
    husky > /dev/null
    printf '%s\n' 'lint-staged' 'nospill staged' > .husky/pre-commit
    echo 'nospill commit-msg "$1"' > .husky/commit-msg
    prove lint-staged "$(version lint-staged)"
    repository lefthook
    echo '{}' > package.json
    by_npm
    cat > lefthook.yml <<'YAML'
pre-commit:
  commands:
    nospill:
      run: node_modules/.bin/nospill staged
commit-msg:
  commands:
    nospill:
      run: node_modules/.bin/nospill commit-msg {1}
YAML
    lefthook install > /dev/null
    prove lefthook "$(version lefthook), the program of the npm package"
else
    skip 'husky, lefthook and lint-staged'
fi
[ "$skipped" = 0 ] || exit 77
