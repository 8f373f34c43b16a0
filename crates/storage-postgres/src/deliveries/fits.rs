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

/// SQL expression over a delivery `d`: true when it matches.
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
        all.push(format!("{} > 0", position("d.error", part, values)));
    }
    if let Some(part) = &filter.url {
        // A scalar subquery is looked up per row instead of joined with all subscriptions.
        all.push(format!(
            "(SELECT {} > 0 FROM postrider.subscriptions s WHERE s.tenant_id = d.tenant_id AND s.id = d.subscription_id)",
            position("s.url", part, values)
        ));
    }
    if all.is_empty() { "true".into() } else { format!("coalesce({}, false)", all.join(" AND ")) }
}

/// Position of a substring, ignoring the case of ASCII letters, which are the only ones that the collation "C" folds.
fn position(text: &str, part: &str, values: &mut Values) -> String {
    format!(r#"strpos(lower({text} COLLATE "C"), {})"#, add!(values, part.to_ascii_lowercase() => TEXT))
}
