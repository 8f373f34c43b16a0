//! Facts about other processes, as far as Linux reveals them: the one that listens on a port, and its open files.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::unix::fs::MetadataExt,
};

/// The process that listens on an address.
pub(super) fn listening_on(address: SocketAddr) -> Option<u32> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let lines = tables.iter().filter_map(|table| fs::read_to_string(table).ok());
    let inodes: Vec<u64> =
        lines.flat_map(|text| text.lines().filter_map(|line| listener(line, address)).collect::<Vec<_>>()).collect();
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.into_iter().find(|process| has_socket(*process, &inodes))
}

/// The inode of a socket in a line of `/proc/net/tcp`, if it accepts connections to this address.
fn listener(line: &str, wanted: SocketAddr) -> Option<u64> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [_, local, _, "0A", _, _, _, _, _, inode, ..] = words[..] else { return None };
    let (ip, port) = local.split_once(':')?;
    let (ip, port) = (address(ip)?, u16::from_str_radix(port, 16).ok()?);
    let is_same = ip == wanted.ip() || ip.is_unspecified() || wanted.ip().is_unspecified();
    (port == wanted.port() && is_same).then(|| inode.parse().ok()).flatten()
}

/// An address in the kernel's notation: words of 32 bits in hexadecimal, each in the machine's byte order.
fn address(text: &str) -> Option<IpAddr> {
    let words: Vec<u32> = (0..text.len() / 8)
        .map(|word| u32::from_str_radix(text.get(word * 8..word * 8 + 8)?, 16).ok())
        .collect::<Option<_>>()?;
    match words[..] {
        [v4] => Some(Ipv4Addr::from(v4.to_ne_bytes()).into()),
        [a, b, c, d] => {
            let mut bytes = [0; 16];
            for (place, word) in bytes.chunks_mut(4).zip([a, b, c, d]) {
                place.copy_from_slice(&word.to_ne_bytes());
            }
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

fn has_socket(process: u32, inodes: &[u64]) -> bool {
    let Ok(open) = fs::read_dir(format!("/proc/{process}/fd")) else { return false };
    open.flatten().any(|one| fs::metadata(one.path()).is_ok_and(|file| inodes.contains(&file.ino())))
}

/// The name of a process with its number, for display.
pub(super) fn named(process: u32) -> String {
    match fs::read_to_string(format!("/proc/{process}/comm")) {
        Ok(name) => format!("{}, process {process}", name.trim()),
        Err(_) => format!("process {process}"),
    }
}

/// Open files of a process, and the limit of their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenFiles {
    pub(super) open: u64,
    pub(super) most: u64,
}

pub(super) fn open_files(process: u32) -> Option<OpenFiles> {
    let open = fs::read_dir(format!("/proc/{process}/fd")).ok()?.count() as u64;
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
    Some(OpenFiles { open, most: soft_limit(&limits)? })
}

/// The soft limit of open files in `/proc/PID/limits`.
fn soft_limit(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listener_of_a_port_is_parsed_from_a_line_of_proc_net_tcp() {
        let line =
            "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0";
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert_eq!(listener(line, at("127.0.0.1:8080")), Some(4711));
        assert_eq!(listener(line, at("0.0.0.0:8080")), Some(4711));
        assert_eq!(listener(line, at("127.0.0.2:8080")), None);
        assert_eq!(listener(line, at("127.0.0.1:8081")), None);
        assert_eq!(listener(&line.replace(" 0A ", " 01 "), at("127.0.0.1:8080")), None, "a connection, no listener");
        assert_eq!(listener("  sl  local_address rem_address   st", at("127.0.0.1:8080")), None);
        assert_eq!(address("00000000000000000000000001000000"), Some(Ipv6Addr::LOCALHOST.into()));
        assert_eq!(address("0"), None);
    }

    #[test]
    fn this_process_is_found_by_its_socket_and_has_open_files() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(listening_on(listener.local_addr().unwrap()), Some(std::process::id()));
        let files = open_files(std::process::id()).unwrap();
        assert!(files.open > 2 && files.most >= files.open, "{files:?}");
    }

    #[test]
    fn the_limit_of_open_files_is_a_number_or_unlimited() {
        let text = "Limit                     Soft Limit           Hard Limit           Units\n\
                    Max open files            1024                 524288               files\n";
        assert_eq!(soft_limit(text), Some(1_024));
        assert_eq!(soft_limit(&text.replace("1024  ", "unlimited")), Some(u64::MAX));
        assert_eq!(soft_limit(""), None);
    }
}
