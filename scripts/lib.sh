# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# For scripts/demo and scripts/test: what they need, and how to get it on Debian.

# A line each: how to tell that a thing is here, and the package it is in.
needs_build='
header:stdio.h      libc6-dev
command:cc          gcc
command:meson       meson
command:ninja       ninja-build
command:pkg-config  pkg-config
module:openblas     libopenblas-dev
module:lapacke      liblapacke-dev
module:jansson      libjansson-dev
module:libxxhash    libxxhash-dev
module:zlib         zlib1g-dev
module:libzip       libzip-dev
module:libprotobuf-c  libprotobuf-c-dev
command:protoc-c    protobuf-c-compiler
module:popt         libpopt-dev
'
needs_quick_test='
command:gcc         gcc
command:python3     python3
module:criterion    libcriterion-dev
'
# gfortran is for the runtime library that OpenBLAS needs when linked statically, locales for a
# decimal comma.
needs_test='
command:clang         clang
sanitizers:clang      libclang-rt-dev
command:chromium      chromium
file:/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf  fonts-dejavu-core
command:clang-format  clang-format
command:cmake         cmake
command:g++           g++
command:gfortran      gfortran
command:nm            binutils
file:/usr/share/i18n/locales/de_DE  locales
'

fail() {
    echo "$program: $*" >&2
    exit 1
}

misuse() {
    echo "$program: $*; see $program --help" >&2
    exit 2
}

is_here() {
    case $1 in
    command:*) "${1#*:}" --version > /dev/null 2>&1 ;;
    module:*) pkg-config --exists "${1#*:}" 2> /dev/null ;;
    sanitizers:*) echo 'int main(void) { return 0; }' |
        "${1#*:}" -fsanitize=address,undefined -x c - -o /dev/null 2> /dev/null ;;
    file:*) [ -e "${1#*:}" ] ;;
    header:*) echo "#include <${1#*:}>" | cc -E - > /dev/null 2>&1 ;;
    esac
}

# missing_packages LINES: the packages of the lines whose things are not here.
missing_packages() {
    echo "$1" | while read -r thing package; do
        [ -z "$thing" ] || is_here "$thing" || echo "$package"
    done | awk '!seen[$0]++ { printf " %s", $0 }'
}

# provide LINES: installs what is missing if this user may, or else says how and ends.
provide() {
    missing=$(missing_packages "$1")
    [ -n "$missing" ] || return 0
    install="apt-get install -y --no-install-recommends$missing"
    command -v apt-get > /dev/null ||
        fail "needs what Debian has in these packages:$missing"
    if [ "$(id -u)" -eq 0 ]; then
        root=
    elif sudo -n true 2> /dev/null; then
        root='sudo -n'
    else
        echo "$program: packages are missing, and only root may install them. Run this, and then" >&2
        echo "$program again:" >&2
        echo "    sudo $install" >&2
        exit 1
    fi
    echo "Installing$missing"
    log=$(mktemp) || exit 1
    # The second try is for a machine that has no, or an old, list of packages.
    # shellcheck disable=SC2086 # words
    if ! $root env DEBIAN_FRONTEND=noninteractive $install > "$log" 2>&1 &&
        ! { $root apt-get update && $root env DEBIAN_FRONTEND=noninteractive $install; } \
            > "$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "this failed: $install"
    fi
    rm -f "$log"
    missing=$(missing_packages "$1")
    [ -z "$missing" ] || fail "installed, and still not found:$missing"
}
