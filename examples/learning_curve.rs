//! What own labels are worth, alone and on top of a base: the learning curve of
//! `docs/learning-curve.md`, as a table and an SVG.
//!
//! For every fold of the column `fold` and every seed, N of the other folds' rows are drawn,
//! a model is trained on them alone and one on top of the base, and both score the fold. The
//! figure is the mean over folds and seeds of the ROC-AUC inside a fold, with a 95 % interval
//! over resampled articles.
#![allow(clippy::print_stdout, clippy::disallowed_methods)] // a command of its own

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::path::PathBuf;

use clap::Parser;
use netiquette::corpus::{Role, Table, read_corpus};
use netiquette::evaluate::{Scored, outer_folds, score_judged};
use netiquette::features::Extractor;
use netiquette::metrics::{Bootstrap, Estimate, Ranking, SplitMix64};
use netiquette::model::file::{embedded, read};
use netiquette::prepared::Prepared;
use netiquette::train::{Config, train, train_on_base};
use netiquette::{Model, Result};

#[derive(Parser)]
struct Arguments {
    /// Judged comments with a column `fold`
    table: PathBuf,
    /// Base model; the embedded default if not given
    #[arg(long)]
    base: Option<PathBuf>,
    /// Label
    #[arg(long, default_value = "incivility")]
    label: String,
    /// Numbers of own labels; all of them is always there
    #[arg(long, value_delimiter = ',', default_values_t = [100, 300, 1000])]
    rows: Vec<usize>,
    /// Draws per number
    #[arg(long, default_value_t = 5)]
    seeds: u64,
    /// Where the figure goes
    #[arg(long)]
    svg: Option<PathBuf>,
}

/// ROC-AUC inside folds, over all draws.
#[derive(Default)]
struct Curve {
    folds: Vec<(Vec<usize>, Ranking)>,
}

/// The figures at one number of own labels.
struct Point {
    rows: usize,
    own: Curve,
    both: Curve,
}

impl Curve {
    fn push(&mut self, scored: &[Scored], group_of: &[usize]) -> Result<()> {
        for scored in scored {
            let groups = scored.rows.iter().map(|&i| group_of[i as usize]).collect();
            self.folds.push((groups, Ranking::new(&scored.scores, &scored.targets)?));
        }
        Ok(())
    }

    /// Mean over the folds when group `g` counts `counts[g]` times.
    fn roc_auc(&self, counts: &[u32]) -> Option<f64> {
        let of_fold = |(groups, ranking): &(Vec<usize>, Ranking)| {
            ranking.roc_auc_of(&groups.iter().map(|&g| counts[g]).collect::<Vec<_>>())
        };
        let all: Vec<f64> = self.folds.iter().filter_map(of_fold).collect();
        (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let (base, id) = match &arguments.base {
        None => embedded()?,
        Some(path) => read(&std::fs::read(path)?)?,
    };
    let name = arguments.table.display().to_string();
    let table = Table::open(&name, File::open(&arguments.table)?, Role::Comments, &Default::default());
    let labels = [arguments.label.clone()];
    let corpus = read_corpus([table], HashMap::new(), &labels, Some("fold"))?;
    let config = Config::default();
    let extractor = Extractor::builtin(config.bits())?;
    let own = Prepared::new(&corpus, &extractor);
    let of_base = Prepared::new(&corpus, &base.extractor);
    let folds = outer_folds(&own, 2, 0, true)?;
    let (group_of, groups) = numbered(&own.groups);
    let judged = |i: &u32| own.judgements[*i as usize][0].is_some();

    let mut alone = Curve::default();
    for held_out in &folds {
        alone.push(&of_label(score_judged(&base, &of_base, held_out), &arguments.label), &group_of)?;
    }
    let mut points = Vec::new();
    for rows in arguments.rows.iter().copied().chain([usize::MAX]) {
        let mut point = Point { rows: 0, own: Curve::default(), both: Curve::default() };
        let seeds = if rows == usize::MAX { 1 } else { arguments.seeds };
        for seed in 1..=seeds {
            for (k, held_out) in folds.iter().enumerate() {
                let rest = folds.iter().enumerate().filter(|(j, _)| *j != k).flat_map(|(_, rows)| rows);
                let drawn = draw(rest.copied().filter(judged).collect(), rows, seed);
                point.rows = point.rows.max(drawn.len());
                let own_config = Config { seed, ..config.clone() };
                let model = train(&own, &drawn, &extractor, &own_config)?;
                point.own.push(&score_judged(&model, &own, held_out), &group_of)?;
                let on_base = Config { seed, ..Config::on_base(&base.config, "")? };
                let model: Model = train_on_base(&of_base, &drawn, &on_base, &base)?;
                point.both.push(&score_judged(&model, &of_base, held_out), &group_of)?;
            }
        }
        points.push(point);
    }

    let bootstrap = Bootstrap { replicates: 1000, seed: 1 };
    let estimate = |curve: &Curve| bootstrap.estimate(groups, |counts| curve.roc_auc(counts));
    let gain = |old: &Curve, new: &Curve| {
        let paired = bootstrap.paired(groups, |c| old.roc_auc(c), |c| new.roc_auc(c));
        paired.map(|p| p.difference)
    };
    let base_alone = estimate(&alone);
    println!("base {id} alone: {}\n", shown(base_alone, false));
    println!("| own labels | alone | on top of the base | gain over alone | gain over the base |");
    println!("|---|---|---|---|---|");
    let mut drawn = Vec::new();
    for point in &points {
        let (own, both) = (estimate(&point.own), estimate(&point.both));
        println!(
            "| {} | {} | {} | {} | {} |",
            point.rows,
            shown(own, false),
            shown(both, false),
            shown(gain(&point.own, &point.both), true),
            shown(gain(&alone, &point.both), true)
        );
        drawn.extend(own.zip(both).map(|(own, both)| (point.rows, own, both)));
    }
    if let (Some(path), Some(base)) = (&arguments.svg, base_alone) {
        std::fs::write(path, svg(base, &drawn))?;
    }
    Ok(())
}

/// Groups numbered from 0, and how many there are.
fn numbered(groups: &[u64]) -> (Vec<usize>, usize) {
    let mut seen = HashMap::new();
    let numbers = groups.iter().map(|g| {
        let next = seen.len();
        *seen.entry(*g).or_insert(next)
    });
    let numbers: Vec<usize> = numbers.collect();
    (numbers, seen.len())
}

fn of_label(scored: Vec<Scored>, label: &str) -> Vec<Scored> {
    scored.into_iter().filter(|s| s.label == label).collect()
}

/// `n` of `rows`, drawn by lot, in their order.
fn draw(mut rows: Vec<u32>, n: usize, seed: u64) -> Vec<u32> {
    let mut random = SplitMix64::for_task(seed, 0);
    for end in (1..rows.len()).rev() {
        rows.swap(end, random.below(end + 1));
    }
    rows.truncate(n);
    rows.sort_unstable();
    rows
}

fn shown(estimate: Option<Estimate>, signed: bool) -> String {
    match (estimate, signed) {
        (None, _) => "undefined".to_owned(),
        (Some(e), false) => format!("{:.3} ({:.3}–{:.3})", e.value, e.low, e.high),
        (Some(e), true) => format!("{:+.3} ({:+.3} to {:+.3})", e.value, e.low, e.high),
    }
}

/// Both curves with their intervals over the logarithm of the number of labels, and the base
/// as a band.
fn svg(base: Estimate, points: &[(usize, Estimate, Estimate)]) -> String {
    const WIDTH: f64 = 640.0;
    const HEIGHT: f64 = 400.0;
    let (left, right, top, bottom) = (64.0, 24.0, 24.0, 56.0);
    let ends: Vec<f64> = points.iter().flat_map(|(_, a, b)| [a.low, a.high, b.low, b.high]).collect();
    let low = ends.iter().copied().fold(base.low, f64::min);
    let high = ends.iter().copied().fold(base.high, f64::max);
    let (low, high) = ((low * 20.0).floor() / 20.0, (high * 20.0).ceil() / 20.0);
    let logs: Vec<f64> = points.iter().map(|p| (p.0 as f64).ln()).collect();
    let (first, last) = (logs[0] - 0.25, logs[logs.len() - 1] + 0.25);
    let x = |log: f64| left + (log - first) / (last - first) * (WIDTH - left - right);
    let y = |value: f64| HEIGHT - bottom - (value - low) / (high - low) * (HEIGHT - top - bottom);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<title>ROC-AUC by number of own labels</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    for step in 0..=((high - low) / 0.05).round() as usize {
        let value = low + 0.05 * step as f64;
        let _ = writeln!(
            out,
            "<path d=\"M{left} {0:.1}H{1}\" stroke=\"#ddd\"/><text x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{value:.2}</text>",
            y(value),
            WIDTH - right,
            left - 8.0,
            y(value) + 4.5
        );
    }
    let _ = writeln!(
        out,
        "<rect x=\"{left}\" y=\"{:.1}\" width=\"{}\" height=\"{:.1}\" fill=\"#777\" opacity=\".18\"/>\
         <path d=\"M{left} {3:.1}H{4}\" stroke=\"#777\" stroke-width=\"2\" stroke-dasharray=\"6 4\"/>",
        y(base.high),
        WIDTH - left - right,
        y(base.low) - y(base.high),
        y(base.value),
        WIDTH - right
    );
    for (rows, log) in points.iter().map(|p| p.0).zip(&logs) {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{rows}</text>",
            x(*log),
            HEIGHT - bottom + 20.0
        );
    }
    let curves = [("#c44e00", -3.0, 1), ("#0050a0", 3.0, 2)];
    for (colour, aside, which) in curves {
        let of = |p: &(usize, Estimate, Estimate)| if which == 1 { p.1 } else { p.2 };
        let at = |(p, log): (&(usize, Estimate, Estimate), &f64)| (x(*log) + aside, of(p));
        let line: Vec<String> =
            points.iter().zip(&logs).map(at).map(|(x, e)| format!("{x:.1} {:.1}", y(e.value))).collect();
        let _ = writeln!(
            out,
            "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            line.join("L")
        );
        for (x, e) in points.iter().zip(&logs).map(at) {
            let _ = writeln!(
                out,
                "<path d=\"M{x:.1} {:.1}V{:.1}\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\
                 <circle cx=\"{x:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\"/>",
                y(e.low),
                y(e.high),
                y(e.value)
            );
        }
    }
    let names = [
        ("#0050a0", "own labels on top of the base"),
        ("#c44e00", "own labels alone"),
        ("#777", "base alone"),
    ];
    for (k, (colour, name)) in names.iter().enumerate() {
        let line = HEIGHT - bottom - 62.0 + 20.0 * k as f64;
        let _ = writeln!(
            out,
            "<path d=\"M{0} {1}h24\" stroke=\"{colour}\" stroke-width=\"3\"/><text x=\"{2}\" y=\"{3}\">{name}</text>",
            WIDTH - right - 230.0,
            line - 4.0,
            WIDTH - right - 198.0,
            line
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">own labels (logarithmic)</text>\
         <text transform=\"translate(16 {:.1}) rotate(-90)\" text-anchor=\"middle\">ROC-AUC</text>\n</svg>",
        (left + WIDTH - right) / 2.0,
        HEIGHT - 10.0,
        (top + HEIGHT - bottom) / 2.0
    );
    out
}
