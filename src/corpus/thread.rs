//! A saved page to its article and comments.
//!
//! People export pages as plain text in which headline, pictures, offers, teasers and comments
//! follow each other without marks. This reader goes by shape (what is running text, what is
//! repeated, what breaks off) and by three tables: bylines, dates, and what is not the article.
//! Every line ends up in the article, in a comment, or in a [`Note`]; nothing is guessed quietly.

mod article;
mod boilerplate;
mod byline;
mod comments;
mod date;
mod decode;
mod line;
mod shape;
mod template;

use std::fmt;

pub use boilerplate::Boilerplate;
pub use decode::decode;

use crate::comment::{Article, Comment};
use crate::error::{Error, Result};
use line::Line;

/// What a page holds, and what was decided about its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The article. A field the page does not state is blank.
    pub article: Article,
    /// The comments in the order of the page; ids are `<article_id>-1`, `<article_id>-2`, ….
    pub comments: Vec<Comment>,
    /// Lines that are in neither, and decisions a person may want to check, by line.
    pub notes: Vec<Note>,
}

/// What was decided about a run of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// First line, from 1.
    pub first_line: u64,
    /// Last line, from 1; the same for a single line.
    pub last_line: u64,
    /// The decision.
    pub finding: Finding,
}

/// A decision about some lines of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Recognised as no part of the article or its comments.
    LeftOut(Boilerplate),
    /// Not recognised as anything; left out.
    Unplaced,
    /// A reply whose byline the export lost: made a comment of its own.
    LostByline {
        /// Id of the new comment.
        comment: String,
        /// Id of the comment it answers.
        parent: String,
    },
    /// Begins like a reply whose byline was lost, but this thread does not show that it is one:
    /// kept in the comment above.
    MaybeReply,
    /// Resembles a byline in a format that is not known: kept in the comment above.
    MaybeByline,
    /// A date given relative to now or in an order that cannot be told: left blank.
    UnclearDate,
    /// A byline with no text under it: no comment made.
    EmptyComment,
    /// Under the heading of a comment section, but no known byline: left out.
    UnknownBylines,
    /// The page states no headline.
    NoTitle,
    /// The page has no running text.
    NoBody,
}

impl Finding {
    /// Whether a person should look at it; the rest is what an import always leaves out.
    pub fn is_doubtful(&self) -> bool {
        !matches!(self, Self::LeftOut(_))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeftOut(kind) => return write!(f, "left out: {kind}"),
            Self::LostByline { comment, parent } => {
                return write!(
                    f,
                    "a reply whose byline the export lost: kept as comment {comment} without author, answering {parent}"
                );
            }
            Self::Unplaced => "left out: could not be placed",
            Self::MaybeReply => "may be a reply whose byline the export lost: kept in the comment above",
            Self::MaybeByline => "resembles a byline of no known format: kept in the comment above",
            Self::UnclearDate => "a date relative to the day of export or of unclear order: left blank",
            Self::EmptyComment => "a byline without text: no comment made",
            Self::UnknownBylines => "a comment section with bylines of no known format: left out",
            Self::NoTitle => "no headline found: title left blank",
            Self::NoBody => "no running text found: article text left blank",
        })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first_line == self.last_line {
            true => write!(f, "line {}: {}", self.first_line, self.finding),
            false => write!(f, "lines {}–{}: {}", self.first_line, self.last_line, self.finding),
        }
    }
}

/// Reads the text of a saved page. `article_id` becomes the article's id and the stem of its
/// comments' ids; `source` says where the page came from.
///
/// # Errors
/// [`crate::error::Kind::Input`] when the text holds neither a headline, running text nor a comment.
pub fn read_page(text: &str, article_id: &str, source: &str) -> Result<Page> {
    let lines = line::split(text);
    let thread = comments::find(&lines);
    let (above, below) = lines.split_at(thread.start);
    let mut notes = Vec::new();
    let mut article = article::read(above, &mut notes);
    article.article_id = article_id.to_owned();
    article.source = source.to_owned();
    let comments = comments::read(below, &thread, article_id, &mut notes);
    if article.title.is_empty() && article.text.is_empty() && comments.is_empty() {
        return Err(Error::input(
            "no article found: the page has no headline, no running text and no comments",
        ));
    }
    Ok(Page { article, comments, notes: merged(&lines, notes) })
}

/// A note on one line.
fn note(line: &Line, finding: Finding) -> Note {
    Note { first_line: line.number, last_line: line.number, finding }
}

/// The notes in page order, equal ones on neighbouring lines made one.
fn merged(lines: &[Line], mut notes: Vec<Note>) -> Vec<Note> {
    notes.sort_by_key(|note| note.first_line);
    let next_line = |last: u64| lines.iter().map(|line| line.number).find(|number| *number > last);
    let mut runs: Vec<Note> = Vec::new();
    for note in notes {
        match runs.last_mut() {
            Some(run) if run.finding == note.finding && next_line(run.last_line) == Some(note.first_line) => {
                run.last_line = note.last_line;
            }
            _ => runs.push(note),
        }
    }
    runs
}

#[cfg(test)]
mod tests;
