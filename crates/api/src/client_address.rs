//! The address of the client that made a request, also behind reverse proxies. Only a trusted proxy is believed: anybody
//! else could name any address.

use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap, HeaderName, header::FORWARDED};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Maximum number of proxies in front of each other; entries further to the left are not read.
const HOPS: usize = 32;

/// The header in which the trusted proxies name their clients. Only one is read: a proxy that writes one of them passes
/// the other one on as the client has sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The address of a request's client: the peer's, or behind a trusted proxy the one that the proxy names. An extension of
/// a request that came through a trusted proxy; [`ClientAddress::of`] reads it from every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address of the client; `None` for a request that came over no network.
    pub fn of(extensions: &Extensions) -> Option<Self> {
        extensions.get::<Self>().copied().or_else(|| peer(extensions).map(Self))
    }
}

/// The address at the other end of the connection.
pub(crate) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical())
}

pub(crate) fn is_trusted(trusted: &[IpNet], address: IpAddr) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// The address of the client of `peer`: the rightmost one in the header that is not a trusted proxy's. An entry that is no
/// address ends the search at the proxy that added it.
pub(crate) fn find(trusted: &[IpNet], header: ForwardedHeader, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
    let mut client = peer.to_canonical();
    let (name, parse): (_, fn(&str) -> Option<IpAddr>) = match header {
        ForwardedHeader::XForwardedFor => (X_FORWARDED_FOR, node),
        ForwardedHeader::Forwarded => (FORWARDED, element),
    };
    let lines = headers.get_all(name).iter().rev();
    // A quoted comma splits an element, whose parts are no element then.
    let entries = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
    for entry in entries.take(HOPS) {
        if !is_trusted(trusted, client) {
            break;
        }
        let Some(address) = parse(entry.trim_matches([' ', '\t'])) else { break };
        client = address;
    }
    ClientAddress(client)
}

/// An address, perhaps with a port: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn node(text: &str) -> Option<IpAddr> {
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok().filter(IpAddr::is_ipv6);
    let address = text.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip()));
    address.or_else(bare).map(|address| address.to_canonical())
}

/// The address in an element of `Forwarded`, such as `for="[2001:db8::1]:4711";proto=https` (RFC 7239, section 4).
fn element(text: &str) -> Option<IpAddr> {
    let mut found = None;
    for pair in text.split(';') {
        let (name, value) = pair.trim_matches([' ', '\t']).split_once('=')?;
        let value = unquoted(value)?;
        if !is_token(name) {
            return None;
        }
        if name.eq_ignore_ascii_case("for") && found.replace(node(value)?).is_some() {
            return None;
        }
    }
    found
}

/// The value of a token or of a quoted string. (An address needs no escapes.)
fn unquoted(value: &str) -> Option<&str> {
    match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').filter(|inner| !inner.contains(['"', '\\'])),
        // Unquoted addresses with a port, which the grammar forbids, are in use.
        None => (!value.is_empty() && !value.contains(['"', '\\', ' ', '\t'])).then_some(value),
    }
}

fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    fn networks() -> Vec<IpNet> {
        ["127.0.0.0/8", "10.0.0.0/8", "2001:db8:1::/48"].map(|text| text.parse().unwrap()).into()
    }

    fn found(header: ForwardedHeader, peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).unwrap());
            headers.append(FORWARDED, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        find(&networks(), header, peer.parse().unwrap(), &headers).0.to_string()
    }

    #[test]
    fn the_rightmost_address_that_is_no_trusted_proxy_is_the_client() {
        for (peer, lines, expected) in [
            ("127.0.0.1", &[][..], "127.0.0.1"),
            ("127.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            ("::ffff:127.0.0.1", &["192.0.2.7:4711"], "192.0.2.7"),
            ("127.0.0.1", &["203.0.113.9, 192.0.2.7"], "192.0.2.7"),
            ("127.0.0.1", &["203.0.113.9, 192.0.2.7,10.1.2.3"], "192.0.2.7"),
            ("127.0.0.1", &["203.0.113.9", "192.0.2.7", "10.1.2.3"], "192.0.2.7"),
            ("127.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("127.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            ("127.0.0.1", &["192.0.2.7, 2001:db8:1::5"], "192.0.2.7"),
            ("127.0.0.1", &["::ffff:192.0.2.7"], "192.0.2.7"),
            // The client is in the network of the proxies.
            ("127.0.0.1", &["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
            // No address: the proxy that added the entry is the last one known.
            ("127.0.0.1", &["192.0.2.7, unknown, 10.1.2.3"], "10.1.2.3"),
            ("127.0.0.1", &["192.0.2.7, \u{e9}"], "127.0.0.1"),
            ("127.0.0.1", &["192.0.2.7,"], "127.0.0.1"),
            ("127.0.0.1", &["192.0.2.0/24"], "127.0.0.1"),
            // No proxy of ours.
            ("198.51.100.1", &["192.0.2.7"], "198.51.100.1"),
            ("11.0.0.1", &["127.0.0.1"], "11.0.0.1"),
        ] {
            assert_eq!(found(ForwardedHeader::XForwardedFor, peer, lines), expected, "{peer} {lines:?}");
        }
        let many = vec!["10.0.0.1"; 2 * HOPS].join(",");
        assert_eq!(found(ForwardedHeader::XForwardedFor, "127.0.0.1", &["192.0.2.7", &many]), "10.0.0.1");
    }

    #[test]
    fn elements_of_forwarded_are_read_as_rfc_7239_defines_them() {
        for (lines, expected) in [
            (&["for=192.0.2.7"][..], "192.0.2.7"),
            (&["For=\"[2001:db8::1]:4711\""], "2001:db8::1"),
            (&["for=192.0.2.7;proto=http;by=203.0.113.43"], "192.0.2.7"),
            (&["for=203.0.113.9, for=192.0.2.7; proto=https", "for=10.1.2.3;host=\"hooks.example\""], "192.0.2.7"),
            (&["for=192.0.2.7, for=_hidden"], "127.0.0.1"),
            (&["for=192.0.2.7, for=unknown, for=10.1.2.3"], "10.1.2.3"),
            (&["for=192.0.2.7;for=203.0.113.9"], "127.0.0.1"),
            (&["proto=https"], "127.0.0.1"),
            (&["192.0.2.7"], "127.0.0.1"),
            // A client that opens a quote does not swallow what the proxy appends.
            (&["for=\"203.0.113.9, for=192.0.2.7"], "192.0.2.7"),
            (&["for=192.0.2.7;host=\"x, for=203.0.113.9;y=\""], "127.0.0.1"),
            (&["for=192.0.2.7;host=\"x, for=203.0.113.9;y=\\\"\""], "127.0.0.1"),
        ] {
            assert_eq!(found(ForwardedHeader::Forwarded, "127.0.0.1", lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn only_the_configured_header_is_read() {
        let headers = HeaderMap::from_iter([
            (FORWARDED, HeaderValue::from_static("for=203.0.113.9")),
            (X_FORWARDED_FOR, HeaderValue::from_static("192.0.2.7")),
        ]);
        let peer = "127.0.0.1".parse().unwrap();
        let found = |header| find(&networks(), header, peer, &headers).0.to_string();
        assert_eq!(found(ForwardedHeader::XForwardedFor), "192.0.2.7");
        assert_eq!(found(ForwardedHeader::Forwarded), "203.0.113.9");
    }

    fn entry() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<IpAddr>().prop_map(|it| it.to_string()),
            any::<IpAddr>().prop_map(|it| format!("for=\"[{it}]:1\";proto=https")),
            any::<[u8; 3]>().prop_map(|[a, b, c]| format!("10.{a}.{b}.{c}")),
            any::<[u8; 3]>().prop_map(|[a, b, c]| format!("for=127.{a}.{b}.{c}")),
            "[ -~]{0,40}",
        ]
    }

    fn headers_of(lines: &[String]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
            headers.append(FORWARDED, HeaderValue::from_str(line).unwrap());
        }
        headers
    }

    proptest! {
        #[test]
        fn an_untrusted_peer_has_its_own_address_whatever_it_sends(
            peer: IpAddr, lines in prop::collection::vec(entry(), 0..6)
        ) {
            let peer = peer.to_canonical();
            prop_assume!(!is_trusted(&networks(), peer));
            let headers = headers_of(&lines);
            for header in [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded] {
                prop_assert_eq!(find(&networks(), header, peer, &headers), ClientAddress(peer));
            }
        }

        /// A trusted proxy appends the address that it sees to what the client has sent.
        #[test]
        fn a_client_cannot_change_what_the_proxy_appends(
            client: IpAddr, sent in prop::collection::vec(entry(), 0..4), same_line: bool
        ) {
            let client = client.to_canonical();
            prop_assume!(!is_trusted(&networks(), client));
            let proxy = "10.0.0.1".parse().unwrap();
            for (header, own) in [
                (ForwardedHeader::XForwardedFor, client.to_string()),
                (ForwardedHeader::Forwarded, format!("for=\"{client}\"")),
            ] {
                let mut lines = sent.clone();
                match lines.last_mut().filter(|_| same_line) {
                    Some(last) => last.push_str(&format!(", {own}")),
                    None => lines.push(own),
                }
                prop_assert_eq!(find(&networks(), header, proxy, &headers_of(&lines)), ClientAddress(client));
            }
        }
    }
}
