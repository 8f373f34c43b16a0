//! URLs of webhook servers' endpoints.

/// True when a string may end the URL of an endpoint: a prefilter, cheap enough for every string of the tree.
pub(crate) fn may_be_endpoint(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or("");
    matches!(last, "events" | "batch" | "deliveries" | "msg" | "publish" | "event" | "fanout" | "broadcast" | "dynamic")
}
