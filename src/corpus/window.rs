//! A sliding view of a stream: the bytes not yet consumed, with their place in it.

use std::io::{self, Read};

use super::decode::HEAD;

/// The unconsumed bytes of a stream. Grows as far as its user asks for more without
/// consuming any: bounding that is the user's business.
pub(super) struct Window {
    input: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    /// Byte that ends a line.
    pub newline: u8,
    /// Line of the first unconsumed byte, from 1.
    pub line: u64,
    /// Offset of the first unconsumed byte, from 0.
    pub byte: u64,
}

impl Window {
    pub fn new(input: Box<dyn Read + Send>) -> Self {
        let buffer = vec![0; 4 * HEAD];
        Self { input, buffer, start: 0, end: 0, at_end: false, newline: b'\n', line: 1, byte: 0 }
    }

    /// The bytes that are there.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether nothing follows them.
    pub fn at_end(&self) -> bool {
        self.at_end
    }

    /// Reads more behind the bytes that are there, or finds the end.
    pub fn grow(&mut self) -> io::Result<()> {
        if self.end == self.buffer.len() {
            self.make_room();
        }
        let n = self.input.read(&mut self.buffer[self.end..])?;
        self.end += n;
        self.at_end = n == 0;
        Ok(())
    }

    /// Reads until `wanted` bytes are there or the stream ends.
    pub fn grow_to(&mut self, wanted: usize) -> io::Result<()> {
        while !self.at_end && self.bytes().len() < wanted {
            self.grow()?;
        }
        Ok(())
    }

    /// Moves what is there to the front, and doubles the buffer if that gains little.
    fn make_room(&mut self) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end > self.buffer.len() / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }

    /// Drops the first `n` bytes, keeping count of lines.
    pub fn consume(&mut self, n: usize) {
        let newlines = memchr::memchr_iter(self.newline, &self.bytes()[..n]).count();
        self.line += newlines as u64;
        self.byte += n as u64;
        self.start += n;
    }

    /// Drops everything up to and with the next line end, in the memory there is.
    pub fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(at) = memchr::memchr(self.newline, self.bytes()) {
                self.consume(at + 1);
                return Ok(());
            }
            self.consume(self.bytes().len());
            if self.at_end {
                return Ok(());
            }
            self.grow()?;
        }
    }
}
