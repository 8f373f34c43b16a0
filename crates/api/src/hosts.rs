//! Host names by which clients may address this server. DNS rebinding makes a browser send requests of a foreign page to
//! this server under the page's own name, which is refused here: the browser regards the answers as the page's own.

use crate::problem::{Problem, kinds::MisdirectedRequest};
use axum::extract::Request;
use http::header;
use std::{net::Ipv6Addr, sync::Arc};

/// Paths that load balancers and monitoring request by whatever name they have. They show nothing of a tenant without a key:
/// `scrape/access.rs` looks at the name itself.
const EXEMPT: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Endings that nobody can register in the public DNS: ICANN keeps `internal` for private use, and Kubernetes uses the
/// others for services of a cluster.
const PRIVATE: [&str; 3] = [".internal", ".svc", ".cluster.local"];

/// The accepted names. IP addresses and names of loopback are always accepted, since no foreign page can have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Hosts {
    #[default]
    Any,
    Only {
        /// In lower case and without a port; `*.example.com` stands for all names below.
        names: Arc<[String]>,
        /// Names without a dot and names of private domains are accepted too: they resolve inside a network only.
        are_private_accepted: bool,
    },
}

impl Hosts {
    /// Accepts these names alone.
    pub fn only(names: impl IntoIterator<Item = String>) -> Self {
        Self::Only { names: names.into_iter().collect(), are_private_accepted: false }
    }

    /// Accepts these names, and names that resolve inside a network only.
    pub fn private_and(names: impl IntoIterator<Item = String>) -> Self {
        Self::Only { names: names.into_iter().collect(), are_private_accepted: true }
    }

    /// True for a name that no page of the internet can have: an address, or a name that resolves inside a network only.
    pub(crate) fn is_private(authority: &str) -> bool {
        Self::private_and([]).accepts(authority)
    }

    fn accepts(&self, authority: &str) -> bool {
        let Self::Only { names, are_private_accepted } = self else { return true };
        let Some(host) = host(authority) else { return false };
        if is_address(host) {
            return true;
        }
        let host = host.to_ascii_lowercase();
        let is_named = |name: &String| match name.strip_prefix('*') {
            Some(ending) => host.strip_suffix(ending).is_some_and(|rest| !rest.is_empty()),
            None => *name == host,
        };
        is_loopback_name(&host)
            || names.iter().any(is_named)
            || *are_private_accepted && (!host.contains('.') || PRIVATE.iter().any(|ending| host.ends_with(ending)))
    }

    /// The refusal of a request that names another host. A request without a name comes from no browser.
    pub(crate) fn refuse(&self, request: &Request) -> Option<Problem> {
        if *self == Self::Any || EXEMPT.contains(&request.uri().path()) {
            return None;
        }
        let named = request.headers().get(header::HOST);
        let in_header = named.map(|host| host.to_str().unwrap_or("?"));
        let in_target = request.uri().authority().map(|authority| authority.as_str());
        let refused = in_header.into_iter().chain(in_target).find(|authority| !self.accepts(authority))?;
        let shown: String = refused.chars().take(100).collect();
        Some(MisdirectedRequest::problem(format!(
            "This server does not answer for the host {shown:?}; if it should, its operator adds the name to \
             POSTRIDER_HOSTS, or sets POSTRIDER_PUBLIC_URL"
        )))
    }
}

/// The host of an authority, without port and final dot: `hooks.example:8080`, `[::1]:8080`.
fn host(authority: &str) -> Option<&str> {
    if authority.starts_with('[') {
        let (address, rest) = authority.split_once(']')?;
        return (rest.is_empty() || is_port(rest.strip_prefix(':')?)).then_some(&authority[..=address.len()]);
    }
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || b"-._".contains(&c);
    (is_port(port) && !host.is_empty() && host.bytes().all(is_plain)).then_some(host)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit())
}

/// True for a literal address. A browser writes IPv4 in one form only.
fn is_address(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    v6.is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok()) || host.parse::<std::net::Ipv4Addr>().is_ok()
}

/// True for a name of this machine, which browsers resolve themselves (RFC 6761, section 6.3).
fn is_loopback_name(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// True when the authority names this machine, for which browsers must not be told to insist on https: other programs on
/// other ports have the same name.
pub(crate) fn is_this_machine(authority: &str) -> bool {
    host(authority).is_some_and(|host| is_loopback_name(&host.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn addresses_and_loopback_names_are_always_accepted() {
        let hosts = Hosts::only(names(&["hooks.example.com", "*.example.org"]));
        for accepted in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "192.0.2.7:8080",
            "[::1]",
            "[2001:db8::1]:8080",
            "localhost",
            "LOCALHOST:8080",
            "a.localhost",
            "hooks.example.com",
            "hooks.example.com:443",
            "Hooks.Example.Com.",
            "a.example.org",
            "a.b.example.org:8080",
        ] {
            assert!(hosts.accepts(accepted), "{accepted}");
        }
        for refused in [
            "",
            "evil.example",
            "evil.example:8080",
            "hooks.example.com.evil.example",
            "xhooks.example.com",
            "example.org",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "127.0.0.1@evil.example",
            "[::1",
            "[evil]",
            "[::1]x",
            "2130706433",
            "0x7f.1",
            "hooks.example.com:x",
            "hooks.example.com/",
            "postrider",
            "postrider.default.svc",
            "?",
        ] {
            assert!(!hosts.accepts(refused), "{refused}");
        }
    }

    #[test]
    fn the_default_also_accepts_names_that_no_foreign_page_can_have() {
        let hosts = Hosts::private_and(names(&["hooks.example.com"]));
        for accepted in [
            "hooks.example.com",
            "postrider:8080",
            "postrider.default.svc",
            "postrider.default.svc.cluster.local:80",
            "host.docker.internal",
            "127.0.0.1",
        ] {
            assert!(hosts.accepts(accepted), "{accepted}");
        }
        for refused in ["evil.example", "printer.local", "svc.evil.example", "", ":80"] {
            assert!(!hosts.accepts(refused), "{refused}");
        }
        assert!(Hosts::Any.accepts("evil.example"));
    }

    #[test]
    fn host_and_target_are_both_checked_except_for_health_and_metrics() {
        let hosts = Hosts::only([]);
        let refused = |uri: &str, host: Option<&str>| {
            let mut request = Request::builder().uri(uri);
            if let Some(host) = host {
                request = request.header(header::HOST, host);
            }
            hosts.refuse(&request.body(Body::empty()).unwrap()).is_some()
        };
        assert!(refused("/", Some("evil.example")) && !refused("/", Some("127.0.0.1")) && !refused("/", None));
        assert!(refused("http://evil.example/", None) && refused("http://evil.example/", Some("127.0.0.1")));
        for exempt in EXEMPT {
            assert!(!refused(exempt, Some("evil.example")), "{exempt}");
        }
        assert!(refused("/healthz/x", Some("evil.example")));
    }

    #[test]
    fn only_loopback_names_are_this_machine() {
        assert!(is_this_machine("localhost:8443") && is_this_machine("a.LOCALHOST"));
        assert!(!is_this_machine("127.0.0.1") && !is_this_machine("hooks.example.com"));
    }
}
