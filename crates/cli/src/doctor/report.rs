//! The findings of all checks, for people and for programs.

use crate::output::{self, line};
use serde::{Serialize, Serializer};
use std::io::IsTerminal;

/// A subject that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    Configuration,
    MasterKey,
    Store,
    Migrations,
    Nodes,
    Permissions,
    Disk,
    Clock,
    Descriptors,
    Listen,
    Tls,
    Server,
    Dns,
    Egress,
}

impl Check {
    const fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::MasterKey => "master_key",
            Self::Store => "store",
            Self::Migrations => "migrations",
            Self::Nodes => "nodes",
            Self::Permissions => "permissions",
            Self::Disk => "disk",
            Self::Clock => "clock",
            Self::Descriptors => "descriptors",
            Self::Listen => "listen",
            Self::Tls => "tls",
            Self::Server => "server",
            Self::Dns => "dns",
            Self::Egress => "egress",
        }
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    Ok,
    Warning,
    Problem,
}

impl Status {
    /// The word of the text output, and its colour (SGR).
    const fn shown(self) -> (&'static str, u8) {
        match self {
            Self::Ok => ("ok", 32),
            Self::Warning => ("warning", 33),
            Self::Problem => ("PROBLEM", 31),
        }
    }
}

/// A result of a check: one sentence about the finding, and one that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    check: Check,
    pub(super) status: Status,
    pub(super) found: String,
    advice: Option<String>,
}

/// All findings, in the order of the checks.
#[derive(Debug, Default)]
pub(super) struct Report {
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Document<'r> {
    version: &'static str,
    status: Status,
    checks: &'r [Finding],
}

impl Report {
    pub(super) fn ok(&mut self, check: Check, found: impl Into<String>) {
        self.findings.push(Finding { check, status: Status::Ok, found: found.into(), advice: None });
    }

    pub(super) fn warning(&mut self, check: Check, found: impl Into<String>, advice: impl Into<String>) {
        let advice = Some(advice.into());
        self.findings.push(Finding { check, status: Status::Warning, found: found.into(), advice });
    }

    pub(super) fn problem(&mut self, check: Check, found: impl Into<String>, advice: impl Into<String>) {
        let advice = Some(advice.into());
        self.findings.push(Finding { check, status: Status::Problem, found: found.into(), advice });
    }

    /// True when a check has a finding.
    pub(super) fn has(&self, check: Check) -> bool {
        self.findings.iter().any(|one| one.check == check)
    }

    /// The worst status.
    pub(super) fn status(&self) -> Status {
        self.findings.iter().map(|one| one.status).max().unwrap_or(Status::Ok)
    }

    pub(super) fn print_json(&self) {
        let document = Document { version: env!("CARGO_PKG_VERSION"), status: self.status(), checks: &self.findings };
        line!("{}", serde_json::to_string_pretty(&document).unwrap_or_default());
    }

    pub(super) fn print_text(&self) {
        let is_coloured =
            std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
        output::result(format_args!("{}", self.text(is_coloured)));
    }

    fn text(&self, is_coloured: bool) -> String {
        let mut text = String::new();
        for Finding { check, status, found, advice } in &self.findings {
            let (word, colour) = status.shown();
            let word = if is_coloured { format!("\x1b[{colour}m{word:<7}\x1b[0m") } else { format!("{word:<7}") };
            text.push_str(&format!("{word}  {:<13}  {found}\n", check.name()));
            if let Some(advice) = advice {
                text.push_str(&format!("{:24} → {advice}\n", ""));
            }
        }
        let count = |status| self.findings.iter().filter(|one| one.status == status).count();
        text.push_str(&format!("\nproblems: {}, warnings: {}\n", count(Status::Problem), count(Status::Warning)));
        text
    }
}

/// A number of bytes with a binary unit.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1_024.0 && unit + 1 < UNITS.len() {
        value /= 1_024.0;
        unit += 1;
    }
    if unit == 0 { format!("{count} bytes") } else { format!("{value:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_is_a_line_and_its_advice_another() {
        let mut report = Report::default();
        report.ok(Check::Dns, "It works.");
        report.warning(Check::Disk, "It is nearly full.", "Free space.");
        assert_eq!(report.status(), Status::Warning);
        report.problem(Check::MasterKey, "It is wrong.", "Give the right one.");
        assert_eq!(report.status(), Status::Problem);
        assert_eq!(
            report.text(false),
            "ok       dns            It works.\n\
             warning  disk           It is nearly full.\n\
             \x20                        → Free space.\n\
             PROBLEM  master_key     It is wrong.\n\
             \x20                        → Give the right one.\n\
             \nproblems: 1, warnings: 1\n"
        );
        assert!(report.text(true).starts_with("\x1b[32mok     \x1b[0m  dns "));
    }

    #[test]
    fn bytes_have_binary_units() {
        assert_eq!(bytes(1_023), "1023 bytes");
        assert_eq!(bytes(1_536), "1.5 KiB");
        assert_eq!(bytes(3 << 30), "3.0 GiB");
    }
}
