//! The address policy on a table of hostile addresses and URLs, and its properties.

use super::*;
use proptest::prelude::*;

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap_or_else(|_| panic!("{text} is no address"))
}

/// Addresses that must not be dialled, each with a word of the kind in the error.
const HOSTILE: [(&str, &str); 98] = [
    ("0.0.0.0", "this network"),
    ("0.255.255.255", "this network"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("10.0.0.1", "private"),
    ("10.255.255.255", "private"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.168.0.0", "private"),
    ("192.168.255.255", "private"),
    ("100.64.0.1", "shared"),
    ("100.127.255.255", "shared"),
    ("169.254.0.1", "link-local"),
    ("169.254.255.255", "link-local"),
    ("192.0.0.1", "protocol"),
    ("192.0.0.8", "protocol"),
    ("192.0.2.1", "documentation"),
    ("198.51.100.7", "documentation"),
    ("203.0.113.9", "documentation"),
    ("192.88.99.1", "6to4"),
    ("198.18.0.1", "benchmarks"),
    ("198.19.255.255", "benchmarks"),
    ("224.0.0.1", "multicast"),
    ("239.255.255.255", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"),
    // Metadata services of clouds.
    ("169.254.169.254", "metadata"),
    ("169.254.170.2", "metadata"),
    ("169.254.170.23", "metadata"),
    ("169.254.42.42", "metadata"),
    ("168.63.129.16", "metadata"),
    ("100.100.100.200", "metadata"),
    ("192.0.0.192", "metadata"),
    ("192.80.8.124", "metadata"),
    ("fd00:ec2::254", "metadata"),
    ("fd00:ec2::23", "metadata"),
    ("fd20:ce::254", "metadata"),
    ("fd00:c1::a9fe:a9fe", "metadata"),
    ("fd00:42::42", "metadata"),
    ("fd00:a9fe:a9fe::1", "metadata"),
    ("fd00:100::100:200", "metadata"),
    ("fe80::a9fe:a9fe", "metadata"),
    // Metadata services behind IPv6 translations.
    ("::ffff:169.254.169.254", "metadata"),
    ("::ffff:0:169.254.169.254", "metadata"),
    ("64:ff9b::a9fe:a9fe", "metadata"),
    ("2002:a9fe:a9fe::1", "metadata"),
    ("::ffff:168.63.129.16", "metadata"),
    ("64:ff9b::a83f:8110", "metadata"),
    // IPv6.
    ("::", "global unicast"),
    ("::1", "loopback"),
    ("::2", "global unicast"),
    ("::7f00:1", "global unicast"),
    ("::8.8.8.8", "global unicast"),
    ("fe80::1", "link-local"),
    ("febf::1", "link-local"),
    ("fec0::1", "private"),
    ("feff::1", "private"),
    ("fc00::1", "private"),
    ("fd12:3456::1", "private"),
    ("fdff:ffff::1", "private"),
    ("ff02::1", "multicast"),
    ("ffff::1", "multicast"),
    ("100::1", "global unicast"),
    ("100:0:0:1::1", "global unicast"),
    ("200::1", "global unicast"),
    ("400::1", "global unicast"),
    ("1000::1", "global unicast"),
    ("1fff::1", "global unicast"),
    ("4000::1", "global unicast"),
    ("5f00::1", "global unicast"),
    ("8000::1", "global unicast"),
    ("e000::1", "global unicast"),
    ("fe00::1", "global unicast"),
    ("2001::1", "protocol"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "protocol"),
    ("2001:2::1", "protocol"),
    ("2001:10::1", "protocol"),
    ("2001:20::1", "protocol"),
    ("2001:1ff:ffff::1", "protocol"),
    ("2001:db8::1", "documentation"),
    ("3fff::1", "documentation"),
    ("3fff:fff:ffff::1", "documentation"),
    ("64:ff9b:1::1", "global unicast"),
    ("64:ff9b:1::7f00:1", "global unicast"),
    // Embedded IPv4 addresses.
    ("::ffff:127.0.0.1", "loopback"),
    ("::ffff:10.0.0.1", "private"),
    ("::ffff:0.0.0.0", "this network"),
    ("::ffff:0:127.0.0.1", "loopback"),
    ("::ffff:0:10.1.2.3", "private"),
    ("::ffff:0:192.168.1.1", "private"),
    ("64:ff9b::7f00:1", "loopback"),
    ("64:ff9b::c0a8:1", "private"),
    ("2002:7f00:1::", "loopback"),
    ("2002:a00:1::1", "private"),
    ("2606:4700::5efe:10.0.0.1", "private"),
    ("2606:4700::200:5efe:127.0.0.1", "loopback"),
    ("2606:4700::5efe:168.63.129.16", "metadata"),
    ("2606:4700::200:5efe:192.80.8.124", "metadata"),
];

#[test]
fn hostile_addresses_are_not_dialled() {
    let policy = AddressPolicy::default();
    for (text, word) in HOSTILE {
        let blocked = policy.check(ip(text)).expect_err(text);
        assert!(blocked.kind.contains(word), "{text}: {}", blocked.kind);
        assert!(metrics::EGRESS_REFUSALS.contains(&blocked.reason()), "{text}");
    }
}

#[test]
fn the_public_internet_may_be_dialled() {
    let policy = AddressPolicy::default();
    for open in [
        "1.1.1.1",
        "8.8.8.8",
        "93.184.215.14",
        "100.63.255.255",
        "100.128.0.1",
        "168.63.129.15",
        "169.253.1.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.0.1.1",
        "192.80.8.123",
        "198.17.1.1",
        "223.255.255.255",
        "2000::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2003::1",
        "2606:4700::1111",
        "2606:4700::5efe:8.8.8.8",
        "2a00:1450::1",
        "3ffe::1",
        "::ffff:1.1.1.1",
        "::ffff:0:1.1.1.1",
        "64:ff9b::8.8.8.8",
    ] {
        assert_eq!(policy.check(ip(open)), Ok(()), "{open}");
    }
}

/// URLs whose host is a hostile address in another spelling, or a name that is loopback by definition.
#[test]
fn blocked_hosts_are_recognised_in_every_spelling() {
    let policy = AddressPolicy::default();
    for text in [
        "http://localhost/",
        "http://LOCALHOST:9000/",
        "http://localhost./",
        "http://a.localhost/",
        "http://a.b.LocalHost./",
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://0/",
        "http://0x0/",
        "http://127.0.0.1./",
        "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0xA9.0xFE.0xA9.0xFE/",
        "http://0251.0376.0251.0376/",
        "http://%31%32%37.0.0.1/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::ffff:0:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://10.1/",
        "http://192.168.257/",
    ] {
        let url = url::Url::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        let host = url.host().unwrap();
        assert!(policy.check_host(&host).is_err(), "{text} ({host})");
    }
    for text in ["http://localhost.example.com/", "http://notlocalhost/", "http://local.host/", "http://93.184.215.14/"]
    {
        let url = url::Url::parse(text).unwrap();
        assert_eq!(policy.check_host(&url.host().unwrap()), Ok(()), "{text}");
    }
}

#[test]
fn exempt_networks_may_be_dialled() {
    let policy = AddressPolicy::new(vec!["127.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()]);
    for open in ["127.0.0.1", "::ffff:127.0.0.1", "fd00::5"] {
        assert_eq!(policy.check(ip(open)), Ok(()), "{open}");
    }
    for blocked in ["10.0.0.1", "::1"] {
        assert!(policy.check(ip(blocked)).is_err(), "{blocked}");
    }
    assert_eq!(policy.check_host(&url::Host::Domain("localhost")), Ok(()), "one of its addresses may be dialled");
}

#[test]
fn a_metadata_service_is_exempt_only_by_its_own_address() {
    let nets = ["169.254.0.0/16", "100.64.0.0/10", "fd00::/8", "0.0.0.0/0", "::/0"];
    let wide = AddressPolicy::new(nets.map(|net| net.parse().unwrap()).to_vec());
    for text in ["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254"] {
        assert!(wide.check(ip(text)).is_err(), "{text}");
    }
    for open in ["169.254.1.1", "100.64.0.1", "fd00::5", "10.0.0.1", "::1"] {
        assert_eq!(wide.check(ip(open)), Ok(()), "{open}");
    }
    let exact = AddressPolicy::new(vec!["169.254.169.254/32".parse().unwrap()]);
    for open in ["169.254.169.254", "::ffff:169.254.169.254"] {
        assert_eq!(exact.check(ip(open)), Ok(()), "{open}");
    }
    assert!(exact.check(ip("169.254.170.2")).is_err());
}

#[test]
fn the_error_for_a_tenant_does_not_contain_the_address() {
    let blocked = AddressPolicy::default().check(ip("10.20.30.40")).unwrap_err();
    assert_eq!(blocked.to_string(), "the address policy does not allow addresses of a private network");
    assert_eq!(blocked.address, ip("10.20.30.40"));
}

/// The IPv6 forms of an IPv4 address that hosts or gateways translate.
fn spellings(v4: Ipv4Addr) -> [Ipv6Addr; 4] {
    let [high, low] = [u32::from(v4) >> 16, u32::from(v4) & 0xffff].map(|part| part as u16);
    [
        v4.to_ipv6_mapped(),
        Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, high, low),
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
        Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
    ]
}

proptest! {
    #[test]
    fn an_ipv4_address_has_the_same_result_in_every_ipv6_form(bits: u32) {
        let policy = AddressPolicy::default();
        let v4 = Ipv4Addr::from(bits);
        let expected = policy.check(IpAddr::V4(v4)).map_err(|blocked| blocked.kind);
        for v6 in spellings(v4) {
            prop_assert_eq!(policy.check(IpAddr::V6(v6)).map_err(|blocked| blocked.kind), expected, "{}", v6);
        }
    }

    #[test]
    fn only_global_unicast_and_translated_ipv6_may_be_dialled(bits: u128) {
        let v6 = Ipv6Addr::from(bits);
        if AddressPolicy::default().check(IpAddr::V6(v6)).is_ok() {
            prop_assert!((0x2000..=0x3fff).contains(&v6.segments()[0]) || embedded(v6).is_some(), "{}", v6);
        }
    }

    #[test]
    fn addresses_that_the_standard_library_calls_private_are_blocked(bits: u32) {
        let v4 = Ipv4Addr::from(bits);
        let local = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
            || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
        prop_assert!(!local || AddressPolicy::default().check(IpAddr::V4(v4)).is_err(), "{}", v4);
    }
}
