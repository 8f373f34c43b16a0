//! The tenant API: `/api/v1/tenant/webhooks` (`docs/contracts.md`). Ids are hyphenated UUIDs here, and a client error
//! is 400.

pub(crate) mod deliveries;
pub(crate) mod subscriptions;

use crate::{
    problem::Problem,
    query::parameters::{ParameterValue, parameters},
    schemas::TenantEventName,
};
use model::EventType;
use utoipa::{
    PartialSchema,
    openapi::{RefOr, schema::Schema},
};

/// An event name in a query.
pub(crate) struct EventName(EventType);

impl ParameterValue for EventName {
    fn schema() -> RefOr<Schema> {
        TenantEventName::schema()
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        event_name(text).map(Self).map_err(|fault| Problem::invalid(name, fault.to_string()))
    }
}

parameters! {
    EventParameter {
        /// Only this event type
        event: EventName = "event";
    }
}

impl EventParameter {
    fn event_type(&self) -> Option<&EventType> {
        self.event.as_ref().map(|event| &event.0)
    }
}

/// The rule for event names that a text breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 100 characters, without spaces, in the form resource.action, for example invoice.created")]
struct NotAnEventName;

/// Parses an event name: trimmed and lower-cased, 1 to 100 characters, no spaces, `resource.action`. Names without an
/// action, such as `ping`, are accepted too, since clients send them.
fn event_name(text: &str) -> Result<EventType, NotAnEventName> {
    EventType::parse(&text.trim().to_lowercase()).map_err(|_| NotAnEventName)
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
