//! The claims of a verified token.

use crate::Refusal;
use model::Timestamp;
use serde_json::{Map, Value};

pub(crate) struct Claims(Map<String, Value>);

/// Last second of the year 9999.
const LAST: f64 = 253_402_300_799.0;

impl Claims {
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(payload).map(Self).map_err(|_| Refusal::Malformed)
    }

    /// A time in seconds since 1970, perhaps with a fraction (`NumericDate`).
    pub(crate) fn time(&self, name: &str) -> Result<Option<Timestamp>, Refusal> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let seconds = value.as_f64().filter(|seconds| (0.0..=LAST).contains(seconds));
        let seconds = seconds.ok_or_else(|| Refusal::Claim(name.into(), "is not a time in seconds"))?;
        Ok(Some(Timestamp::from_micros((seconds * 1e6) as i64)))
    }

    /// A string, or an array of strings; empty when the claim is absent.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<&str>, Refusal> {
        strings(self.0.get(name)).ok_or_else(|| Refusal::Claim(name.into(), "is not a string or an array of strings"))
    }

    pub(crate) fn at<'c>(&'c self, path: &'c ClaimPath) -> Found<'c> {
        Found { value: path.find(&self.0), path }
    }
}

/// The value at a path.
pub(crate) struct Found<'c> {
    value: Option<&'c Value>,
    path: &'c ClaimPath,
}

impl<'c> Found<'c> {
    pub(crate) fn text(&self) -> Result<Option<&'c str>, Refusal> {
        match self.value {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            // Providers that can map only lists.
            Some(Value::Array(list)) => match list.as_slice() {
                [Value::String(only)] => Ok(Some(only)),
                _ => Err(self.fault("is not one string")),
            },
            Some(_) => Err(self.fault("is not a string")),
        }
    }

    /// The strings of an array, or the one string, each whole: a group may be called `Network operator`.
    pub(crate) fn texts(&self) -> Result<Vec<&'c str>, Refusal> {
        strings(self.value).ok_or_else(|| self.fault("is not a string or an array of strings"))
    }

    /// The same, but one string has words with spaces between them, as in `scope` (RFC 8693).
    pub(crate) fn words(&self) -> Result<Vec<&'c str>, Refusal> {
        match self.value {
            Some(Value::String(text)) => Ok(text.split_ascii_whitespace().collect()),
            _ => self.texts(),
        }
    }

    fn fault(&self, fault: &'static str) -> Refusal {
        Refusal::Claim(self.path.0.clone(), fault)
    }
}

fn strings(value: Option<&Value>) -> Option<Vec<&str>> {
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => Some(vec![text]),
        Some(Value::Array(list)) => list.iter().map(Value::as_str).collect(),
        Some(_) => None,
    }
}

/// The place of a claim: its name, or a JSON Pointer (RFC 6901) when it begins with a slash, for nested claims such as
/// `/resource_access/postrider/roles`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(String);

impl ClaimPath {
    /// `None` for the empty text, and for more than 200 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        (1..=200).contains(&text.len()).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn find<'c>(&self, claims: &'c Map<String, Value>) -> Option<&'c Value> {
        let Some(pointer) = self.0.strip_prefix('/') else { return claims.get(&self.0) };
        let unescape = |part: &str| part.replace("~1", "/").replace("~0", "~");
        let mut parts = pointer.split('/').map(unescape);
        let first = claims.get(&parts.next()?)?;
        parts.try_fold(first, |value, part| match value {
            Value::Object(map) => map.get(&part),
            Value::Array(list) => list.get(part.parse::<usize>().ok()?),
            _ => None,
        })
    }
}
