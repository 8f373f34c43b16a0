//! The machine's clock: compared with the database's and with the newest time that a server has trusted, and whether
//! it is synchronised.

use super::{
    report::{Check, Report},
    store::{Seen, apart},
};
use model::{Clock, SystemClock, Timestamp};
use std::{
    process::{Command, Stdio},
    time::Duration,
};
use storage_postgres::Facts;

const CHECK: Check = Check::Clock;
/// Difference between two clocks that needs attention.
const DIFFERENCE: Duration = Duration::from_secs(2);
/// Receivers refuse signatures that are further off (Standard Webhooks).
const TOLERANCE: Duration = Duration::from_secs(300);
/// Steps back that a running server follows without a word.
const BACK: Duration = Duration::from_secs(60);
/// After a longer stop retention waits for a day.
const STOP: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn check(report: &mut Report, seen: &Seen, is_running: bool) {
    let now = SystemClock.now();
    if let Some(facts) = &seen.facts {
        against_database(report, facts);
    }
    let believed = seen.inspection.as_ref().and_then(|found| found.believed_at);
    match (believed, &seen.facts) {
        // On a shared database, its own clock counts.
        (Some(believed), None) => against_believed(report, believed, now, is_running || seen.is_held),
        (Some(believed), Some(facts)) => {
            let database = Timestamp::from_micros(now.micros().saturating_add(facts.clock_ahead));
            against_believed(report, believed, database, is_running);
        }
        (None, _) => {}
    }
    match is_synchronised() {
        Some(true) => {}
        Some(false) => report.warning(
            CHECK,
            "The machine's clock is not synchronised (NTP).",
            "Start a time service, for example: timedatectl set-ntp true",
        ),
        None => {
            let whether = "whether it is synchronised (NTP) cannot be read here";
            if !report.has(CHECK) {
                report.ok(CHECK, format!("The clock shows {now}, which fits the store; {whether}."));
            }
        }
    }
    if !report.has(CHECK) {
        report.ok(CHECK, format!("The clock shows {now}, which fits the store, and is synchronised (NTP)."));
    }
}

fn against_database(report: &mut Report, facts: &Facts) {
    let off = Duration::from_micros(facts.clock_ahead.unsigned_abs());
    let error = Duration::from_micros(facts.clock_error.unsigned_abs());
    if off <= DIFFERENCE + error {
        return;
    }
    let direction = if facts.clock_ahead > 0 { "behind" } else { "ahead of" };
    report.warning(
        CHECK,
        format!("This machine's clock is {:.1} s {direction} the database's.", off.as_secs_f64()),
        "Synchronise both (NTP). Nodes use the database's clock, also for signatures: receivers refuse signatures when \
         that one is wrong.",
    );
}

/// Compares the clock that servers use with the newest time that one has trusted.
fn against_believed(report: &mut Report, believed: Timestamp, now: Timestamp, is_running: bool) {
    let difference = apart(believed, now);
    if believed > now.after(BACK) {
        let signatures = if believed > now.after(TOLERANCE) { ", and receivers may refuse signatures" } else { "" };
        report.problem(
            CHECK,
            format!(
                "The clock shows {now}, {difference} before the newest time that a server has trusted{signatures}."
            ),
            "Set the clock right (NTP), and then restart the server.",
        );
    } else if !is_running && now > believed.after(STOP) {
        report.warning(
            CHECK,
            format!("No server has trusted the clock since {believed}, {difference} ago."),
            "If no server ran since then, nothing has to be done: retention waits for a day. If one did, the clock is \
             wrong: set it right before the start.",
        );
    }
}

/// Whether the kernel's clock is synchronised; `None` where that cannot be read.
fn is_synchronised() -> Option<bool> {
    let mut child = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    // Its bus may hang: after two seconds the state is unknown.
    for _ in 0..100 {
        if child.try_wait().ok()?.is_some() {
            let output = child.wait_with_output().ok()?;
            return match String::from_utf8_lossy(&output.stdout).trim() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            };
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::report::Status;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn believed(believed: Timestamp, is_running: bool) -> Status {
        let mut report = Report::default();
        against_believed(&mut report, believed, NOW, is_running);
        report.status()
    }

    #[test]
    fn a_clock_before_the_newest_trusted_time_is_a_problem() {
        assert_eq!(believed(NOW.after(BACK), false), Status::Ok);
        assert_eq!(believed(NOW.after(BACK * 2), false), Status::Problem);
        assert_eq!(believed(NOW.after(BACK * 2), true), Status::Problem);
        assert_eq!(believed(NOW.before(STOP), false), Status::Ok);
        assert_eq!(believed(NOW.before(STOP * 2), false), Status::Warning);
        assert_eq!(believed(NOW.before(STOP * 2), true), Status::Ok);
    }

    #[test]
    fn a_difference_to_the_database_counts_beyond_its_error() {
        for (clock_ahead, clock_error, status) in [
            (1_900_000, 0, Status::Ok),
            (-1_900_000, 0, Status::Ok),
            (2_500_000, 0, Status::Warning),
            (-2_500_000, 0, Status::Warning),
            (2_500_000, 1_000_000, Status::Ok),
        ] {
            let facts = Facts {
                version: "16".into(),
                major: 16,
                is_read_only: false,
                connections_max: 100,
                connections_used: 1,
                size: 1,
                clock_ahead,
                clock_error,
            };
            let mut report = Report::default();
            against_database(&mut report, &facts);
            assert_eq!(report.status(), status, "{clock_ahead} {clock_error}");
        }
    }
}
