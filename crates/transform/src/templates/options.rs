//! Options of templates: a small map of texts, checked when a subscription is created.

use super::template::Template;
use std::collections::BTreeMap;

/// Options that have been checked for a template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options(BTreeMap<String, String>);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOption {
    #[error("template `{template}` has no option `{name}`")]
    Unknown { template: &'static str, name: String },
    #[error("template `{template}` needs option `{name}`: {rule}")]
    Missing { template: &'static str, name: &'static str, rule: &'static str },
    #[error("option `{name}` must be {rule}")]
    Invalid { name: &'static str, rule: &'static str },
}

/// Name, rule, whether it is required, and the check.
type Known = (&'static str, &'static str, bool, fn(&str) -> bool);

pub(super) const ROUTING_KEY: &str = "routing_key";
pub(super) const SEVERITY: &str = "severity";
pub(super) const PRIORITY: &str = "priority";

/// PagerDuty's severities: <https://developer.pagerduty.com/docs/events-api-v2/trigger-events/>.
const SEVERITIES: [&str; 4] = ["critical", "error", "warning", "info"];

/// Opsgenie's priorities: <https://docs.opsgenie.com/docs/alert-api#create-alert>.
const PRIORITIES: [&str; 5] = ["P1", "P2", "P3", "P4", "P5"];

fn known(template: Template) -> &'static [Known] {
    match template {
        Template::PagerDuty => &[
            (ROUTING_KEY, "the integration key of 32 letters and digits", true, |value| {
                value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
            }),
            (SEVERITY, "`critical`, `error`, `warning` or `info`", false, |value| SEVERITIES.contains(&value)),
        ],
        Template::Opsgenie => {
            &[(PRIORITY, "`P1`, `P2`, `P3`, `P4` or `P5`", false, |value| PRIORITIES.contains(&value))]
        }
        _ => &[],
    }
}

impl Options {
    pub fn check(template: Template, options: BTreeMap<String, String>) -> Result<Self, BadOption> {
        let known = known(template);
        for name in options.keys() {
            if !known.iter().any(|(known, ..)| known == name) {
                return Err(BadOption::Unknown { template: template.name(), name: name.chars().take(100).collect() });
            }
        }
        for (name, rule, is_required, is_valid) in known {
            match options.get(*name) {
                Some(value) if !is_valid(value) => return Err(BadOption::Invalid { name, rule }),
                None if *is_required => {
                    return Err(BadOption::Missing { template: template.name(), name, rule });
                }
                _ => {}
            }
        }
        Ok(Self(options))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked_by_template() {
        let key = "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY01";
        for (template, options, error) in [
            (Template::Slack, vec![], None),
            (Template::Slack, vec![("x", "1")], Some("template `slack` has no option `x`")),
            (Template::PagerDuty, vec![], Some("template `pagerduty` needs option `routing_key`: the integration key")),
            (Template::PagerDuty, vec![("routing_key", key)], None),
            (Template::PagerDuty, vec![("routing_key", "short")], Some("option `routing_key` must be the integration")),
            (Template::PagerDuty, vec![("routing_key", key), ("severity", "info")], None),
            (Template::PagerDuty, vec![("routing_key", key), ("severity", "bad")], Some("option `severity` must be")),
            (Template::Opsgenie, vec![("priority", "P1")], None),
            (Template::Opsgenie, vec![("priority", "P6")], Some("option `priority` must be")),
        ] {
            let options = options.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let found = Options::check(template, options).err().map(|error| error.to_string());
            assert!(found.is_some() == error.is_some(), "{found:?}");
            assert!(found.unwrap_or_default().starts_with(error.unwrap_or_default()));
        }
    }
}
