#!/usr/bin/env bash
# Builds the program of a release for a target and asks it for its version: packages/release/build.sh TRIPLE PROGRAMS
#
# Runs where that target's programs run. It goes to PROGRAMS/TRIPLE, stripped (Cargo.toml's release profile does that).
set -euo pipefail
triple=$1
programs=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
name=nospill
case $triple in
    *-linux-musl)
        command -v musl-gcc > /dev/null || { sudo apt-get update && sudo apt-get install -y --no-install-recommends musl-tools; }
        variable=CC_${triple//-/_}
        export "$variable=musl-gcc"
        ;;
    *-windows-msvc)
        # No DLL of Visual C++ has to be there.
        export RUSTFLAGS='-C target-feature=+crt-static'
        name=nospill.exe
        ;;
esac
rustc --version --verbose
rustup target add "$triple"
cargo build --locked --release --target "$triple"
mkdir -p "$programs/$triple"
programs=$(cd "$programs" && pwd)
cp "${CARGO_TARGET_DIR:-target}/$triple/release/$name" "$programs/$triple/$name"
said=$("$programs/$triple/$name" --version | tr -d '\r')
[ "$said" = "nospill $version" ] || { echo "the program says \"$said\", not \"nospill $version\"" >&2; exit 1; }
# It finds what it is for, in a repository of its own.
work=$(mktemp -d)
git init -q "$work"
printf -- '-----%s PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n' BEGIN "$(head -c 96 /dev/urandom | base64 | tr -d '\n')" > "$work/server.key"
git -C "$work" add server.key
code=0
(cd "$work" && "$programs/$triple/$name" staged) || code=$?
[ "$code" = 1 ] || { echo "a staged key ends with $code, not 1" >&2; exit 1; }
