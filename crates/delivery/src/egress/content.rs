//! Response bodies as readable text for the log: compressed bodies are decompressed, Latin-1 is converted to UTF-8, and
//! text is cut between characters.

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};
use model::attempt::whole_characters;

/// Kept part of a body, in bytes.
pub(super) const KEPT: usize = 4 * 1024;

/// Content encodings decoded one after the other, at most; more than one is rare.
const ENCODINGS_MAX: usize = 3;

/// The kept part of a body, or a note when it cannot be decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) body: Bytes,
    pub(super) note: Option<String>,
}

/// Makes the first `most` bytes of a body readable. `encodings`: `Content-Encoding`; `media`: `Content-Type`.
pub(super) fn readable(raw: Vec<u8>, encodings: &str, media: &str, most: usize) -> Kept {
    let codings: Vec<&str> = encodings
        .split(',')
        .map(str::trim)
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
        .collect();
    if raw.is_empty() {
        return Kept { body: Bytes::new(), note: None };
    }
    if codings.len() > ENCODINGS_MAX {
        return unreadable(raw.len(), encodings);
    }
    let mut body = raw;
    // The encoding listed last was applied last (RFC 9110, section 8.4).
    for coding in codings.into_iter().rev() {
        let format = match coding.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Format::Gzip,
            "deflate" => Format::Zlib,
            other => return unreadable(body.len(), other),
        };
        match inflate(&body, format, most) {
            Some(plain) => body = plain,
            None => return unreadable(body.len(), coding),
        }
    }
    cut(&mut body, most);
    // Some servers declare Latin-1 and send UTF-8.
    if is_latin1(media) && std::str::from_utf8(&body).is_err() {
        body = body.into_iter().map(char::from).collect::<String>().into_bytes();
        cut(&mut body, most);
    }
    Kept { body: body.into(), note: None }
}

/// The part of a readable body that the log keeps.
pub(crate) fn kept(body: &Bytes) -> Bytes {
    if body.len() < KEPT { body.clone() } else { Bytes::copy_from_slice(whole_characters(&body[..KEPT])) }
}

/// Cuts a body to `most` bytes, between two characters.
fn cut(body: &mut Vec<u8>, most: usize) {
    if body.len() >= most {
        let whole = whole_characters(&body[..most]).len();
        body.truncate(whole);
    }
}

fn unreadable(length: usize, coding: &str) -> Kept {
    let coding: String = coding.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(40).collect();
    let note = format!("the response's body ({length} bytes or more, Content-Encoding {coding:?}) cannot be shown");
    Kept { body: Bytes::new(), note: Some(note) }
}

fn is_latin1(media: &str) -> bool {
    let lower = media.to_ascii_lowercase();
    let Some((_, charset)) = lower.split_once("charset=") else { return false };
    let charset = charset.split(';').next().unwrap_or_default().trim().trim_matches('"');
    matches!(charset, "iso-8859-1" | "latin1" | "windows-1252" | "us-ascii")
}

#[derive(Clone, Copy)]
enum Format {
    Gzip,
    Zlib,
}

/// Decompresses up to `most` bytes. The input may be truncated anywhere. The output is bounded, so a decompression
/// bomb does no harm.
fn inflate(compressed: &[u8], format: Format, most: usize) -> Option<Vec<u8>> {
    match format {
        Format::Gzip => raw_inflate(gzip_content(compressed)?, false, most),
        // Some servers send raw deflate under this name, without the zlib header.
        Format::Zlib => raw_inflate(compressed, true, most).or_else(|| raw_inflate(compressed, false, most)),
    }
}

fn raw_inflate(compressed: &[u8], zlib_header: bool, most: usize) -> Option<Vec<u8>> {
    let mut inflate = Decompress::new(zlib_header);
    let mut plain = Vec::with_capacity(most);
    loop {
        let (before, read) = (plain.len(), inflate.total_in());
        let rest = &compressed[read as usize..];
        let status = inflate.decompress_vec(rest, &mut plain, FlushDecompress::Sync);
        let stands = plain.len() == before && inflate.total_in() == read;
        match status {
            Ok(Status::StreamEnd) => return Some(plain),
            Ok(_) if plain.len() < plain.capacity() && !stands => {}
            // The input is truncated, or the limit is reached.
            Ok(_) => return (!plain.is_empty()).then_some(plain),
            Err(_) => return (!plain.is_empty()).then_some(plain),
        }
    }
}

/// Skips the gzip header (RFC 1952).
fn gzip_content(gzip: &[u8]) -> Option<&[u8]> {
    let [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, rest @ ..] = gzip else { return None };
    let mut rest = rest;
    if flags & 0x04 != 0 {
        let [low, high, after @ ..] = rest else { return None };
        rest = after.get(usize::from(u16::from_le_bytes([*low, *high]))..)?;
    }
    // File name and comment, each zero-terminated.
    for flag in [0x08, 0x10] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = &rest[end + 1..];
        }
    }
    if flags & 0x02 != 0 { rest.get(2..) } else { Some(rest) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, GzBuilder, write};
    use proptest::prelude::*;
    use std::io::Write;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let named = GzBuilder::new().filename("body.json").comment("of a test").extra(vec![1, 2, 3]);
        let mut encoder = named.write(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(plain: &[u8]) -> Vec<u8> {
        let mut encoder = write::ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn raw(plain: &[u8]) -> Vec<u8> {
        let mut encoder = write::DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn body(raw: Vec<u8>, encodings: &str) -> String {
        let kept = readable(raw, encodings, "application/json", KEPT);
        assert_eq!(kept.note, None);
        String::from_utf8(kept.body.to_vec()).unwrap()
    }

    #[test]
    fn compressed_bodies_are_readable() {
        let plain = br#"{"error": "no such customer"}"#;
        let text = std::str::from_utf8(plain).unwrap();
        for (raw, encodings) in [
            (plain.to_vec(), ""),
            (plain.to_vec(), "identity"),
            (gzip(plain), "gzip"),
            (gzip(plain), " X-GZip "),
            (zlib(plain), "deflate"),
            (raw(plain), "deflate"),
            (gzip(&zlib(plain)), "deflate, gzip"),
        ] {
            assert_eq!(body(raw, encodings), text, "{encodings}");
        }
    }

    #[test]
    fn a_truncated_compressed_body_is_readable_up_to_the_cut() {
        let plain: String = (0..2_000).map(|n| format!("{:x},", n * 7_919 % 65_537)).collect();
        let whole = gzip(plain.as_bytes());
        let shown = body(whole[..KEPT.min(whole.len())].to_vec(), "gzip");
        assert!(shown.len() > 2_000 && plain.starts_with(&shown), "{}", shown.len());
    }

    #[test]
    fn a_decompression_bomb_is_cut_at_the_limit() {
        let bomb = gzip(&vec![b'a'; 10_000_000]);
        assert_eq!(body(bomb, "gzip"), "a".repeat(KEPT));
        let nested = gzip(&gzip(&vec![0; 10_000_000]));
        assert!(body(nested, "gzip, gzip").len() <= KEPT);
    }

    #[test]
    fn a_body_that_cannot_be_decoded_is_noted() {
        for (raw, encodings) in [
            (vec![0x8b; 100], "br"),
            (b"plain".to_vec(), "gzip"),
            (vec![1; 9], "zstd"),
            (vec![1], "gzip,gzip,gzip,gzip"),
        ] {
            let kept = readable(raw, encodings, "text/plain", KEPT);
            assert!(kept.body.is_empty() && kept.note.unwrap().contains("cannot be shown"), "{encodings}");
        }
        assert_eq!(readable(vec![], "br", "", KEPT), Kept { body: Bytes::new(), note: None });
    }

    #[test]
    fn text_is_cut_between_characters() {
        let mut cut = "é".repeat(KEPT / 2).into_bytes();
        cut.insert(0, b'a');
        cut.truncate(KEPT);
        assert_eq!(body(cut, ""), format!("a{}", "é".repeat(KEPT / 2 - 1)));
        let latin = readable(b"caf\xe9".to_vec(), "", "text/html; charset=ISO-8859-1", KEPT);
        assert_eq!(&latin.body[..], "café".as_bytes());
        let mislabelled = readable("café".into(), "", "text/html; charset=\"latin1\"", KEPT);
        assert_eq!(&mislabelled.body[..], "café".as_bytes());
    }

    proptest! {
        #[test]
        fn no_body_panics_or_exceeds_the_limit(
            raw in proptest::collection::vec(any::<u8>(), 0..KEPT),
            encodings in prop::sample::select(vec!["gzip", "deflate", "br", "gzip, deflate", ""]),
        ) {
            prop_assert!(readable(raw, encodings, "text/plain; charset=latin1", KEPT).body.len() <= KEPT);
        }

        #[test]
        fn a_truncated_gzip_body_decodes_to_a_prefix(plain in "[ -~]{1,600}", at in 0.0f64..1.0) {
            let whole = gzip(plain.as_bytes());
            let cut = (whole.len() as f64 * at) as usize;
            let kept = readable(whole[..cut].to_vec(), "gzip", "", KEPT);
            prop_assert!(plain.as_bytes().starts_with(&kept.body));
        }
    }
}
