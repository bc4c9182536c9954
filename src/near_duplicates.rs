//! Texts that occur more than once, also with small changes: MinHash over character 5-grams
//! (Broder 1997), candidates by banding, each confirmed by its exact Jaccard similarity.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::metrics::SplitMix64;
use crate::text::Folded;

/// Symbols of a shingle.
const SHINGLE: usize = 5;
/// Symbols from which a text can have near duplicates; shorter ones only exact ones.
const LONG_ENOUGH: usize = 20;
/// Shingles that two near duplicates share, of all they have, where nobody says otherwise.
pub const SIMILAR: f64 = 0.7;
/// Bands and hashes in each: at a similarity of 0.7, 99 of 100 pairs share a band.
const BANDS: usize = 16;
const PER_BAND: usize = 4;
/// Members of a band that are compared each with each; beyond, only with the first and the last.
const ALL_PAIRS: usize = 32;

/// Rows of the same text, or nearly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// At least two, rising.
    pub rows: Vec<u32>,
    /// Per row, the first row that reads the same, however it was written (case, blanks, addresses
    /// apart).
    pub reads_as: Vec<u32>,
}

/// Groups texts that are the same or share `similar` (0–1, [`SIMILAR`]) of their shingles; texts
/// without a twin are in no cluster. What is alike through a third text is alike.
pub fn clusters(texts: &[&str], similar: f64) -> Vec<Cluster> {
    let folded: Vec<Vec<u8>> = texts.par_iter().map(|text| Folded::new(text).symbols).collect();
    let mut sets = Sets::new(texts.len());
    let mut first: HashMap<&[u8], u32> = HashMap::new();
    let mut distinct: Vec<u32> = Vec::new();
    for (row, symbols) in (0..).zip(&folded) {
        match first.get(symbols.as_slice()) {
            Some(&twin) => sets.join(twin, row),
            None => {
                first.insert(symbols, row);
                if symbols.len() >= LONG_ENOUGH {
                    distinct.push(row);
                }
            }
        }
    }
    join_similar(&folded, &distinct, similar, &mut sets);
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    (0..texts.len() as u32).for_each(|row| members.entry(sets.find(row)).or_default().push(row));
    let reads_as = |row: &u32| first[folded[*row as usize].as_slice()];
    let cluster = |rows: Vec<u32>| Cluster { reads_as: rows.iter().map(reads_as).collect(), rows };
    members.into_values().filter(|rows| rows.len() > 1).map(cluster).collect()
}

fn join_similar(folded: &[Vec<u8>], distinct: &[u32], similar: f64, sets: &mut Sets) {
    let shingles: Vec<Vec<u64>> = distinct.par_iter().map(|&row| shingles(&folded[row as usize])).collect();
    let signatures: Vec<Vec<u64>> = shingles.par_iter().map(|set| signature(set)).collect();
    for band in 0..BANDS {
        let mut buckets: HashMap<&[u64], Vec<usize>> = HashMap::new();
        for (k, signature) in signatures.iter().enumerate() {
            buckets.entry(&signature[band * PER_BAND..(band + 1) * PER_BAND]).or_default().push(k);
        }
        for bucket in buckets.into_values().filter(|bucket| bucket.len() > 1) {
            for (n, &b) in bucket.iter().enumerate() {
                let others = if n <= ALL_PAIRS { &bucket[..n] } else { &[bucket[0], bucket[n - 1]][..] };
                for &a in others {
                    let (one, other) = (distinct[a], distinct[b]);
                    if sets.find(one) != sets.find(other) && jaccard(&shingles[a], &shingles[b]) >= similar {
                        sets.join(one, other);
                    }
                }
            }
        }
    }
}

/// The distinct shingles of a text, sorted.
fn shingles(symbols: &[u8]) -> Vec<u64> {
    let mut hashes: Vec<u64> = symbols.windows(SHINGLE).map(xxh3_64).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// The least value of each of the permutations `a h + b mod 2^64`, `a` odd.
fn signature(shingles: &[u64]) -> Vec<u64> {
    let mut random = SplitMix64::new(0x5eed);
    let mut least = || {
        let (a, b) = (random.next_u64() | 1, random.next_u64());
        shingles.iter().map(|h| h.wrapping_mul(a).wrapping_add(b)).min().unwrap_or(u64::MAX)
    };
    (0..BANDS * PER_BAND).map(|_| least()).collect()
}

/// What two sorted sets share, of all they have, 0–1; 0 if both are empty.
pub fn jaccard<T: Ord>(a: &[T], b: &[T]) -> f64 {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, shared) = (i + 1, j + 1, shared + 1),
        }
    }
    f64::from(shared) / (a.len() + b.len() - shared as usize).max(1) as f64
}

/// Disjoint sets, the least member standing for each.
struct Sets(Vec<u32>);

impl Sets {
    fn new(n: usize) -> Self {
        Self((0..n as u32).collect())
    }

    fn find(&mut self, mut row: u32) -> u32 {
        while self.0[row as usize] != row {
            let above = self.0[row as usize];
            self.0[row as usize] = self.0[above as usize];
            row = above;
        }
        row
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[a.max(b) as usize] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str =
        "Der neue Radweg an der Uferstraße ist viel zu schmal und endet vor der Schule im Nichts.";

    #[test]
    fn the_same_and_nearly_the_same_are_found_and_others_are_not() {
        let near = LONG.replace("viel zu", "wirklich viel zu");
        let texts =
            [LONG, "Danke!", &near, "danke  !", "DANKE!", "Etwas ganz anderes über den Haushalt der Stadt."];
        let found = clusters(&texts, SIMILAR);
        let rows: Vec<_> = found.iter().map(|c| (c.rows.clone(), c.reads_as.clone())).collect();
        assert_eq!(rows, [(vec![0, 2], vec![0, 2]), (vec![1, 4], vec![1, 1])]);
    }

    #[test]
    fn banding_finds_what_comparing_all_pairs_finds() {
        // 60 texts of which every third is a changed copy of the one before.
        let words: Vec<String> =
            (0..400).map(|i| format!("w{}", xxh3_64(&[i as u8, (i / 256) as u8]) % 9973)).collect();
        let text = |seed: usize, n: usize| {
            (0..n).map(|k| words[(seed * 37 + k * 11) % 400].as_str()).collect::<Vec<_>>().join(" ")
        };
        let texts: Vec<String> = (0..60)
            .map(|i| if i % 3 == 2 { text(i - 1, 24).replacen('w', "v", 2) } else { text(i, 24) })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let sets: Vec<Vec<u64>> = texts.iter().map(|t| shingles(&Folded::new(t).symbols)).collect();
        let pairs = (0..60).flat_map(|a| (a + 1..60).map(move |b| (a, b)));
        let similar: Vec<(usize, usize)> =
            pairs.filter(|&(a, b)| jaccard(&sets[a], &sets[b]) >= SIMILAR).collect();
        let found = clusters(&texts, SIMILAR);
        let together = |a: usize, b: usize| {
            found.iter().any(|c| c.rows.contains(&(a as u32)) && c.rows.contains(&(b as u32)))
        };
        assert!(similar.len() >= 20);
        assert!(similar.iter().all(|&(a, b)| together(a, b)));
    }

    #[test]
    fn jaccard_is_shared_by_all() {
        assert_eq!(jaccard(&[1, 2, 3], &[2, 3, 4]), 0.5);
        assert_eq!((jaccard::<u64>(&[], &[]), jaccard(&[1], &[1])), (0.0, 1.0));
    }
}
