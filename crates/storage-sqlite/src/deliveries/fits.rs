//! Conditions of a filter that a list's index does not answer, evaluated for each candidate.

use rusqlite::types::Value;
use storage::DeliveryFilter;

/// Parameter values of a generated statement.
#[derive(Debug, Default)]
pub(super) struct Values(pub(super) Vec<Value>);

impl Values {
    pub(super) fn new(values: impl IntoIterator<Item = Value>) -> Self {
        Self(values.into_iter().collect())
    }

    /// Adds a value; returns its placeholder.
    pub(super) fn add(&mut self, value: impl Into<Value>) -> String {
        self.0.push(value.into());
        format!("?{}", self.0.len())
    }
}

/// Conditions that the index already answers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answered {
    pub(super) status: bool,
    pub(super) event_type: bool,
    pub(super) subscription: bool,
    /// The tenant is known to exist.
    pub(super) tenant: bool,
}

/// SQL expression over a delivery `d`: 1 when it matches, else 0. The condition on the payload is not part of it
/// ([`super::payloads`]).
pub(super) fn fits(filter: &DeliveryFilter, answered: Answered, values: &mut Values) -> String {
    let mut all = Vec::new();
    if !answered.tenant {
        all.push("(SELECT t.deleting FROM tenants t WHERE t.id = d.tenant_id) IS 0".to_owned());
    }
    if !answered.status && !filter.statuses.is_empty() {
        let codes: Vec<String> = filter.statuses.iter().map(|status| status.code().to_string()).collect();
        all.push(format!("d.status IN ({})", codes.join(",")));
    }
    if !answered.subscription
        && let Some(subscription) = filter.subscription
    {
        all.push(format!("d.subscription_id = {}", values.add(subscription.bytes().to_vec())));
    }
    if let Some(codes) = &filter.response_code {
        let [first, last] = [codes.start(), codes.end()].map(|code| values.add(i64::from(*code)));
        all.push(format!("d.response_code BETWEEN {first} AND {last}"));
    }
    if let Some(part) = &filter.error {
        all.push(format!("instr(lower(d.error), {}) > 0", values.add(part.to_ascii_lowercase())));
    }
    if let Some(least) = filter.min_duration {
        all.push(format!("d.duration_us >= {}", values.add(i64::try_from(least.as_micros()).unwrap_or(i64::MAX))));
    }
    if let Some(at) = filter.overdue {
        let at = values.add(at.micros());
        all.push(format!("d.next_attempt_at <= {at} AND d.updated_at <= {at}"));
    }
    if !answered.event_type
        && let Some(event_type) = &filter.event_type
    {
        // The type's index covers this condition, in far fewer pages than the events table.
        all.push(format!(
            "EXISTS (SELECT 1 FROM events e INDEXED BY events_by_type WHERE e.tenant_id = d.tenant_id
             AND e.event_type = {} AND e.id = substr(d.id, 1, 14))",
            values.add(event_type.as_str().to_owned())
        ));
    }
    if let Some(part) = &filter.url {
        all.push(url_has(&values.add(part.to_ascii_lowercase())));
    }
    if let Some(part) = &filter.search {
        let part = values.add(part.to_ascii_lowercase());
        all.push(format!(
            "(instr(lower(d.error), {part}) > 0 OR {} OR EXISTS (
                 SELECT 1 FROM events e NOT INDEXED WHERE e.tenant_id = d.tenant_id AND e.id = substr(d.id, 1, 14)
                 AND instr(lower(e.given_id), {part}) > 0))",
            url_has(&part)
        ));
    }
    if all.is_empty() { "1".into() } else { format!("(({}) IS TRUE)", all.join(" AND ")) }
}

/// Condition that the subscription's URL contains the text of a placeholder.
fn url_has(part: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM subscriptions s WHERE s.tenant_id = d.tenant_id AND s.id = d.subscription_id
         AND instr(lower(s.url), {part}) > 0)"
    )
}
