//! URLs of subscriptions, of the portal, of proxies and of the installation, and the address policy for their hosts.

use crate::input::text;
use delivery::AddressPolicy;
use model::{
    SubscriptionUrl,
    portal::{WebUrl, parse_ancestor},
    tenant::egress::ProxyUrl,
    url_rules,
};

pub(super) const WORDS: &[&str] = &[
    "https://",
    "http://",
    "socks5://",
    "user:password@",
    "example.com",
    "localhost",
    "0x7f.1",
    "2130706433",
    "[::ffff:7f00:1]",
    "[fd00:ec2::254]",
    "169.254.169.254",
    "xn--",
    ".internal",
    ":0",
    ":65536",
    "?a=b",
    "#c",
    "\\",
    "*.",
    "／",
    "。",
];

pub(super) fn run(input: &[u8]) {
    let text = text(input);
    subscription(&text);
    if let Ok(url) = WebUrl::parse(&text, true) {
        // The stored form is the one that is shown in a Content-Security-Policy.
        let again = WebUrl::parse(url.as_str(), true);
        let is_longer = url.as_str().chars().count() > WebUrl::MAX;
        assert!(is_longer || again.as_ref().is_ok_and(|again| again.as_str() == url.as_str()), "{text:?}: {again:?}");
        let origin = url.origin().unwrap();
        assert!(!origin.contains([' ', ';', ',', '\'', '"', '*']), "{origin:?} is more than one source");
    }
    if let Ok(ancestor) = parse_ancestor(&text, true) {
        assert!(!ancestor.contains([' ', ';', ',', '\'', '"']), "{ancestor:?} is more than one source");
    }
    if let Ok(url) = ProxyUrl::parse(&text) {
        assert_eq!(ProxyUrl::parse(&url.to_string()).ok(), Some(url));
    }
    if let Ok(url) = api::PublicUrl::parse(&text) {
        assert_eq!(api::PublicUrl::parse(&url.to_string()), Ok(url));
    }
}

fn subscription(text: &str) {
    let Ok(url) = SubscriptionUrl::parse(text, true) else { return };
    assert!(text.chars().count() <= url_rules::MAX && !text.chars().any(char::is_control));
    assert_eq!(SubscriptionUrl::stored(url.as_str()).ok().as_ref(), Some(&url));
    assert!(SubscriptionUrl::parse(text, false).is_ok() == (url.to_url().scheme() == "https"));
    let parsed = url.to_url();
    assert!(parsed.username().is_empty() && parsed.password().is_none() && parsed.port() != Some(0));
    let Some(host) = parsed.host() else { panic!("{text:?} has no host") };
    let policy = AddressPolicy::new(Vec::new());
    let address = match &host {
        url::Host::Ipv4(address) => (*address).into(),
        url::Host::Ipv6(address) => (*address).into(),
        url::Host::Domain(_) => return drop(policy.check_host(&host)),
    };
    assert_eq!(
        policy.check_host(&host).is_ok(),
        policy.check(address).is_ok(),
        "{text:?}: two answers for one address"
    );
}
