//! `netiquette train`: labelled tables to a model.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use netiquette::corpus::{Corpus, read_corpus_with};
use netiquette::error::{Error, Position};
use netiquette::features::Extractor;
use netiquette::model::{Model, Provenance, file};
use netiquette::prepared::Prepared;
use netiquette::silver::{Report, swap_articles};
use netiquette::train::{Config, train, train_on_base};

use super::base::Base;
use super::input::{InputOptions, articles, comments};
use super::log::Log;
use super::output::Artifact;
use super::paths::refuse_collision;
use super::table::{figure, plain};
use super::{DONE, SOME_REJECTED};

/// Train a model on labelled comments
///
/// Same tables, parameters and seed give the same bytes, whatever the number of threads.
#[derive(Args, Debug)]
pub struct TrainArgs {
    /// Tables of judged comments; `-` is standard input
    #[arg(required = true, value_name = "LABELLED")]
    pub tables: Vec<PathBuf>,
    /// Where the model goes
    #[arg(short, long, value_name = "OUT")]
    pub model: PathBuf,
    /// Learn on top of this: a model, `default` for the embedded one, or a table of judged comments
    #[arg(long, value_name = "MODEL_OR_TABLE")]
    pub base: Option<PathBuf>,
    #[command(flatten)]
    pub common: TrainingOptions,
    /// A word about this model, kept in it
    #[arg(long, value_name = "WORDS", default_value = "")]
    pub note: String,
}

/// What training and cross-validation have in common.
#[derive(Args, Debug)]
pub struct TrainingOptions {
    /// Table of articles
    #[arg(long, value_name = "ARTICLES")]
    pub articles: Option<PathBuf>,
    /// Label columns; by default those of `incivility` and `off_topic` that are there
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub labels: Vec<String>,
    /// What the threshold maximises on held-out scores, as in `f1`, `macro_f1`, `max recall @ precision >= 0.9`
    #[arg(long, value_name = "OBJECTIVE")]
    pub objective: Option<String>,
    /// Training parameters in TOML
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Seed of the folds and of moved comments
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Learn off-topic without judgements: move this share of the comments under foreign
    /// articles, as in `25%`; of `evaluate`, the moved ones are what is evaluated
    #[arg(long, value_name = "RATE", value_parser = super::threshold::share)]
    pub swap_articles: Option<f64>,
    /// Move only comments of tables whose path holds this; may be repeated
    #[arg(long, value_name = "PART", requires = "swap_articles")]
    pub swap_tables: Vec<String>,
    /// Table of comments whose judgements, if it has any, do not count: they give frequencies,
    /// threads and what words go together; may be repeated
    #[arg(long, value_name = "COMMENTS")]
    pub unlabelled: Vec<PathBuf>,
    /// Compare comments with their article only, not with their thread
    #[arg(long)]
    pub no_thread: bool,
    /// Threads; all cores if not given
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    #[command(flatten)]
    pub input: InputOptions,
}

/// A measured corpus with everything training needs.
pub struct Training {
    /// The rows.
    pub prepared: Prepared,
    /// What measured them.
    pub extractor: Extractor,
    /// Parameters in force.
    pub config: Config,
    /// The model to train on top of.
    pub base: Option<Model>,
    /// Where the rows came from.
    pub provenance: Provenance,
    /// Records that were no rows.
    pub rejected: usize,
}

/// Columns that are wanted beside the comments and their labels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// That of the folds.
    pub fold: Option<&'a str>,
    /// Those that must be there.
    pub columns: &'a [String],
    /// Those that may be missing.
    pub if_there: &'a [&'a str],
    /// Whether tables without a usual label will do.
    pub unlabelled: bool,
}

impl Training {
    /// Measures `corpus` with `extractor`, or the one that `config` asks for.
    ///
    /// # Errors
    /// If the built-in word lists cannot be read.
    pub fn measure(corpus: &Corpus, config: Config, extractor: Option<&Extractor>) -> anyhow::Result<Self> {
        let extractor = extractor.cloned().map_or_else(|| Extractor::builtin(config.bits()), Ok)?;
        let prepared = Prepared::new(corpus, &extractor);
        let provenance = Provenance {
            trained_by: env!("CARGO_PKG_VERSION").to_owned(),
            corpus_checksum: corpus.checksum.iter().map(|b| format!("{b:02x}")).collect(),
            sources: corpus.sources.iter().map(|(path, rows)| (short(path), *rows)).collect(),
            base: None,
            silver: None,
            note: String::new(),
        };
        Ok(Self { prepared, extractor, config, base: None, provenance, rejected: corpus.rejects.len() })
    }

    /// Trains on these rows.
    ///
    /// # Errors
    /// If they cannot be learned from.
    pub fn train(&self, rows: &[u32]) -> netiquette::Result<Model> {
        match &self.base {
            Some(base) => train_on_base(&self.prepared, rows, &self.config, base),
            None => train(&self.prepared, rows, &self.extractor, &self.config),
        }
    }
}

/// Trains and writes the model.
///
/// # Errors
/// If the tables cannot be read or learned from, or the model cannot be written.
pub fn run(args: &TrainArgs, log: &Log) -> anyhow::Result<u8> {
    let inputs: Vec<_> = args
        .tables
        .iter()
        .chain(&args.base)
        .chain(&args.common.articles)
        .chain(&args.common.unlabelled)
        .map(PathBuf::as_path)
        .collect();
    refuse_collision(&[&args.model], &inputs)?;
    set_threads(args.common.threads)?;
    let mut training = args.common.read(args, log)?;
    training.provenance.note.clone_from(&args.note);
    let rows: Vec<u32> = (0..training.prepared.rows() as u32).collect();
    let mut model = training.train(&rows)?;
    model.provenance = training.provenance;
    let bytes = file::write(&model)?;
    let (_, id) = file::read(&bytes)?;
    let mut out = Artifact::create(&args.model, None)?;
    out.write_all(&bytes)?;
    out.commit()?;
    log.note(format_args!("model {id}, {} bytes; figures on held-out folds:", bytes.len()));
    figures(&model).lines().for_each(|line| log.note(line));
    Ok(if training.rejected > 0 { SOME_REJECTED } else { DONE })
}

fn figures(model: &Model) -> String {
    let row = |l: &netiquette::model::LabelModel| {
        let f = &l.figures;
        vec![
            l.name.clone(),
            f.rows.to_string(),
            f.positives.to_string(),
            format!("{:.4}", l.threshold),
            figure(f.f1),
            figure(f.macro_f1),
            figure(f.roc_auc),
            figure(f.average_precision),
            figure(f.calibration_error),
        ]
    };
    let header =
        ["label", "rows", "positive", "threshold", "F1", "macro-F1", "ROC-AUC", "avg. precision", "ECE"];
    plain(&header, model.labels.iter().map(row)).to_string()
}

/// Limits the threads of everything that follows.
///
/// # Errors
/// If the threads cannot be started.
pub fn set_threads(threads: Option<usize>) -> anyhow::Result<()> {
    // The one that is there already is one of them, or it would do nothing but wait.
    Ok(rayon::ThreadPoolBuilder::new()
        .num_threads(threads.unwrap_or(0))
        .use_current_thread()
        .build_global()?)
}

impl TrainingOptions {
    /// Reads and measures the tables to train on.
    ///
    /// # Errors
    /// If a table, the articles or the config cannot be read, or a label is nowhere.
    fn read(&self, args: &TrainArgs, log: &Log) -> anyhow::Result<Training> {
        let base = args.base.as_deref().map(Base::open).transpose()?;
        let config = self.config(base.as_ref().and_then(Base::model))?;
        let mut tables = args.tables.clone();
        if let Some(Base::Table(path)) = &base {
            tables.insert(0, path.clone());
        }
        let mut corpus = self.corpus(&tables, &Wanted::default(), log)?;
        let silver = self.swap(&mut corpus, &config, log)?;
        let extractor = base.as_ref().and_then(Base::model).map(|base| &base.extractor);
        let mut training = self.measure(&corpus, config, extractor)?;
        training.provenance.silver = silver;
        if let Some(Base::Model(model, id)) = base {
            training.provenance.base = Some(id.to_string());
            training.base = Some(*model);
        }
        Ok(training)
    }

    /// Moves comments under foreign articles, if that is asked for.
    ///
    /// # Errors
    /// If the rate makes no sense or nothing can be moved.
    pub fn swap(&self, corpus: &mut Corpus, config: &Config, log: &Log) -> anyhow::Result<Option<Report>> {
        let Some(rate) = self.swap_articles else { return Ok(None) };
        let report = swap_articles(corpus, &self.swap_tables, rate, config.seed)?;
        log.note(format_args!(
            "{} comments moved under foreign articles, {} kept, {} found no place",
            report.moved, report.kept, report.stayed
        ));
        Ok(Some(report))
    }

    /// Measures a corpus that was read with these options.
    ///
    /// # Errors
    /// If the built-in word lists cannot be read.
    pub fn measure(
        &self,
        corpus: &Corpus,
        config: Config,
        extractor: Option<&Extractor>,
    ) -> anyhow::Result<Training> {
        let mut training = Training::measure(corpus, config, extractor)?;
        if self.no_thread {
            training.prepared = training.prepared.without_threads();
        }
        Ok(training)
    }

    /// Reads the tables; what was left out is said.
    ///
    /// # Errors
    /// If a table or the articles cannot be read, or a wanted column is nowhere.
    pub fn corpus(&self, tables: &[PathBuf], wanted: &Wanted<'_>, log: &Log) -> anyhow::Result<Corpus> {
        let options = self.input.resolve()?;
        let articles = articles(self.articles.as_deref(), &options, log)?;
        let open = |paths: &[PathBuf]| {
            paths.iter().map(|path| comments(path, &options, log)).collect::<Result<Vec<_>, _>>()
        };
        let (unlabelled, opened) = (open(&self.unlabelled)?, open(tables)?);
        let labels = match self.labels.is_empty() {
            false => self.labels.clone(),
            true => default_labels(&opened).or_else(|e| {
                if wanted.unlabelled || self.swap_articles.is_some() { Ok(Vec::new()) } else { Err(e) }
            })?,
        };
        let there = |name: &&&str| {
            !wanted.columns.iter().any(|c| c == **name)
                && opened.iter().any(|table| table.columns().named(name).is_some())
        };
        let mut columns = wanted.columns.to_vec();
        columns.extend(wanted.if_there.iter().filter(there).map(|name| (*name).to_owned()));
        let corpus = read_corpus_with(
            unlabelled,
            opened.into_iter().map(Ok),
            articles,
            &labels,
            wanted.fold,
            &columns,
        )?;
        for (name, reject) in &corpus.rejects {
            let place = reject.position(name);
            log.note(format_args!("{place}: {}: {}; left out", reject.code, reject.reason));
        }
        Ok(corpus)
    }

    /// The parameters in force, on top of those of `base` if there is one.
    ///
    /// # Errors
    /// If the config cannot be read or makes no sense.
    pub fn config(&self, base: Option<&Model>) -> anyhow::Result<Config> {
        let parse = |text: &str| match base {
            Some(base) => Config::on_base(&base.config, text),
            None => Config::from_toml(text),
        };
        let mut config = match &self.config {
            None => parse("")?,
            Some(path) => {
                let place = || Position::file(path.display().to_string());
                let text = std::fs::read_to_string(path).map_err(|e| Error::from(e).at(place()))?;
                parse(&text).map_err(|e| e.at(place()))?
            }
        };
        if let Some(seed) = self.seed {
            config.seed = seed;
        }
        if let Some(objective) = &self.objective {
            config.objective.clone_from(objective);
        }
        config.check()?;
        Ok(config)
    }
}

/// Those of the usual labels that some table has a column for.
fn default_labels(tables: &[netiquette::corpus::Table]) -> anyhow::Result<Vec<String>> {
    let there = |label: &&str| tables.iter().any(|t| t.columns().named(label).is_some());
    let labels: Vec<String> =
        ["incivility", "off_topic"].iter().filter(|l| there(l)).map(|l| (*l).to_owned()).collect();
    match labels.is_empty() {
        true => {
            Err(Error::labels("no table has a column `incivility` or `off_topic`; name yours with --labels")
                .into())
        }
        false => Ok(labels),
    }
}

/// Folder and file name: enough to know a table by, nothing about the machine.
pub fn short(path: &str) -> String {
    let parts: Vec<&str> = path.rsplit(['/', '\\']).take(2).collect();
    parts.into_iter().rev().filter(|p| !p.is_empty() && *p != "..").collect::<Vec<_>>().join("/")
}
