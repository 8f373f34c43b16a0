//! The session's cookie: not readable by scripts, and never sent with requests of other sites.

use crate::{Settings, auth::SESSION_COOKIE, outside::is_https};
use http::{HeaderMap, HeaderValue};
use model::Session;

/// Sets the cookie; an empty token removes it.
fn header(settings: &Settings, headers: &HeaderMap, token: &str, seconds: u64) -> Option<HeaderValue> {
    // Below a path of a proxy other programs share the host, and must not get the cookie.
    let path = settings.public_url.as_ref().map_or("", |url| url.path());
    let secure = if is_https(settings, headers) { "; Secure" } else { "" };
    let cookie =
        format!("{SESSION_COOKIE}={token}; Path={path}/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(cookie).ok()
}

pub(super) fn set(settings: &Settings, headers: &HeaderMap, token: &str) -> Option<HeaderValue> {
    // The server ends the session earlier when it is not used.
    header(settings, headers, token, Session::LONGEST.as_secs())
}

pub(super) fn clear(settings: &Settings, headers: &HeaderMap) -> Option<HeaderValue> {
    header(settings, headers, "", 0)
}
