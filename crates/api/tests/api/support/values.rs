//! Values in answers: times, ids, and fields of lists.

use model::Timestamp;
use serde_json::Value;

/// A time that the API has shown.
#[track_caller]
pub(crate) fn time(value: &Value) -> Timestamp {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is not a time"));
    assert!(text.ends_with('Z'), "{text}");
    Timestamp::parse(text).unwrap()
}

/// Whole seconds from `earlier` to `later`.
pub(crate) fn seconds_between(earlier: Timestamp, later: Timestamp) -> u64 {
    later.since(earlier).as_secs()
}

/// The other spelling of an id: hyphenated.
pub(crate) fn hyphenated(id: &str) -> String {
    let uuid = match id.split_once('_').map(|(prefix, _)| prefix) {
        Some("sub") => model::SubscriptionId::parse(id).unwrap().uuid(),
        Some("evt") => model::EventId::parse(id).unwrap().uuid(),
        Some("dlv") => model::DeliveryId::parse(id).unwrap().uuid(),
        Some("key") => model::KeyId::parse(id).unwrap().uuid(),
        Some("pts") => model::PortalSessionId::parse(id).unwrap().uuid(),
        Some("rpl") => model::ReplayId::parse(id).unwrap().uuid(),
        _ => panic!("{id} is not a generated id"),
    };
    uuid.hyphenated().to_string()
}

/// The texts of a JSON array.
#[track_caller]
pub(crate) fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("an array").iter().map(|one| one.as_str().expect("a string")).collect()
}

/// One field of each object of a JSON array, as text.
#[track_caller]
pub(crate) fn each<'v>(list: &'v Value, field: &str) -> Vec<&'v str> {
    let list = list.as_array().expect("an array");
    list.iter().map(|one| one[field].as_str().unwrap_or_else(|| panic!("{field} in {one}"))).collect()
}
