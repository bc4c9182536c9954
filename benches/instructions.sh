#!/bin/sh
# Instructions per comment of `score`, by callgrind: the same on every run, whatever else the
# machine does. Fails if they exceed the stored baseline by more than the tolerance.
#   benches/instructions.sh          compares
#   benches/instructions.sh --store  stores a new baseline
set -eu
cd "$(dirname "$0")/.."
TOLERANCE=3
COMMENTS=2000
BASELINE=benches/instructions.txt
PROGRAM=${PROGRAM:-target/release/netiquette}

command -v valgrind >/dev/null || { echo "valgrind is not installed: nothing measured" >&2; exit 0; }
[ -x "$PROGRAM" ] || cargo build --release
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Made-up comments under fifty to an article, the same ones every time.
awk -v n="$COMMENTS" '
function uniform() { seed = seed * 16807 % 2147483647; return seed / 2147483647 }
BEGIN {
  seed = 1
  split("der die und das nicht ist du sie ich zu so auch mal wenn nur was", frequent, " ")
  split("be ge ver un an auf ster lich keit en er ung tra mo li ka scho fur wa ro nie sta bus", part, " ")
  print "id,article_id,text"
  for (i = 0; i < n; i++) {
    text = ""
    words = 5 + int(uniform() * uniform() * 100)
    for (w = 0; w < words; w++) {
      word = ""
      if (uniform() < 0.4) word = frequent[1 + int(uniform() * 16)]
      else for (p = 2 + int(uniform() * 3); p > 0; p--) word = word part[1 + int(uniform() * uniform() * 23)]
      if (uniform() < 0.3) word = toupper(substr(word, 1, 1)) substr(word, 2)
      text = text (w ? (uniform() < 0.1 ? ". " : " ") : "") word
    }
    printf "%d,a%d,\"%s!\"\n", i, int(i / 50), text
  }
}' >"$folder/all.csv"
head -2 "$folder/all.csv" >"$folder/one.csv"

count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$PROGRAM" score "$folder/$1.csv" -o "$folder/out.csv" --threads 1 2>&1 |
    sed -n 's/.*refs: *//p' | tr -d ,
}
start=$(count one)
each=$((($(count all) - start) / (COMMENTS - 1)))
[ "$(wc -l <"$folder/out.csv")" -eq $((COMMENTS + 1)) ] || { echo "rows are missing" >&2; exit 1; }
if [ "${1:-}" = --store ]; then
  printf 'start %d\ncomment %d\n' "$start" "$each" >"$BASELINE"
fi
status=0
while read -r name stored; do
  case $name in start) now=$start ;; *) now=$each ;; esac
  echo "$name: $now instructions, baseline $stored"
  [ "$now" -le $((stored + stored * TOLERANCE / 100)) ] || { echo "$name: more than $TOLERANCE % above it" >&2; status=1; }
done <"$BASELINE"
exit $status
