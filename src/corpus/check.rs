//! What a record must fulfil to be a row.

use std::collections::HashSet;

use super::columns::{Field, Role};
use super::row::{Code, Row};
use crate::hashed::Hashed;

/// Hashes of the identifiers met so far (xxh3, 64 bit: among ten million rows, two different
/// ones collide with a probability of 3 in a million).
#[derive(Clone, Debug, Default)]
pub struct SeenIds(HashSet<u64, Hashed>);

impl SeenIds {
    /// Notes `id`; false if it was there.
    fn insert(&mut self, id: &str) -> bool {
        self.0.insert(xxhash_rust::xxh3::xxh3_64(id.as_bytes()))
    }
}

/// Why a row is none.
pub(super) type Fault = (Code, String);

/// What can be said of a row by itself.
pub(super) fn check(row: &Row<'_>, role: Role, max_text: usize) -> Result<(), Fault> {
    let header = row.columns.header();
    if row.spans.len() != header.len() {
        return Err((
            Code::FieldCount,
            format!("{} fields where the header has {}", row.spans.len(), header.len()),
        ));
    }
    if header.len() > 1 && row.fields().zip(header).all(|(field, name)| field.trim() == name) {
        return Err((Code::RepeatedHeader, "the header once more".to_owned()));
    }
    let text = row.get(Field::Text);
    if text.len() > max_text {
        return Err((Code::TextTooLong, format!("{} bytes of text, {max_text} are allowed", text.len())));
    }
    let is_blank = |field| row.get(field).trim().is_empty();
    match role {
        Role::Comments if is_blank(Field::Text) => Err((Code::EmptyText, "the text is empty".to_owned())),
        Role::Articles if is_blank(Field::ArticleId) => {
            Err((Code::EmptyId, "`article_id` is empty".to_owned()))
        }
        Role::Articles if is_blank(Field::Text) && is_blank(Field::Title) => {
            Err((Code::EmptyText, "both title and text are empty".to_owned()))
        }
        _ => Ok(()),
    }
}

/// What can be said only with the rows before.
pub(super) fn check_id(row: &Row<'_>, role: Role, seen: &mut Option<SeenIds>) -> Result<(), Fault> {
    let (field, name) = match role {
        Role::Comments => (Field::Id, "id"),
        Role::Articles => (Field::ArticleId, "article_id"),
    };
    let (id, Some(seen)) = (row.get(field), seen) else { return Ok(()) };
    match id.is_empty() || seen.insert(id) {
        true => Ok(()),
        false => Err((Code::DuplicateId, format!("an earlier row has the same `{name}`"))),
    }
}
