//! The retry rules of a subscription as its owner writes them, with their bounds.

use super::{Condition, RETRIES_MAX, RetryOn, RetryPolicy};
use crate::{event::EventPattern, invalid::FieldErrors, profile::Profile};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc};

/// Allowed number of delays in a list.
const DELAYS: RangeInclusive<usize> = 1..=20;
/// Allowed delays, in seconds.
const DELAY: RangeInclusive<u64> = 1..=RetryPolicy::LONGEST.as_secs();
/// Allowed factors of an exponential schedule.
const FACTOR: RangeInclusive<f64> = 1.0..=10.0;
const JITTER: RangeInclusive<f64> = 0.0..=1.0;
/// Allowed ages at which a delivery expires, in seconds.
const EXPIRY: RangeInclusive<u64> = 1..=90 * 24 * 60 * 60;
/// Maximum number of entries of `by_event_type`.
const TYPES_MAX: usize = 50;

/// Unchecked retry rules: the form in which stores keep them, and in which the platform API reads and shows them. An
/// absent field means the profile's rule; in `by_event_type` it means the rule of the subscription.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_on: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after_seconds: Option<u64>,
    /// Only in `by_event_type`: the subscription has a field of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u64>,
    /// Rules by event type or pattern. The most specific match counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_event_type: BTreeMap<String, RetryForm>,
}

/// An unchecked schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ScheduleForm {
    /// `profile`.
    Name(String),
    /// Seconds before the first, second, … retry.
    Delays(Vec<u64>),
    Exponential {
        base_seconds: u64,
        factor: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap_seconds: Option<u64>,
    },
}

/// The name of the profile's schedule.
pub const PROFILE: &str = "profile";

impl ScheduleForm {
    /// The number of delays, of a list.
    pub fn delays(&self) -> Option<usize> {
        match self {
            Self::Delays(delays) => Some(delays.len()),
            Self::Name(_) | Self::Exponential { .. } => None,
        }
    }
}

/// Checked retry rules. Clones share the form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RetryForm", into = "RetryForm")]
pub struct RetryRules(Arc<RetryForm>);

impl TryFrom<RetryForm> for RetryRules {
    type Error = FieldErrors;

    /// Checks all bounds. Faults name their fields below `retry`.
    fn try_from(form: RetryForm) -> Result<Self, FieldErrors> {
        let mut faults = FieldErrors::default();
        form.check("", &mut faults);
        if form.max_retries.is_some() {
            faults.add("max_retries", "is a field of the subscription itself, beside retry");
        }
        if form.by_event_type.len() > TYPES_MAX {
            faults.add("by_event_type", format!("must have at most {TYPES_MAX} entries"));
        }
        for (pattern, own) in form.by_event_type.iter().take(TYPES_MAX) {
            own.check_of_type(pattern, &form, &mut faults);
        }
        faults.into_result().map(|()| Self(Arc::new(form)))
    }
}

impl From<RetryRules> for RetryForm {
    fn from(rules: RetryRules) -> Self {
        Arc::unwrap_or_clone(rules.0)
    }
}

impl RetryRules {
    pub fn form(&self) -> &RetryForm {
        &self.0
    }

    /// Checks that the rules do not retry a success of the profile.
    pub fn check_profile(&self, profile: Profile) -> Result<(), FieldErrors> {
        let mut faults = FieldErrors::default();
        if profile.rules().redirect_is_success {
            let of_types = self.0.by_event_type.iter().map(|(pattern, own)| (format!("by_event_type.{pattern}."), own));
            for (path, form) in std::iter::once((String::new(), &*self.0)).chain(of_types) {
                for (at, name) in form.retry_on.iter().flatten().enumerate() {
                    if name.starts_with('3') {
                        faults.add(format!("{path}retry_on[{at}]"), super::BadCondition::Redirect.to_string());
                    }
                }
            }
        }
        faults.into_result()
    }
}

impl RetryForm {
    /// The checked conditions; the fault names the place in the list, or no place for the list as a whole.
    pub(super) fn conditions(&self) -> Result<Option<RetryOn>, (Option<usize>, super::BadCondition)> {
        let Some(names) = &self.retry_on else { return Ok(None) };
        let read = |(at, name): (usize, &String)| Condition::parse(name).map_err(|fault| (Some(at), fault));
        let conditions: Vec<Condition> = names.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        RetryOn::try_new(conditions).map(Some).map_err(|fault| (None, fault))
    }

    fn check(&self, path: &str, faults: &mut FieldErrors) {
        if let Some(schedule) = &self.schedule {
            schedule.check(&format!("{path}schedule"), faults);
        }
        if self.jitter.is_some_and(|jitter| !JITTER.contains(&jitter)) {
            faults.add(format!("{path}jitter"), "must be a number from 0 to 1");
        }
        if let Err((at, fault)) = self.conditions() {
            let place = at.map_or_else(String::new, |at| format!("[{at}]"));
            faults.add(format!("{path}retry_on{place}"), fault.to_string());
        }
        if let Some(seconds) = self.expires_after_seconds {
            whole(&format!("{path}expires_after_seconds"), seconds, EXPIRY, faults);
        }
    }

    /// Checks the rules of an event type or pattern; `all` are those of the subscription.
    fn check_of_type(&self, pattern: &str, all: &Self, faults: &mut FieldErrors) {
        let path = format!("by_event_type.{pattern}");
        match EventPattern::parse(pattern) {
            Ok(EventPattern::All) => faults.add(&path, "matches all event types: set the fields of retry itself"),
            Ok(EventPattern::Below(_) | EventPattern::One(_)) => {}
            Err(_) => faults.add(&path, "must be an event type, or a pattern such as invoice.*"),
        }
        if *self == Self::default() {
            faults.add(&path, "must set at least one field");
        }
        let path = format!("{path}.");
        self.check(&path, faults);
        if !self.by_event_type.is_empty() {
            faults.add(format!("{path}by_event_type"), "must not be inside by_event_type");
        }
        let Some(retries) = self.max_retries else { return };
        let delays = self.schedule.as_ref().or(all.schedule.as_ref()).and_then(ScheduleForm::delays);
        let most = delays.map_or_else(|| RETRIES_MAX.into(), |delays| delays as u64);
        if retries > most {
            let reason = if delays.is_some() { ", the number of delays in the schedule" } else { "" };
            faults.add(format!("{path}max_retries"), format!("must be a whole number from 0 to {most}{reason}"));
        }
    }
}

impl ScheduleForm {
    fn check(&self, path: &str, faults: &mut FieldErrors) {
        match self {
            Self::Name(name) if name == PROFILE => {}
            Self::Name(_) => faults.add(
                path,
                "must be \"profile\", a list of delays in seconds, or an object with base_seconds, factor and \
                 cap_seconds",
            ),
            Self::Delays(delays) if !DELAYS.contains(&delays.len()) => {
                faults.add(path, format!("must have from {} to {} delays", DELAYS.start(), DELAYS.end()));
            }
            Self::Delays(delays) => {
                for (at, delay) in delays.iter().enumerate() {
                    whole(&format!("{path}[{at}]"), *delay, DELAY, faults);
                }
            }
            Self::Exponential { base_seconds, factor, cap_seconds } => {
                whole(&format!("{path}.base_seconds"), *base_seconds, DELAY, faults);
                if !FACTOR.contains(factor) {
                    faults.add(
                        format!("{path}.factor"),
                        format!("must be a number from {} to {}", FACTOR.start(), FACTOR.end()),
                    );
                }
                if let Some(cap) = *cap_seconds {
                    whole(&format!("{path}.cap_seconds"), cap, DELAY, faults);
                    if cap < *base_seconds {
                        faults.add(format!("{path}.cap_seconds"), "must not be less than base_seconds");
                    }
                }
            }
        }
    }
}

fn whole(path: &str, number: u64, bounds: RangeInclusive<u64>, faults: &mut FieldErrors) {
    if !bounds.contains(&number) {
        faults.add(path, format!("must be a whole number from {} to {}", bounds.start(), bounds.end()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(json: &str) -> Result<RetryRules, String> {
        serde_json::from_str(json).map_err(|fault| fault.to_string())
    }

    #[test]
    fn rules_are_stored_as_they_are_written() {
        for json in [
            "{}",
            r#"{"schedule":"profile"}"#,
            r#"{"schedule":[5,60,604800],"jitter":0.0,"retry_on":["5xx","408"],"expires_after_seconds":3600}"#,
            r#"{"schedule":{"base_seconds":2,"factor":1.5,"cap_seconds":60}}"#,
            r#"{"schedule":{"base_seconds":2,"factor":1.0}}"#,
            r#"{"by_event_type":{"a.b":{"max_retries":0},"a.b.*":{"schedule":"profile","max_retries":10}}}"#,
        ] {
            assert_eq!(serde_json::to_string(&rules(json).unwrap()).unwrap(), json);
        }
    }

    #[test]
    fn bounds_are_checked_and_faults_name_their_field() {
        for (json, fault) in [
            (r#"{"schedule":"linear"}"#, "schedule: must be \"profile\", a list"),
            (r#"{"schedule":[]}"#, "schedule: must have from 1 to 20 delays"),
            (&format!("{{\"schedule\":{:?}}}", [1; 21]), "schedule: must have from 1 to 20 delays"),
            (r#"{"schedule":[5,0]}"#, "schedule[1]: must be a whole number from 1 to 604800"),
            (r#"{"schedule":[604801]}"#, "schedule[0]: must be a whole number"),
            (r#"{"schedule":{"base_seconds":0,"factor":2}}"#, "schedule.base_seconds: must be a whole number"),
            (r#"{"schedule":{"base_seconds":1,"factor":0.9}}"#, "schedule.factor: must be a number from 1 to 10"),
            (r#"{"schedule":{"base_seconds":1,"factor":11}}"#, "schedule.factor: must be"),
            (r#"{"schedule":{"base_seconds":9,"factor":2,"cap_seconds":8}}"#, "schedule.cap_seconds: must not be less"),
            (r#"{"schedule":{"base_seconds":1,"factor":2,"cap_seconds":604801}}"#, "schedule.cap_seconds: must be"),
            (r#"{"jitter":1.1}"#, "jitter: must be a number from 0 to 1"),
            (r#"{"jitter":-0.1}"#, "jitter: must be a number from 0 to 1"),
            (r#"{"retry_on":["5xx","200"]}"#, "retry_on[1]: a 2xx is a success"),
            (r#"{"retry_on":["410"]}"#, "retry_on[0]: 410 Gone"),
            (r#"{"retry_on":[]}"#, "retry_on: must name at least one"),
            (r#"{"expires_after_seconds":0}"#, "expires_after_seconds: must be a whole number from 1 to 7776000"),
            (r#"{"expires_after_seconds":7776001}"#, "expires_after_seconds: must be"),
            (r#"{"max_retries":3}"#, "max_retries: is a field of the subscription"),
            (r#"{"by_event_type":{"*":{"jitter":0}}}"#, "by_event_type.*: matches all event types"),
            (r#"{"by_event_type":{"a b":{"jitter":0}}}"#, "by_event_type.a b: must be an event type"),
            (r#"{"by_event_type":{"a.*":{}}}"#, "by_event_type.a.*: must set at least one field"),
            (r#"{"by_event_type":{"a.*":{"jitter":2}}}"#, "by_event_type.a.*.jitter: must be"),
            (r#"{"by_event_type":{"a.*":{"max_retries":11}}}"#, "by_event_type.a.*.max_retries: must be a whole"),
            (
                r#"{"schedule":[1,2],"by_event_type":{"a.*":{"max_retries":3}}}"#,
                "by_event_type.a.*.max_retries: must be a whole number from 0 to 2, the number of delays",
            ),
            (
                r#"{"by_event_type":{"a.*":{"by_event_type":{"b.c":{"jitter":0}}}}}"#,
                "by_event_type.a.*.by_event_type: must not be inside",
            ),
        ] {
            let found = rules(json).unwrap_err();
            assert!(found.starts_with(fault), "{json}: {found}");
        }
        assert!(rules(r#"{"delay":1}"#).unwrap_err().contains("unknown field"));
        let types: Vec<String> = (0..51).map(|n| format!("\"a.b{n}\":{{\"jitter\":0}}")).collect();
        let many = format!("{{\"by_event_type\":{{{}}}}}", types.join(","));
        assert!(rules(&many).unwrap_err().starts_with("by_event_type: must have at most 50"));
    }

    #[test]
    fn the_successes_of_a_profile_cannot_be_retried() {
        let json = r#"{"retry_on":["5xx","3xx"],"by_event_type":{"a.b":{"retry_on":["302"]}}}"#;
        let rules = rules(json).unwrap();
        assert!(rules.check_profile(Profile::Platform).is_ok());
        let faults = rules.check_profile(Profile::Tenant).unwrap_err();
        let fields: Vec<_> = faults.0.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["retry_on[1]", "by_event_type.a.b.retry_on[0]"]);
    }
}
