//! Test cases: a request, the key that it is verified with, and the expected result. A driver in another language reads
//! them from files and prints a result for each.

use super::deliveries::{Delivery, PLAIN_SECRETS, WHSEC};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Verified,
    Refused,
}

#[derive(Clone, Debug)]
pub(super) struct Case {
    name: String,
    pub(super) secret: String,
    id: String,
    timestamp: String,
    signatures: String,
    /// The profile's own signature header.
    pub(super) own: Option<String>,
    body: Vec<u8>,
    expected: Expected,
    /// The modification of a tampered case.
    change: Option<Change>,
}

/// The modified part of a genuine request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Headers,
    Body,
    Key,
}

impl Case {
    fn of(delivery: &Delivery, secret: &str, expected: Expected) -> Self {
        Self {
            name: delivery.name.clone(),
            secret: secret.into(),
            id: delivery.header("webhook-id").into(),
            timestamp: delivery.header("webhook-timestamp").into(),
            signatures: delivery.header("webhook-signature").into(),
            own: delivery.own().map(str::to_owned),
            body: delivery.body.to_vec(),
            expected,
            change: None,
        }
    }

    /// The same request with a modification, which must be refused.
    fn but(&self, what: &str, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = Self { name: format!("{} but {what}", self.name), expected: Expected::Refused, ..self.clone() };
        change(&mut other);
        other.change = Some(if other.body != self.body {
            Change::Body
        } else if other.secret != self.secret {
            Change::Key
        } else {
            Change::Headers
        });
        other
    }

    /// True when the key is the text of the secret.
    pub(super) fn is_plain(&self) -> bool {
        PLAIN_SECRETS.contains(&self.secret.as_str())
    }

    /// True when the profile's own header, which only covers the body, must be refused too.
    pub(super) fn changes_body_or_key(&self) -> bool {
        matches!(self.change, Some(Change::Body | Change::Key))
    }
}

/// Each delivery with each of its valid keys, and with its expired ones.
pub(super) fn genuine(deliveries: &[Delivery]) -> Vec<Case> {
    let with = |delivery: &Delivery| {
        let good = delivery.keys.iter().map(|key| Case::of(delivery, key, Expected::Verified));
        let over = delivery.old.iter().map(|key| Case::of(delivery, key, Expected::Refused));
        good.chain(over).collect::<Vec<_>>()
    };
    deliveries.iter().flat_map(with).collect()
}

/// Flips the lowest bit of one byte.
fn flip(bytes: &mut [u8], at: usize) {
    bytes[at] ^= 1;
}

fn flip_text(text: &mut String, at: usize) {
    let mut bytes = std::mem::take(text).into_bytes();
    flip(&mut bytes, at);
    *text = String::from_utf8(bytes).expect("the lowest bit of an ASCII character");
}

/// Every genuine request with one bit flipped: in the body, the id, the time, or in every signature; and with another
/// key.
pub(super) fn tampered(genuine: &[Case]) -> Vec<Case> {
    let mut cases = Vec::new();
    for case in genuine.iter().filter(|case| case.expected == Expected::Verified) {
        let ascii: Vec<usize> = (0..case.body.len()).filter(|at| case.body[*at].is_ascii()).collect();
        for at in [0, ascii.len() / 3, ascii.len() / 2, ascii.len() - 1] {
            cases.push(case.but(&format!("a bit of body byte {at}"), |case| flip(&mut case.body, ascii[at])));
        }
        cases.push(case.but("a byte more", |case| case.body.push(b'\n')));
        cases.push(case.but("a bit of the id", |case| flip_text(&mut case.id, 5)));
        cases.push(case.but("a bit of the timestamp", |case| {
            let last = case.timestamp.len() - 1;
            flip_text(&mut case.timestamp, last);
        }));
        // All signatures, because each one suffices. The modified character is still base64.
        cases.push(case.but("a bit of every signature", |case| {
            let changed = case.signatures.split(' ').map(|one| {
                let (version, signature) = one.split_once(',').unwrap();
                let first = if signature.starts_with('A') { 'B' } else { 'A' };
                format!("{version},{first}{}", &signature[1..])
            });
            case.signatures = changed.collect::<Vec<_>>().join(" ");
        }));
        cases.push(case.but("another version of every signature", |case| {
            case.signatures = case.signatures.replace("v1", "v2");
        }));
        cases.push(case.but("somebody else's key", |case| {
            case.secret = if case.secret.starts_with("whpk_") {
                "whpk_dzb4FS/yDMKuwiNdMVO1p5N9XF3OSYzxQNZPaxvEc54=".into()
            } else {
                "whsec_c29tZWJvZHkgZWxzZSdzIGtleSwgMzMgYnl0ZXMu".into()
            };
        }));
    }
    cases
}

/// Correctly signed requests that are more than five minutes old or ahead.
pub(super) fn out_of_time(case: &Case) -> Vec<Case> {
    #[expect(clippy::disallowed_methods, reason = "receivers have no clock but the system's")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let secret = signing::Secret::parse(WHSEC).unwrap();
    let signed = |seconds: i64, expected: Expected| {
        let signatures = secret.standard(&case.id, now + seconds, &case.body);
        let timestamp = (now + seconds).to_string();
        let name = format!("signed at {seconds:+} s");
        Case { name, secret: WHSEC.into(), timestamp, signatures, expected, ..case.clone() }
    };
    vec![
        signed(-400, Expected::Refused),
        signed(400, Expected::Refused),
        signed(-200, Expected::Verified),
        signed(200, Expected::Verified),
    ]
}

/// Malformed headers and bodies, which the code must refuse without an exception.
pub(super) fn hostile(case: &Case) -> Vec<Case> {
    let mut cases = Vec::new();
    let digits = "9".repeat(400);
    for timestamp in ["", "now", "-1", "+1", "1.5", "1e9", " 1", "\u{661}\u{662}", "9223372036854775807", &digits] {
        cases.push(case.but(&format!("timestamp {timestamp:.20}"), |case| case.timestamp = timestamp.into()));
    }
    let long = "v1,AAAA ".repeat(1_000);
    for signatures in ["", " ", "v1", "v1,", "v1,@@@@", ",", "v1,\u{e9}", "v1a,AAAA", &long] {
        cases.push(case.but(&format!("signatures {signatures:.20}"), |case| case.signatures = signatures.into()));
    }
    cases.push(case.but("no id", |case| case.id.clear()));
    cases.push(case.but("no body", |case| case.body.clear()));
    let last = case.body.iter().rposition(|byte| !byte.is_ascii()).expect("a character of several bytes");
    cases.push(case.but("a body that is no text", |case| case.body[last] ^= 0x40));
    cases
}

/// The cases as files in a folder, with the expected results.
pub(super) struct Written {
    folder: TempDir,
    expected: BTreeMap<String, (String, Expected)>,
}

pub(super) fn write(cases: &[Case]) -> Written {
    let folder = tempfile::tempdir().unwrap();
    let mut expected = BTreeMap::new();
    for (number, case) in cases.iter().enumerate() {
        let name = format!("{number:04}");
        let path = folder.path().join(&name);
        fs::create_dir(&path).unwrap();
        let texts = [
            ("secret", case.secret.as_str()),
            ("id", &case.id),
            ("timestamp", &case.timestamp),
            ("signatures", &case.signatures),
            ("own", case.own.as_deref().unwrap_or("")),
            ("form", if case.is_plain() { "plain" } else { "as shown" }),
        ];
        for (file, text) in texts {
            fs::write(path.join(file), text).unwrap();
        }
        fs::write(path.join("body"), &case.body).unwrap();
        expected.insert(name, (format!("{} with {:.10}…", case.name, case.secret), case.expected));
    }
    Written { folder, expected }
}

impl Written {
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a driver on the cases, and asserts the expected results.
    #[track_caller]
    pub(super) fn check(&self, what: &str, driver: Command, needs: &str) {
        let printed = testing::workshop::run(&mut bounded(driver), needs);
        let verdicts: BTreeMap<&str, &str> =
            printed.lines().map(|line| line.split_once(' ').unwrap_or((line, ""))).collect();
        let mut wrong = Vec::new();
        for (name, (about, expected)) in &self.expected {
            let word = match expected {
                Expected::Verified => "verified",
                Expected::Refused => "refused",
            };
            let got = verdicts.get(name.as_str()).copied().unwrap_or("nothing");
            if got != word {
                wrong.push(format!("{about}: must be {word}, was {got}"));
            }
        }
        assert!(wrong.is_empty(), "{what}: {} of {}:\n{}", wrong.len(), self.expected.len(), wrong.join("\n"));
        let good = self.expected.values().filter(|(_, expected)| *expected == Expected::Verified).count();
        assert!(good > 0 && good < self.expected.len(), "{what} was tested with one kind of result only");
        println!("{what}: {good} verified, {} refused", self.expected.len() - good);
    }
}

/// The same command with a time limit.
fn bounded(command: Command) -> Command {
    let mut limited = Command::new("timeout");
    limited.arg("240").arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir::<PathBuf>(folder.into());
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    limited
}
