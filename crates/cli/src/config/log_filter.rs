//! Validation of log filters. The library accepts any word as a target, so the misspelling `inof` would silence the
//! log.

use super::nearest::nearest;
use tracing_subscriber::EnvFilter;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Targets of Postrider's events other than module names.
const TARGETS: [&str; 5] =
    ["postrider::api", "postrider::delivery", "postrider::limits", "postrider::retention", "postrider::traces"];

const EXAMPLE: &str = "it must be a level or a list of target=level, for example info,postrider::delivery=warn";

/// Validates a filter in the syntax of `RUST_LOG`; returns it without spaces between its parts.
pub(crate) fn check(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    for part in &parts {
        let (target, level) = match part.rsplit_once('=') {
            // Filters on span fields have a syntax of their own.
            _ if part.contains('[') => continue,
            Some((target, level)) => (Some(target), Some(level)),
            None if part.contains("::") => (Some(*part), None),
            None => (None, Some(*part)),
        };
        if let Some(level) = level
            && !LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level))
        {
            let meant = nearest(level, LEVELS).map(|near| format!("; is {near} meant?")).unwrap_or_default();
            return Err(format!(
                "has {level:?}, which is not a level (the levels are {}){meant} In all, {EXAMPLE}",
                LEVELS.join(", ")
            ));
        }
        if let Some(target) = target.filter(|target| target.starts_with("postrider") && !known(target)) {
            let meant = nearest(target, TARGETS).map(|near| format!("; is {near} meant?")).unwrap_or_default();
            return Err(format!("has the target {target:?}, which no line has{meant} In all, {EXAMPLE}"));
        }
    }
    let text = parts.join(",");
    match EnvFilter::try_new(&text) {
        Ok(_) => Ok(text),
        Err(fault) => Err(format!("cannot be read ({fault}); {EXAMPLE}")),
    }
}

/// True when the target of an event equals this one or begins with it.
fn known(target: &str) -> bool {
    let begins = |known: &str| known.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    TARGETS.iter().any(|known| begins(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_targets_are_accepted() {
        for text in [
            "info",
            "WARN",
            "off",
            "info,postrider::delivery=warn",
            "warn, postrider=debug",
            "error,hyper=trace,delivery::nodes",
            "info,[span{field=1}]=debug",
        ] {
            assert_eq!(check(text), Ok(text.replace(' ', "")));
        }
    }

    #[test]
    fn filters_that_would_log_nothing_are_refused_with_the_nearest_name() {
        for (text, expected) in [
            ("inof", "is info meant?"),
            ("information", "is info meant?"),
            ("verbose", "which is not a level"),
            ("warning", "is warn meant?"),
            ("info,postrider::delivery=loud", "has \"loud\", which is not a level"),
            ("info,postrider::delivry=warn", "is postrider::delivery meant?"),
            ("", "has \"\""),
            ("=loud", "has \"loud\""),
        ] {
            let fault = check(text).unwrap_err();
            assert!(fault.contains(expected) && fault.contains("for example"), "{text}: {fault}");
        }
    }
}
