//! Which rows the second stage is fitted on where there are very many: it has a few hundred
//! columns, of which some ten thousand rows say all there is to say.

/// Rows from which on a sample of them is taken, and those of either class that a table keeps at
/// least.
const ENOUGH: usize = 1 << 15;
const FEWEST_OF_CLASS: usize = 1 << 10;

/// Of rows of these tables and classes those to fit on, and their share of all. Up to 32,768 rows
/// it is all of them; of more, of each table every so manyth row of either class. A small table,
/// and a class that is rare in its table, is taken whole: so a desk's own few rows are not lost
/// among those of another corpus, and every table's intercept rests on the share it has.
pub fn sample(rows: &[(usize, bool)]) -> (Vec<usize>, f64) {
    let step = rows.len().div_ceil(ENOUGH).max(1);
    let tables = rows.iter().map(|(table, _)| table + 1).max().unwrap_or(0);
    let mut counts = vec![[0; 2]; tables];
    rows.iter().for_each(|&(table, class)| counts[table][usize::from(class)] += 1);
    let of_table = |counts: &[usize; 2]| step.min(counts[0].min(counts[1]) / FEWEST_OF_CLASS).max(1);
    let steps: Vec<usize> = counts.iter().map(of_table).collect();
    let mut seen = vec![[0; 2]; tables];
    let is_taken = |&i: &usize| {
        let (table, class) = rows[i];
        let seen = &mut seen[table][usize::from(class)];
        *seen += 1;
        (*seen - 1) % steps[table] == 0
    };
    let taken: Vec<usize> = (0..rows.len()).filter(is_taken).collect();
    let share = taken.len() as f64 / rows.len().max(1) as f64;
    (taken, share)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of so many of each class, by turns, as one table after the other.
    fn tables(counts: &[[usize; 2]]) -> Vec<(usize, bool)> {
        let of_table = |(table, &[negatives, positives]): (usize, &[usize; 2])| {
            let both = (0..negatives.max(positives)).flat_map(move |i| {
                [(i < negatives).then_some((table, false)), (i < positives).then_some((table, true))]
            });
            both.flatten().collect::<Vec<_>>()
        };
        counts.iter().enumerate().flat_map(of_table).collect()
    }

    #[test]
    fn very_many_rows_are_thinned_by_table_and_class_and_few_are_not() {
        for (counts, expected) in [
            (vec![[20_000, 12_768]], vec![[20_000, 12_768]]),
            (vec![[20_000, 12_770]], vec![[10_000, 6_385]]),
            // Every sixteenth; all of the desk's own.
            (vec![[450_000, 50_000], [270, 30]], vec![[28_125, 3_125], [270, 30]]),
            // Positives are too few to be thinned as much, or at all.
            (vec![[997_000, 3_072]], vec![[332_334, 1_024]]),
            (vec![[200_000, 900]], vec![[200_000, 900]]),
        ] {
            let rows = tables(&counts);
            let (taken, share) = sample(&rows);
            let mut found = vec![[0; 2]; counts.len()];
            taken.iter().for_each(|&i| found[rows[i].0][usize::from(rows[i].1)] += 1);
            assert_eq!(found, expected);
            assert_eq!(share, taken.len() as f64 / rows.len() as f64);
        }
        assert_eq!(sample(&[]), (Vec::new(), 0.0));
    }
}
