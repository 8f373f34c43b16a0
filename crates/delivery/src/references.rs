//! References: URLs at which a receiver fetches an event that its requests do not carry. A URL is signed, says which event
//! in which profile, and expires.

use model::{Event, EventId, Profile, TenantId, Timestamp};
use signing::TicketKey;
use std::time::Duration;

/// The time for which the URL of an attempt is valid.
const VALID: Duration = Duration::from_secs(24 * 3_600);

/// Makes and reads the references of an installation. Its nodes have the same key.
#[derive(Clone, Debug)]
pub struct References {
    /// The address of the installation from outside, without a slash at its end.
    base: String,
    key: TicketKey,
    /// They read URLs and make none.
    others: Vec<TicketKey>,
}

/// A reference to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub tenant: TenantId,
    pub event: EventId,
    pub profile: Profile,
}

/// Reason why a reference is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadReference {
    /// This installation has not made it.
    #[error("the URL is not complete, or not of this installation")]
    Invalid,
    #[error("the URL expired at {0}")]
    Expired(Timestamp),
}

impl References {
    /// `secret` is a secret of the installation; the key is derived from it. URLs that were made with the `others` are
    /// read, too.
    pub fn new<'s>(base: &str, secret: &[u8], others: impl IntoIterator<Item = &'s [u8]>) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        let key = |secret: &[u8]| TicketKey::derive(secret, "postrider references 1");
        Self { base, key: key(secret), others: others.into_iter().map(key).collect() }
    }

    /// The URL of an event for a receiver with this profile, and the time at which it expires.
    pub(crate) fn url(&self, event: &Event, profile: Profile, now: Timestamp) -> (String, Timestamp) {
        // In whole seconds, as the log shows it.
        let expires = now.after(VALID).seconds();
        let mut content = Vec::with_capacity(8 + 16 + 1 + event.tenant.as_str().len());
        content.extend_from_slice(&expires.to_be_bytes());
        content.extend_from_slice(event.id.bytes());
        content.push(profile.code());
        content.extend_from_slice(event.tenant.as_str().as_bytes());
        let url = format!("{}/api/v1/payloads/{}", self.base, self.key.seal(&content));
        (url, Timestamp::from_millis(expires.saturating_mul(1_000)))
    }

    /// Reads the last part of a URL.
    pub fn read(&self, ticket: &str, now: Timestamp) -> Result<Reference, BadReference> {
        let mut keys = std::iter::once(&self.key).chain(&self.others);
        let content = keys.find_map(|key| key.open(ticket)).ok_or(BadReference::Invalid)?;
        let (expires, reference) = parse(&content).ok_or(BadReference::Invalid)?;
        if now > expires { Err(BadReference::Expired(expires)) } else { Ok(reference) }
    }
}

fn parse(content: &[u8]) -> Option<(Timestamp, Reference)> {
    let (expires, rest) = content.split_first_chunk::<8>()?;
    let (event, rest) = rest.split_first_chunk::<16>()?;
    let (profile, tenant) = rest.split_first()?;
    let reference = Reference {
        tenant: TenantId::parse(std::str::from_utf8(tenant).ok()?).ok()?,
        event: EventId::from_bytes(*event),
        profile: Profile::from_code(*profile)?,
    };
    Some((Timestamp::from_millis(i64::from_be_bytes(*expires).saturating_mul(1_000)), reference))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outgoing::tests::event;

    #[test]
    fn a_reference_is_read_until_it_expires_and_by_its_installation_alone() {
        let references = References::new("https://hooks.example/", b"secret", []);
        let event = event("acme");
        let now = Timestamp::from_millis(1_759_233_600_700);
        let (url, expires) = references.url(&event, Profile::Standard, now);
        assert_eq!(expires.to_string(), "2025-10-01T12:00:00.000Z");
        let ticket = url.strip_prefix("https://hooks.example/api/v1/payloads/").unwrap();
        let expected = Reference { tenant: event.tenant.clone(), event: event.id, profile: Profile::Standard };
        assert_eq!(references.read(ticket, expires), Ok(expected));
        assert_eq!(
            references.read(ticket, expires.after(Duration::from_millis(1))),
            Err(BadReference::Expired(expires))
        );
        let other = References::new("https://hooks.example", b"other", []);
        assert_eq!(other.read(ticket, now), Err(BadReference::Invalid));
        let next = References::new("https://hooks.example", b"other", [&b"secret"[..]]);
        assert!(next.read(ticket, now).is_ok(), "of the former key");
        let (url, _) = next.url(&event, Profile::Standard, now);
        assert!(other.read(url.rsplit('/').next().unwrap(), now).is_ok(), "made with the new one");
        for bad in ["", "x", &ticket[..ticket.len() - 1], &format!("{ticket}A")] {
            assert_eq!(references.read(bad, now), Err(BadReference::Invalid), "{bad}");
        }
        let foreign = TicketKey::derive(b"secret", "postrider references 1").seal(b"too short");
        assert_eq!(references.read(&foreign, now), Err(BadReference::Invalid));
    }
}
