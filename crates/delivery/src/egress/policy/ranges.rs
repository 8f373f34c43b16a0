//! The address ranges that are not the public internet: the special-purpose registries of IANA (RFC 6890 and its
//! updates), and the metadata services of clouds.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Kind of an address that is not on the public internet.
pub(super) fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => special_v4(v4),
        IpAddr::V6(v6) => special_v6(v6),
    }
}

fn special_v4(v4: Ipv4Addr) -> Option<&'static str> {
    match v4.octets() {
        [0, ..] => Some("addresses of \"this network\" (0.0.0.0/8)"),
        [127, ..] => Some("loopback addresses"),
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] => Some("addresses of a private network"),
        [100, 64..=127, ..] => Some("shared address space (100.64.0.0/10)"),
        [169, 254, ..] => Some("link-local addresses"),
        [192, 0, 0, _] => Some("addresses reserved for protocol assignments"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some("addresses reserved for documentation"),
        [192, 88, 99, _] => Some("6to4 relays"),
        [198, 18..=19, ..] => Some("addresses reserved for benchmarks"),
        [224..=239, ..] => Some("multicast addresses"),
        [240..=255, ..] => Some("reserved addresses (240.0.0.0/4)"),
        _ => None,
    }
}

fn special_v6(v6: Ipv6Addr) -> Option<&'static str> {
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("loopback addresses"),
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Some("addresses of a private network"),
        [0xfe80..=0xfebf, ..] => Some("link-local addresses"),
        [0xff00..=0xffff, ..] => Some("multicast addresses"),
        // IANA allocates IPv6 global unicast from this block alone.
        [first, ..] if !(0x2000..=0x3fff).contains(&first) => Some("addresses outside of global unicast (2000::/3)"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Some("addresses reserved for documentation"),
        [0x2001, 0..=0x1ff, ..] => Some("addresses reserved for protocol assignments"),
        _ => None,
    }
}

/// Metadata services of clouds, which give credentials to every client that reaches them. Most are link-local or
/// private; those of Azure and Equinix Metal are in public ranges. Sources:
/// AWS "Use the Instance Metadata Service", "Task IAM role" and "EKS Pod Identity"; Azure "What is IP address
/// 168.63.129.16?"; Google Cloud "About VM metadata" (IPv6-only instances); Alibaba Cloud "Instance metadata"; Oracle
/// Cloud "Instance Metadata" and Compute Classic; Equinix Metal "Metadata" (metadata.packet.net); Akamai "Metadata
/// service"; Scaleway "Instance user data"; Tencent Cloud "Instance metadata"; OpenStack Neutron's specification
/// "IPv6 support in Metadata service".
pub(super) fn metadata(address: IpAddr) -> Option<&'static str> {
    let is_metadata = match address {
        IpAddr::V4(v4) => matches!(
            v4.octets(),
            [169, 254, 169, 254]
                | [169, 254, 170, 2 | 23]
                | [169, 254, 169, 253 | 255]
                | [169, 254, 42, 42]
                | [169, 254, 0, 23]
                | [168, 63, 129, 16]
                | [100, 100, 100, 200]
                | [192, 0, 0, 192]
                | [192, 80, 8, 124]
        ),
        IpAddr::V6(v6) => matches!(
            v6.segments(),
            [0xfd00, 0xec2, ..]
                | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254]
                | [0xfd00, 0xc1, 0, 0, 0, 0, 0xa9fe, 0xa9fe]
                | [0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42]
                | [0xfd00, 0xa9fe, 0xa9fe, 0, 0, 0, 0, 1]
                | [0xfd00, 0x100, 0, 0, 0, 0, 0x100, 0x200]
                | [0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe]
        ),
    };
    is_metadata.then_some("the metadata service of a cloud")
}

/// Names of metadata services, from the documentation of Google Cloud, AWS, Azure, Equinix Metal, Tencent Cloud and IBM
/// Cloud. Each resolves to an address that is refused, too; the name is refused at
/// once, when a subscription is created. Names without a dot are left out: they may be those of containers.
const METADATA_NAMES: [&str; 8] = [
    "metadata.google.internal",
    "metadata.goog",
    "instance-data.ec2.internal",
    "metadata.azure.internal",
    "metadata.packet.net",
    "metadata.platformequinix.com",
    "metadata.tencentyun.com",
    "api.metadata.cloud.ibm.com",
];

pub(super) fn is_metadata_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    METADATA_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}
