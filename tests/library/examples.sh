#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the examples as a reader would. The tutorial must print NumPy's losses, every digit of them.
# Usage: examples.sh [DIRECTORY OF THE BUILT EXAMPLES]

source=${LINNET_SOURCE_ROOT:-.}/examples
built=${1:-${LINNET_BUILD_ROOT:-build}/examples}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

# report STATUS NAME: one line of TAP, and on failure what was seen.
report() {
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    else
        echo "not ok $number - $2"
        sed 's/^/# /' "$work/seen"
    fi
}

echo 1..9

"$built/tutorial" "$source/tutorial_data.txt" > "$work/losses" 2> "$work/seen" &&
    diff -u "$source/tutorial_expected.txt" "$work/losses" > "$work/seen"
report $? "the tutorial prints NumPy's losses"

"$built/tutorial" > "$work/seen" 2>&1 && [ "$(wc -l < "$work/seen")" -eq 50 ]
report $? 'the tutorial draws its own numbers'

head -n 1000 "$source/tutorial_data.txt" > "$work/cut"
! "$built/tutorial" "$work/cut" > "$work/seen" 2>&1 && grep -q malformed "$work/seen"
report $? 'the tutorial refuses a file that is cut off'

! "$built/tutorial" "$work/absent" > "$work/seen" 2>&1 && grep -q 'could not be opened' "$work/seen"
report $? 'the tutorial refuses a file that is not there'

"$built/sine" "$work/sine.safetensors" > "$work/seen" 2>&1 && [ -s "$work/sine.safetensors" ] &&
    grep -Eq '^loss [1-9]\.[0-9]+e-0[4-9] ' "$work/seen"
report $? 'sine learns, and saves its net'

"$built/predict" "$work/sine.safetensors" > "$work/seen" 2>&1 &&
    grep -Eq '^largest error of an angle: 0\.0' "$work/seen"
report $? 'predict follows the true pendulums'

! "$built/predict" "$work/absent" > "$work/seen" 2>&1 && grep -q absent "$work/seen"
report $? 'predict names the file that it cannot open'

"$built/online" > "$work/seen" 2>&1 &&
    awk '{ e[NR] = $NF } END { exit !(NR == 12 && e[6] < 0.05 && e[7] > 3 * e[6] && e[12] < e[7] / 2) }' \
        "$work/seen"
report $? 'online learns a pendulum while it swings, and learns again when its length changes'

"$built/sensitivity" > "$work/seen" 2>&1 &&
    grep -Eq '^angle 1\.[0-9]+ after 40 steps, largest error [0-9.]+e-0[4-9]' "$work/seen" &&
    grep -Eq '^largest error of dg/dangle [0-9.]+e-0[2-9]' "$work/seen"
report $? 'sensitivity: the derivatives of a net serve an implicit solver'
