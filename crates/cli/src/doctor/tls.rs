//! The certificate of the API's listener: it can be read, fits its key, and is valid for some time.

use super::report::{Check, Report};
use crate::{
    config::Config,
    tls::{KEY, SOON, Validity},
};
use model::{Clock, SystemClock};
use std::os::unix::fs::PermissionsExt;

const CHECK: Check = Check::Tls;
/// Permissions of users outside the file's group.
const OTHERS: u32 = 0o007;

pub(super) fn check(report: &mut Report, config: &Config) {
    let Some(files) = &config.front.tls else { return };
    let loaded = match files.load() {
        Ok(loaded) => loaded,
        Err(fault) => {
            let advice = "Give the files of a certificate, with its chain, and of its key, both in PEM, which the server's \
                          user can read.";
            return report.problem(CHECK, format!("{fault:#}."), advice);
        }
    };
    let (shown, end) = (files.certificate.display(), loaded.not_after);
    let renew = "Renew the certificate; a running server reads the new files within seconds.";
    match loaded.validity(SystemClock.now()) {
        Validity::Expired => {
            report.problem(CHECK, format!("The certificate in {shown} has expired: 0 days remain since {end}."), renew);
        }
        Validity::NotYet => report.problem(
            CHECK,
            format!("The certificate in {shown} is not valid before {}.", loaded.not_before),
            "Check the clock, or use a certificate that is valid now.",
        ),
        Validity::DaysLeft(days) if days < SOON => {
            report.warning(
                CHECK,
                format!("The certificate in {shown} expires soon: {days} days remain ({end})."),
                renew,
            );
        }
        Validity::DaysLeft(days) => {
            report.ok(CHECK, format!("The certificate in {shown} fits its key; {days} days remain ({end})."));
        }
    }
    if std::fs::metadata(&files.key).is_ok_and(|found| found.permissions().mode() & OTHERS != 0) {
        report.warning(
            CHECK,
            format!("{KEY}: every user of this machine can read or change {}.", files.key.display()),
            format!("Run: chmod o= {}", files.key.display()),
        );
    }
}
