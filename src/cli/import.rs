//! `netiquette import`: saved pages to `articles.csv` and `comments.csv`.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use netiquette::corpus::thread::{Page, decode, read_page};
use netiquette::{Article, Comment};
use serde::Serialize;
use tempfile::NamedTempFile;

use super::log::Log;
use super::{DONE, NOTHING_DONE, SOME_REJECTED};

const ARTICLE_COLUMNS: &[&str] = &["article_id", "title", "lead", "text", "author", "published_at", "source"];
const COMMENT_COLUMNS: &[&str] = &["id", "article_id", "parent_id", "author", "created_at", "text"];

/// Files of a directory that are taken as pages.
const PAGE_EXTENSIONS: &[&str] = &["txt", "text", "html", "htm", "xhtml"];

/// Turn saved pages into tables of articles and comments
#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    /// Saved pages (text or HTML), directories of them, or `-` for standard input
    #[arg(required = true, value_name = "PAGE")]
    pub pages: Vec<PathBuf>,
    /// Directory for articles.csv and comments.csv; created if absent, existing tables are replaced
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

/// Imports the pages and returns the exit code. Pages that cannot be read are reported on standard
/// error and the others are still imported.
///
/// # Errors
/// When the tables cannot be written.
pub fn run(args: &ImportArgs, log: &Log) -> anyhow::Result<u8> {
    let (files, mut rejected) = open_all(&args.pages, log);
    let (pages, unread) = read_all(files, log);
    rejected += unread;
    if pages.is_empty() {
        log.error("nothing was imported: no page could be read");
        return Ok(NOTHING_DONE);
    }
    write_tables(&args.output, &pages)
        .with_context(|| format!("{}: cannot write the tables", args.output.display()))?;
    let comments: usize = pages.iter().map(|page| page.comments.len()).sum();
    log.note(format_args!("{} articles, {comments} comments, {rejected} inputs rejected", pages.len()));
    Ok(if rejected > 0 { SOME_REJECTED } else { DONE })
}

/// A page before it is read.
struct Saved {
    /// What the operator called it.
    name: String,
    /// Its file name, for the table.
    source: String,
    stem: String,
    bytes: Vec<u8>,
}

impl Saved {
    fn is_html(&self) -> bool {
        let start = &self.bytes[..self.bytes.len().min(4096)];
        looks_like_html(&String::from_utf8_lossy(start))
    }

    /// The name to put before line numbers, which for HTML count the lines of its text.
    fn shown(&self) -> String {
        if self.is_html() { format!("{} (as text)", self.name) } else { self.name.clone() }
    }
}

/// Reads every file named, and the pages of every directory; also the number that failed.
fn open_all(paths: &[PathBuf], log: &Log) -> (Vec<Saved>, usize) {
    let (mut saved, mut rejected) = (Vec::new(), 0);
    for path in paths {
        let files = expand(path).map(|files| files.into_iter().map(|file| open(&file)).collect());
        for file in files.unwrap_or_else(|e| vec![Err(e)]) {
            match file {
                Ok(file) => saved.push(file),
                Err(e) => {
                    rejected += 1;
                    log.error(format_args!("{e:#}"));
                }
            }
        }
    }
    (saved, rejected)
}

fn expand(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let is_page = |file: &PathBuf| {
        let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
        file.is_file() && PAGE_EXTENSIONS.contains(&extension.as_str())
    };
    let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
    let mut files = entries.map(|e| Ok(e?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(is_page);
    files.sort();
    if files.is_empty() {
        bail!("{}: no pages in this directory (looked for .txt and .html files)", path.display());
    }
    Ok(files)
}

#[expect(clippy::disallowed_methods, reason = "the command line is where files are opened")]
fn open(path: &Path) -> anyhow::Result<Saved> {
    let name = path.display().to_string();
    if name == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("standard input")?;
        return Ok(Saved { source: name.clone(), stem: "stdin".to_owned(), name, bytes });
    }
    let bytes = std::fs::read(path).with_context(|| name.clone())?;
    let part = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    Ok(Saved { source: part(path.file_name()), stem: safe(&part(path.file_stem())), name, bytes })
}

/// A file stem as an identifier: letters, digits, `-`, `_` and `.`.
fn safe(stem: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    let id: String = stem.chars().map(keep).collect();
    id.trim_matches(['-', '.']).to_owned()
}

/// Reads the pages; also the number that failed. The same page twice is read once.
fn read_all(files: Vec<Saved>, log: &Log) -> (Vec<Page>, usize) {
    let mut stems: HashMap<String, usize> = HashMap::new();
    files.iter().for_each(|file| *stems.entry(file.stem.clone()).or_default() += 1);
    let (mut pages, mut rejected, mut seen) = (Vec::new(), 0, HashSet::new());
    for file in files {
        if !seen.insert((file.stem.clone(), blake3::hash(&file.bytes))) {
            log.note(format_args!("{}: the same page as one before, read once", file.name));
            continue;
        }
        match read(&file, &article_id(&file, stems[&file.stem] == 1)) {
            Ok(page) => {
                report(&file.shown(), &page, log);
                pages.push(page);
            }
            Err(e) => {
                rejected += 1;
                log.error(format_args!("{}: {e}", file.name));
            }
        }
    }
    (pages, rejected)
}

/// The file stem; where several files share it, with a hash of the content, so that an id does
/// not depend on the order in which the pages were named.
fn article_id(file: &Saved, unique: bool) -> String {
    match (unique, file.stem.as_str()) {
        (true, stem) if !stem.is_empty() && stem != "stdin" => stem.to_owned(),
        (_, stem) => format!(
            "{}-{}",
            if stem.is_empty() { "page" } else { stem },
            &blake3::hash(&file.bytes).to_hex()[..8]
        ),
    }
}

fn read(file: &Saved, id: &str) -> netiquette::Result<Page> {
    let text = decode(&file.bytes)?;
    if !file.is_html() {
        return read_page(&text, id, &file.source);
    }
    #[cfg(feature = "html")]
    return netiquette::corpus::html::read_html(&text, id, &file.source);
    #[cfg(not(feature = "html"))]
    Err(netiquette::Error::input(
        "an HTML page, which this build does not read: save it as text, or rebuild with --features html",
    ))
}

fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    let tags = ["<!doctype html", "<html", "<head", "<body", "<article"];
    let preamble = start.starts_with("<?xml") || start.starts_with("<!--");
    tags.iter().any(|tag| start.starts_with(tag) || preamble && start.contains(tag))
}

/// What was decided about a page: doubtful lines one by one, the usual ones by kind.
fn report(name: &str, page: &Page, log: &Log) {
    let (doubtful, usual): (Vec<_>, Vec<_>) = page.notes.iter().partition(|note| note.finding.is_doubtful());
    for note in doubtful {
        log.note(format_args!("{name}, {note}"));
    }
    let mut kinds: Vec<(String, Vec<String>)> = Vec::new();
    for note in usual {
        let lines = match note.first_line == note.last_line {
            true => note.first_line.to_string(),
            false => format!("{}–{}", note.first_line, note.last_line),
        };
        let finding = note.finding.to_string();
        match kinds.iter_mut().find(|(kind, _)| *kind == finding) {
            Some((_, all)) => all.push(lines),
            None => kinds.push((finding, vec![lines])),
        }
    }
    for (finding, lines) in kinds {
        let several = if lines.len() > 1 || lines[0].contains('–') { "lines" } else { "line" };
        log.note(format_args!("{name}, {several} {}: {finding}", lines.join(", ")));
    }
}

/// Both tables are complete on disk before either appears under its name.
fn write_tables(dir: &Path, pages: &[Page]) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir)?;
    let articles: Vec<&Article> = pages.iter().map(|page| &page.article).collect();
    let comments: Vec<&Comment> = pages.iter().flat_map(|page| &page.comments).collect();
    let articles = table(dir, ARTICLE_COLUMNS, &articles)?;
    let comments = table(dir, COMMENT_COLUMNS, &comments)?;
    articles.persist(dir.join("articles.csv"))?;
    comments.persist(dir.join("comments.csv"))?;
    Ok(())
}

fn table(dir: &Path, columns: &[&str], rows: &[impl Serialize]) -> anyhow::Result<NamedTempFile> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(temporary(dir)?);
    writer.write_record(columns)?;
    for row in rows {
        writer.serialize(row)?;
    }
    let file = writer.into_inner().map_err(|e| e.into_error())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// A temporary file with the permissions of any other new file.
fn temporary(dir: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".import-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_safe_and_do_not_depend_on_order() {
        assert_eq!(safe("Straßenbahn am See (1)"), "Straßenbahn-am-See--1");
        assert_eq!(safe("../.."), "");
        let file = |stem: &str| Saved {
            name: String::new(),
            source: String::new(),
            stem: stem.to_owned(),
            bytes: b"page".to_vec(),
        };
        assert_eq!(article_id(&file("tram"), true), "tram");
        assert_eq!(article_id(&file("tram"), false), article_id(&file("tram"), false));
        assert!(article_id(&file("tram"), false).starts_with("tram-"));
        assert!(article_id(&file(""), true).starts_with("page-"));
    }

    #[test]
    fn html_is_told_from_text() {
        for text in [
            "<!DOCTYPE html><p>a",
            " <HTML lang=de>",
            "<?xml version=\"1.0\"?><html>",
            "<!-- saved --><html>",
        ] {
            assert!(looks_like_html(text), "{text}");
        }
        for text in ["Die Linie 3", "<3 Straßenbahn", "Was <html> heißt"] {
            assert!(!looks_like_html(text), "{text}");
        }
    }
}
