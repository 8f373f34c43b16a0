//! The limit of file descriptors: enough for the configured connections, and not used up by the running server.

use super::{
    process::{self, OpenFiles},
    report::{Check, Report},
};
use crate::config::Config;
use rustix::process::{Resource, getrlimit};

const CHECK: Check = Check::Descriptors;
const ADVICE: &str = "Raise the limit: LimitNOFILE= of systemd, `ulimit -n`, or --ulimit nofile= of the container";

/// `server` is the running server.
pub(super) fn check(report: &mut Report, config: &Config, server: Option<u32>) {
    match server.and_then(|process| Some((process, process::open_files(process)?))) {
        Some((process, files)) => {
            in_use(report, &process::named(process), files);
            enough(report, config, files.most, "The server");
        }
        None => {
            // `serve` raises the soft limit to the hard one.
            let limit = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
            enough(report, config, limit, "A server started here");
            if !report.has(CHECK) {
                report.ok(CHECK, format!("A server started here may have {} open files.", shown(limit)));
            }
        }
    }
}

fn in_use(report: &mut Report, name: &str, files: OpenFiles) {
    let OpenFiles { open, most } = files;
    let percent = open.saturating_mul(100) / most.max(1);
    let found = format!("The server ({name}) has {open} of {} open files in use", shown(most));
    match percent {
        95.. => report.problem(CHECK, format!("{found}."), format!("{ADVICE}; deliveries wait meanwhile.")),
        80.. => report.warning(CHECK, format!("{found}."), format!("{ADVICE}.")),
        _ => report.ok(CHECK, format!("{found}.")),
    }
}

/// Compares a limit with the connections that the configuration asks for.
fn enough(report: &mut Report, config: &Config, limit: u64, who: &str) {
    let clients = limit / 2;
    let receivers = limit.saturating_sub(128) / 2;
    if receivers < config.max_concurrency as u64 {
        report.problem(
            CHECK,
            format!(
                "{who} may have {limit} open files, enough for {receivers} connections to receivers, but \
                 POSTRIDER_MAX_CONCURRENCY is {}.",
                config.max_concurrency
            ),
            format!("{ADVICE}, to {} or more.", (config.max_concurrency as u64 * 2 + 128).max(4_096)),
        );
    } else if clients < config.max_connections as u64 {
        report.warning(
            CHECK,
            format!(
                "{who} may have {limit} open files, so POSTRIDER_MAX_CONNECTIONS is lowered from {} to {clients}.",
                config.max_connections
            ),
            format!("{ADVICE}, to {} or more.", config.max_connections * 2),
        );
    }
}

fn shown(limit: u64) -> String {
    if limit == u64::MAX { "unlimited".to_owned() } else { limit.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::report::Status;

    #[test]
    fn a_nearly_used_limit_is_a_problem() {
        for (open, status) in [(79, Status::Ok), (80, Status::Warning), (94, Status::Warning), (95, Status::Problem)] {
            let mut report = Report::default();
            in_use(&mut report, "postrider, process 1", OpenFiles { open, most: 100 });
            assert_eq!(report.status(), status, "{open}");
        }
    }
}
