#!/usr/bin/env bash
# How time and memory of scoring and training grow with the rows: made-up comments of
# scripts/synthetic, up to a million as a rule, or as many as are named.
#
#   benches/growth.sh [score|train] [ROWS ...]
#
# Needs /usr/bin/time. Training a million rows takes some minutes and 7 GB.
set -euo pipefail
cd "$(dirname "$0")/.."
what=score
case ${1:-} in score | train) what=$1 && shift ;; esac
[ $# -gt 0 ] || set -- 62369 250000 1000000
cargo build --release --quiet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A label that some words of syllables decide and 15 % are wrong in.
labelled() {
  awk -F'"' 'NR == 1 { print "incivility," $0; next }
    { print ((($2 ~ /tramo|wabus|Lika/) != ($1 * 7919 % 100 < 15)) ? 1 : 0) "," $0 }'
}

# Rows without text are rejected, which exit code 3 says.
timed() {
  /usr/bin/time -o "$folder/time" -f '%e %U %M' target/release/netiquette "$@" --quiet || [ $? = 3 ]
  tail -n 1 "$folder/time"
}

printf '%s\n' "| $what | threads | seconds | processor seconds | per row, of the first | memory, MB |" "|---|---|---|---|---|---|"
for threads in 1 2; do
  first=""
  for rows in "$@"; do
    scripts/synthetic "$rows" >"$folder/rows.csv"
    case $what in
      score) command=(score "$folder/rows.csv" -o /dev/null) ;;
      train)
        labelled <"$folder/rows.csv" >"$folder/labelled.csv"
        command=(train "$folder/labelled.csv" --labels incivility --model "$folder/model")
        ;;
    esac
    # The median of five, but one where a run is long.
    runs=5 && [ $what = score ] || runs=1
    for _ in $(seq $runs); do timed "${command[@]}" --threads $threads; done | sort -n >"$folder/runs"
    read -r seconds processor memory < <(sed -n "$(((runs + 1) / 2))p" "$folder/runs")
    first=${first:-$(awk "BEGIN { print $seconds / $rows }")}
    awk "BEGIN { printf \"| %d | %d | %.2f | %.1f | %.2f | %d |\n\",
      $rows, $threads, $seconds, $processor, $seconds / $rows / $first, $memory / 1000 }"
  done
done
