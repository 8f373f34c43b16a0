//! PagerDuty and Opsgenie.

use super::{
    event::EventFacts,
    options::{Options, PRIORITY, ROUTING_KEY, SEVERITY},
    text::{cut, line, pretty, title, units, with_member},
};
use serde_json::{Map, Value, json, value::RawValue};

/// Limits of <https://developer.pagerduty.com/docs/events-api-v2/trigger-events/>.
pub(super) const SUMMARY: usize = 1_024;
pub(super) const DEDUP_KEY: usize = 255;

/// Largest data in `custom_details`, in bytes. The whole event may have 512 KB:
/// <https://developer.pagerduty.com/docs/events-api-v2/overview/>.
pub(super) const DETAILS: usize = 400_000;

/// A trigger event of the Events API v2. Retries of the same event have the same `dedup_key`, so they are one alert.
pub(super) fn pagerduty(event: &EventFacts<'_>, options: &Options) -> String {
    let source = if event.source.is_empty() { "webhooks" } else { event.source };
    let payload = json!({
        "summary": cut(&line(&title(event)), SUMMARY),
        "source": cut(&line(source), DEDUP_KEY),
        "severity": options.get(SEVERITY).unwrap_or("error"),
        "timestamp": event.timestamp,
        "class": cut(&line(event.kind), DEDUP_KEY),
        "group": cut(&line(event.tenant), DEDUP_KEY),
    });
    let trigger = json!({
        "routing_key": options.get(ROUTING_KEY).unwrap_or_default(),
        "event_action": "trigger",
        "dedup_key": cut(event.id, DEDUP_KEY),
    });
    with_member(&trigger, "payload", &with_member(&payload, "custom_details", &details(event.data)))
}

/// The data as an object; as a shortened text when it is too large.
fn details(data: &str) -> String {
    if data.len() <= DETAILS && data.trim_start().starts_with('{') {
        return data.to_owned();
    }
    let mut text = cut(data, DETAILS / 4);
    loop {
        // Escapes can make six bytes of one.
        let details = json!({ "data": text }).to_string();
        if details.len() <= DETAILS {
            return details;
        }
        text = cut(&text, text.chars().count() / 2);
    }
}

/// Limits of <https://docs.opsgenie.com/docs/alert-api#create-alert>.
pub(super) const MESSAGE: usize = 130;
pub(super) const ALIAS: usize = 512;
pub(super) const DESCRIPTION: usize = 15_000;
pub(super) const DETAILS_TOTAL: usize = 8_000;
pub(super) const SOURCE: usize = 100;

/// Longest value of one detail: a few large ones must not take the room of all others.
const DETAIL: usize = 1_000;

/// A request to create an alert.
pub(super) fn opsgenie(event: &EventFacts<'_>, options: &Options) -> Value {
    let mut details = Map::new();
    let mut left = DETAILS_TOTAL;
    let facts = [("id", event.id), ("type", event.kind), ("tenant", event.tenant), ("timestamp", event.timestamp)];
    for (name, value) in facts {
        add(&mut details, &mut left, name.to_owned(), value);
    }
    let data: std::collections::BTreeMap<String, Box<RawValue>> = serde_json::from_str(event.data).unwrap_or_default();
    for (name, value) in &data {
        let text = serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned());
        add(&mut details, &mut left, format!("data.{}", cut(name, 100)), &text);
    }
    json!({
        "message": cut(&line(&title(event)), MESSAGE),
        "alias": cut(event.id, ALIAS),
        "description": cut(&pretty(event.data), DESCRIPTION),
        "details": details,
        "source": cut(&line(event.source), SOURCE),
        "priority": options.get(PRIORITY).unwrap_or("P3"),
    })
}

/// Adds a detail when there is room for its name and value.
fn add(details: &mut Map<String, Value>, left: &mut usize, name: String, value: &str) {
    let value = cut(value, DETAIL);
    let size = units(&name) + units(&value);
    if size <= *left && !details.contains_key(&name) {
        *left -= size;
        details.insert(name, Value::String(value));
    }
}
