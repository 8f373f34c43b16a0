//! The fields in which two states of a subscription differ.

use model::{Policies, Subscription, SubscriptionState};
use serde_json::{Map, Value};
use std::{borrow::Cow, collections::BTreeSet};

/// The names of the differing fields, as the platform API has them. Secrets and a change to `Disabled` are left out:
/// they have events of their own.
pub(crate) fn changed_fields(before: &Subscription, after: &Subscription) -> Vec<Cow<'static, str>> {
    let state = before.state != after.state && after.state != SubscriptionState::Disabled;
    let rows = [
        ("url", before.url != after.url),
        ("description", before.description != after.description),
        ("events", before.events != after.events),
        ("headers", before.headers != after.headers),
        ("is_active", state),
        ("retry_enabled", before.retry_enabled != after.retry_enabled),
        ("max_retries", before.max_retries != after.max_retries),
        ("timeout_seconds", before.timeout != after.timeout),
        ("custom_metadata", before.metadata != after.metadata),
    ];
    let mut fields: Vec<_> =
        rows.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| Cow::Borrowed(name)).collect();
    if before.policies != after.policies {
        fields.extend(changed_policies(&before.policies, &after.policies));
    }
    fields
}

/// Compares the stored forms, so that each policy is compared, also one that is added later.
fn changed_policies(before: &Policies, after: &Policies) -> Vec<Cow<'static, str>> {
    let stored = |policies: &Policies| serde_json::from_str::<Map<String, Value>>(&policies.text()).unwrap_or_default();
    let (before, after) = (stored(before), stored(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    changed
        .map(|name| match name.as_str() {
            "breaker" => Cow::Borrowed("circuit_breaker"),
            "auto_disable" => Cow::Borrowed("auto_disable_after_hours"),
            name => Cow::Owned(name.to_owned()),
        })
        .collect()
}
