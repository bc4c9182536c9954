//! Which encoding a text is in, and the way from there to UTF-8.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::error::{Error, Result};

/// The encoding that `label` names (`utf-8`, `windows-1252`, `iso-8859-1`, `utf-16le` …,
/// as the WHATWG Encoding Standard lists them).
///
/// # Errors
/// [`Kind::Parameter`](crate::error::Kind::Parameter) when there is none of that name.
pub fn encoding(label: &str) -> Result<&'static Encoding> {
    let unknown = || Error::parameter(format!("no encoding is called `{label}` (try utf-8 or windows-1252)"));
    Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(unknown)
}

/// The encoding of a text that begins with `head` (all of it if `complete`): a byte order
/// mark, else UTF-16 by its zeros, else UTF-8 if it is, else what chardetng makes of a text
/// from Germany.
///
/// # Errors
/// [`Kind::Input`](crate::error::Kind::Input) when it is no text at all.
pub(super) fn detect(head: &[u8], complete: bool) -> Result<&'static Encoding> {
    if head.starts_with(b"\xff\xfe\0\0") || head.starts_with(b"\0\0\xfe\xff") {
        return Err(Error::input("this is UTF-32; save it as UTF-8"));
    }
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok(encoding);
    }
    if let Some(encoding) = utf16_without_mark(head) {
        return Ok(encoding);
    }
    let utf8 = Utf8Count::of(head, complete);
    refuse_binary(head, utf8.invalid)?;
    // One broken byte in a file full of good UTF-8 is a bad row, not another encoding:
    // no other text forms valid multi-byte sequences by chance more often than not.
    if utf8.invalid == 0 || utf8.multibyte > utf8.invalid {
        return Ok(UTF_8);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, complete);
    Ok(detector.guess(Some(b"de"), Utf8Detection::Deny))
}

/// UTF-16 shows in European text by zeros in every second place and next to none elsewhere.
fn utf16_without_mark(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.as_chunks::<2>().0;
    let zeros = |at: usize| pairs.iter().filter(|pair| pair[at] == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    match pairs.len() {
        0 => None,
        n if odd * 2 > n && even * 20 < n => Some(UTF_16LE),
        n if even * 2 > n && odd * 20 < n => Some(UTF_16BE),
        _ => None,
    }
}

/// How much of a text is valid UTF-8.
struct Utf8Count {
    /// Valid sequences of more than one byte.
    multibyte: usize,
    /// Invalid sequences; one that only the end of the head cut is not counted.
    invalid: usize,
}

impl Utf8Count {
    fn of(head: &[u8], complete: bool) -> Self {
        let mut count = Self { multibyte: 0, invalid: 0 };
        let mut chunks = head.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let is_cut = !complete && chunks.peek().is_none() && is_unfinished(chunk.invalid());
            count.multibyte += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            count.invalid += usize::from(!chunk.invalid().is_empty() && !is_cut);
        }
        count
    }
}

/// Whether more bytes could still make `bytes` valid UTF-8.
fn is_unfinished(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none())
}

/// Refuses what has more control characters than any text: more than 5 % of the bytes, or
/// 1 % where it is not UTF-8 either (random bytes have 11 %).
fn refuse_binary(head: &[u8], invalid: usize) -> Result<()> {
    let is_odd = |b: &&u8| matches!(b, 0..=8 | 11 | 14..=26 | 28..=31);
    let controls = head.iter().filter(is_odd).count();
    let tolerated = head.len() / if invalid == 0 { 20 } else { 100 };
    match controls > tolerated {
        true => Err(Error::input("this is binary data, not CSV or JSON Lines")),
        false => Ok(()),
    }
}

/// `reader`, which is in `encoding`, as UTF-8 without its byte order mark. UTF-8 itself is
/// passed through as it is, valid or not.
pub(super) fn to_utf8(
    mut reader: Box<dyn Read + Send>,
    encoding: &'static Encoding,
) -> Result<Box<dyn Read + Send>> {
    if encoding != UTF_8 {
        return Ok(Box::new(Transcoder::new(reader, encoding)));
    }
    let mut mark = Vec::with_capacity(3);
    reader.by_ref().take(3).read_to_end(&mut mark)?;
    if mark == b"\xef\xbb\xbf" {
        mark.clear();
    }
    Ok(Box::new(io::Cursor::new(mark).chain(reader)))
}

/// What a malformed sequence becomes: a byte that no UTF-8 contains, so that the record it
/// stands in fails its check, while a U+FFFD that was in the input stays what it was.
const MALFORMED: u8 = 0xff;

/// Another encoding as UTF-8, in fixed memory.
struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    input: Box<[u8]>,
    unread: std::ops::Range<usize>,
    at_end: bool,
    output: Box<[u8]>,
    ready: std::ops::Range<usize>,
    finished: bool,
}

impl<R: Read> Transcoder<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            input: vec![0; 16 * 1024].into(),
            unread: 0..0,
            at_end: false,
            output: vec![0; 32 * 1024].into(),
            ready: 0..0,
            finished: false,
        }
    }

    /// Decodes some more into `output`.
    fn refill(&mut self) -> io::Result<()> {
        if self.unread.is_empty() && !self.at_end {
            let n = self.inner.read(&mut self.input)?;
            self.unread = 0..n;
            self.at_end = n == 0;
        }
        let room = self.output.len() - 1;
        let input = &self.input[self.unread.clone()];
        let (result, read, mut written) =
            self.decoder.decode_to_utf8_without_replacement(input, &mut self.output[..room], self.at_end);
        self.unread.start += read;
        match result {
            DecoderResult::InputEmpty => self.finished = self.at_end,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                self.output[written] = MALFORMED;
                written += 1;
            }
        }
        self.ready = 0..written;
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() && !self.finished {
            self.refill()?;
        }
        let n = buf.len().min(self.ready.len());
        buf[..n].copy_from_slice(&self.output[self.ready.start..self.ready.start + n]);
        self.ready.start += n;
        Ok(n)
    }
}
