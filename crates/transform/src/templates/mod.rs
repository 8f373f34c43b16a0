//! Templates: fixed formats of well-known receivers, without a script.
//!
//! An event's type, id, tenant and data are foreign text: each template escapes them for its receiver and shortens them to
//! the receiver's limits, so that a hostile event is a valid request as well.

mod alerts;
mod cards;
mod chat;
mod cloudevents;
mod event;
mod form;
mod options;
mod template;
mod text;

pub use event::{EventFacts, Rendered};
pub use options::{BadOption, Options};
pub use template::Template;

use event::JSON;
use serde_json::{Value, value::RawValue};
use std::borrow::Cow;

impl Template {
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
