//! Bytes of a saved page to text.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

use crate::error::{Error, Result};

/// The text of a page: by its byte order mark, else as UTF-8, else in the encoding its bytes look
/// like, with German in mind.
///
/// # Errors
/// [`crate::error::Kind::Input`] for an empty file and for one that is no text.
pub fn decode(bytes: &[u8]) -> Result<String> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0.into_owned(),
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => guessed(bytes).decode_without_bom_handling(bytes).0.into_owned(),
        },
    };
    if text.trim().is_empty() {
        return Err(Error::input("the file is empty"));
    }
    if is_binary(&text) {
        return Err(Error::input("not a text or HTML page; save the page as text and import that"));
    }
    Ok(text)
}

fn guessed(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(Some(b"de"), Utf8Detection::Deny)
}

/// Text has no NUL and next to no control characters.
fn is_binary(text: &str) -> bool {
    let control = |c: &char| c.is_control() && !"\n\r\t\u{c}".contains(*c) || *c == '\u{fffd}';
    text.contains('\0') || text.chars().filter(control).count() * 50 > text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_of_german_pages_are_told_apart() {
        let cases: [&[u8]; 4] = [
            "Straßenbahn für alle".as_bytes(),
            b"\xef\xbb\xbfStra\xc3\x9fenbahn f\xc3\xbcr alle",
            b"Stra\xdfenbahn f\xfcr alle",
            b"\xff\xfeS\0t\0r\0a\0\xdf\0e\0n\0b\0a\0h\0n\0 \0f\0\xfc\0r\0 \0a\0l\0l\0e\0",
        ];
        for bytes in cases {
            assert_eq!(decode(bytes).ok().as_deref(), Some("Straßenbahn für alle"));
        }
    }

    #[test]
    fn no_page_is_refused() {
        for bytes in [&b""[..], b" \n\n ", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\x7fELF\x02\x01\x01\0"] {
            assert!(decode(bytes).is_err());
        }
    }
}
