//! The address from outside by which a browser made a request.

use crate::Settings;
use http::{HeaderMap, header};

/// True when the browser speaks https: to this server itself, to its proxy, or by the configured address. A client that
/// lies about its proxy changes the answer to itself only.
pub(crate) fn is_https(settings: &Settings, headers: &HeaderMap) -> bool {
    match &settings.public_url {
        _ if settings.own_tls => true,
        Some(url) => url.is_https(),
        None => headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https")),
    }
}

/// The address from outside: the configured one, else that of the request.
pub(crate) fn base(settings: &Settings, headers: &HeaderMap) -> String {
    if let Some(url) = &settings.public_url {
        return url.to_string();
    }
    let scheme = if is_https(settings, headers) { "https" } else { "http" };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("{scheme}://{host}")
}
