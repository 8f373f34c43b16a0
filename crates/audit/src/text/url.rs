//! URLs of a webhook server's endpoints.

/// Whether a string may be the end of an endpoint's URL: a cheap look at every string of the tree.
pub(crate) fn may_be_endpoint(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or("");
    matches!(last, "events" | "batch" | "deliveries" | "msg" | "publish" | "event" | "fanout" | "broadcast" | "dynamic")
}
