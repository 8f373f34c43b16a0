//! What is logged. The library takes any word for the name of a target, so that `inof` would be a log without a line.

use super::nearest;
use tracing_subscriber::EnvFilter;

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Targets that lines of ours have beside the names of their modules.
const TARGETS: [&str; 3] = ["postrider::api", "postrider::delivery", "postrider::retention"];

const EXAMPLE: &str = "it must be a level or a list of target=level, for example info,postrider::delivery=warn";

/// Checks a filter in the syntax of `RUST_LOG`; answers it without the blanks that people put between its parts.
pub(super) fn check(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    for part in &parts {
        let (target, level) = match part.rsplit_once('=') {
            // Fields of spans have signs of their own.
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
                "has {level:?}, which is no level (those are {}){meant} In all, {EXAMPLE}",
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

/// Whether lines have this target, or begin with it.
fn known(target: &str) -> bool {
    let begins = |known: &str| known.strip_prefix(target).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    TARGETS.iter().any(|known| begins(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_targets_are_taken() {
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
    fn what_would_log_nothing_is_refused_with_the_nearest_name() {
        for (text, expected) in [
            ("inof", "is info meant?"),
            ("information", "is info meant?"),
            ("verbose", "which is no level"),
            ("warning", "is warn meant?"),
            ("info,postrider::delivery=loud", "has \"loud\", which is no level"),
            ("info,postrider::delivry=warn", "is postrider::delivery meant?"),
            ("", "has \"\""),
            ("=loud", "has \"loud\""),
        ] {
            let fault = check(text).unwrap_err();
            assert!(fault.contains(expected) && fault.contains("for example"), "{text}: {fault}");
        }
    }
}
