//! Conditions of a filter that a list's index does not answer, evaluated for each candidate.

use crate::values::{Values, add};
use storage::DeliveryFilter;

/// Conditions that the index already answers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Answered {
    pub(super) status: bool,
    /// The tenant is known to exist.
    pub(super) tenant: bool,
}

/// SQL expression over a delivery `d`: true when it matches. The condition on the payload is not part of it
/// ([`super::payloads`]).
pub(super) fn fits(filter: &DeliveryFilter, answered: Answered, values: &mut Values) -> String {
    let mut all = Vec::new();
    if !answered.tenant {
        all.push("(SELECT NOT t.deleting FROM postrider.tenants t WHERE t.id = d.tenant_id)".to_owned());
    }
    if !answered.status && !filter.statuses.is_empty() {
        let codes: Vec<String> = filter.statuses.iter().map(|status| status.code().to_string()).collect();
        all.push(format!("d.status IN ({})", codes.join(",")));
    }
    if let Some(subscription) = filter.subscription {
        all.push(format!("d.subscription_id = {}", add!(values, subscription.uuid() => UUID)));
    }
    if let Some(event_type) = &filter.event_type {
        all.push(format!("d.event_type = {}", add!(values, event_type.as_str().to_owned() => TEXT)));
    }
    if let Some(codes) = &filter.response_code {
        let [first, last] = [codes.start(), codes.end()].map(|code| add!(values, i32::from(*code) => INT4));
        all.push(format!("d.response_code BETWEEN {first} AND {last}"));
    }
    if let Some(part) = &filter.error {
        let part = folded(part, values);
        all.push(format!("{} > 0", position("d.error", &part)));
    }
    if let Some(part) = &filter.url {
        let part = folded(part, values);
        all.push(format!("{} > 0", url_position(&part)));
    }
    if let Some(part) = &filter.search {
        let part = folded(part, values);
        let (error, given) = (position("d.error", &part), position("d.given_id", &part));
        all.push(format!("greatest({error}, {given}, {}) > 0", url_position(&part)));
    }
    if let Some(least) = filter.min_duration {
        let least = i64::try_from(least.as_micros()).unwrap_or(i64::MAX);
        all.push(format!("d.duration_us >= {}", add!(values, least => INT8)));
    }
    if let Some(at) = filter.overdue {
        let at = add!(values, at.micros() => INT8);
        all.push(format!("d.next_attempt_at <= {at} AND d.updated_at <= {at}"));
    }
    if all.is_empty() { "true".into() } else { format!("coalesce({}, false)", all.join(" AND ")) }
}

/// A substring in the form in which it is looked for; returns its placeholder.
fn folded(part: &str, values: &mut Values) -> String {
    add!(values, part.to_ascii_lowercase() => TEXT)
}

/// Position of a folded substring, ignoring the case of ASCII letters, which are the only ones that the collation "C"
/// folds.
fn position(text: &str, part: &str) -> String {
    format!(r#"strpos(lower({text} COLLATE "C"), {part})"#)
}

/// The same in the subscription's URL. A scalar subquery is looked up per row instead of joined with all subscriptions.
fn url_position(part: &str) -> String {
    format!(
        "(SELECT {} FROM postrider.subscriptions s WHERE s.tenant_id = d.tenant_id AND s.id = d.subscription_id)",
        position("s.url", part)
    )
}
