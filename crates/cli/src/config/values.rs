//! Values of settings, from their text. Each error is the rest of a sentence about the setting.

use api::PublicUrl;
use base64::{Engine, engine::general_purpose::STANDARD};
use ipnet::IpNet;
use std::net::IpAddr;
use zeroize::Zeroizing;

/// Comma-separated paths; `/api/v1` is always included.
pub(super) fn parse_prefixes(text: &str) -> Result<Vec<String>, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    let parse = |part: &str| {
        let prefix = part.trim_end_matches('/');
        if !prefix.starts_with('/') || !prefix.chars().all(plain) || prefix.contains("//") {
            return Err(format!(
                "has {part:?}, which is not a path; it must be comma-separated paths, for example /api/v1,/api/isp/v1"
            ));
        }
        Ok(prefix.to_owned())
    };
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
    let prefixes: Vec<String> = parts.map(parse).collect::<Result<_, _>>()?;
    Ok(prefixes.into_iter().filter(|prefix| prefix != "/api/v1").collect())
}

/// Comma-separated origins (RFC 6454).
pub(super) fn parse_origins(text: &str) -> Result<Vec<String>, String> {
    let parse = |part: &str| {
        let url = url::Url::parse(part).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        match url.map(|url| url.origin().ascii_serialization()) {
            Some(origin) if origin == part && !part.contains('*') => Ok(origin),
            _ => Err(format!(
                "has {part:?}, which is not an origin (scheme, host and port, without a path or a wildcard), for example https://app.example.com"
            )),
        }
    };
    text.split([',', ' ']).filter(|part| !part.is_empty()).map(parse).collect()
}

pub(super) fn parse_public_url(text: &str) -> Result<PublicUrl, String> {
    PublicUrl::parse(text).map_err(|fault| format!("is {text:?} but {fault}, for example https://hooks.example.com"))
}

pub(super) fn check_admin_key(key: String) -> Result<String, String> {
    if key.len() < 24 {
        return Err(
            "is too short: it must have 24 characters or more, for example the output of: openssl rand -hex 24".into(),
        );
    }
    if !key.bytes().all(|c| c.is_ascii_graphic()) {
        return Err(
            "must be visible ASCII characters without spaces, for example the output of: openssl rand -hex 24".into()
        );
    }
    Ok(key)
}

/// Decodes 32 bytes from base64.
pub(crate) fn decode_master_key(text: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    match STANDARD.decode(text.trim()).map(Zeroizing::new) {
        Ok(bytes) if bytes.len() == 32 => Ok(bytes),
        _ => Err("must be 32 bytes in base64, for example the output of: postrider key generate-master".into()),
    }
}

/// Comma-separated addresses.
pub(super) fn parse_addresses(text: &str) -> Result<Vec<IpAddr>, String> {
    let parse = |part: &str| {
        part.parse().map_err(|_| {
            format!("has {part:?}, which is not an address; it must be comma-separated addresses, for example 203.0.113.7,2001:db8::7")
        })
    };
    text.split([',', ' ']).filter(|part| !part.is_empty()).map(parse).collect()
}

pub(super) fn parse_networks(text: &str) -> Result<Vec<IpNet>, String> {
    let parse = |part: &str| {
        part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
            format!("has {part:?}, which is not a network; it must be comma-separated CIDRs, for example 127.0.0.0/8,10.1.0.0/16")
        })
    };
    text.split([',', ' ']).filter(|part| !part.is_empty()).map(parse).collect()
}
