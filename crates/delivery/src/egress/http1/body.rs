//! Framing of an HTTP/1 response body (RFC 9112, section 6): where the body ends, and whether it is complete.

/// The rule that determines the end of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Length in bytes; zero when there is no body.
    Length(u64),
    Chunked,
    /// Up to the end of the connection.
    UntilClose,
    /// The headers contradict each other: only the bytes that arrived with the head are taken.
    Unclear,
}

/// The headers that determine the framing of the body and the keep-alive of the connection.
#[derive(Debug, Default)]
pub(super) struct FramingFields {
    length: Option<Result<u64, ()>>,
    /// The last transfer coding.
    coding: Option<Box<str>>,
    close: bool,
    keep_alive: bool,
}

impl FramingFields {
    /// Records a header; the name is in lower case.
    pub(super) fn header(&mut self, name: &str, value: &[u8]) {
        match name {
            "content-length" => {
                for part in list(value) {
                    let number = is_number(part).then(|| part.parse().ok()).flatten().ok_or(());
                    self.length = match (self.length, number) {
                        (None, number) => Some(number),
                        (Some(known), number) if known == number => Some(known),
                        _ => Some(Err(())),
                    };
                }
                self.length = self.length.or(Some(Err(())));
            }
            "transfer-encoding" => {
                let last = list(value).filter(|coding| !coding.eq_ignore_ascii_case("identity")).last();
                self.coding = last.map(|coding| coding.to_ascii_lowercase().into()).or(self.coding.take());
            }
            "connection" => {
                self.close |= list(value).any(|option| option.eq_ignore_ascii_case("close"));
                self.keep_alive |= list(value).any(|option| option.eq_ignore_ascii_case("keep-alive"));
            }
            _ => {}
        }
    }

    /// Framing of the response to a POST with this status.
    pub(super) fn framing(&self, status: u16) -> Framing {
        match (status, self.coding.as_deref(), self.length) {
            (101 | 204 | 304, ..) => Framing::Length(0),
            (_, Some("chunked"), _) => Framing::Chunked,
            (_, Some(_), _) | (_, None, None) => Framing::UntilClose,
            (_, None, Some(Ok(length))) => Framing::Length(length),
            (_, None, Some(Err(()))) => Framing::Unclear,
        }
    }

    /// True when the connection can serve another request. `persistent` is the default of the HTTP version.
    pub(super) fn persists(&self, persistent: bool) -> bool {
        // Both headers together may be response smuggling (RFC 9112, section 6.3).
        let contradicts = self.coding.is_some() && self.length.is_some();
        !self.close && !contradicts && (persistent || self.keep_alive)
    }
}

fn list(value: &[u8]) -> impl Iterator<Item = &str> {
    let text = std::str::from_utf8(value).unwrap_or("?");
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit())
}

/// An incremental parser of a body.
#[derive(Debug)]
pub(super) enum Body {
    Length {
        left: u64,
        length: u64,
    },
    Chunked(Chunks),
    UntilClose,
    /// Takes the bytes that arrived with the head, then reports the malformed length.
    Unclear,
}

/// A malformed body; the text is a note for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) String);

/// The progress of parsing a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Complete,
    More,
}

impl Body {
    pub(super) fn new(framing: Framing) -> Self {
        match framing {
            Framing::Length(length) => Self::Length { left: length, length },
            Framing::Chunked => Self::Chunked(Chunks::default()),
            Framing::UntilClose => Self::UntilClose,
            Framing::Unclear => Self::Unclear,
        }
    }

    /// Parses received bytes and passes the content to `data`. Returns the number of bytes that belong to the body.
    pub(super) fn take(&mut self, bytes: &[u8], data: &mut impl FnMut(&[u8])) -> Result<(usize, Progress), Malformed> {
        match self {
            Self::Length { left, .. } => {
                let mine = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                data(&bytes[..mine]);
                *left -= mine as u64;
                Ok((mine, if *left == 0 { Progress::Complete } else { Progress::More }))
            }
            Self::Chunked(chunks) => chunks.take(bytes, data),
            Self::UntilClose => {
                data(bytes);
                Ok((bytes.len(), Progress::More))
            }
            Self::Unclear => {
                data(bytes);
                Err(Malformed("the response's Content-Length is malformed".into()))
            }
        }
    }

    /// Describes the missing part if the connection ends now.
    pub(super) fn missing(&self) -> Option<String> {
        match self {
            Self::Length { left: 0, .. } | Self::UntilClose | Self::Unclear => None,
            Self::Length { left, length } => {
                Some(format!("the response's body ended after {} of {length} bytes", length - left))
            }
            Self::Chunked(chunks) if chunks.is_between() => Some("the response's last chunk is missing".into()),
            Self::Chunked(_) => Some("the response's body ended within a chunk".into()),
        }
    }
}

/// The chunked coding (RFC 9112, section 7.1).
#[derive(Debug, Default)]
pub(super) struct Chunks {
    state: ChunkState,
    /// The chunk size that is being read, or the rest of the chunk, in bytes.
    number: u64,
    digits: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ChunkState {
    #[default]
    Size,
    /// After the size, up to the end of its line.
    Extension,
    Data,
    /// The line break after the data.
    AfterData,
    /// At the start of a line after the last chunk.
    Trailer,
    /// Within a trailer line.
    TrailerLine,
}

impl Chunks {
    fn is_between(&self) -> bool {
        use ChunkState as State;
        match self.state {
            State::Size => self.digits == 0,
            State::AfterData | State::Trailer | State::TrailerLine => true,
            State::Extension => self.number == 0,
            State::Data => false,
        }
    }

    fn take(&mut self, bytes: &[u8], data: &mut impl FnMut(&[u8])) -> Result<(usize, Progress), Malformed> {
        use ChunkState as State;
        let mut at = 0;
        while at < bytes.len() {
            if self.state == State::Data {
                let mine = usize::try_from(self.number).unwrap_or(usize::MAX).min(bytes.len() - at);
                data(&bytes[at..at + mine]);
                self.number -= mine as u64;
                at += mine;
                if self.number == 0 {
                    self.state = State::AfterData;
                }
                continue;
            }
            let byte = bytes[at];
            at += 1;
            match (self.state, byte) {
                (State::Size, _) if byte.is_ascii_hexdigit() => self.digit(byte)?,
                (State::Size, b' ' | b'\t') if self.digits == 0 => {}
                (State::Size, b';' | b' ' | b'\t' | b'\r' | b'\n') if self.digits > 0 => {
                    self.state = State::Extension;
                    if byte == b'\n' {
                        self.begin_chunk();
                    }
                }
                (State::Extension, b'\n') => self.begin_chunk(),
                (State::AfterData, b'\n') => self.state = State::Size,
                (State::AfterData, b'\r') | (State::Trailer, b'\r') | (State::Extension, _) => {}
                (State::Trailer, b'\n') => return Ok((at, Progress::Complete)),
                (State::Trailer, _) => self.state = State::TrailerLine,
                (State::TrailerLine, b'\n') => self.state = State::Trailer,
                (State::TrailerLine, _) => {}
                (State::Size | State::AfterData | State::Data, _) => {
                    return Err(Malformed("the response's chunks are malformed".into()));
                }
            }
        }
        Ok((at, Progress::More))
    }

    fn digit(&mut self, byte: u8) -> Result<(), Malformed> {
        let digit = char::from(byte).to_digit(16).map_or(0, u64::from);
        let larger = self.number.checked_mul(16).and_then(|number| number.checked_add(digit));
        self.number = larger.ok_or_else(|| Malformed("the response has a chunk of impossible size".into()))?;
        self.digits = self.digits.saturating_add(1);
        Ok(())
    }

    fn begin_chunk(&mut self) {
        self.state = if self.number == 0 { ChunkState::Trailer } else { ChunkState::Data };
        self.digits = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(headers: &[(&str, &str)]) -> FramingFields {
        let mut fields = FramingFields::default();
        headers.iter().for_each(|(name, value)| fields.header(name, value.as_bytes()));
        fields
    }

    #[test]
    fn framing_follows_from_the_status_and_the_headers() {
        const LENGTH: &str = "content-length";
        const CODING: &str = "transfer-encoding";
        for (status, headers, framing) in [
            (200, vec![(LENGTH, "5")], Framing::Length(5)),
            (200, vec![(LENGTH, " 5 ")], Framing::Length(5)),
            (200, vec![(LENGTH, "5"), (LENGTH, "5")], Framing::Length(5)),
            (200, vec![(LENGTH, "5, 5")], Framing::Length(5)),
            (200, vec![(LENGTH, "5, 6")], Framing::Unclear),
            (200, vec![(LENGTH, "5"), (LENGTH, "6")], Framing::Unclear),
            (200, vec![(LENGTH, "-5")], Framing::Unclear),
            (200, vec![(LENGTH, "+5")], Framing::Unclear),
            (200, vec![(LENGTH, "0x5")], Framing::Unclear),
            (200, vec![(LENGTH, "")], Framing::Unclear),
            (200, vec![(LENGTH, "99999999999999999999")], Framing::Unclear),
            (200, vec![], Framing::UntilClose),
            (204, vec![(LENGTH, "5")], Framing::Length(0)),
            (304, vec![(CODING, "chunked")], Framing::Length(0)),
            (200, vec![(CODING, "chunked")], Framing::Chunked),
            (200, vec![(CODING, "gzip, Chunked")], Framing::Chunked),
            (200, vec![(CODING, "gzip"), (CODING, "chunked")], Framing::Chunked),
            (200, vec![(CODING, "gzip")], Framing::UntilClose),
            (200, vec![(CODING, "identity"), (LENGTH, "5")], Framing::Length(5)),
            (200, vec![(CODING, "chunked"), (LENGTH, "5")], Framing::Chunked),
        ] {
            assert_eq!(fields(&headers).framing(status), framing, "{status} {headers:?}");
        }
    }

    #[test]
    fn keep_alive_follows_from_the_version_and_the_headers() {
        for (persistent, headers, stays) in [
            (true, vec![], true),
            (true, vec![("connection", "close")], false),
            (true, vec![("connection", "foo, CLOSE")], false),
            (false, vec![], false),
            (false, vec![("connection", "Keep-Alive")], true),
            (true, vec![("transfer-encoding", "chunked"), ("content-length", "5")], false),
        ] {
            assert_eq!(fields(&headers).persists(persistent), stays, "{headers:?}");
        }
    }

    fn run(framing: Framing, input: &[u8], step: usize) -> (Vec<u8>, Result<(usize, Progress), Malformed>, Body) {
        let (mut body, mut out, mut used) = (Body::new(framing), Vec::new(), 0);
        loop {
            let end = (used + step).min(input.len());
            match body.take(&input[used..end], &mut |data| out.extend_from_slice(data)) {
                Ok((taken, Progress::Complete)) => return (out, Ok((used + taken, Progress::Complete)), body),
                Ok((taken, Progress::More)) if end == input.len() => {
                    return (out, Ok((used + taken, Progress::More)), body);
                }
                Ok((taken, Progress::More)) => used += taken,
                Err(fault) => return (out, Err(fault), body),
            }
        }
    }

    #[test]
    fn chunks_are_joined_wherever_reads_split_them() {
        let input = b"5\r\nhello\r\n1;name=\"v\"\r\n,\r\n0006 \r\n world\r\n0\r\nX-Trailer: 1\r\n\r\nrest";
        for step in 1..=input.len() {
            let (out, result, _) = run(Framing::Chunked, input, step);
            assert_eq!((&out[..], result), (&b"hello, world"[..], Ok((input.len() - 4, Progress::Complete))), "{step}");
        }
        let (out, result, _) = run(Framing::Chunked, b"3\nabc\n0\n\n", 2);
        assert_eq!((&out[..], result), (&b"abc"[..], Ok((9, Progress::Complete))), "bare line feeds");
    }

    #[test]
    fn the_missing_part_of_a_body_is_named() {
        for (framing, input, missing) in [
            (Framing::Length(10), &b"12345"[..], Some("the response's body ended after 5 of 10 bytes")),
            (Framing::Length(5), b"12345", None),
            (Framing::UntilClose, b"12345", None),
            (Framing::Chunked, b"", Some("the response's last chunk is missing")),
            (Framing::Chunked, b"2\r\nab\r\n", Some("the response's last chunk is missing")),
            (Framing::Chunked, b"2\r\nab\r\n0\r\n", Some("the response's last chunk is missing")),
            (Framing::Chunked, b"2\r\na", Some("the response's body ended within a chunk")),
            (Framing::Chunked, b"2", Some("the response's body ended within a chunk")),
        ] {
            let (_, result, body) = run(framing, input, 3);
            assert!(result.is_ok(), "{input:?}");
            assert_eq!(body.missing().as_deref(), missing, "{input:?}");
        }
        for input in [&b"xyz\r\n"[..], b"-1\r\n", b"\r\n", b"2\r\nabc\r\n", b"fffffffffffffffff\r\n"] {
            assert!(run(Framing::Chunked, input, 64).1.is_err(), "{input:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(input in proptest::collection::vec(any::<u8>(), 1..200), step in 1usize..50, length: u64) {
            for framing in [Framing::Chunked, Framing::Length(length), Framing::UntilClose, Framing::Unclear] {
                let (out, _, body) = run(framing, &input, step);
                prop_assert!(out.len() <= input.len());
                let _ = body.missing();
            }
        }

        #[test]
        fn a_chunked_body_is_what_was_sent(
            parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..6),
            step in 1usize..50,
        ) {
            let mut input = Vec::new();
            for part in &parts {
                input.extend(format!("{:X}\r\n", part.len()).bytes().chain(part.iter().copied()).chain(*b"\r\n"));
            }
            input.extend(b"0\r\n\r\n");
            let (out, result, _) = run(Framing::Chunked, &input, step);
            prop_assert_eq!(out, parts.concat());
            prop_assert_eq!(result, Ok((input.len(), Progress::Complete)));
        }
    }
}
