//! Which fold a row is in: decided by its group and the seed alone where groups are
//! small, so that the order of rows does not matter.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Fold of a group, 0 to `folds - 1`.
pub fn fold_of(group: u64, folds: usize, seed: u64) -> usize {
    (xxh3_64_with_seed(&group.to_le_bytes(), seed) % folds as u64) as usize
}

/// A fold for every row, whole groups together. Groups go, in the order of their seeded
/// hash and the larger first, to the fold that has the fewest positives of its share; so
/// the folds are alike even when there are few groups. A corpus of fewer groups than
/// folds is split row by row.
pub fn assign_folds(groups: &[u64], targets: &[bool], folds: usize, seed: u64) -> Vec<usize> {
    let mut sizes: BTreeMap<u64, [usize; 2]> = BTreeMap::new();
    for (&group, &target) in groups.iter().zip(targets) {
        sizes.entry(group).or_default()[usize::from(target)] += 1;
    }
    if sizes.len() < folds {
        let by_row = |k: u64| (xxh3_64_with_seed(&k.to_le_bytes(), seed) >> 11, k);
        let mut order: Vec<u64> = (0..groups.len() as u64).collect();
        order.sort_by_key(|&k| (targets[k as usize], by_row(k)));
        let mut fold = vec![0; groups.len()];
        order.iter().enumerate().for_each(|(n, &k)| fold[k as usize] = n % folds);
        return fold;
    }
    let totals = sizes.values().fold([1, 1], |t, s| [t[0] + s[0], t[1] + s[1]]);
    let mut order: Vec<(&u64, &[usize; 2])> = sizes.iter().collect();
    let hash = |group: u64| xxh3_64_with_seed(&group.to_le_bytes(), seed);
    order.sort_by_key(|(group, size)| (std::cmp::Reverse(size[0] + size[1]), hash(**group)));
    let mut filled = vec![[0usize; 2]; folds];
    let mut chosen: BTreeMap<u64, usize> = BTreeMap::new();
    for (&group, size) in order {
        let load = |f: &[usize; 2]| f[0] as f64 / totals[0] as f64 + f[1] as f64 / totals[1] as f64;
        let fold = (0..folds).min_by(|&a, &b| load(&filled[a]).total_cmp(&load(&filled[b]))).unwrap_or(0);
        filled[fold][0] += size[0];
        filled[fold][1] += size[1];
        chosen.insert(group, fold);
    }
    groups.iter().map(|group| chosen[group]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stay_together_and_folds_are_alike() {
        let groups: Vec<u64> = (0..1000).map(|i| i / 7).collect();
        let targets: Vec<bool> = (0..1000).map(|i| i % 5 == 0).collect();
        let folds = assign_folds(&groups, &targets, 5, 3);
        for (i, group) in groups.iter().enumerate() {
            assert_eq!(folds[i], folds[groups.iter().position(|g| g == group).unwrap()]);
        }
        for fold in 0..5 {
            let n = folds.iter().filter(|f| **f == fold).count();
            assert!((150..250).contains(&n), "{n}");
        }
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let groups: Vec<u64> = (0..100).collect();
        let targets: Vec<bool> = groups.iter().map(|g| g % 3 == 0).collect();
        let folds = assign_folds(&groups, &targets, 4, 9);
        let reversed: Vec<u64> = groups.iter().rev().copied().collect();
        let reversed_targets: Vec<bool> = targets.iter().rev().copied().collect();
        let mut back = assign_folds(&reversed, &reversed_targets, 4, 9);
        back.reverse();
        assert_eq!(folds, back);
    }

    #[test]
    fn a_single_article_is_split_by_row() {
        let folds =
            assign_folds(&[1; 10], &[true, false, true, false, true, false, true, false, true, false], 5, 1);
        for fold in 0..5 {
            assert_eq!(folds.iter().filter(|f| **f == fold).count(), 2);
        }
    }

    #[test]
    fn another_seed_gives_other_folds() {
        let groups: Vec<u64> = (0..100).collect();
        let targets = vec![false; 100];
        assert_ne!(assign_folds(&groups, &targets, 5, 1), assign_folds(&groups, &targets, 5, 2));
    }
}
