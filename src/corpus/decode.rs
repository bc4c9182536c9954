//! Bytes as they come → one stream of UTF-8: compression and encoding are recognised by
//! content, never by name, and what is no text at all is refused by its name.
//!
//! Only the first [`HEAD`] bytes are looked at before streaming; memory is bounded.
//! Nothing is replaced silently: a sequence that is malformed in its encoding reaches the
//! reader as a byte that is invalid UTF-8, so that the row it stands in can be rejected.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use encoding_rs::Encoding;
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::encoding;
use crate::error::{Error, Result};

/// Bytes that are looked at to recognise compression, encoding and dialect.
pub const HEAD: usize = 64 * 1024;

/// How an input was packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// gzip, one or several members.
    Gzip,
    /// Zstandard, one or several frames.
    Zstd,
}

/// An input as a stream of UTF-8, and what was recognised on the way.
pub struct Decoded {
    /// The decoded stream, without a byte order mark.
    pub reader: Box<dyn Read + Send>,
    /// The encoding it was in.
    pub encoding: &'static Encoding,
    /// How it was packed, if it was.
    pub compression: Option<Compression>,
}

/// Opens `input`; `forced` overrides the detection of the encoding.
///
/// # Errors
/// [`Kind::Io`](crate::error::Kind::Io) when the head cannot be read or unpacked;
/// [`Kind::Input`](crate::error::Kind::Input) when it is no text.
pub fn decode(input: impl Read + Send + 'static, forced: Option<&'static Encoding>) -> Result<Decoded> {
    let (head, stream) = peek(Retry(input))?;
    let (head, compression, reader) = match packing(&head) {
        None => (head, None, Box::new(stream) as Box<dyn Read + Send>),
        Some(packing) => {
            let (head, stream) = peek(unpack(stream, packing))?;
            (head, Some(packing), Box::new(stream) as _)
        }
    };
    let complete = head.len() < HEAD;
    refuse_foreign(&head)?;
    let encoding = forced.map_or_else(|| encoding::detect(&head, complete), Ok)?;
    Ok(Decoded { reader: encoding::to_utf8(reader, encoding)?, encoding, compression })
}

/// A stream of which the first bytes were looked at and put back.
type Peeked<R> = Chain<Cursor<Vec<u8>>, R>;

/// The first [`HEAD`] bytes, and the stream as if nothing had been read.
pub(super) fn peek<R: Read>(mut reader: R) -> io::Result<(Vec<u8>, Peeked<R>)> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(reader)))
}

fn packing(head: &[u8]) -> Option<Compression> {
    match head {
        [0x1f, 0x8b, 8, ..] => Some(Compression::Gzip),
        // A frame, or one of the sixteen kinds of skippable frame a stream may begin with.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Compression::Zstd),
        _ => None,
    }
}

fn unpack(stream: impl Read + Send + 'static, packing: Compression) -> Box<dyn Read + Send> {
    let stream = BufReader::with_capacity(HEAD, stream);
    match packing {
        Compression::Gzip => Box::new(Gunzip(MultiGzDecoder::new(stream))),
        Compression::Zstd => Box::new(Unzstd { stream: Some(stream), frame: None }),
    }
}

/// What a table comes in, by its first four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// Text, packed or not, or something that [`decode`] refuses by name.
    Text,
    /// A zip archive, as Excel workbooks are.
    Excel,
    /// Parquet.
    Parquet,
}

impl Container {
    /// What a file that begins with `head` is.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [b'P', b'K', 3, 4, ..] => Self::Excel,
            [b'P', b'A', b'R', b'1', ..] => Self::Parquet,
            _ => Self::Text,
        }
    }
}

/// What a head looks like that is no text: magic bytes, and what to say.
const FOREIGN: [(&[u8], &str); 11] = [
    (b"PAR1", "a Parquet file; rebuild with --features parquet to read it"),
    (b"SQLite format 3\0", "an SQLite database; export the table as CSV"),
    (b"%PDF-", "a PDF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Office file; save it as CSV"),
    (b"BZh", "bzip2-compressed; gzip and zstd are understood"),
    (b"\xfd7zXZ\0", "xz-compressed; gzip and zstd are understood"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it first"),
    (b"\x1f\x8b", "gzip inside gzip, or a damaged gzip file"),
    (b"\x28\xb5\x2f\xfd", "zstd inside zstd or gzip; unpack it first"),
    (b"\x7fELF", "a program"),
];

/// Refuses by name what is certainly not a table of text.
fn refuse_foreign(head: &[u8]) -> Result<()> {
    let refuse = |what: &str| Err(Error::input(format!("not CSV or JSON Lines: this is {what}")));
    if head.starts_with(b"PK\x03\x04") {
        let workbook = memchr::memmem::find(head, b"xl/").is_some()
            || memchr::memmem::find(head, b"[Content_Types].xml").is_some();
        return match workbook {
            true => refuse("an Excel workbook; save it as CSV, or rebuild with --features excel to read it"),
            false => refuse("a zip archive; unpack it first"),
        };
    }
    if let Some((_, what)) = FOREIGN.iter().find(|(magic, _)| head.starts_with(magic)) {
        return refuse(what);
    }
    match is_markup(head) {
        true => refuse("an HTML or XML page (`netiquette import` reads pages)"),
        false => Ok(()),
    }
}

/// Whether the first thing said is `<!doctype`, `<html`, `<?xml` or the like.
fn is_markup(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let starts = |tag: &[u8]| text.get(..tag.len()).is_some_and(|t| t.eq_ignore_ascii_case(tag));
    [&b"<!doctype"[..], b"<html", b"<?xml", b"<head", b"<body", b"<!--"].iter().any(|t| starts(t))
}

/// Retries a read that a signal interrupted, so that nothing above has to.
struct Retry<R>(R);

impl<R: Read> Read for Retry<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buf) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                done => return done,
            }
        }
    }
}

/// gzip whose errors say that the archive is to blame.
struct Gunzip<R>(MultiGzDecoder<R>);

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        self.0.read(buf).map_err(|e| match e.kind() {
            InvalidData | InvalidInput | UnexpectedEof => damaged("gzip", &e),
            _ => e,
        })
    }
}

fn damaged(format: &str, cause: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the {format} data is damaged or cut off: {cause}"))
}

/// Zstandard frames one after the other (the decoder itself stops after the first), each
/// checked against its checksum where it has one.
struct Unzstd<R: Read> {
    stream: Option<R>,
    frame: Option<Frame<R>>,
}

type Frame<R> = StreamingDecoder<R, ruzstd::decoding::FrameDecoder>;

impl<R: BufRead> Unzstd<R> {
    /// Begins the next frame; false at the end of the stream.
    fn next_frame(&mut self) -> io::Result<bool> {
        let Some(mut stream) = self.stream.take() else { return Ok(false) };
        loop {
            if stream.fill_buf()?.is_empty() {
                return Ok(false);
            }
            if !skip_frame(&mut stream)? {
                break;
            }
        }
        self.frame = Some(StreamingDecoder::new(stream).map_err(|e| damaged("zstd", &e))?);
        Ok(true)
    }
}

/// Passes over a skippable frame (magic 0x184D2A50–5F, length, that many bytes), if there is one.
fn skip_frame(stream: &mut impl BufRead) -> io::Result<bool> {
    if !matches!(stream.fill_buf()?, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
        return Ok(false);
    }
    let mut header = [0; 8];
    stream.read_exact(&mut header)?;
    let length = u64::from(u32::from_le_bytes([header[4], header[5], header[6], header[7]]));
    match io::copy(&mut stream.take(length), &mut io::sink())? == length {
        true => Ok(true),
        false => Err(damaged("zstd", &"a skippable frame is cut off")),
    }
}

impl<R: BufRead> Read for Unzstd<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(frame) = &mut self.frame else {
                match self.next_frame()? {
                    true => continue,
                    false => return Ok(0),
                }
            };
            let n = frame.read(buf).map_err(|e| damaged("zstd", &e))?;
            if n > 0 || buf.is_empty() {
                return Ok(n);
            }
            let stated = frame.decoder.get_checksum_from_data();
            if stated.is_some() && stated != frame.decoder.get_calculated_checksum() {
                return Err(damaged("zstd", &"its checksum is wrong"));
            }
            self.stream = self.frame.take().map(StreamingDecoder::into_inner);
        }
    }
}
