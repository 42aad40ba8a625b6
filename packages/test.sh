#!/usr/bin/env bash
# Builds the wheel and the npm package from this tree, installs each into an empty place and lets what was installed find a
# secret, and guard packages that leak an .env and a key: one of Python, one of npm before it is published, one of cargo.
#
#   packages/test.sh [target/release/nospill]
#
# The program is not built again: the wheel takes the one of that folder's profile. Nothing is installed outside of a
# temporary folder. What can't be fetched is skipped, loudly; then it exits with 77.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/target/release/nospill}")
[ -x "$program" ] || { echo "no program at $program" >&2; exit 2; }
profile=$(basename "$(dirname "$program")")
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
skipped=0

skip() { echo "SKIP: $1 could not be fetched, so $2 was not proven" >&2; skipped=1; }

fail() { cat "$work/log" >&2; echo "FAIL: $1" >&2; exit 1; }

# A GitHub token, made here: nothing in this file looks like one. Its last six digits are a CRC-32 in base 62.
token() {
    python3 - <<'PY'
import zlib
digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
n, body = 104729, ""
for _ in range(30):
    n = (n * 6364136223846793005 + 1442695040888963407) % 2**64
    body += digits[(n >> 33) % 62]
crc, tail = zlib.crc32(body.encode()), ""
for _ in range(6):
    crc, tail = crc // 62, digits[crc % 62] + tail
print("gh" + "p_" + body + tail)
PY
}

# prove NAME COMMAND…: the installed program says its version, finds a secret and lets a clean folder pass.
prove() {
    local name=$1
    shift
    local said
    said=$("$@" --version 2> "$work/log") || fail "$name: the program does not start"
    [ "$said" = "nospill $version" ] || fail "$name: $said, not $version"
    "$@" dir "$work/clean" > "$work/log" 2>&1 || fail "$name: a clean folder is not clean"
    local code=0
    "$@" dir "$work/leak" > "$work/log" 2>&1 || code=$?
    if [ "$code" != 1 ] || ! grep -q 'settings.py:1:' "$work/log"; then fail "$name: the secret is not found, exit $code"; fi
    echo "ok: $name"
}

# leaky FOLDER: what must not be shipped.
leaky() {
    mkdir -p "$1"
    echo "API_TOKEN=$(token)" > "$1/.env"
    openssl genpkey -algorithm ed25519 > "$1/server.key" 2> /dev/null
}

# guarded NAME COMMAND…: the guard says where the token and the key are, whatever the package calls their folder.
guarded() {
    local name=$1 code=0
    shift
    "$@" > "$work/log" 2>&1 || code=$?
    [ "$code" = 1 ] || fail "guard of $name: exit $code"
    { grep -qE '^ *--> .*\.env:1' "$work/log" && grep -qE '^ *--> .*server\.key:1' "$work/log"; } || fail "guard of $name: not all is found"
    echo "ok: guard of $name"
}

mkdir "$work/leak" "$work/clean"
echo "token = \"$(token)\"" > "$work/leak/settings.py"
echo 'x = 1' > "$work/clean/settings.py"

if python3 -m venv "$work/maturin" && "$work/maturin/bin/pip" -q --disable-pip-version-check install 'maturin>=1.7,<2' 2> "$work/log"; then
    target=$(dirname "$(dirname "$program")")
    [ "$profile" = debug ] && profile=dev
    # No manylinux tag: that is for wheels built on an old system. Neither stripped nor pressed hard, which is slow.
    (cd "$root/packages/pypi" && "$work/maturin/bin/maturin" build --locked --profile "$profile" --target-dir "$target" \
        --compatibility linux --strip false --compression-level 1 --out "$work/wheels") > "$work/log" 2>&1 || fail 'no wheel is built'
    [ ! -e "$root/packages/pypi/target" ] || fail 'something is built into the tree'
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" -q --disable-pip-version-check install --no-index "$work"/wheels/nospill-"$version"-py3-none-*.whl > "$work/log" 2>&1 ||
        fail 'the wheel can not be installed'
    prove "wheel ($(basename "$work"/wheels/*.whl), $("$work/maturin/bin/maturin" --version))" "$work/venv/bin/nospill"
    if "$work/venv/bin/pip" -q --disable-pip-version-check install build setuptools 2> "$work/log"; then
        leaky "$work/python/leaky"
        touch "$work/python/leaky/__init__.py"
        cat > "$work/python/pyproject.toml" <<'TOML'
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "leaky"
version = "1.0"
[tool.setuptools]
packages = ["leaky"]
package-data = { leaky = [".env", "*.key"] }
TOML
        cd "$work/python"
        PATH=$work/venv/bin:$PATH guarded "a Python package ($("$work/venv/bin/python" -m build --version | cut -d' ' -f1,2))" nospill guard package
        for built in 'leaky-1\.0\.tar\.gz!' 'leaky-1\.0-py3-none-any\.whl!'; do grep -q "$built" "$work/log" || fail 'sdist and wheel are not both looked into'; done
        [ ! -e "$work/python/dist" ] || fail 'the guard leaves what it built'
    else
        skip 'build and setuptools' 'the guard of a Python package'
    fi
else
    skip maturin 'the wheel'
fi

leaky "$work/cargo"
cd "$work/cargo"
git init -q
mkdir src
touch src/lib.rs
printf '[package]\nname = "leaky"\nversion = "1.0.0"\nedition = "2021"\n' > Cargo.toml
git add .
guarded "a crate ($(cargo --version | cut -d' ' -f1,2))" "$program" guard package

if command -v npm > /dev/null; then
    strip -o "$work/nospill" "$program"
    package=$("$root/packages/npm/pack.sh" "$work/nospill" "$work" 2> "$work/log") || fail 'npm packs nothing'
    mkdir "$work/project"
    cd "$work/project"
    # What a project that publishes itself would have: the guard runs before anything is sent, and a key is among the files.
    cat > package.json <<'JSON'
{
  "name": "leaky", "version": "1.0.0", "files": ["index.js", ".env", "server.key"],
  "scripts": { "prepublishOnly": "nospill guard package" }
}
JSON
    npm install --silent --offline --no-fund --no-audit --save-dev "$package" > "$work/log" 2>&1 || fail 'the npm package can not be installed'
    prove "npm package ($(basename "$package"), npm $(npm --version))" npx --no-install nospill
    echo 'module.exports = 1' > index.js
    leaky "$work/project"
    # Of a dry run as of a real one; the registry is one that nobody answers at, so that nothing can be sent by accident.
    publish() {
        npm publish --dry-run --ignore-scripts=false --registry http://127.0.0.1:9 > "$work/npm.log" 2>&1 || { cat "$work/npm.log"; return 1; }
    }
    guarded "an npm package, before it is published (npm $(npm --version))" publish
    rm .env server.key
    npm run --silent prepublishOnly > "$work/log" 2>&1 || fail 'the guard holds a clean package up'
    echo 'ok: a clean npm package passes'
else
    skip npm 'the npm package'
fi
[ "$skipped" = 0 ] || exit 77
