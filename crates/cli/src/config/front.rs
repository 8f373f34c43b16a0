//! Settings of the API's listener: TLS, host names, proxies and HTTP/2.

use super::front_settings::{Front, TlsFiles};
use super::{Raw, bad_setting::BadSetting};
use api::{ForwardedHeader, PublicUrl};
use std::time::Duration;

impl Raw {
    pub(super) fn front(&self, public_url: Option<&PublicUrl>) -> anyhow::Result<Front> {
        let tls = self.tls()?;
        if tls.is_some() && public_url.is_some_and(|url| !url.is_https()) {
            let fault = "must be an https:// URL when POSTRIDER_TLS_CERTIFICATE is set, for example \
                         https://hooks.example.com";
            return Err(BadSetting { name: "public_url".into(), fault: fault.into() }.into());
        }
        Ok(Front {
            tls,
            tls_handshake: Duration::from_secs(self.number("tls_handshake_seconds", 1, 60, 10)?),
            hsts: Duration::from_secs(self.number("hsts_seconds", 0, 63_072_000, 31_536_000)?),
            hosts: self.get("hosts", parse_hosts)?,
            forwarded_header: self.get("forwarded_header", |text| match text.to_ascii_lowercase().as_str() {
                "x-forwarded-for" => Ok(ForwardedHeader::XForwardedFor),
                "forwarded" => Ok(ForwardedHeader::Forwarded),
                _ => Err(format!("is {text:?} but must be x-forwarded-for or forwarded, for example forwarded")),
            })?,
            http2_streams: self.number("http2_streams", 1, 10_000, 200)? as u32,
            header_bytes: self.number("header_bytes", 8_192, 1_048_576, 131_072)? as u32,
        })
    }

    /// The error is that of the setting that is given: without it the configuration is complete.
    fn tls(&self) -> anyhow::Result<Option<TlsFiles>> {
        let alone = |given: &str, missing: &str, example: &str| {
            let fault = format!("is set, so {missing} must be set too, for example {example}");
            Err(BadSetting { name: given.to_owned(), fault }.into())
        };
        match (self.text("tls_certificate"), self.text("tls_key")) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate: certificate.into(), key: key.into() })),
            (Some(_), None) => alone("tls_certificate", "POSTRIDER_TLS_KEY", "/etc/postrider/tls.key"),
            (None, Some(_)) => alone("tls_key", "POSTRIDER_TLS_CERTIFICATE", "/etc/postrider/tls.crt"),
        }
    }
}

/// Comma-separated host names.
fn parse_hosts(text: &str) -> Result<Vec<String>, String> {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || b"-._".contains(&c);
    let parse = |part: &str| {
        let name = part.strip_prefix("*.").unwrap_or(part);
        if part != "*" && (name.is_empty() || name.starts_with('.') || !name.bytes().all(is_plain)) {
            return Err(format!(
                "has {part:?}, which is not a host name without scheme and port; it must be comma-separated names, for \
                 example hooks.example.com,*.internal.example.com"
            ));
        }
        Ok(part.trim_end_matches('.').to_ascii_lowercase())
    };
    text.split([',', ' ']).filter(|part| !part.is_empty()).map(parse).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn certificate_and_key_are_set_together() {
        assert!(check(&[]).unwrap().front.tls.is_none());
        let pair = [("tls_certificate", "a.crt"), ("tls_key", "a.key")];
        assert_eq!(check(&pair).unwrap().front.tls.unwrap().key.to_str(), Some("a.key"));
        for (alone, expected) in [
            (0, "POSTRIDER_TLS_CERTIFICATE is set, so POSTRIDER_TLS_KEY must be set too, for example "),
            (1, "POSTRIDER_TLS_KEY is set, so POSTRIDER_TLS_CERTIFICATE must be set too, for example "),
        ] {
            let fault = check(&pair[alone..=alone]).err().unwrap().to_string();
            assert!(fault.starts_with(expected), "{fault}");
        }
        let fault = check(&[pair[0], pair[1], ("public_url", "http://hooks.example")]).err().unwrap().to_string();
        assert!(fault.starts_with("POSTRIDER_PUBLIC_URL must be an https:// URL"), "{fault}");
        check(&[pair[0], pair[1], ("public_url", "https://hooks.example")]).unwrap();
    }

    #[test]
    fn hosts_are_names_without_scheme_and_port() {
        let config = check(&[("hosts", "Hooks.Example.com., *.example.org")]).unwrap();
        assert_eq!(config.front.hosts, ["hooks.example.com", "*.example.org"]);
        assert_eq!(check(&[("hosts", "*")]).unwrap().front.hosts, ["*"]);
        for bad in ["https://a", "a:8080", "*.", "*a", "a/b", "[::1]"] {
            let fault = check(&[("hosts", bad)]).err().unwrap().to_string();
            assert!(fault.starts_with("POSTRIDER_HOSTS has ") && fault.contains(bad), "{fault}");
        }
    }
}
