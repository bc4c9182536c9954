//! `evaluate --report`: which page is wanted, and writing it.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use netiquette::corpus::Corpus;
use netiquette::evaluate::{Detail, Evaluation, Mistake, Scored};
use netiquette::report::{Lang, Report, html};

use super::evaluate::EvaluateArgs;
use super::output::Artifact;
use super::paths::{is_stdout, refuse_collision};
use super::train::{Training, Wanted, short};

/// A page of the evaluation.
#[derive(Args, Clone, Debug)]
pub struct ReportOptions {
    /// Write a page with curves, slices and errors; one HTML file that loads nothing
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Language of the page: English, as the program speaks, unless German is asked for
    #[arg(long, value_enum, default_value_t = Language::En, requires = "report")]
    lang: Language,
    /// Leave the words of comments and articles out of the page
    #[arg(long, requires = "report")]
    no_text: bool,
    /// Also show the figures by this column; may be repeated
    #[arg(long = "slice", value_name = "COLUMN", requires = "report")]
    slices: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Language {
    /// German
    De,
    /// English
    En,
}

/// Columns that name an article's section in exports; shown by themselves where they are there.
const SECTIONS: [&str; 4] = ["section", "ressort", "rubrik", "category"];

/// An evaluation before its figures.
pub struct Run {
    /// The measured rows.
    pub training: Training,
    /// The rows.
    pub corpus: Corpus,
    /// Their scores by label.
    pub scored: Vec<Scored>,
    /// The most expensive errors by label; empty where no page is wanted.
    pub mistakes: Vec<Vec<Mistake>>,
    /// Identifier of the model, if it is one.
    pub model: Option<String>,
    /// Folds of a cross-validation.
    pub folds: Option<usize>,
}

impl ReportOptions {
    /// Whether a page is to be written.
    pub fn is_wanted(&self) -> bool {
        self.report.is_some()
    }

    /// Whether the page takes standard output, so that nothing else may be written there.
    pub fn is_stdout(&self) -> bool {
        self.report.as_deref().is_some_and(is_stdout)
    }

    /// The columns the page needs, beside that of the folds.
    pub fn wanted<'a>(&'a self, fold: Option<&'a str>) -> Wanted<'a> {
        let if_there: &[&str] = if self.is_wanted() { &SECTIONS } else { &[] };
        Wanted { fold, columns: &self.slices, if_there, unlabelled: false }
    }

    /// Refuses a page that would replace an input.
    ///
    /// # Errors
    /// If it would.
    pub fn refuse_collision(&self, args: &EvaluateArgs) -> netiquette::Result<()> {
        let Some(report) = &self.report else { return Ok(()) };
        let others = [&args.model, &args.common.articles, &args.common.config].into_iter().flatten();
        let inputs: Vec<&Path> = args.tables.iter().chain(others).map(PathBuf::as_path).collect();
        refuse_collision(&[report.as_path()], &inputs)
    }

    /// Writes the page, if one is wanted.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, run: &Run, evaluations: &[Evaluation]) -> anyhow::Result<()> {
        let Some(path) = &self.report else { return Ok(()) };
        let sources: Vec<(String, usize)> =
            run.corpus.sources.iter().map(|(path, rows)| (short(path), *rows)).collect();
        let details = details(run, evaluations)?;
        let report = Report {
            model: run.model.as_deref(),
            folds: run.folds,
            sources: &sources,
            details: &details,
            corpus: &run.corpus,
            with_text: !self.no_text,
        };
        let lang = if self.lang == Language::De { Lang::De } else { Lang::En };
        let mut out = Artifact::create(path, None)?;
        out.write_all(html(&report, lang).as_bytes())?;
        out.commit()?;
        Ok(())
    }
}

fn details(run: &Run, evaluations: &[Evaluation]) -> netiquette::Result<Vec<Detail>> {
    let of_label = |e: &Evaluation| {
        let at = run.scored.iter().position(|s| s.label == e.label)?;
        let mistakes = run.mistakes.get(at).cloned().unwrap_or_default();
        Some(Detail::new(&run.scored[at], e.clone(), &run.corpus, mistakes))
    };
    evaluations.iter().filter_map(of_label).collect()
}
