//! Reads the credential of a request: from `Authorization: Bearer`, `X-API-Key`, the session cookie, or the cookie with a
//! key, in this order.
//!
//! CSRF: browsers attach a cookie to requests of foreign pages too. Unsafe methods therefore accept the key of a cookie
//! only when the request's `Origin` is absent, this host or a configured origin; browsers send that header with every
//! cross-origin request that can change something. The session cookie is `SameSite=Strict`, and its unsafe requests need
//! a token ([`super::identity`]).

use crate::{
    Settings,
    problem::{
        Problem,
        kinds::{Forbidden, Unauthorized},
    },
};
use http::{HeaderMap, HeaderName, Method, header};

pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The cookie of a sign-in session.
pub(crate) const SESSION_COOKIE: &str = "postrider_session";

/// A credential as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Credential<'h> {
    /// A key or the token of a portal link.
    Key(&'h str),
    Session(&'h str),
}

/// The credential as sent; every fault is a 401, or a 403 for a cookie on an unsafe cross-origin request.
pub(super) fn read<'h>(
    method: &Method,
    headers: &'h HeaderMap,
    settings: &Settings,
) -> Result<Credential<'h>, Problem> {
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let text = given.to_str().unwrap_or_default();
        return match text.split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Credential::Key(key.trim())),
            _ => Err(Unauthorized::problem("The Authorization header must be Bearer <key>")),
        };
    }
    if let Some(given) = headers.get(API_KEY) {
        return Ok(Credential::Key(given.to_str().unwrap_or_default().trim()));
    }
    if let Some(session) = cookie(headers, SESSION_COOKIE) {
        return Ok(Credential::Session(session));
    }
    let Some(key) = cookie(headers, &settings.cookie) else {
        return Err(Unauthorized::problem("A key is required: send it as Authorization: Bearer <key> or as X-API-Key"));
    };
    if !method.is_safe() && is_foreign(headers, settings) {
        return Err(Forbidden::problem(
            "A cookie is not accepted for a cross-origin request; send the key in a header, or have the operator add \
             the origin to POSTRIDER_CORS_ORIGINS",
        ));
    }
    Ok(Credential::Key(key))
}

/// The credential of a safe request as text, and whether it is a session's.
#[cfg(feature = "fuzzing")]
pub(crate) fn credential_of(headers: &HeaderMap) -> Result<(bool, String), Problem> {
    let settings = Settings::new(std::time::Duration::from_secs(10));
    Ok(match read(&Method::GET, headers, &settings)? {
        Credential::Key(key) => (false, key.to_owned()),
        Credential::Session(token) => (true, token.to_owned()),
    })
}

/// The value of a cookie (RFC 6265, section 4.2), without the quotes that some clients put around it.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let found = pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = found.into_iter().find(|(key, value)| *key == name && !value.is_empty())?.1;
    let value = value.trim_matches('"');
    // Some servers store the whole header in the cookie.
    Some(value.strip_prefix("Bearer ").unwrap_or(value))
}

/// True when a page of another origin sends the request.
pub(crate) fn is_foreign(headers: &HeaderMap, settings: &Settings) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return false };
    let Ok(origin) = origin.to_str() else { return true };
    let is_public = settings.public_url.as_ref().is_some_and(|url| url.origin() == origin);
    if is_public || settings.cors_origins.iter().any(|known| known == origin) {
        return false;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let authority = origin.split_once("://").map_or("", |(_, rest)| rest);
    authority.is_empty() || !authority.eq_ignore_ascii_case(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PublicUrl;
    use std::{sync::Arc, time::Duration};

    fn settings() -> Settings {
        Settings {
            cors_origins: Arc::from(["https://app.example".to_owned()]),
            cookie: "access_token".into(),
            public_url: PublicUrl::parse("https://outside.example/hooks").ok(),
            ..Settings::new(Duration::from_secs(10))
        }
    }

    fn read_of(method: &Method, headers: &[(&str, &str)]) -> Result<String, u16> {
        let map = headers
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
            .collect::<HeaderMap>();
        let text = |credential: Credential<'_>| match credential {
            Credential::Key(key) => key.to_owned(),
            Credential::Session(token) => format!("session {token}"),
        };
        read(method, &map, &settings()).map(text).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn keys_are_read_from_header_api_key_and_cookie() {
        type Row<'r> = (&'r [(&'r str, &'r str)], Result<&'r str, u16>);
        let rows: [Row<'_>; 14] = [
            (&[("authorization", "Bearer pk_1")], Ok("pk_1")),
            (&[("authorization", "bearer  pk_1 ")], Ok("pk_1")),
            (&[("authorization", "Basic cGs6")], Err(401)),
            (&[("x-api-key", " pk_2 ")], Ok("pk_2")),
            (&[("authorization", "Bearer pk_1"), ("x-api-key", "pk_2"), ("cookie", "access_token=pk_3")], Ok("pk_1")),
            (&[("x-api-key", "pk_2"), ("cookie", "access_token=pk_3")], Ok("pk_2")),
            (&[("cookie", "theme=dark; access_token=pk_3")], Ok("pk_3")),
            (&[("cookie", "access_token=\"Bearer pk_3\"")], Ok("pk_3")),
            (&[("cookie", "access_token=pk_3; postrider_session=s1")], Ok("session s1")),
            (&[("cookie", "postrider_session=")], Err(401)),
            (&[("x-api-key", "pk_2"), ("cookie", "postrider_session=s1")], Ok("pk_2")),
            (&[("cookie", "access_tokens=pk_3")], Err(401)),
            (&[("cookie", "access_token=")], Err(401)),
            (&[], Err(401)),
        ];
        for (headers, expected) in rows {
            assert_eq!(read_of(&Method::GET, headers), expected.map(str::to_owned), "{headers:?}");
        }
    }

    #[test]
    fn a_cookie_is_refused_for_unsafe_methods_of_foreign_origins() {
        let cookie = ("cookie", "access_token=pk_3");
        let host = ("host", "hooks.example:8080");
        let rows = [
            (Method::POST, "https://evil.example", Err(403)),
            (Method::POST, "null", Err(403)),
            (Method::DELETE, "https://hooks.example", Err(403)),
            (Method::POST, "https://app.example", Ok("pk_3".to_owned())),
            (Method::POST, "http://hooks.example:8080", Ok("pk_3".to_owned())),
            (Method::POST, "https://outside.example", Ok("pk_3".to_owned())),
            (Method::GET, "https://evil.example", Ok("pk_3".to_owned())),
        ];
        for (method, origin, expected) in rows {
            assert_eq!(read_of(&method, &[cookie, host, ("origin", origin)]), expected, "{method} {origin}");
        }
        assert_eq!(read_of(&Method::POST, &[cookie, host]), Ok("pk_3".to_owned()));
        let header = [("authorization", "Bearer pk_1"), ("origin", "https://evil.example")];
        assert_eq!(read_of(&Method::POST, &header), Ok("pk_1".to_owned()));
    }
}
