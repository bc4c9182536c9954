//! Tables for people.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use netiquette::metrics::{Estimate, FEW, too_few};

/// A plain table: the first column to the left, numbers to the right.
pub fn plain(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A figure with three decimals, or that it is undefined.
pub fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "undefined".to_owned(), |v| format!("{v:.3}"))
}

/// A number of things: `1 row`, `2 rows`.
pub fn counted(n: usize, thing: &str) -> String {
    format!("{n} {thing}{}", if n == 1 { "" } else { "s" })
}

/// What is to be said of figures that rest on a handful of rows; nothing of others.
pub fn caution(positives: usize, rows: usize) -> String {
    too_few(positives, rows).map_or(String::new(), |rarer| {
        let class = u8::from(positives == rarer);
        format!(
            "only {rarer} of these rows are {class}: below {FEW}, figures and their intervals say little\n"
        )
    })
}

/// A share in per cent with its interval, or that it is undefined.
pub fn percent(share: Option<Estimate>) -> String {
    share.map_or_else(
        || "undefined".to_owned(),
        |e| {
            let [value, low, high] = [e.value, e.low, e.high].map(|x| 100.0 * x.clamp(0.0, 1.0));
            format!("{value:.1} % ({low:.1} to {high:.1})")
        },
    )
}
