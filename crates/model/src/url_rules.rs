//! Validation of subscription URLs.
//!
//! Only the text is checked here; the addresses of a host name are checked when a request connects (SSRF).

use crate::text::check_line;
use url::{Host, Url};

/// Maximum length of a URL, in characters.
pub const MAX: usize = 2048;

/// Maximum length of a host name, in bytes, without a dot at its end (RFC 1035, section 2.3.4).
const HOST_MAX: usize = 253;
/// Maximum length of a label of a host name, in bytes (same section).
const LABEL_MAX: usize = 63;

/// Validates a subscription's URL; the error is a sentence without the field's name.
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
        Some(Host::Domain(name)) => check_name(name).map_err(|fault| format!("{fault}, {example}"))?,
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => {}
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user name or password; put them into `headers` as Authorization".into());
    }
    if url.port() == Some(0) {
        return Err("must not use port 0".into());
    }
    Ok(url)
}

/// Validates a host name in its DNS form (international names as punycode): letters, digits, hyphens, and underscores,
/// which names of containers have; a dot at the end is allowed.
fn check_name(name: &str) -> Result<(), String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.is_empty() {
        return Err("must name a host".into());
    }
    if name.len() > HOST_MAX {
        return Err(format!("must name a host of at most {HOST_MAX} characters"));
    }
    for label in name.split('.') {
        if label.is_empty() {
            return Err("must name a host without empty parts between its dots".into());
        }
        if label.len() > LABEL_MAX {
            return Err(format!("must name a host whose parts between dots have at most {LABEL_MAX} characters"));
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err("must name a host whose parts between dots do not begin or end with a hyphen".into());
        }
        if let Some(odd) = label.chars().find(|c| !c.is_ascii_alphanumeric() && !"-_".contains(*c)) {
            return Err(format!("must name a host without the character {odd:?}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn valid_urls_are_accepted() {
        for url in [
            "https://example.com/hook?x=1#y",
            "https://münchen.example/",
            "https://[2001:db8::1]:8443/a",
            "https://my_app:9000/",
            "https://_dmarc.example.com/",
            "https://example.com./",
            "https://intranet/",
            "https://xn--bcher-kva.example/",
            "https://EXAMPLE.com/",
        ] {
            assert!(check(url, false).is_ok(), "{url}: {:?}", check(url, false));
        }
        assert!(check("http://127.0.0.1:9000/", true).is_ok());
        let longest = format!("https://{}.{}/", ["a".repeat(63).as_str(); 3].join("."), "b".repeat(61));
        assert!(check(&longest, false).is_ok());
    }

    #[test]
    fn errors_of_invalid_urls_name_the_reason() {
        let long_label = format!("https://{}.example/", "a".repeat(64));
        let long_name = format!("https://{}.{}/", ["a".repeat(63).as_str(); 3].join("."), "b".repeat(62));
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
            ("https://.a.b/", "empty parts"),
            ("https://a..b/", "empty parts"),
            ("https://a.b../", "empty parts"),
            ("https://./", "must name a host"),
            ("https://*/", "'*'"),
            ("https://*.example.com/", "'*'"),
            ("https://a b.example/", "absolute URL"),
            ("https://a%20b.example/", "absolute URL"),
            ("https://a,b.example/", "','"),
            ("https://(a).example/", "'('"),
            ("https://-a.example/", "hyphen"),
            ("https://a-.example/", "hyphen"),
            (&long_label, "63"),
            (&long_name, "253"),
            ("https://256.1.1.1/", "absolute URL"),
        ];
        for (url, part) in rows {
            let fault = check(url, false).unwrap_err();
            assert!(fault.contains(part), "{url}: {fault}");
        }
        assert!(check(&format!("https://e.example/{}", "a".repeat(2048)), false).is_err());
    }

    proptest! {
        #[test]
        fn every_accepted_name_fits_into_dns(host in "[a-z0-9_.*-]{1,80}") {
            if let Ok(url) = check(&format!("https://{host}/"), false)
                && let Some(Host::Domain(name)) = url.host()
            {
                let name = name.strip_suffix('.').unwrap_or(name);
                prop_assert!(name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len())));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}", allow_http: bool) {
            let _ = check(&text, allow_http);
        }
    }
}
