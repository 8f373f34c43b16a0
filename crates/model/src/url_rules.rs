//! Which URLs can be subscribed.
//!
//! What a host name resolves to is checked when it is dialled; here only the text is.

use crate::text::check_line;
use url::{Host, Url};

/// Longest URL, in characters.
pub const MAX: usize = 2048;

/// Checks a subscription's URL; the fault is a sentence without the field's name.
pub fn check(text: &str, allow_http: bool) -> Result<Url, String> {
    check_line(text, MAX)?;
    let example = "for example https://example.com/webhooks";
    let url = Url::parse(text).map_err(|fault| format!("must be an absolute URL, {example} ({fault})"))?;
    match url.scheme() {
        "https" => {}
        "http" if allow_http => {}
        "http" => return Err(format!("must begin with https://, {example}")),
        _ => return Err(format!("must begin with https:// or http://, {example}")),
    }
    match url.host() {
        None => return Err(format!("must name a host, {example}")),
        Some(Host::Domain(name)) if name.is_empty() || name.len() > 253 => {
            return Err(format!("must name a host, {example}"));
        }
        Some(_) => {}
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user name or password; put them into `headers` as Authorization".into());
    }
    if url.port() == Some(0) {
        return Err("must not use port 0".into());
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_urls() {
        for url in ["https://example.com/hook?x=1#y", "https://münchen.example/", "https://[2001:db8::1]:8443/a"] {
            assert!(check(url, false).is_ok(), "{url}");
        }
        assert!(check("http://127.0.0.1:9000/", true).is_ok());
    }

    #[test]
    fn bad_urls_say_why() {
        let rows = [
            ("", "absolute URL"),
            ("example.com/hook", "absolute URL"),
            ("/hook", "absolute URL"),
            ("ftp://example.com", "https:// or http://"),
            ("http://example.com", "https://"),
            ("https://", "absolute URL"),
            ("https://u:p@example.com/", "user name"),
            ("https://example.com:0/", "port 0"),
            ("javascript:alert(1)", "https://"),
            ("https://example.com/a\0b", "U+0000"),
            ("https://exam\nple.com/", "U+000A"),
        ];
        for (url, part) in rows {
            let fault = check(url, false).unwrap_err();
            assert!(fault.contains(part), "{url}: {fault}");
        }
        assert!(check(&format!("https://e.example/{}", "a".repeat(2048)), false).is_err());
    }
}
