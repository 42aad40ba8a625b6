#!/bin/sh
# Lays the man pages and the completions that a program prints into a folder: packages/release/texts.sh PROGRAM FOLDER
set -eu
mkdir -p "$2/man" "$2/completions"
"$1" man "$2/man"
# What `nospill help COMMAND` prints is what COMMAND's own page says.
rm -f "$2"/man/nospill-help*.1
"$1" completions bash > "$2/completions/nospill.bash"
"$1" completions zsh > "$2/completions/_nospill"
"$1" completions fish > "$2/completions/nospill.fish"
"$1" completions elvish > "$2/completions/nospill.elv"
"$1" completions powershell > "$2/completions/_nospill.ps1"
