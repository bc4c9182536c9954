//! The only place that knows column names.

use crate::error::{Error, Result};

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the column of that name")]
pub enum Field {
    Text,
    Id,
    ArticleId,
    ParentId,
    Author,
    CreatedAt,
    ArticleTitle,
    ArticleLead,
    ArticleText,
    Title,
    Lead,
    PublishedAt,
    Source,
}

impl Field {
    const COUNT: usize = Self::Source as usize + 1;

    /// Fields that hold running text.
    pub(super) const PROSE: [Field; 6] =
        [Field::Text, Field::ArticleTitle, Field::ArticleLead, Field::ArticleText, Field::Title, Field::Lead];
}

/// Which table it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// One comment per row; `text` is required.
    Comments,
    /// One article per row; `article_id` and one of `title` and `text` are required.
    Articles,
}

/// Fields of a comments table: the canonical name, then what exports call it.
const COMMENT_FIELDS: [(Field, &[&str]); 9] = [
    (
        Field::Text,
        &[
            "text",
            "comment_text",
            "comment_body",
            "comment",
            "body",
            "kommentar",
            "kommentartext",
            "kommentar_text",
            "content",
            "message",
            "nachricht",
            "beitrag",
        ],
    ),
    (Field::Id, &["id", "comment_id", "commentid", "kommentar_id", "kommentarid"]),
    (Field::ArticleId, &["article_id", "articleid", "artikel_id", "artikelid", "story_id", "asset_id"]),
    (
        Field::ParentId,
        &["parent_id", "parentid", "parent_comment_id", "in_reply_to", "reply_to", "antwort_auf"],
    ),
    (Field::Author, &["author", "username", "user_name", "autor", "nutzername", "author_name"]),
    (Field::CreatedAt, &["created_at", "createdat", "created", "timestamp", "datum"]),
    (
        Field::ArticleTitle,
        &["article_title", "articletitle", "artikeltitel", "artikel_titel", "article_headline"],
    ),
    (Field::ArticleLead, &["article_lead", "article_teaser", "artikel_teaser"]),
    (Field::ArticleText, &["article_text", "articletext", "artikeltext", "artikel_text", "article_body"]),
];

/// Fields of an articles table.
const ARTICLE_FIELDS: [(Field, &[&str]); 7] = [
    (Field::ArticleId, &["article_id", "articleid", "artikel_id", "artikelid", "id"]),
    (Field::Title, &["title", "article_title", "headline", "titel"]),
    (Field::Text, &["text", "article_text", "body", "artikeltext", "content"]),
    (Field::Lead, &["lead", "article_lead", "teaser", "vorspann"]),
    (Field::Author, &["author", "autor", "byline"]),
    (Field::PublishedAt, &["published_at", "publishedat", "published", "datum"]),
    (Field::Source, &["source", "url", "quelle"]),
];

impl Role {
    fn fields(self) -> &'static [(Field, &'static [&'static str])] {
        match self {
            Role::Comments => &COMMENT_FIELDS,
            Role::Articles => &ARTICLE_FIELDS,
        }
    }
}

/// Column that says how many comments of the stream a row stands for.
pub const WEIGHT: &str = "sampling_weight";

/// Names the user gave to columns: `text=Kommentar` says that `text` is in `Kommentar`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping(Vec<(String, String)>);

impl Mapping {
    /// Reads `NAME=COLUMN` pairs. NAME is a canonical field, a label or a fold.
    ///
    /// # Errors
    /// [`Kind::Parameter`](crate::error::Kind::Parameter) for one that is no such pair, or a
    /// NAME given twice.
    pub fn parse<S: AsRef<str>>(pairs: impl IntoIterator<Item = S>) -> Result<Self> {
        let mut mapping = Self::default();
        for pair in pairs {
            let pair = pair.as_ref();
            let split = pair.split_once('=').map(|(name, column)| (name.trim(), column.trim()));
            let Some((name, column)) = split.filter(|(name, column)| !name.is_empty() && !column.is_empty())
            else {
                return Err(Error::parameter(format!("`{pair}` is not NAME=COLUMN, as in text=Kommentar")));
            };
            if mapping.column(name).is_some() {
                return Err(Error::parameter(format!("column `{name}` is mapped twice")));
            }
            mapping.0.push((name.to_owned(), column.to_owned()));
        }
        Ok(mapping)
    }

    fn column(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| fold_case(known) == fold_case(name))
            .map(|(_, column)| column.as_str())
    }
}

/// The columns of one table, and what they mean.
#[derive(Clone, Debug)]
pub struct Columns {
    header: Vec<String>,
    /// By field, as each row asks for several.
    meaning: [Option<usize>; Field::COUNT],
    mapping: Mapping,
    notes: Vec<String>,
}

impl Columns {
    /// Finds out what the columns of `header` mean: by the user's `mapping`, else by the
    /// canonical name, else by a name known from exports (which is then noted).
    ///
    /// # Errors
    /// [`Kind::Input`](crate::error::Kind::Input) when a column stands twice, a mapped one
    /// or a required one is absent, or several could be meant.
    pub fn resolve(header: Vec<String>, role: Role, mapping: &Mapping) -> Result<Self> {
        let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        refuse_duplicates(&header)?;
        let mut columns =
            Self { header, meaning: [None; Field::COUNT], mapping: mapping.clone(), notes: Vec::new() };
        for &(field, names) in role.fields() {
            columns.meaning[field as usize] = columns.find(names)?;
        }
        columns.require(role)?;
        Ok(columns)
    }

    /// The column of a field whose names are `names`, the canonical one first.
    fn find(&mut self, names: &[&str]) -> Result<Option<usize>> {
        let canonical = names[0];
        if let Some(mapped) = self.mapping.column(canonical) {
            return match position(&self.header, mapped) {
                Some(at) => Ok(Some(at)),
                None if position(&self.header, canonical).is_some() => Ok(position(&self.header, canonical)),
                None => Err(Error::input(format!(
                    "there is no column `{mapped}` to take as `{canonical}`; {}",
                    self.list()
                ))),
            };
        }
        if let Some(at) = position(&self.header, canonical) {
            return Ok(Some(at));
        }
        let known: Vec<usize> = names[1..].iter().filter_map(|name| position(&self.header, name)).collect();
        match known[..] {
            [] => Ok(None),
            [at] => {
                self.notes.push(format!("column `{}` is read as `{canonical}`", self.header[at]));
                Ok(Some(at))
            }
            [a, b, ..] => Err(Error::input(format!(
                "`{canonical}` could be column `{}` or `{}`; say which with --column {canonical}=NAME",
                self.header[a], self.header[b]
            ))),
        }
    }

    fn require(&self, role: Role) -> Result<()> {
        let has = |field| self.index(field).is_some();
        let missing = match role {
            Role::Comments if !has(Field::Text) => "`text`",
            Role::Articles if !has(Field::ArticleId) => "`article_id`",
            Role::Articles if !has(Field::Title) && !has(Field::Text) => "`title` and no `text`",
            _ => return Ok(()),
        };
        Err(Error::input(format!(
            "there is no column {missing}; {}; --column text=NAME maps one",
            self.list()
        )))
    }

    /// The header, for a message: cut, since a file without a header has comments there.
    fn list(&self) -> String {
        if self.header.len() == 1 {
            return "there is but one column, of another name, or no header".to_owned();
        }
        let short = |name: &String| match name.char_indices().nth(24) {
            Some(_) => "…".to_owned(),
            None => format!("`{name}`"),
        };
        let names: Vec<String> = self.header.iter().take(20).map(short).collect();
        format!("the columns are {}", names.join(", "))
    }

    /// The names of all columns, trimmed, in order.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Index of the column that means `field`.
    pub fn index(&self, field: Field) -> Option<usize> {
        self.meaning[field as usize]
    }

    /// Index of a column by name (a label, a fold), after the user's mapping.
    pub fn named(&self, name: &str) -> Option<usize> {
        position(&self.header, self.mapping.column(name).unwrap_or(name))
    }

    /// What the operator should know about how the columns were understood.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// The column called `name`: exactly, else whatever the case, spaces and hyphens.
fn position(header: &[String], name: &str) -> Option<usize> {
    let folded = fold_case(name);
    let exact = header.iter().position(|column| column == name);
    exact.or_else(|| header.iter().position(|column| fold_case(column) == folded))
}

fn fold_case(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

/// Unnamed columns may stand several times, as where rows end in delimiters.
fn refuse_duplicates(header: &[String]) -> Result<()> {
    let mut seen = std::collections::HashSet::new();
    match header.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str())) {
        Some(name) => Err(Error::input(format!("column `{name}` stands twice in the header; rename one"))),
        None => Ok(()),
    }
}

/// A judgement: outer `None` if `cell` is no such thing, inner `None` if it is blank, which
/// says that nobody judged. `1.0` and `0.0` are what data frames make of a column with blanks.
pub fn judgement(cell: &str) -> Option<Option<bool>> {
    const YES: [&str; 5] = ["1", "true", "yes", "ja", "1.0"];
    const NO: [&str; 5] = ["0", "false", "no", "nein", "0.0"];
    let cell = cell.trim();
    let is_one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(cell));
    match cell {
        "" => Some(None),
        _ if is_one_of(&YES) => Some(Some(true)),
        _ if is_one_of(&NO) => Some(Some(false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(header: &str, role: Role, mapping: &[&str]) -> Result<Columns> {
        let header = header.split(',').map(str::to_owned).collect();
        Columns::resolve(header, role, &Mapping::parse(mapping)?)
    }

    #[test]
    fn columns_are_found_by_mapping_name_and_alias() {
        let cases: [(&str, &[&str], usize, usize); 8] = [
            ("id,text", &[], 1, 0),
            ("ID, Text ", &[], 1, 0),
            ("id,Kommentar", &[], 1, 0),
            ("id,Comment Text", &[], 1, 0),
            ("body,comment_id", &[], 0, 1),
            ("id,text,comment", &[], 1, 0),
            ("id,text,Inhalt", &["text=Inhalt"], 2, 0),
            ("nr,text", &["Id=nr", "text=gibt es nicht"], 1, 0),
        ];
        for (header, mapping, text, id) in cases {
            let columns = resolve(header, Role::Comments, mapping).unwrap();
            assert_eq!(columns.index(Field::Text), Some(text), "{header}");
            assert_eq!(columns.index(Field::Id), Some(id), "{header}");
        }
    }

    #[test]
    fn an_alias_is_noted_and_a_name_is_not() {
        assert_eq!(
            resolve("id,Kommentar", Role::Comments, &[]).unwrap().notes(),
            ["column `Kommentar` is read as `text`"]
        );
        assert!(resolve("id,text", Role::Comments, &[]).unwrap().notes().is_empty());
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        let cases: [(&str, Role, &[&str], &str); 8] = [
            ("id,inhalt", Role::Comments, &[], "no column `text`"),
            ("text,id,text", Role::Comments, &[], "stands twice"),
            ("id,body,comment", Role::Comments, &[], "could be"),
            ("id,inhalt", Role::Comments, &["text=foo"], "no column `foo`"),
            ("id,text", Role::Comments, &["text"], "NAME=COLUMN"),
            ("id,text", Role::Comments, &["text=a", "text=b"], "mapped twice"),
            ("title,text", Role::Articles, &[], "no column `article_id`"),
            ("article_id,lead", Role::Articles, &[], "no column `title`"),
        ];
        for (header, role, mapping, message) in cases {
            let error = resolve(header, role, mapping).unwrap_err().to_string();
            assert!(error.contains(message), "{header}: {error}");
        }
    }

    #[test]
    fn a_sentence_in_place_of_a_header_is_not_quoted() {
        for line in ["gelogen!", "17,Das ist doch alles gelogen und erfunden"] {
            let error = resolve(line, Role::Comments, &[]).unwrap_err();
            assert!(!error.to_string().contains("gelogen"), "{error}");
        }
    }

    #[test]
    fn labels_and_folds_are_found_by_name() {
        let columns = resolve("text,hate,Fold", Role::Comments, &["incivility=hate"]).unwrap();
        assert_eq!(columns.named("incivility"), Some(1));
        assert_eq!(columns.named("fold"), Some(2));
        assert_eq!(columns.named("off_topic"), None);
    }

    #[test]
    fn judgements_are_yes_no_or_blank() {
        for yes in ["1", "true", "TRUE", "Ja", " yes ", "1.0"] {
            assert_eq!(judgement(yes), Some(Some(true)), "{yes}");
        }
        for no in ["0", "False", "no", "NEIN", "0.0"] {
            assert_eq!(judgement(no), Some(Some(false)), "{no}");
        }
        assert_eq!(judgement("  "), Some(None));
        for neither in ["2", "maybe", "-1", "j"] {
            assert_eq!(judgement(neither), None, "{neither}");
        }
    }
}
