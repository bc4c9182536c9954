//! Do those who judged agree? Krippendorff's alpha over all, without each, and what it means for
//! the best that any model can reach on their judgements.

use serde::Serialize;

use crate::corpus::{Corpus, columns::judgement};
use crate::error::{Error, Position, Result};
use crate::metrics::{Bootstrap, Confusion, Estimate, krippendorff_alpha, wilson};

/// Agreement of several annotators on the same rows.
#[derive(Clone, Debug, Serialize)]
pub struct Agreement {
    /// Rows judged by at least two.
    pub rows: usize,
    /// Of them judged differently.
    pub disputed: usize,
    /// Krippendorff's alpha with its 95 % bootstrap interval over rows: 1 is perfect, 0 is chance.
    pub alpha: Option<Estimate>,
    /// What it costs: the mean F1 of an annotator against the majority of the others. A model that
    /// learns from them cannot be told from one that is better.
    pub ceiling_f1: Option<f64>,
    /// Each of them.
    pub annotators: Vec<Annotator>,
}

/// One annotator.
#[derive(Clone, Debug, Serialize)]
pub struct Annotator {
    /// The column.
    pub name: String,
    /// Rows judged.
    pub rows: usize,
    /// Of them judged 1: how strict they are.
    pub positives: usize,
    /// Alpha of all others; above the alpha of all, this one is the odd one out.
    pub alpha_without: Option<f64>,
    /// Rows on which they agree with the majority of the others, ties left out.
    pub with_majority: Option<Estimate>,
    /// F1 against the majority of the others.
    pub f1: Option<f64>,
}

type Units = Vec<Vec<Option<bool>>>;

/// Agreement of the annotators in the further columns `names` of `corpus`.
///
/// # Errors
/// [`Kind::Parameter`](crate::error::Kind::Parameter) with fewer than two columns or one that the
/// corpus does not have, [`Kind::Labels`](crate::error::Kind::Labels) for a cell that is neither
/// yes nor no nor blank.
pub fn agreement(corpus: &Corpus, names: &[String]) -> Result<Agreement> {
    if names.len() < 2 {
        return Err(Error::parameter("agreement takes at least two annotators"));
    }
    let units = units(corpus, names)?;
    let judged = |unit: &Vec<Option<bool>>| unit.iter().flatten().count();
    let twice: Units = units.iter().filter(|unit| judged(unit) > 1).cloned().collect();
    let is_disputed = |unit: &&Vec<Option<bool>>| unit.contains(&Some(true)) && unit.contains(&Some(false));
    let annotators: Vec<Annotator> =
        names.iter().enumerate().map(|(at, name)| annotator(&units, at, name)).collect();
    let f1s: Vec<f64> = annotators.iter().filter_map(|a| a.f1).collect();
    Ok(Agreement {
        rows: twice.len(),
        disputed: twice.iter().filter(is_disputed).count(),
        alpha: Bootstrap::default()
            .estimate(twice.len(), |counts| krippendorff_alpha(&drawn(&twice, counts))),
        ceiling_f1: (!f1s.is_empty()).then(|| f1s.iter().sum::<f64>() / f1s.len() as f64),
        annotators,
    })
}

fn units(corpus: &Corpus, names: &[String]) -> Result<Units> {
    let column = |name: &String| {
        let at = corpus.columns.iter().position(|column| column == name);
        at.ok_or_else(|| Error::parameter(format!("there is no column `{name}`")))
    };
    let columns: Vec<usize> = names.iter().map(column).collect::<Result<_>>()?;
    let mut units = Units::new();
    for (row, example) in (0..).zip(&corpus.examples) {
        let cell = |(name, at): (&String, &usize)| {
            judgement(&example.extra[*at]).ok_or_else(|| {
                let place = super::place(corpus, row);
                Error::labels(format!("column `{name}` holds neither 1 nor 0 nor nothing"))
                    .at(Position::file(place.table).at_line(place.line))
            })
        };
        units.push(names.iter().zip(&columns).map(cell).collect::<Result<_>>()?);
    }
    Ok(units)
}

fn drawn(units: &Units, counts: &[u32]) -> Units {
    let rows = units.iter().zip(counts);
    rows.flat_map(|(unit, &n)| std::iter::repeat_n(unit, n as usize)).cloned().collect()
}

fn annotator(units: &Units, at: usize, name: &str) -> Annotator {
    let own: Vec<bool> = units.iter().filter_map(|unit| unit[at]).collect();
    let others: Units = units
        .iter()
        .map(|unit| unit.iter().enumerate().filter(|(k, _)| *k != at).map(|(_, judged)| *judged).collect())
        .collect();
    let pairs: Vec<(bool, bool)> =
        units.iter().zip(&others).filter_map(|(unit, others)| unit[at].zip(majority(others))).collect();
    let agreed = pairs.iter().filter(|(own, others)| own == others).count();
    Annotator {
        name: name.to_owned(),
        rows: own.len(),
        positives: own.iter().filter(|judged| **judged).count(),
        alpha_without: krippendorff_alpha(&others),
        with_majority: wilson(agreed as f64, pairs.len() as f64),
        f1: pairs.iter().map(|&(own, others)| (own, others, 1.0)).collect::<Confusion>().f1(),
    }
}

/// What most say; `None` for a tie or nobody.
fn majority(judged: &[Option<bool>]) -> Option<bool> {
    let yes = judged.iter().filter(|j| **j == Some(true)).count();
    let no = judged.iter().filter(|j| **j == Some(false)).count();
    (yes != no).then_some(yes > no)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comment::Example;

    fn corpus(rows: &[&str]) -> (Corpus, Vec<String>) {
        let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        let example = |row: &&str| Example {
            extra: row.split(',').map(str::to_owned).collect(),
            line: 7,
            ..Example::default()
        };
        let examples = rows.iter().map(example).collect();
        let sources = vec![("t.csv".to_owned(), rows.len())];
        (Corpus { columns: names.clone(), examples, sources, ..Corpus::default() }, names)
    }

    #[test]
    fn the_odd_one_out_is_told() {
        let rows: Vec<&str> =
            std::iter::repeat_n(["1,1,0", "0,0,1", "1,1,1", "0,0,"], 10).flatten().collect();
        let (corpus, names) = corpus(&rows);
        let found = agreement(&corpus, &names).unwrap();
        assert_eq!((found.rows, found.disputed), (40, 20));
        let by_hand = |a: &Annotator| (a.rows, a.positives, a.with_majority.map(|e| e.value));
        assert_eq!(by_hand(&found.annotators[2]), (30, 20, Some(1.0 / 3.0)));
        assert_eq!(found.annotators[2].alpha_without, Some(1.0));
        let alpha = found.alpha.unwrap();
        assert!(alpha.low <= alpha.value && alpha.value < 0.5, "{alpha:?}");
        assert!(found.ceiling_f1.is_some_and(|f1| f1 < 1.0));
    }

    #[test]
    fn a_cell_that_is_no_judgement_is_named_by_place() {
        let (corpus, names) = corpus(&["1,1,0", "1,vielleicht,0"]);
        let error = agreement(&corpus, &names).unwrap_err().to_string();
        assert!(
            error.contains("t.csv, line 7") && error.contains("`b`") && !error.contains("vielleicht"),
            "{error}"
        );
    }

    #[test]
    fn one_annotator_is_refused() {
        let (corpus, names) = corpus(&["1,1,0"]);
        assert!(agreement(&corpus, &names[..1]).is_err());
    }
}
