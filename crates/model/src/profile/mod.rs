//! Profiles: the wire styles of subscriptions, as data. Each profile is one file with a [`Rules`] constant, a variant
//! here, and a row in each table test.

mod body;
mod platform;
mod standard;
mod tenant;

use crate::{attempt::Verdict, retry::Schedule};
pub use body::render;

/// The wire style of a subscription.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    #[default]
    Platform,
    Tenant,
    Standard,
}

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

impl Profile {
    pub const ALL: [Self; 3] = [Self::Platform, Self::Tenant, Self::Standard];

    pub const fn rules(self) -> &'static Rules {
        match self {
            Self::Platform => &platform::RULES,
            Self::Tenant => &tenant::RULES,
            Self::Standard => &standard::RULES,
        }
    }

    pub const fn name(self) -> &'static str {
        self.rules().name
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The number that stores keep.
    pub const fn code(self) -> u8 {
        self as u8
    }

    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.code() == code)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_stored_codes_are_read_back() {
        for profile in Profile::ALL {
            assert_eq!(Profile::parse(profile.name()), Some(profile));
            assert_eq!(Profile::from_code(profile.code()), Some(profile));
        }
        assert_eq!(Profile::parse("other"), None);
    }

    /// The wire table of `docs/contracts.md`, one row per profile.
    #[test]
    fn profiles_follow_the_wire_table() {
        type Row = (Profile, &'static [&'static str], Option<&'static str>, Vec<u64>, GeneratedSecret);
        let rows: [Row; 3] = [
            (
                Profile::Platform,
                &["X-Webhook-Event-Id", "X-Webhook-Event-Type", "X-Webhook-Timestamp"],
                Some("X-Webhook-Signature: "),
                vec![300, 3_600, 21_600],
                GeneratedSecret::Whsec,
            ),
            (Profile::Tenant, &["X-Event"], Some("X-Signature: sha256="), vec![1, 2, 4], GeneratedSecret::None),
            (
                Profile::Standard,
                &[],
                None,
                vec![5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
                GeneratedSecret::Whsec,
            ),
        ];
        for (profile, headers, signature, waits, secret) in rows {
            let rules = profile.rules();
            assert_eq!(rules.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>(), headers);
            assert_eq!(rules.signature.map(|s| format!("{}: {}", s.header, s.prefix)).as_deref(), signature);
            let policy = crate::RetryPolicy::try_new(rules.schedule, rules.max_retries, 0.0, true).unwrap();
            let got: Vec<_> = (1..).map_while(|n| policy.delay(n, 0.5)).map(|wait| wait.as_secs()).collect();
            assert_eq!(got, waits, "{profile:?}");
            assert_eq!(rules.generated_secret, secret);
        }
    }
}
