//! T: `/api/v1/tenant/webhooks`, the tenant system's API (`CONTRACTS.md`, T). Ids are hyphenated UUIDs here, and a
//! client's mistake is 400.

pub(crate) mod deliveries;
pub(crate) mod subscriptions;

use model::{EventType, event::NotAnEventType};

/// T's rule of an event's name: trimmed and lowered, 1 to 100 characters, no spaces, `resource.action`.
fn event_name(text: &str) -> Result<EventType, String> {
    let name = text.trim().to_lowercase();
    let rule = |_: NotAnEventType| {
        "must have 1 to 100 characters, without spaces, in the form resource.action, for example invoice.created"
            .to_owned()
    };
    let event_type = EventType::parse(&name).map_err(rule)?;
    if name.contains('.') { Ok(event_type) } else { Err(rule(NotAnEventType)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised_and_checked() {
        assert_eq!(event_name("  Invoice.CREATED ").unwrap().as_str(), "invoice.created");
        for bad in ["", "invoice", "invoice created.x", ".", "invoice.", &format!("a.{}", "b".repeat(100))] {
            assert!(event_name(bad).is_err(), "{bad}");
        }
    }
}
