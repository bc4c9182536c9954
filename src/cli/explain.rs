//! `netiquette explain`: the exact sum behind a score, down to the words.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use netiquette::Article;
use netiquette::corpus::{Field, Outcome};
use netiquette::escape::terminal;
use netiquette::explain::{Explanation, Span, explain};
use netiquette::features::topic::{Bag, Context};
use netiquette::stream::{PARENT_REACH, Threads};
use netiquette::text::Folded;
use serde_json::json;

use super::DONE;
use super::input::{InputOptions, articles};
use super::inputs::Inputs;
use super::log::Log;
use super::models::load;
use super::table::plain;

/// Explain a score: its parts and the words that carry it
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["comments", "text"]))]
pub struct ExplainArgs {
    /// Table of comments, with --id
    #[arg(value_name = "COMMENTS", requires = "id")]
    pub comments: Option<PathBuf>,
    /// Which comment of the table
    #[arg(long, value_name = "ID", requires = "comments")]
    pub id: Option<String>,
    /// A comment given here
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    /// The title of its article
    #[arg(long, value_name = "TITLE", requires = "text")]
    pub title: Option<String>,
    /// The model; the embedded default if not given
    #[arg(long, value_name = "M")]
    pub model: Option<PathBuf>,
    /// Table of articles
    #[arg(long, value_name = "A")]
    pub articles: Option<PathBuf>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub input: InputOptions,
}

/// Parts shown to people; JSON has all.
const SHOWN: usize = 12;
/// Contribution from which a word is coloured, in log-odds.
const VISIBLE: f64 = 0.05;

/// What is explained.
struct Subject {
    text: String,
    article_id: String,
    parent: Option<Bag>,
    threads: Threads,
}

/// Explains one comment.
///
/// # Errors
/// If the inputs cannot be read or have no such comment.
pub fn run(args: &ExplainArgs, log: &Log) -> anyhow::Result<u8> {
    let (model, id) = load(args.model.as_deref())?;
    let subject = match (&args.text, &args.comments, &args.id) {
        (Some(text), _, _) => from_text(text, args.title.as_deref().unwrap_or("")),
        (None, Some(_), Some(wanted)) => from_table(args, wanted, log)?,
        _ => bail!("name a comment with COMMENTS --id ID, or give one with --text"),
    };
    let context = Context { parent: subject.parent.as_ref(), ..subject.threads.context(&subject.article_id) };
    let explanations = explain(&model, &subject.text, &context);
    let mut out = std::io::stdout().lock();
    if args.json {
        let all = json!({ "model_id": id.to_string(), "labels": explanations });
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        return Ok(DONE);
    }
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for explanation in &explanations {
        write!(out, "{}", as_text(explanation, &subject.text, colour))?;
    }
    if explanations.len() < model.labels.len() {
        writeln!(out, "off_topic: no score, for there is nothing to compare the comment with")?;
    }
    Ok(DONE)
}

fn from_text(text: &str, title: &str) -> Subject {
    let mut threads = Threads::default();
    let article = Article { article_id: "given".to_owned(), title: title.to_owned(), ..Article::default() };
    threads.add_article(&article);
    Subject { text: text.to_owned(), article_id: article.article_id, parent: None, threads }
}

fn from_table(args: &ExplainArgs, wanted: &str, log: &Log) -> anyhow::Result<Subject> {
    let options = args.input.resolve()?;
    let mut threads = Threads::default();
    for article in articles(args.articles.as_deref(), &options, log)?.values() {
        threads.add_article(article);
    }
    let path = args.comments.clone().unwrap_or_else(|| PathBuf::from("-"));
    let inputs = Inputs::new(&[path], &options, log)?;
    let find = |id: &str| -> netiquette::Result<Option<(usize, [String; 3])>> {
        let mut table = inputs.open("searching", log)?;
        let mut place = 0;
        while let Some(outcome) = table.next_row()? {
            let Outcome::Row(row) = outcome else { continue };
            if row.get(Field::Id) == id {
                let own = |field| row.get(field).to_owned();
                let found = [own(Field::Text), row.article_id().into_owned(), own(Field::ParentId)];
                return Ok(Some((place, found)));
            }
            place += 1;
        }
        Ok(None)
    };
    let Some((place, [text, article_id, parent_id])) = find(wanted)? else {
        bail!("{}: there is no comment `{wanted}`", inputs.name());
    };
    let parent = match parent_id.is_empty() {
        true => None,
        // As in `score`: a parent stands before its answers, and not too far.
        false => find(&parent_id)?
            .filter(|(before, _)| *before < place && place - before <= PARENT_REACH)
            .map(|(_, [text, ..])| Bag::new(&Folded::new(&text))),
    };
    let mut table = inputs.open("reading", log)?;
    while let Some(outcome) = table.next_row()? {
        let Outcome::Row(row) = outcome else { continue };
        if row.article_id() == article_id {
            row.inline_article().iter().for_each(|article| threads.add_article(article));
            threads.add_comment(row.get(Field::Text), &article_id);
        }
    }
    Ok(Subject { text, article_id, parent, threads })
}

fn as_text(e: &Explanation, text: &str, colour: bool) -> String {
    let verdict = if e.flagged { "flagged" } else { "not flagged" };
    let mut out = format!(
        "{}: {:.4}, {verdict} (threshold {:.4}); log-odds {:+.3} = {:+.3} for a comment without words + parts\n",
        e.label, e.probability, e.threshold, e.logit, e.intercept
    );
    out.push_str(&marked(text, &words(e), colour));
    out.push('\n');
    if let Some(passage) = e.passage {
        out.push_str(&format!("  nearest passage of the article: {}\n", passage + 1));
    }
    let rest: f64 = e.parts.iter().skip(SHOWN).map(|p| p.contribution).sum();
    let rows =
        e.parts.iter().take(SHOWN).map(|p| {
            vec![format!("  {}", p.name), format!("{:.3}", p.value), format!("{:+.3}", p.contribution)]
        });
    let rest =
        vec![format!("  {} more", e.parts.len().saturating_sub(SHOWN)), String::new(), format!("{rest:+.3}")];
    out.push_str(&plain(&["  part", "value", "log-odds"], rows.chain([rest])).to_string());
    out.push_str("\n\n");
    out
}

/// What each word adds in all, through the text blocks and through similarity.
fn words(e: &Explanation) -> Vec<Span> {
    let sum = |(a, b): (&Span, &Span)| Span { contribution: a.contribution + b.contribution, ..a.clone() };
    e.spans.iter().zip(&e.ties).map(sum).collect()
}

/// The text with what each word adds: red for more, green for less; without colours in
/// brackets behind the word.
fn marked(text: &str, spans: &[Span], colour: bool) -> String {
    let mut out = String::from("  ");
    let mut at = 0;
    for span in spans {
        let [start, end] = span.bytes;
        out.push_str(&terminal(&text[at..start]));
        let word = terminal(&text[start..end]);
        let c = span.contribution;
        match (c.abs() >= VISIBLE, colour) {
            (false, _) => out.push_str(&word),
            (true, true) => {
                let code = if c > 0.0 { 31 } else { 32 };
                let weight = if c.abs() >= 4.0 * VISIBLE { ";1" } else { "" };
                out.push_str(&format!("\u{1b}[{code}{weight}m{word}\u{1b}[0m"));
            }
            (true, false) => out.push_str(&format!("{word}[{c:+.2}]")),
        }
        at = end;
    }
    out.push_str(&terminal(&text[at..]));
    out
}
