//! The tenant API: `/api/v1/tenant/webhooks` (`docs/contracts.md`). Ids are hyphenated UUIDs here, and a client error
//! is 400.

pub(crate) mod deliveries;
pub(crate) mod subscriptions;

use model::{EventType, event::NotAnEventType};

/// Parses an event name: trimmed and lower-cased, 1 to 100 characters, no spaces, `resource.action`. Names without an
/// action, such as `ping`, are accepted too, since clients send them.
fn event_name(text: &str) -> Result<EventType, String> {
    let rule = |_: NotAnEventType| {
        "must have 1 to 100 characters, without spaces, in the form resource.action, for example invoice.created"
            .to_owned()
    };
    EventType::parse(&text.trim().to_lowercase()).map_err(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised_and_checked() {
        assert_eq!(event_name("  Invoice.CREATED ").unwrap().as_str(), "invoice.created");
        assert_eq!(event_name("ping").unwrap().as_str(), "ping");
        for bad in ["", "invoice created.x", ".", "invoice.", &format!("a.{}", "b".repeat(100))] {
            assert!(event_name(bad).is_err(), "{bad}");
        }
    }
}
