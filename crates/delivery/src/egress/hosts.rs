//! The machine's hosts file. The reader of `hickory-resolver` is not used: it reads the file once and skips names with
//! an underscore.

use parking_lot::Mutex;
use std::{
    collections::HashMap,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

type Names = HashMap<Box<str>, Vec<IpAddr>>;

/// Modification time and length of the file, to detect changes.
type Stamp = (Option<SystemTime>, u64);

/// A hosts file, read again when it has changed.
#[derive(Debug)]
pub(super) struct Hosts {
    path: PathBuf,
    read: Mutex<(Option<Stamp>, Arc<Names>)>,
}

impl Hosts {
    pub(super) fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), read: Mutex::default() }
    }

    /// The machine's hosts file.
    pub(super) fn system() -> Self {
        Self::new("/etc/hosts")
    }

    /// The addresses of a name, in the order of the file; `None` when the file does not have it.
    pub(super) fn lookup(&self, name: &str) -> Option<Vec<IpAddr>> {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        self.names().get(name.as_str()).cloned()
    }

    fn names(&self) -> Arc<Names> {
        let stamp = stamp(&self.path).ok();
        let mut read = self.read.lock();
        if read.0 != stamp {
            let text = fs::read(&self.path).unwrap_or_default();
            *read = (stamp, Arc::new(parse(&String::from_utf8_lossy(&text))));
        }
        read.1.clone()
    }
}

/// The names of a text, sorted.
#[cfg(feature = "fuzzing")]
pub(super) fn names(text: &str) -> Vec<(String, Vec<IpAddr>)> {
    let mut names: Vec<_> = parse(text).into_iter().map(|(name, addresses)| (name.into(), addresses)).collect();
    names.sort();
    names
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.modified().ok(), metadata.len()))
}

/// Parses lines of an address and its names (hosts(5)), and skips malformed lines.
fn parse(text: &str) -> Names {
    let mut names = Names::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_whitespace();
        let Some(address) = words.next().and_then(|word| word.parse().ok()) else { continue };
        for name in words {
            let known = names.entry(name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase().into()).or_default();
            if !known.contains(&address) {
                known.push(address);
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hosts_file_is_read_as_the_manual_says() {
        let names = parse(
            "\u{feff}127.0.0.1 localhost\n# comment\n10.0.0.5\tMy_App app.internal # the app\n\nnonsense here\n\
             ::1 localhost\nfe80::1%lo0 scoped\n10.0.0.6 app.internal\n10.0.0.5 app.internal\n10.0.0.7",
        );
        let of = |name: &str| names.get(name).map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(of("localhost").unwrap(), ["127.0.0.1", "::1"]);
        assert_eq!(of("my_app").unwrap(), ["10.0.0.5"]);
        assert_eq!(of("app.internal").unwrap(), ["10.0.0.5", "10.0.0.6"]);
        assert_eq!(of("here"), None);
        assert_eq!(of("scoped"), None);
    }

    #[test]
    fn a_changed_file_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hosts");
        let hosts = Hosts::new(&path);
        assert_eq!(hosts.lookup("my_app"), None);
        fs::write(&path, "10.0.0.5 my_app\n").unwrap();
        assert_eq!(hosts.lookup("MY_APP."), Some(vec!["10.0.0.5".parse().unwrap()]));
        fs::write(&path, "10.0.0.55 my_app\n").unwrap();
        assert_eq!(hosts.lookup("my_app"), Some(vec!["10.0.0.55".parse().unwrap()]));
        fs::remove_file(&path).unwrap();
        assert_eq!(hosts.lookup("my_app"), None);
    }
}
