//! The thread of a page: where it starts, who says what, and replies whose byline was lost.

use super::boilerplate::{Boilerplate, TEASER_HEADS, is_head, kind};
use super::byline::{COMMENT_BYLINES, REPLIES, Trust};
use super::line::{Line, ends_sentence, sentence_starts, starts_lower};
use super::shape::is_offer;
use super::template::{Byline, first, resembles_byline};
use super::{Finding, Note, note};
use crate::comment::Comment;

/// A line that signs a comment.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    /// Index of the line among the lines of the page.
    at: usize,
    /// Which of [`COMMENT_BYLINES`] it is.
    pattern: usize,
    byline: Byline,
}

/// Where the thread is.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    /// Index of its first line (a heading or a byline); the number of lines where there is none.
    pub(super) start: usize,
    /// Its bylines, in order.
    signed: Vec<Signed>,
}

/// Finds the thread among the lines of a page.
pub(super) fn find(lines: &[Line]) -> Thread {
    let mut signed = bylines(lines);
    let kinds: Vec<Option<Boilerplate>> = lines.iter().map(kind).collect();
    let prose: Vec<usize> =
        (0..lines.len()).filter(|i| lines[*i].is_prose() && kinds[*i].is_none()).collect();
    let prose_in = |from: usize, to: usize| prose.iter().filter(|i| (from..to).contains(*i)).count();
    let heads: Vec<usize> =
        (0..lines.len()).filter(|i| kinds[*i] == Some(Boilerplate::CommentSection)).collect();
    // A heading counts if bylines follow it at once; `12 Kommentare` on top of an article does not.
    let heads_thread = |head: &&usize| {
        let next = signed.iter().find(|s| s.at > **head);
        next.is_some_and(|next| prose_in(**head, next.at) < 2 && prose_in(0, **head) >= 1)
    };
    let headed = heads.iter().find(heads_thread).copied();
    let alone = signed.iter().find(|s| opens_thread(s, &signed, &kinds, prose_in(0, s.at))).map(|s| s.at);
    let unsigned =
        || heads.iter().find(|h| prose_in(0, **h) >= 2 && prose_in(**h, lines.len()) >= 1).copied();
    let start = [headed, alone].into_iter().flatten().min().or_else(unsigned).unwrap_or(lines.len());
    let believed =
        |s: &Signed| s.at >= headed.unwrap_or(lines.len()) || COMMENT_BYLINES[s.pattern].1 == Trust::Alone;
    signed.retain(|s| s.at >= start && believed(s));
    Thread { start, signed }
}

/// Every line with the shape of a byline.
fn bylines(lines: &[Line]) -> Vec<Signed> {
    let mut signed: Vec<Signed> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let used = signed.last().is_some_and(|last| last.byline.two_lines && last.at + 1 == at);
        let next = lines.get(at + 1).filter(|next| next.block <= line.block + 1).map(|next| next.raw);
        let found = first(COMMENT_BYLINES.iter().map(|(template, _)| *template), line.raw, next);
        if let (false, Some((pattern, byline))) = (used, found) {
            signed.push(Signed { at, pattern, byline });
        }
    }
    signed
}

/// Whether a byline that no heading announces starts a thread: it stands under running text, and it
/// is one of several, or has a time of day and text under it. Sections over teasers (`Sport |
/// 04.03.2025`) look the same, so some name must look like a person's or a nickname.
fn opens_thread(s: &Signed, all: &[Signed], kinds: &[Option<Boilerplate>], prose_above: usize) -> bool {
    let alike = || all.iter().filter(|other| other.at >= s.at && other.pattern == s.pattern);
    let several = alike().count() >= 2;
    let timed =
        s.byline.stamp.as_ref().is_some_and(|stamp| stamp.iso.as_ref().is_none_or(|iso| iso.contains('T')));
    let texted = kinds.get(s.at + 1).is_some_and(Option::is_none);
    let person = |name: &str| name.contains(|c: char| c.is_whitespace() || c.is_ascii_digit() || c == '_');
    COMMENT_BYLINES[s.pattern].1 == Trust::Alone
        && prose_above >= if several { 1 } else { 2 }
        && (several || timed && texted)
        && alike().any(|other| other.byline.name.as_deref().is_some_and(person))
}

/// A comment being read.
struct Entry<'t> {
    byline: Byline,
    /// Its byline; for a reply whose byline was lost, its first line.
    head: Line<'t>,
    lines: Vec<Line<'t>>,
    /// Index of the entry it was split from.
    lost_under: Option<usize>,
}

/// Reads the comments from `lines`, the lines from the thread's start on.
pub(super) fn read(lines: &[Line], thread: &Thread, article_id: &str, notes: &mut Vec<Note>) -> Vec<Comment> {
    let entries = gather(lines, thread, notes);
    let with_text = |entry: &Entry| {
        if entry.lines.is_empty() {
            notes.push(note(&entry.head, Finding::EmptyComment));
        }
        !entry.lines.is_empty()
    };
    let entries = split_lost(entries.into_iter().filter(with_text).collect(), notes);
    let mut comments: Vec<Comment> = Vec::new();
    for entry in entries {
        let comment = comment(entry, &comments, article_id, notes);
        comments.push(comment);
    }
    comments
}

/// Puts each line under its byline, or into a note.
fn gather<'t>(lines: &[Line<'t>], thread: &Thread, notes: &mut Vec<Note>) -> Vec<Entry<'t>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut signed = thread.signed.iter().peekable();
    let footer = footer(lines, thread);
    let mut second = false;
    for (i, line) in lines.iter().enumerate() {
        if let Some(s) = signed.next_if(|s| s.at - thread.start == i) {
            second = s.byline.two_lines;
            entries.push(Entry {
                byline: s.byline.clone(),
                head: *line,
                lines: Vec::new(),
                lost_under: None,
            });
        } else if std::mem::take(&mut second) {
            // The date line of a byline of two lines.
        } else if let Some(kind) = left_out(lines, i, footer) {
            notes.push(note(line, Finding::LeftOut(kind)));
        } else if let Some(entry) = entries.last_mut() {
            if resembles_byline(line.raw) {
                notes.push(note(line, Finding::MaybeByline));
            }
            entry.lines.push(*line);
        } else {
            let finding = if thread.signed.is_empty() { Finding::UnknownBylines } else { Finding::Unplaced };
            notes.push(note(line, finding));
        }
    }
    entries
}

/// Index at which the page's footer starts below the last comment: a list of other stories, or
/// a run of recognised lines up to the end of the page.
fn footer(lines: &[Line], thread: &Thread) -> usize {
    let last = thread.signed.last().map_or(0, |s| s.at - thread.start);
    let teasers = (last..lines.len()).find(|i| is_head(lines[*i].text, TEASER_HEADS));
    let recognised = lines.iter().skip(last).rev().take_while(|line| kind(line).is_some()).count();
    teasers.unwrap_or(lines.len() - recognised)
}

/// What line `i` of a thread is if not somebody's words. Within comments only what no comment says.
fn left_out(lines: &[Line], i: usize, footer: usize) -> Option<Boilerplate> {
    let line = &lines[i];
    if i >= footer {
        return Some(kind(line).unwrap_or(Boilerplate::Teaser));
    }
    let block = |l: &&Line| l.block == line.block;
    let start = i - lines[..i].iter().rev().take_while(block).count();
    let end = i + lines[i..].iter().take_while(block).count();
    if is_offer(&lines[start..end]) {
        return Some(Boilerplate::Subscription);
    }
    let apparatus = [Boilerplate::Control, Boilerplate::Advertising, Boilerplate::CommentSection];
    kind(line).filter(|kind| apparatus.contains(kind))
}

/// Splits off replies whose byline was lost. Where an export cuts the titles of comments off, as
/// shown by most of them beginning in lower case, a paragraph that begins in lower case after a
/// finished sentence begins a comment. Elsewhere it is only noted.
fn split_lost<'t>(entries: Vec<Entry<'t>>, notes: &mut Vec<Note>) -> Vec<Entry<'t>> {
    let begins_lower = |entry: &&Entry| starts_lower(entry.lines[0].raw);
    let titles_cut = 2 * entries.iter().filter(begins_lower).count() >= entries.len();
    let mut split: Vec<Entry> = Vec::new();
    for entry in entries {
        let parent = split.len();
        let lower = writes_lower(&entry.lines);
        let lines = entry.lines;
        split.push(Entry { lines: Vec::new(), ..entry });
        for line in lines {
            let Some(current) = split.last_mut() else { break };
            if !resembles_reply(current.lines.last(), &line) {
                current.lines.push(line);
            } else if titles_cut && !lower {
                let byline = Byline::default();
                split.push(Entry { byline, head: line, lines: vec![line], lost_under: Some(parent) });
            } else {
                notes.push(note(&line, Finding::MaybeReply));
                current.lines.push(line);
            }
        }
    }
    split
}

fn resembles_reply(before: Option<&Line>, line: &Line) -> bool {
    let follows = |before: &Line| before.block < line.block && ends_sentence(before.raw);
    !line.bullet() && starts_lower(line.raw) && before.is_some_and(follows)
}

/// Whether the author begins most sentences in lower case.
fn writes_lower(lines: &[Line]) -> bool {
    let starts: Vec<char> = lines.iter().flat_map(|line| sentence_starts(line.raw)).collect();
    2 * starts.iter().filter(|c| c.is_lowercase()).count() > starts.len()
}

/// The finished comment; `above` are those before it, in order.
fn comment(mut entry: Entry, above: &[Comment], article_id: &str, notes: &mut Vec<Note>) -> Comment {
    let id = format!("{article_id}-{}", above.len() + 1);
    let mut parent_id = String::new();
    if let Some(parent) = entry.lost_under.and_then(|at| above.get(at)) {
        parent_id.clone_from(&parent.id);
        let finding = Finding::LostByline { comment: id.clone(), parent: parent_id.clone() };
        notes.push(note(&entry.head, finding));
    } else if let Some(parent) = answered(&entry, above) {
        parent_id.clone_from(&parent.id);
        notes.push(note(&entry.lines.remove(0), Finding::LeftOut(Boilerplate::Byline)));
    }
    let stamp = entry.byline.stamp.take();
    if stamp.as_ref().is_some_and(|stamp| stamp.iso.is_none()) {
        notes.push(note(&entry.head, Finding::UnclearDate));
    }
    Comment {
        id,
        article_id: article_id.to_owned(),
        parent_id,
        author: entry.byline.name.unwrap_or_default(),
        created_at: stamp.and_then(|stamp| stamp.iso).unwrap_or_default(),
        text: paragraphs(&entry.lines),
    }
}

/// The latest comment above by the person whom the first line says this one answers.
fn answered<'c>(entry: &Entry, above: &'c [Comment]) -> Option<&'c Comment> {
    let (line, _) = entry.lines.split_first().filter(|(_, rest)| !rest.is_empty())?;
    let (_, found) = first(REPLIES.iter().copied(), line.raw, None)?;
    above.iter().rev().find(|comment| Some(&comment.author) == found.name.as_ref())
}

/// The lines as text, a blank line where the page had one or more.
fn paragraphs(lines: &[Line]) -> String {
    let mut text = String::new();
    for (i, line) in lines.iter().enumerate() {
        let same_block = i > 0 && lines[i - 1].block == line.block;
        text.push_str(if i == 0 {
            ""
        } else if same_block {
            "\n"
        } else {
            "\n\n"
        });
        text.push_str(line.raw);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::line::split;
    use super::*;

    fn threads() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("Ada Berg | Di., 4. März 2025 - 10:40".to_owned()),
            Just("Karl Moor, 04.03.2025, 11 Uhr".to_owned()),
            Just("Ada Berg".to_owned()),
            Just("vor 3 Stunden".to_owned()),
            Just("Kommentare (3)".to_owned()),
            Just("Mehr zum Thema".to_owned()),
            Just("Antworten".to_owned()),
            Just("Antwort auf Ada Berg".to_owned()),
            Just("Die Stadt will eine neue Linie bauen, und der Rat hat am Montag zugestimmt.".to_owned()),
            Just("das sehe ich ganz anders.".to_owned()),
            Just("• Monatsabo gratis\n• 9,80 € im Monat\n• kündbar".to_owned()),
            ".{0,30}",
        ];
        prop::collection::vec((piece, prop_oneof![Just("\n"), Just("\n\n")]), 0..25)
            .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| piece + gap).collect())
    }

    proptest! {
        #[test]
        fn every_line_of_a_thread_is_in_a_comment_or_a_note(page in threads()) {
            let lines = split(&page);
            let thread = find(&lines);
            let mut notes = Vec::new();
            let comments = read(&lines[thread.start..], &thread, "a", &mut notes);
            for (at, line) in lines.iter().enumerate().skip(thread.start) {
                let signs = |s: &Signed| s.at == at || s.byline.two_lines && s.at + 1 == at;
                let said = comments.iter().any(|c| c.text.lines().any(|said| said == line.raw));
                let noted = notes.iter().any(|n| (n.first_line..=n.last_line).contains(&line.number));
                prop_assert!(said || noted || thread.signed.iter().any(signs), "line {}", line.number);
            }
            prop_assert_eq!(comments.len(), comments.iter().filter(|c| !c.text.is_empty()).count());
        }

        #[test]
        fn arbitrary_text_never_panics(page in "(?s).{0,400}") {
            let lines = split(&page);
            let thread = find(&lines);
            prop_assert!(thread.start <= lines.len());
        }
    }
}
