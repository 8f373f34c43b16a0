//! W3C Trace Context (level 2): the headers `traceparent` and `tracestate`, parsed, checked and written.

use std::{fmt, num::NonZero};

/// Length of a `traceparent` of version 00.
const LENGTH: usize = 55;
/// Maximum length of a `tracestate` that is kept; the specification asks for this at least.
const STATE_MAX: usize = 512;
/// Maximum number of members of a `tracestate`.
const MEMBERS_MAX: usize = 32;
/// The flags of version 00: sampled, and random trace id. Others are sent as 0.
const KNOWN_FLAGS: u8 = SAMPLED | 2;
const SAMPLED: u8 = 1;

/// The id of a trace; not zero. Displayed as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(NonZero<u128>);

impl TraceId {
    /// `None` for zero, which is no id.
    pub const fn new(id: u128) -> Option<Self> {
        match NonZero::new(id) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    pub const fn number(self) -> u128 {
        self.0.get()
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The id of a span; not zero. Displayed as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId(NonZero<u64>);

impl SpanId {
    /// `None` for zero, which is no id.
    pub const fn new(id: u64) -> Option<Self> {
        match NonZero::new(id) {
            Some(id) => Some(Self(id)),
            None => None,
        }
    }

    pub const fn number(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A span as its children know it: the content of `traceparent` and `tracestate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    pub trace: TraceId,
    pub span: SpanId,
    flags: u8,
    /// A valid `tracestate`; empty when there is none.
    state: Box<str>,
}

impl TraceContext {
    /// The context of the first span of a new trace, whose id is random.
    pub fn root(trace: TraceId, span: SpanId, is_sampled: bool) -> Self {
        Self { trace, span, flags: 2 | u8::from(is_sampled), state: Box::default() }
    }

    /// Parses the values of the headers. An invalid `traceparent` gives `None`; then `tracestate` does not count. An
    /// invalid `tracestate` is dropped alone. Several headers `tracestate` are one list.
    pub fn parse<'a>(traceparent: &str, tracestate: impl Iterator<Item = &'a str>) -> Option<Self> {
        let bytes = traceparent.as_bytes();
        let (head, rest) = bytes.split_at_checked(LENGTH)?;
        let separated = [2, 35, 52].into_iter().all(|at| head[at] == b'-');
        let version = hex(&head[..2])?;
        // Later versions may append fields to those of version 00; version ff is forbidden.
        let may_end = if version == 0 { rest.is_empty() } else { rest.first().is_none_or(|byte| *byte == b'-') };
        if !separated || !may_end || version == 0xff {
            return None;
        }
        let trace = TraceId::new(hex(&head[3..35])?)?;
        let span = SpanId::new(hex(&head[36..52])? as u64)?;
        let flags = hex(&head[53..])? as u8 & KNOWN_FLAGS;
        Some(Self { trace, span, flags, state: parse_state(tracestate).unwrap_or_default() })
    }

    /// The context of a span in the same trace.
    #[must_use]
    pub fn child(&self, span: SpanId, is_sampled: bool) -> Self {
        let flags = self.flags & !SAMPLED | u8::from(is_sampled);
        Self { trace: self.trace, span, flags, state: self.state.clone() }
    }

    pub const fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// The flags of version 00 that this span has.
    pub const fn flags(&self) -> u8 {
        self.flags
    }

    /// The value of the header `traceparent`.
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace, self.span, self.flags)
    }

    /// The value of the header `tracestate`, if there is one.
    pub fn tracestate(&self) -> Option<&str> {
        Some(&*self.state).filter(|state| !state.is_empty())
    }

    /// The text that stores keep: `traceparent`, and after a space `tracestate`.
    pub fn stored(&self) -> String {
        let parent = self.traceparent();
        if self.state.is_empty() { parent } else { format!("{parent} {}", self.state) }
    }

    /// Reads a text of [`Self::stored`].
    pub fn from_stored(text: &str) -> Option<Self> {
        let (parent, state) = text.split_once(' ').unwrap_or((text, ""));
        Self::parse(parent, std::iter::once(state))
    }
}

/// Lower-case hexadecimal digits, 32 at most.
fn hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0, |value: u128, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u128::from(digit))
    })
}

/// A list of members, joined without white space and cut after its last whole member within [`STATE_MAX`]. `None` when
/// it is invalid.
fn parse_state<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Box<str>> {
    let mut state = String::new();
    let mut keys: Vec<&str> = Vec::new();
    let mut is_full = false;
    for member in headers.flat_map(|header| header.split(',')) {
        let member = member.trim_matches([' ', '\t']);
        if member.is_empty() {
            continue;
        }
        let (key, value) = member.split_once('=')?;
        if !is_key(key) || !is_value(value) || keys.contains(&key) || keys.len() == MEMBERS_MAX {
            return None;
        }
        keys.push(key);
        is_full |= state.len() + usize::from(!state.is_empty()) + member.len() > STATE_MAX;
        if !is_full {
            if !state.is_empty() {
                state.push(',');
            }
            state.push_str(member);
        }
    }
    Some(state.into())
}

fn is_key(key: &str) -> bool {
    let begins = key.bytes().next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let may_have = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"_-*/@".contains(&c);
    begins && key.len() <= 256 && key.bytes().all(may_have)
}

fn is_value(value: &str) -> bool {
    (1..=256).contains(&value.len()) && value.bytes().all(|c| matches!(c, b' '..=b'~') && c != b',' && c != b'=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn parse(traceparent: &str, tracestate: &[&str]) -> Option<TraceContext> {
        TraceContext::parse(traceparent, tracestate.iter().copied())
    }

    #[test]
    fn a_traceparent_is_read_and_written() {
        let context = parse(PARENT, &["congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"]).unwrap();
        assert_eq!(context.trace.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.span.to_string(), "00f067aa0ba902b7");
        assert!(context.is_sampled());
        assert_eq!(context.traceparent(), PARENT);
        assert_eq!(context.tracestate(), Some("congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"));
        let child = context.child(SpanId::new(0xab).unwrap(), false);
        assert_eq!(child.traceparent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00000000000000ab-00");
        assert_eq!(child.tracestate(), context.tracestate());
    }

    #[test]
    fn an_invalid_traceparent_is_ignored() {
        for invalid in [
            "",
            "00",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-001",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902bé-1",
        ] {
            assert_eq!(parse(invalid, &["a=1"]), None, "{invalid}");
        }
    }

    #[test]
    fn a_later_version_is_read_as_version_00_and_unknown_flags_are_cleared() {
        for (given, flags) in [("01", "01-more"), ("cc", "01"), ("00", "fd"), ("02", "ff-x-y")] {
            let context = parse(&format!("{given}{}{flags}", &PARENT[2..53]), &[]).unwrap();
            let flags = u8::from_str_radix(&flags[..2], 16).unwrap() & 3;
            assert_eq!(context.traceparent(), format!("{}{flags:02x}", &PARENT[..53]));
        }
    }

    #[test]
    fn an_invalid_tracestate_is_dropped_alone() {
        let many: Vec<String> = (0..33).map(|n| format!("k{n}=v")).collect();
        let long = format!("a={}", "v".repeat(257));
        for invalid in
            ["=", "a", "a=", "A=1", "a=1=2", "a=1,a=2", "é=1", "a=é", "@a=1", "a b=1", &many.join(","), &long]
        {
            let context = parse(PARENT, &[invalid]).unwrap();
            assert_eq!(context.tracestate(), None, "{invalid}");
            assert_eq!(context.traceparent(), PARENT);
        }
    }

    #[test]
    fn several_tracestate_headers_are_one_list_and_white_space_goes() {
        let context = parse(PARENT, &["a=1 ,\tb@c=2", "", ",d=x y"]).unwrap();
        assert_eq!(context.tracestate(), Some("a=1,b@c=2,d=x y"));
    }

    #[test]
    fn a_long_tracestate_loses_whole_members_at_its_end() {
        let members: Vec<String> = (0..5).map(|n| format!("k{n}={}", "v".repeat(200))).collect();
        let context = parse(PARENT, &[&members.join(",")]).unwrap();
        assert_eq!(context.tracestate(), Some(&*members[..2].join(",")));
    }

    proptest! {
        #[test]
        fn headers_are_parsed_without_panics(parent in "\\PC{0,60}", state in "\\PC{0,60}") {
            parse(&parent, &[&state]);
        }

        #[test]
        fn a_stored_context_is_read_back(trace in 1u128.., span in 1u64.., sampled: bool, state in "[a-z0-9]{1,9}=[!-+:-<>-~]{1,9}") {
            let root = TraceContext::root(TraceId::new(trace).unwrap(), SpanId::new(span).unwrap(), sampled);
            prop_assert_eq!(TraceContext::from_stored(&root.stored()), Some(root.clone()));
            let context = parse(&root.traceparent(), &[&state]).unwrap();
            prop_assert_eq!(context.tracestate(), Some(&*state));
            prop_assert_eq!(TraceContext::from_stored(&context.stored()), Some(context));
        }
    }
}
