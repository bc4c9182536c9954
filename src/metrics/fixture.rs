//! Arrays for the tests, made so that ten lines of Python repeat them bit by bit.

use super::SplitMix64;

/// `rows` scores in `[0, 1)` and labels: three draws `u`, `v`, `w` of SplitMix64 per row;
/// problem if `u < 0.3`; score `0.8 (v + w) / 2`, and 0.2 more for a problem.
pub(crate) fn sample(seed: u64, rows: usize) -> (Vec<f64>, Vec<bool>) {
    let mut random = SplitMix64::new(seed);
    let row = |_| {
        let label = random.next_f64() < 0.3;
        let mean = (random.next_f64() + random.next_f64()) / 2.0;
        (if label { 0.2 + 0.8 * mean } else { 0.8 * mean }, label)
    };
    (0..rows).map(row).unzip()
}

/// 200 rows, all scores distinct.
pub(crate) fn fine() -> (Vec<f64>, Vec<bool>) {
    sample(42, 200)
}

/// The scores of [`fine`] rounded down to eighths: nearly all tied.
pub(crate) fn coarse() -> (Vec<f64>, Vec<bool>) {
    let (scores, labels) = fine();
    (scores.into_iter().map(|score| (score * 8.0).floor() / 8.0).collect(), labels)
}

/// Equal to 12 digits, relative to 1 or to the larger value.
pub(crate) fn assert_close(name: &str, found: Option<f64>, expected: f64) {
    let found = found.unwrap_or_else(|| panic!("{name}: undefined, expected {expected}"));
    assert!(
        (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
        "{name}: {found}, expected {expected}"
    );
}
