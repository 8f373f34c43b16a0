//! The checks of a health endpoint, and their common result.

use crate::problem::{Check, Problem};

/// The name of a check, and its failure.
pub(super) type Checked = (&'static str, Option<Problem>);

/// All checks when none failed; otherwise the problem of the first failed one, with all checks in its body.
pub(super) fn all_ok(checked: Vec<Checked>) -> Result<Vec<Check>, Problem> {
    let checks = checked
        .iter()
        .map(|(name, failure)| Check {
            name,
            status: if failure.is_none() { "ok" } else { "failed" },
            reason: failure.as_ref().map(|problem| problem.detail().to_owned()),
        })
        .collect();
    match checked.into_iter().find_map(|(_, failure)| failure) {
        None => Ok(checks),
        Some(problem) => Err(problem.checked(checks)),
    }
}
