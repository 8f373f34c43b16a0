//! Properties of refused addresses: no spelling of one is accepted, and no resolution leads to one. Which addresses are
//! refused is decided here by other means than in the address policy.

use super::hostile_urls::{created, strict};
use crate::egress::{AddressPolicy, Egress, resolve::admitted};
use proptest::{collection::vec, prelude::*, sample::select};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
    sync::LazyLock,
};
use url::Host;

static STRICT: LazyLock<Egress> = LazyLock::new(|| strict(Path::new("/nonexistent")));

/// True for an address that is not on the public internet, or is an IPv4 one of that kind in an IPv6 address.
fn is_inner(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let bits = u32::from(v4);
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_documentation() || v4.is_broadcast()
                || bits >> 24 == 0
                // Shared address space, 192.0.0.0/24, benchmarks, and everything from 224.0.0.0.
                || bits & 0xffc0_0000 == 0x6440_0000
                || bits >> 8 == 0x00c0_0000
                || bits >> 17 == 0xc612 >> 1
                || bits >= 0xe000_0000
        }
        IpAddr::V6(v6) => {
            let bits = u128::from(v6);
            let low = Ipv4Addr::from(bits as u32);
            match bits >> 32 {
                0xffff | 0xffff_0000 => is_inner(IpAddr::V4(low)),
                prefix if prefix == 0x0064_ff9b_u128 << 64 => is_inner(IpAddr::V4(low)),
                _ if bits >> 112 == 0x2002 => is_inner(IpAddr::V4(Ipv4Addr::from((bits >> 80) as u32))),
                _ => bits >> 125 != 1 || bits >> 96 == 0x2001_0db8 || bits >> 105 == 0x2001_0000 >> 9,
            }
        }
    }
}

/// Refused IPv4 addresses.
fn refused_v4() -> impl Strategy<Value = Ipv4Addr> {
    let ranges = [
        (0x0000_0000_u32, 8),
        (0x0a00_0000, 8),
        (0x6440_0000, 10),
        (0x7f00_0000, 8),
        (0xa9fe_0000, 16),
        (0xac10_0000, 12),
        (0xc000_0000, 24),
        (0xc000_0200, 24),
        (0xc058_6300, 24),
        (0xc0a8_0000, 16),
        (0xc612_0000, 15),
        (0xc633_6400, 24),
        (0xcb00_7100, 24),
        (0xe000_0000, 4),
        (0xf000_0000, 4),
        (0xa9fe_a9fe, 32),
        (0x6464_64c8, 32),
        (0xa83f_8110, 32),
        (0xc050_087c, 32),
    ];
    (select(ranges.to_vec()), any::<u32>()).prop_map(|((start, bits), random)| {
        let host = if bits == 32 { 0 } else { random & (u32::MAX >> bits) };
        Ipv4Addr::from(start | host)
    })
}

/// A number as the `inet_aton` of C reads it.
fn number(value: u32, radix: u8, zeros: usize, is_upper: bool) -> String {
    let zeros = "0".repeat(zeros);
    match (radix, is_upper) {
        (8, _) => format!("0{zeros}{value:o}"),
        (16, false) => format!("0x{zeros}{value:x}"),
        (16, true) => format!("0X{zeros}{value:X}"),
        _ => value.to_string(),
    }
}

/// A character as fullwidth, percent-encoded, or itself.
fn dressed(c: char, dress: u8) -> String {
    match (c, dress) {
        ('!'..='~', 1) => char::from_u32(u32::from(c) + 0xfee0).unwrap().to_string(),
        (_, 2) => format!("%{:02X}", u32::from(c)),
        ('.', 3) => "。".to_owned(),
        ('.', 4) => "｡".to_owned(),
        ('0', 3) => "⓪".to_owned(),
        ('1'..='9', 3) => char::from_u32(u32::from(c) - u32::from('1') + 0x2460).unwrap().to_string(),
        ('0'..='9', 4) => char::from_u32(u32::from(c) - u32::from('0') + 0x1d7ce).unwrap().to_string(),
        _ => c.to_string(),
    }
}

/// A spelling of an IPv4 address: in one to four parts, each in its own radix, its characters dressed up.
fn spelling(v4: Ipv4Addr, parts: usize, radixes: &[(u8, usize, bool)], dresses: &[u8], dot: &str) -> String {
    let [a, b, c, d] = v4.octets().map(u32::from);
    let values = match parts {
        1 => vec![u32::from(v4)],
        2 => vec![a, u32::from(v4) & 0x00ff_ffff],
        3 => vec![a, b, u32::from(v4) & 0xffff],
        _ => vec![a, b, c, d],
    };
    let number =
        |(value, (radix, zeros, is_upper)): (u32, &(u8, usize, bool))| number(value, *radix, *zeros, *is_upper);
    let plain = values.into_iter().zip(radixes).map(number).collect::<Vec<_>>().join(".");
    plain.chars().zip(dresses.iter().cycle()).map(|(c, dress)| dressed(c, *dress)).collect::<String>() + dot
}

proptest! {
    #[test]
    fn no_spelling_of_a_refused_ipv4_address_is_accepted(
        v4 in refused_v4(),
        parts in 1usize..=4,
        radixes in vec((select(vec![8u8, 10, 16]), 0usize..3, any::<bool>()), 4),
        dresses in vec(0u8..=4, 1..8),
        dot in select(vec!["", ".", "。"]),
    ) {
        let text = format!("https://{}/", spelling(v4, parts, &radixes, &dresses, dot));
        let url = url::Url::parse(&text).map_err(|fault| TestCaseError::fail(format!("{text}: {fault}")))?;
        prop_assert_eq!(url.host(), Some(Host::Ipv4(v4)), "{}", text);
        let fault = created(&STRICT, &text).unwrap_err();
        prop_assert!(fault.starts_with("must not lead there: the address policy does not allow "), "{}: {}", text, fault);
    }

    #[test]
    fn no_ipv6_form_of_a_refused_ipv4_address_is_accepted(v4 in refused_v4(), form in 0u8..6, dotted: bool) {
        let [high, low] = [u32::from(v4) >> 16, u32::from(v4) & 0xffff];
        let tail = if dotted { v4.to_string() } else { format!("{high:x}:{low:x}") };
        let host = match form {
            0 => format!("::ffff:{tail}"),
            1 => format!("::ffff:0:{tail}"),
            2 => format!("64:ff9b::{tail}"),
            3 => format!("2002:{high:x}:{low:x}::1"),
            4 => format!("::{tail}"),
            _ => format!("2606:4700::5efe:{tail}"),
        };
        let fault = created(&STRICT, &format!("https://[{host}]/")).unwrap_err();
        prop_assert!(fault.starts_with("must not lead there: the address policy does not allow "), "{}: {}", host, fault);
    }

    #[test]
    fn an_accepted_url_has_no_refused_address(
        text in "(https?:|HTTP:)[/\\\\]{1,3}([a-z]{0,2}@)?[\\[\\]:0-9a-fxX.%①-⑨０-９。 ]{1,24}(:[0-9]{1,5})?[/?#]?",
    ) {
        if let Ok(url) = created(&STRICT, &text) {
            let url = url.to_url();
            match url.host().unwrap() {
                Host::Ipv4(v4) => prop_assert!(!is_inner(v4.into()), "{}: {}", text, v4),
                Host::Ipv6(v6) => prop_assert!(!is_inner(v6.into()), "{}: {}", text, v6),
                Host::Domain(name) => prop_assert!(!name.ends_with("localhost"), "{}", text),
            }
        }
    }

    #[test]
    fn no_answer_of_a_name_server_leads_to_a_refused_address(
        v4 in vec(prop_oneof![refused_v4().boxed(), any::<u32>().prop_map(Ipv4Addr::from).boxed()], 0..6),
        v6 in vec(any::<u128>().prop_map(|bits| Ipv6Addr::from(bits >> (bits % 3))), 0..4),
        mapped in vec(refused_v4(), 0..3),
    ) {
        let found: Vec<IpAddr> = v4.into_iter().map(IpAddr::from).chain(v6.into_iter().map(IpAddr::from))
            .chain(mapped.into_iter().map(|v4| v4.to_ipv6_mapped().into())).collect();
        let host = Host::Domain("receiver.example".to_owned());
        if let Ok(open) = admitted(&host, found.clone(), &AddressPolicy::default()) {
            prop_assert!(!open.is_empty());
            for address in open {
                prop_assert!(found.contains(&address) && !is_inner(address), "{}", address);
            }
        }
    }
}
