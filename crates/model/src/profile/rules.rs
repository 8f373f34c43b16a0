//! The rules of a profile, as data.

use crate::{attempt::Verdict, retry::Schedule};

/// All properties in which profiles differ.
#[derive(Debug)]
pub struct Rules {
    pub name: &'static str,
    pub body: Body,
    /// Headers in addition to those of every request.
    pub headers: &'static [(&'static str, HeaderValue)],
    /// The profile's own signature header, over the body, keyed with the secret's UTF-8 bytes.
    pub signature: Option<OwnSignature>,
    /// A 3xx counts as delivered (it is never followed).
    pub redirect_is_success: bool,
    /// A 4xx other than 408 and 429 ends the delivery.
    pub client_error_is_final: bool,
    /// A 410 disables the subscription.
    pub gone_disables: bool,
    pub schedule: Schedule,
    /// Retries after the first attempt, unless the subscription sets them.
    pub max_retries: u8,
    pub generated_secret: GeneratedSecret,
}

/// The request body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// The event's `data`, byte for byte.
    Payload,
    /// A JSON object of these fields, in this order.
    Envelope(&'static [Field]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Id,
    Type,
    Timestamp,
    TenantId,
    Data,
    Metadata,
    /// The same as [`Field::Metadata`], under the name that existing clients of the platform API expect.
    CustomMetadata,
}

/// The value of a profile's own header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderValue {
    EventId,
    EventType,
    /// The attempt's time, ISO 8601.
    AttemptTime,
}

/// `name: <prefix><hex HMAC-SHA256 of the body>`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnSignature {
    pub header: &'static str,
    pub prefix: &'static str,
}

/// The secret that is generated for a subscription created without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratedSecret {
    None,
    /// `whsec_` and 44 characters of `[A-Za-z0-9]`, which are base64 of 33 bytes.
    Whsec,
}

impl Rules {
    /// Names of the profile's own headers, its signature's included.
    pub fn header_names(&self) -> impl Iterator<Item = &'static str> {
        self.headers.iter().map(|(name, _)| *name).chain(self.signature.map(|own| own.header))
    }

    /// The meaning of a response with this status.
    pub const fn verdict(&self, status: u16) -> Verdict {
        match status {
            200..=299 => Verdict::Delivered,
            300..=399 if self.redirect_is_success => Verdict::Delivered,
            410 if self.gone_disables => Verdict::Gone,
            408 | 429 => Verdict::Retry,
            400..=499 if self.client_error_is_final => Verdict::Final,
            _ => Verdict::Retry,
        }
    }
}
