//! Templates: fixed formats of well-known receivers, without a script.
//!
//! An event's type, id, tenant and data are foreign text: each template escapes them for its receiver and shortens them to
//! the receiver's limits, so that a hostile event is a valid request as well.

mod alerts;
mod cards;
mod chat;
mod cloudevents;
mod form;
mod options;
mod text;

pub use options::{BadOption, Options};

use serde_json::{Value, value::RawValue};
use std::borrow::Cow;

/// An event to be rendered.
#[derive(Clone, Copy, Debug)]
pub struct EventFacts<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    /// RFC 3339.
    pub timestamp: &'a str,
    pub tenant: &'a str,
    /// Public URL or name of the product that publishes the event.
    pub source: &'a str,
    /// JSON.
    pub data: &'a str,
    /// A JSON object.
    pub metadata: &'a str,
}

/// The body of a request with its type, and headers beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub body: Vec<u8>,
    pub content_type: &'static str,
    /// Names in lower case, values in visible ASCII.
    pub headers: Vec<(String, String)>,
}

/// A format of a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    Slack,
    Discord,
    MicrosoftTeams,
    PagerDuty,
    Opsgenie,
    Form,
    CloudEvents,
    CloudEventsBinary,
}

impl Template {
    pub const ALL: [Self; 8] = [
        Self::Slack,
        Self::Discord,
        Self::MicrosoftTeams,
        Self::PagerDuty,
        Self::Opsgenie,
        Self::Form,
        Self::CloudEvents,
        Self::CloudEventsBinary,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::MicrosoftTeams => "microsoft-teams",
            Self::PagerDuty => "pagerduty",
            Self::Opsgenie => "opsgenie",
            Self::Form => "form",
            Self::CloudEvents => "cloudevents",
            Self::CloudEventsBinary => "cloudevents-binary",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.name() == name)
    }

    /// Renders an event. `options` must have been checked for this template; missing ones have their defaults. Data and
    /// metadata that are not JSON are rendered as texts, so the result is valid in any case.
    pub fn render(self, event: &EventFacts<'_>, options: &Options) -> Rendered {
        let (data, metadata) = (valid(event.data), valid(event.metadata));
        let event = &EventFacts { data: &data, metadata: &metadata, ..*event };
        match self {
            Self::Slack => json(&chat::slack(event)),
            Self::Discord => json(&chat::discord(event)),
            Self::MicrosoftTeams => json(&cards::teams(event)),
            Self::PagerDuty => Rendered {
                body: alerts::pagerduty(event, options).into_bytes(),
                content_type: JSON,
                headers: Vec::new(),
            },
            Self::Opsgenie => json(&alerts::opsgenie(event, options)),
            Self::Form => form::form(event),
            Self::CloudEvents => cloudevents::structured(event),
            Self::CloudEventsBinary => cloudevents::binary(event),
        }
    }
}

const JSON: &str = "application/json";

/// JSON as it is, other text as a JSON string.
fn valid(json: &str) -> Cow<'_, str> {
    match serde_json::from_str::<&RawValue>(json) {
        Ok(_) => Cow::Borrowed(json),
        Err(_) => Cow::Owned(Value::from(json).to_string()),
    }
}

fn json(value: &Value) -> Rendered {
    Rendered { body: value.to_string().into_bytes(), content_type: JSON, headers: Vec::new() }
}

#[cfg(test)]
mod tests;
