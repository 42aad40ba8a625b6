#!/bin/sh
# Makes the container image of a release for its two machines: packages/release/image.sh PROGRAMS OUT
#
# By docker with buildx, or buildah; the other machine's part runs under qemu. The image is ci/Containerfile's, of programs that are
# built already. It goes to OUT/nospill-VERSION.oci.tar. BASE is another image to start from, PLATFORMS other machines.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
platforms=${PLATFORMS:-linux/amd64,linux/arm64}
mkdir -p "$2"
image=$2/nospill-$version.oci.tar
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
for pair in amd64:x86_64 arm64:aarch64; do
    program=$1/${pair#*:}-unknown-linux-musl/nospill
    if [ -f "$program" ]; then
        mkdir "$context/${pair%:*}"
        install -m 755 "$program" "$context/${pair%:*}/nospill"
    fi
done
set -- --build-arg PROGRAM=released ${BASE:+--build-arg "BASE=$BASE"} --platform "$platforms" -f "$root/ci/Containerfile"
if docker buildx version > /dev/null 2>&1; then
    docker buildx build "$@" --provenance=false --output "type=oci,dest=$image" "$context"
else
    buildah bud "$@" --manifest "nospill-$version" "$context"
    buildah manifest push --all "nospill-$version" "oci-archive:$image"
    buildah manifest rm "nospill-$version"
fi
