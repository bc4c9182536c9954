//! Standard output: as it is, but on a terminal, where comments may not give it orders.

use std::io::{self, IsTerminal, Stdout, Write};

use netiquette::escape::terminal;

/// Standard output, or in tests what stands for it.
#[derive(Debug)]
pub struct Standard<W: Write = Stdout> {
    out: W,
    is_terminal: bool,
    /// A line that has not ended yet.
    held: Vec<u8>,
}

impl Standard {
    /// Standard output, told by what it is.
    pub fn new() -> Self {
        let out = io::stdout();
        Self { is_terminal: out.is_terminal(), out, held: Vec::new() }
    }
}

impl<W: Write> Standard<W> {
    fn show(&mut self) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        self.out.write_all(shown(&String::from_utf8_lossy(&held)).as_bytes())
    }
}

/// Lines and columns as they are, and escapes for whatever else moves a cursor.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for piece in text.split_inclusive(['\n', '\t']) {
        let content = piece.trim_end_matches(['\n', '\t']);
        shown.push_str(&terminal(content));
        shown.push_str(&piece[content.len()..]);
    }
    shown
}

impl<W: Write> Write for Standard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_terminal {
            return self.out.write(bytes);
        }
        // Whole lines, so that no character is cut.
        let whole = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
        if whole > 0 {
            self.held.extend(&bytes[..whole]);
            self.show()?;
        }
        self.held.extend(&bytes[whole..]);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.held.is_empty() {
            self.show()?;
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "1,\"Rot \u{1b}[31m\nzweite\u{202e} Zeile\"\tä\r\n\n";

    fn written(is_terminal: bool, chunk: usize) -> String {
        let mut standard = Standard { out: Vec::new(), is_terminal, held: Vec::new() };
        TEXT.as_bytes().chunks(chunk).for_each(|bytes| standard.write_all(bytes).unwrap());
        standard.flush().unwrap();
        String::from_utf8(standard.out).unwrap()
    }

    #[test]
    fn a_terminal_gets_lines_and_no_orders() {
        for chunk in [1, 2, 7, 100] {
            assert_eq!(written(false, chunk), TEXT);
            assert_eq!(
                written(true, chunk),
                "1,\"Rot \\u{1b}[31m\nzweite\\u{202e} Zeile\"\tä\\r\n\n",
                "{chunk}"
            );
        }
    }
}
