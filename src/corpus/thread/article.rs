//! The part of a page above its comments: headline, standfirst, body, author and date.

use super::boilerplate::{AUTHOR_HEADS, Boilerplate, TEASER_HEADS, is_head, kind};
use super::byline::{ARTICLE_BYLINES, AUTHOR_BOX};
use super::date::Stamp;
use super::line::{Line, breaks_off, ends_sentence, sentences};
use super::shape::{agency_line, is_offer};
use super::template::{Byline, first};
use super::{Finding, Note, note};
use crate::comment::Article;

/// What a line turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Not decided; in the end, unplaced.
    Open,
    /// Not the article.
    Left(Boilerplate),
    /// Headline or standfirst.
    Head,
    /// A paragraph or subheading.
    Body,
}

/// Longest standfirst, in characters.
const LONGEST_LEAD: usize = 300;
/// Longest text of a box about the author, in characters.
const LONGEST_BOX: usize = 400;
/// Shortest paragraph that ends a list of teasers, in characters.
const SHORTEST_RESUMING: usize = 240;

/// Reads the article from the lines above the thread; id and source are left to the caller.
pub(super) fn read(lines: &[Line], notes: &mut Vec<Note>) -> Article {
    let mut draft = Draft::new(lines);
    draft.mark_kinds();
    draft.mark_repeats();
    draft.mark_offers();
    draft.mark_teasers();
    draft.mark_author_boxes();
    draft.read_bylines(notes);
    draft.pick_title(notes);
    draft.pick_lead();
    draft.pick_body(notes);
    draft.report(notes);
    draft.article
}

struct Draft<'l, 't> {
    lines: &'l [Line<'t>],
    roles: Vec<Role>,
    article: Article,
}

impl<'l, 't> Draft<'l, 't> {
    fn new(lines: &'l [Line<'t>]) -> Self {
        Self { lines, roles: vec![Role::Open; lines.len()], article: Article::default() }
    }

    fn open(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.lines.len()).filter(|i| self.roles[*i] == Role::Open)
    }

    fn leave(&mut self, i: usize, kind: Boilerplate) {
        self.roles[i] = Role::Left(kind);
    }

    /// A caption is often saved twice (picture text and caption), the second time with its credit.
    fn mark_repeats(&mut self) {
        let mut prose = false;
        for i in 0..self.lines.len() {
            let text = self.lines[i].text;
            if is_doubled(text) {
                self.leave(i, Boilerplate::Caption);
            } else if let Some(before) = i.checked_sub(1).filter(|before| self.repeated(*before, text)) {
                // Above the running text the same line twice may be the headline: keep one.
                let open = self.roles[before] == Role::Open;
                let twice_the_headline = open && !prose && self.lines[before].text == text;
                if twice_the_headline {
                    self.leave(i, Boilerplate::Repeat);
                } else {
                    self.leave(before, Boilerplate::Caption);
                    self.leave(i, Boilerplate::Caption);
                }
            }
            prose |= self.lines[i].is_prose() && self.roles[i] == Role::Open;
        }
    }

    fn repeated(&self, before: usize, text: &str) -> bool {
        let first = self.lines[before].text;
        let extra = text.strip_prefix(first).map(|extra| extra.chars().count());
        first.chars().count() >= 20 && extra.is_some_and(|extra| extra <= 60)
    }

    fn mark_offers(&mut self) {
        let mut at = 0;
        for block in self.lines.chunk_by(|a, b| a.block == b.block) {
            if is_offer(block) {
                (at..at + block.len()).for_each(|i| self.leave(i, Boilerplate::Subscription));
            }
            at += block.len();
        }
    }

    fn mark_kinds(&mut self) {
        for i in 0..self.lines.len() {
            if let (Role::Open, Some(kind)) = (self.roles[i], kind(&self.lines[i])) {
                self.leave(i, kind);
            }
        }
    }

    /// A list of other stories runs from its heading, or from `Section` / `Section Title`, to the
    /// next paragraph that only an article has.
    fn mark_teasers(&mut self) {
        let (mut prose, mut inside) = (0, false);
        for i in 0..self.lines.len() {
            let line = &self.lines[i];
            let headed = prose >= 1 && is_head(line.text, TEASER_HEADS);
            inside = headed || prose >= 2 && self.names_section(i) || inside && !resumes(line);
            if inside && self.roles[i] == Role::Open {
                self.leave(i, Boilerplate::Teaser);
            }
            prose += usize::from(line.is_prose() && self.roles[i] == Role::Open);
        }
    }

    /// A short line that the next one repeats before its title.
    fn names_section(&self, i: usize) -> bool {
        let section = self.lines[i].text;
        let next = self.lines.get(i + 1).and_then(|next| next.text.strip_prefix(section));
        section.chars().count() <= 30
            && !ends_sentence(section)
            && next.is_some_and(|title| title.starts_with(' '))
    }

    /// The box is what stands under its heading, up to the second blank line.
    fn mark_author_boxes(&mut self) {
        for head in 0..self.lines.len() {
            if !is_head(self.lines[head].text, AUTHOR_HEADS) {
                continue;
            }
            let rest = &self.lines[head + 1..];
            let Some(block) = rest.first().map(|line| line.block) else { return };
            let size = rest.iter().take_while(|line| line.block == block).count();
            if rest[..size].iter().map(|line| line.text.chars().count()).sum::<usize>() > LONGEST_BOX {
                continue;
            }
            let found = first(AUTHOR_BOX.iter().copied(), rest[0].text, None);
            self.credit(found.and_then(|(_, byline)| byline.name));
            (head + 1..=head + size).for_each(|i| self.leave(i, Boilerplate::AuthorInfo));
        }
    }

    fn credit(&mut self, name: Option<String>) {
        if let (true, Some(name)) = (self.article.author.is_empty(), name) {
            self.article.author = name;
        }
    }

    fn read_bylines(&mut self, notes: &mut Vec<Note>) {
        let mut agencies = None;
        let mut updated = None;
        for i in 0..self.lines.len() {
            if !matches!(self.roles[i], Role::Open | Role::Left(Boilerplate::AuthorInfo)) {
                continue;
            }
            if let Some(found) = self.byline(i) {
                self.leave_byline(i, &found);
                self.state(i, found, &mut updated, notes);
            } else if let Some(line) = agency_line(self.lines[i].text) {
                agencies = agencies.or(Some(line.to_owned()));
                self.leave(i, Boilerplate::Byline);
            }
        }
        self.credit(agencies);
        if let (true, Some(Stamp { iso: Some(iso) })) = (self.article.published_at.is_empty(), updated) {
            self.article.published_at = iso;
        }
    }

    fn leave_byline(&mut self, i: usize, found: &Byline) {
        if self.roles[i] == Role::Open {
            self.leave(i, Boilerplate::Byline);
        }
        if found.two_lines {
            self.leave(i + 1, Boilerplate::Byline);
        }
    }

    fn byline(&self, i: usize) -> Option<Byline> {
        let next = self.lines.get(i + 1).filter(|_| self.roles.get(i + 1) == Some(&Role::Open));
        let (which, found) =
            first(ARTICLE_BYLINES.iter().copied(), self.lines[i].text, next.map(|l| l.text))?;
        // Two capitalised words over a date may be the headline, if none came before.
        let unannounced = ARTICLE_BYLINES[which].starts_with("{names}");
        let headline = |i: usize| self.lines[i].text.contains(char::is_whitespace);
        (!unannounced || self.open().take_while(|before| *before < i).any(headline)).then_some(found)
    }

    /// Puts what a byline says into the article; the first statement counts.
    fn state(&mut self, i: usize, found: Byline, updated: &mut Option<Stamp>, notes: &mut Vec<Note>) {
        self.credit(found.name);
        match found.stamp {
            Some(Stamp { iso: None }) => notes.push(note(&self.lines[i], Finding::UnclearDate)),
            Some(Stamp { iso: Some(iso) }) if self.article.published_at.is_empty() => {
                self.article.published_at = iso;
            }
            _ => {}
        }
        *updated = updated.take().or(found.updated);
    }

    /// The headline is the first line of three words or more; what stands above it names the section.
    fn pick_title(&mut self, notes: &mut Vec<Note>) {
        let open: Vec<usize> = self.open().collect();
        let length = |i: &usize| self.lines[*i].text.chars().count();
        let headline = |i: &usize| {
            let text = self.lines[*i].text;
            text.split_whitespace().count() >= 3 && length(i) <= 200 && sentences(text) <= 2
        };
        let found = open.iter().position(headline);
        // A line above that is short, and a full sentence here: this is the standfirst already.
        let sentence = |at: &usize| length(&open[*at]) > 80 && self.lines[open[*at]].text.ends_with('.');
        let above = match found {
            Some(at) if at > 0 && sentence(&at) => at,
            Some(_) => 0,
            None => open.iter().take_while(|i| !self.lines[**i].is_prose()).count(),
        };
        let short = open[..above].iter().copied().max_by_key(length);
        let Some(title) = short.or(found.map(|at| open[at])) else {
            notes.extend(self.lines.first().map(|line| note(line, Finding::NoTitle)));
            return;
        };
        self.article.title = self.lines[title].text.to_owned();
        self.roles[title] = Role::Head;
        for i in open {
            let text = self.lines[i].text;
            if i != title && text == self.article.title {
                self.leave(i, Boilerplate::Repeat);
            } else if i < title && text.split_whitespace().count() <= 3 {
                self.leave(i, Boilerplate::Section);
            }
        }
    }

    /// The standfirst is a short paragraph set apart from the body: by the lines of author and
    /// date, or by the length of the paragraph that follows.
    fn pick_lead(&mut self) {
        let mut prose = self.open().filter(|i| self.lines[*i].is_prose());
        let (Some(lead), Some(body)) = (prose.next(), prose.next()) else { return };
        drop(prose);
        let length = |i: usize| self.lines[i].text.chars().count();
        let marks =
            [Boilerplate::Byline, Boilerplate::AuthorInfo, Boilerplate::ReadingTime, Boilerplate::Caption];
        let apart =
            self.roles[lead..body].iter().any(|role| matches!(role, Role::Left(k) if marks.contains(k)));
        if length(lead) <= LONGEST_LEAD && (apart || 2 * length(body) >= 3 * length(lead)) {
            self.article.lead = self.lines[lead].text.to_owned();
            self.roles[lead] = Role::Head;
        }
    }

    /// The body is all running text that is left, with the short lines in between (subheadings,
    /// questions of an interview, list items).
    fn pick_body(&mut self, notes: &mut Vec<Note>) {
        let prose: Vec<usize> = self.open().filter(|i| self.lines[*i].is_prose()).collect();
        let (Some(start), Some(end)) = (prose.first().copied(), prose.last().copied()) else {
            notes.extend(self.lines.first().map(|line| note(line, Finding::NoBody)));
            return;
        };
        let body: Vec<usize> = self
            .open()
            .filter(|i| (start..=end).contains(i) || *i > end && ends_sentence(self.lines[*i].text))
            .collect();
        body.iter().for_each(|i| self.roles[*i] = Role::Body);
        let paragraphs: Vec<&str> = body.iter().map(|i| self.lines[*i].raw).collect();
        self.article.text = paragraphs.join("\n\n");
    }

    fn report(&self, notes: &mut Vec<Note>) {
        for (line, role) in self.lines.iter().zip(&self.roles) {
            match role {
                Role::Open => notes.push(note(line, Finding::Unplaced)),
                Role::Left(kind) => notes.push(note(line, Finding::LeftOut(*kind))),
                Role::Head | Role::Body => {}
            }
        }
    }
}

/// A paragraph too long, and too finished, for a teaser.
fn resumes(line: &Line) -> bool {
    line.text.chars().count() >= SHORTEST_RESUMING && sentences(line.text) >= 3 && !breaks_off(line.text)
}

/// The same text twice without a gap, as when picture text and caption are glued.
fn is_doubled(text: &str) -> bool {
    let (half, odd) = (text.len() / 2, text.len() % 2);
    text.len() >= 40 && odd == 0 && text.as_bytes()[..half] == text.as_bytes()[half..]
}
