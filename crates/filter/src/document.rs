//! An event as filters see it, parsed once for all of them.

use crate::datum::Datum;

/// The four variables of an event. Parse it once, then pass it to every filter.
#[derive(Debug)]
pub struct Document {
    pub(crate) event_type: Box<str>,
    pub(crate) tenant: Box<str>,
    pub(crate) data: Datum,
    pub(crate) metadata: Datum,
}

/// A part of the event is no JSON object that filters can read. The source says why: no JSON, nested deeper than 127
/// levels, a number beyond the range of a double (1e309), or half of a surrogate pair.
#[derive(Debug, thiserror::Error)]
#[error("filters cannot read the `{part}` of the event")]
pub struct UnreadableDocument {
    /// `data` or `metadata`.
    pub part: &'static str,
    #[source]
    reason: serde_json::Error,
}

impl Document {
    /// `data` and `metadata` are JSON objects in UTF-8; an empty `metadata` means `{}`.
    ///
    /// Whole numbers of 64 bits are exact; longer ones and fractions become the nearest IEEE 754 double.
    pub fn parse(event_type: &str, tenant: &str, data: &[u8], metadata: &[u8]) -> Result<Self, UnreadableDocument> {
        let metadata = if metadata.is_empty() { b"{}" } else { metadata };
        Ok(Self {
            event_type: event_type.into(),
            tenant: tenant.into(),
            data: object("data", data)?,
            metadata: object("metadata", metadata)?,
        })
    }

    /// The document with which constants are evaluated.
    pub(crate) fn empty() -> Self {
        let nothing = || Datum::Map(Box::default());
        Self { event_type: "".into(), tenant: "".into(), data: nothing(), metadata: nothing() }
    }
}

fn object(part: &'static str, json: &[u8]) -> Result<Datum, UnreadableDocument> {
    let unreadable = |reason| UnreadableDocument { part, reason };
    match serde_json::from_slice(json).map_err(unreadable)? {
        object @ Datum::Map(_) => Ok(object),
        _ => Err(unreadable(serde::de::Error::custom("not a JSON object"))),
    }
}
