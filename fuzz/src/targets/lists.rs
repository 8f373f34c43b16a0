//! Query parameters: cursors, pages and filters of lists, and the links that continue them.

use crate::input::text;
use api::fuzzing;

pub(super) const WORDS: &[&str] = &[
    "cursor=",
    "limit=",
    "offset=",
    "count=true",
    "order=oldest",
    "since=24h",
    "after=",
    "before=",
    "2026-01-31T09:30:00Z",
    "response_code=5xx",
    "500-504",
    "payload_path=data.a",
    "payload_value=",
    "event_id=",
    "subscription_id=",
    "status=failed",
    "min_duration_ms=",
    "is_active=true",
    "~acme",
    "%00",
    "%C3%28",
    "+",
    "&",
    "evt_06f8k2m4q9v1x3z5b7d9f1h3k5",
    "dlv_06f8k2m4q9v1x3z5b7d9f1h3k5",
    "by=event_type",
    "health=failing",
];

pub(super) fn run(input: &[u8]) {
    let query = text(input);
    let Some(lists) = fuzzing::lists(&query) else { return };
    for (at, list) in lists.into_iter().enumerate() {
        match list {
            Ok(None) => {}
            Ok(Some(link)) => link_is_read_back(at, &link),
            Err(refused) => {
                assert!((400..500).contains(&refused.status), "{refused:?}");
                assert!(refused.detail.len() <= 4 * query.len() + 2_000, "{refused:?}");
            }
        }
    }
    for refused in fuzzing::parameters(&query).into_iter().flatten().filter_map(Result::err) {
        assert!((400..500).contains(&refused.status), "{refused:?}");
    }
}

/// The link is a header, and its query is that of the same list at the same place.
fn link_is_read_back(list: usize, link: &str) {
    assert!(http::HeaderValue::try_from(link).is_ok(), "{link:?}");
    let query = link.split_once('?').and_then(|(_, rest)| rest.split_once('>')).map(|(query, _)| query);
    let again = fuzzing::lists(query.unwrap()).unwrap().swap_remove(list);
    assert_eq!(again, Ok(Some(link.to_owned())));
}
