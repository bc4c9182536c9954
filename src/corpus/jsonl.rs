//! JSON Lines: one object per line, its values as fields under a header.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::csv::{Scan, Span};

/// The keys of a table of objects, in the order they were first met.
#[derive(Default)]
pub(super) struct Keys {
    index: HashMap<String, usize>,
}

impl Keys {
    pub fn new(header: &[String]) -> Self {
        Self { index: header.iter().cloned().zip(0..).collect() }
    }

    /// Reads one object: values of known keys go to `scratch` and `spans` (blank where the
    /// object lacks the key), the other keys stay in the raw line only. Says whether there are
    /// such others.
    ///
    /// Strings are unescaped, numbers and nested values stand as written, booleans are
    /// `true` and `false`, null is blank.
    pub fn read(
        &self,
        line: &str,
        scratch: &mut String,
        spans: &mut Vec<Span>,
    ) -> Result<bool, serde_json::Error> {
        const ABSENT: Span = Span { start: 0, end: 0, apart: true };
        scratch.clear();
        spans.clear();
        spans.resize(self.index.len(), ABSENT);
        let mut seen = vec![false; spans.len()];
        let mut others = false;
        each_member(line, |key, value| {
            let Some(&at) = self.index.get(key) else {
                others = true;
                return Ok(());
            };
            if std::mem::replace(&mut seen[at], true) {
                return Err("a key stands twice");
            }
            let start = scratch.len();
            append(value, scratch)?;
            spans[at] = Span { start, end: scratch.len(), apart: true };
            Ok(())
        })?;
        Ok(others)
    }
}

/// Finds the end of the line that is the record at the front of `bytes`.
pub(super) fn scan(bytes: &[u8], at_end: bool) -> Scan {
    let (end, next) = match memchr::memchr(b'\n', bytes) {
        Some(end) => (end, end + 1),
        None if at_end => (bytes.len(), bytes.len()),
        None => return Scan::More { quoted: false },
    };
    Scan::Record { end: end - usize::from(bytes[..end].ends_with(b"\r")), next }
}

/// What is wrong with a line, without quoting it (serde_json's own messages quote values).
pub(super) fn describe(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "ends before its object does",
        serde_json::error::Category::Data => "is not one JSON object with each key once",
        _ => "is not JSON",
    };
    format!("the line {what} (column {})", error.column())
}

/// The keys of the objects in `head` (all of the input if `at_end`), as far as its lines are
/// complete and valid, in the order they are first met: optional keys need not stand in the
/// first object.
pub(super) fn header(head: &[u8], at_end: bool) -> Vec<String> {
    let mut header: Vec<String> = Vec::new();
    let complete = if at_end { head.len() } else { memchr::memrchr(b'\n', head).unwrap_or(0) };
    for line in head[..complete].split(|b| *b == b'\n') {
        let line = std::str::from_utf8(line).unwrap_or_default();
        // A line that is no object is met again, and rejected, when its turn comes.
        let _ = each_member(line, |key, _| {
            if !header.iter().any(|known| known == key) {
                header.push(key.to_owned());
            }
            Ok(())
        });
    }
    header
}

fn append(value: &RawValue, scratch: &mut String) -> Result<(), &'static str> {
    match value.get() {
        "null" => {}
        text if text.starts_with('"') => {
            let content: std::borrow::Cow<'_, str> =
                serde_json::from_str::<Text<'_>>(text).map_err(|_| "a string is malformed")?.0;
            scratch.push_str(&content);
        }
        other => scratch.push_str(other),
    }
    Ok(())
}

/// A string, borrowed where it holds no escapes.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);

/// Calls `member` with every key and value of the object in `line`.
fn each_member(
    line: &str,
    member: impl FnMut(&str, &RawValue) -> Result<(), &'static str>,
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(line);
    json.deserialize_map(Members(member))?;
    json.end()
}

struct Members<F>(F);

impl<'de, F: FnMut(&str, &RawValue) -> Result<(), &'static str>> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((Text(key), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
            (self.0)(&key, value).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &[&str], line: &str) -> Result<Vec<String>, String> {
        let keys = Keys::new(&header.iter().map(|k| (*k).to_owned()).collect::<Vec<_>>());
        let (mut scratch, mut spans) = (String::new(), Vec::new());
        keys.read(line, &mut scratch, &mut spans).map_err(|e| e.to_string())?;
        Ok(spans.iter().map(|s| scratch[s.start..s.end].to_owned()).collect())
    }

    #[test]
    fn values_stand_as_a_table_would_hold_them() {
        let line = r#"{"text":"gr\u00fcn\n\"ja\"","id":12345678901234567890123,"x":1.50,"b":true,"n":null,"o":{"a":[1]},"other":1}"#;
        let expected = ["12345678901234567890123", "grün\n\"ja\"", "1.50", "true", "", r#"{"a":[1]}"#, ""];
        assert_eq!(
            read(&["id", "text", "x", "b", "n", "o", "absent"], line).as_deref(),
            Ok(&expected.map(str::to_owned)[..])
        );
    }

    #[test]
    fn what_is_not_one_object_is_refused() {
        for line in
            ["", "[1]", "\"a\"", "{\"a\":1", "{\"a\":1} {}", "{\"a\":1}x", "{a:1}", "{\"a\":\"\u{1}\"}"]
        {
            assert!(read(&["a"], line).is_err(), "{line:?}");
        }
        assert!(read(&["a"], r#"{"a":1,"a":2}"#).is_err_and(|e| e.contains("twice")));
        assert!(read(&["a"], r#"{"a":"\ud800"}"#).is_err());
    }

    #[test]
    fn the_header_is_all_keys_in_order() {
        let head = b"{\"id\":1,\"text\":\"a\"}\nbroken\n{\"text\":\"b\",\"parent_id\":2}\n{\"cut\":1}";
        assert_eq!(header(head, false), ["id", "text", "parent_id"]);
        assert_eq!(header(head, true), ["id", "text", "parent_id", "cut"]);
    }
}
