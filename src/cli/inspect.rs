//! `netiquette inspect`: what a model is.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use netiquette::model::file::ModelId;
use netiquette::model::{LabelModel, Model};
use serde_json::{Value, json};

use super::DONE;
use super::models::load;
use super::table::{figure, plain};

/// Say what a model is: id, labels, thresholds, blocks, weights, provenance, figures
#[derive(Args, Debug)]
pub struct InspectArgs {
    /// The model; the embedded default if not given
    #[arg(value_name = "MODEL")]
    pub model: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Columns of the head that are shown to people.
const SHOWN: usize = 20;

/// Prints the model.
///
/// # Errors
/// If the model cannot be read.
pub fn run(args: &InspectArgs) -> anyhow::Result<u8> {
    let (model, id) = load(args.model.as_deref())?;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => writeln!(out, "{}", serde_json::to_string_pretty(&as_json(&model, &id))?)?,
        false => write!(out, "{}", as_text(&model, &id))?,
    }
    Ok(DONE)
}

/// Weights in units of the log-odds, the largest effect of one unit first.
fn weights(model: &Model, label: &LabelModel) -> Vec<(String, f64)> {
    let mut named: Vec<(String, f64)> =
        model.column_names(label).into_iter().zip(label.head.weights.iter().copied()).collect();
    named.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    named
}

fn as_json(model: &Model, id: &ModelId) -> Value {
    let label = |l: &LabelModel| {
        json!({
            "label": l.name,
            "threshold": l.threshold,
            "blocks": l.blocks.iter().map(|b| json!({
                "name": b.name,
                "space": b.space,
                "weights": b.weights.iter().filter(|w| **w != 0.0).count(),
            })).collect::<Vec<_>>(),
            "head": {
                "intercept": l.head.intercept,
                "weights": weights(model, l).into_iter().map(|(n, w)| (n, json!(w))).collect::<serde_json::Map<_, _>>(),
            },
            "figures": l.figures,
        })
    };
    json!({
        "model_id": id.to_string(),
        "provenance": model.provenance,
        "config": model.config,
        "labels": model.labels.iter().map(label).collect::<Vec<_>>(),
    })
}

fn as_text(model: &Model, id: &ModelId) -> String {
    let p = &model.provenance;
    let mut text = format!("model {id}, trained by netiquette {}\n", p.trained_by);
    if !p.note.is_empty() {
        text.push_str(&format!("note: {}\n", p.note));
    }
    for (name, rows) in &p.sources {
        text.push_str(&format!("source: {name}, {rows} rows\n"));
    }
    if let Some(base) = &p.base {
        text.push_str(&format!("on top of model {base}\n"));
    }
    text.push_str(&format!("corpus checksum: {}\n", p.corpus_checksum));
    for label in &model.labels {
        let f = &label.figures;
        text.push_str(&format!(
            "\n{}: flagged from {:.4}\n  out of fold on {} rows, {} of them 1: F1 {}, macro-F1 {}, ROC-AUC {}, \
             average precision {}, calibration error {}\n",
            label.name,
            label.threshold,
            f.rows,
            f.positives,
            figure(f.f1),
            figure(f.macro_f1),
            figure(f.roc_auc),
            figure(f.average_precision),
            figure(f.calibration_error),
        ));
        for b in &label.blocks {
            let used = b.weights.iter().filter(|w| **w != 0.0).count();
            text.push_str(&format!("  block {} over {}: {used} weights\n", b.name, b.space.name()));
        }
        let rows = weights(model, label).into_iter().take(SHOWN).map(|(n, w)| vec![n, format!("{w:+.4}")]);
        text.push_str(&plain(&["  column", "weight"], rows).to_string());
        text.push('\n');
    }
    text
}
