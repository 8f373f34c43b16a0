//! The retry rules of a subscription in the platform API: their fields, and how they are shown.

use crate::{
    body::{Patch, number, whole},
    schemas::{ConditionName, PatternName},
};
use model::{
    EventPattern, FieldErrors, Subscription,
    retry::{PROFILE, RETRIES_MAX, RetryForm, RetryRules, ScheduleForm},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use std::{borrow::Cow, collections::BTreeMap, fmt};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type},
    },
};

/// Retry rules. An absent field means the rule of the profile.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = RetryFields)]
pub(crate) struct RetryFields {
    #[serde(default)]
    #[schema(value_type = Option<RetrySchedule>)]
    schedule: Patch<ScheduleFields>,
    /// Relative jitter of each delay, in either direction: 0.1 means 10 %.
    #[serde(default, deserialize_with = "number")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 1, default = 0.1)]
    jitter: Patch<f64>,
    /// The results that are retried: statuses (`503`), classes (`5xx`), and failures without a response. All other
    /// results are final. Failures are retried unless the list names some, or `no_failures`.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ConditionName>>, min_items = 1, example = json!(["5xx", "408", "429"]))]
    retry_on: Patch<Vec<Word>>,
    /// Age in seconds after which a delivery is not sent any more.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 7_776_000)]
    expires_after_seconds: Patch<i64>,
    /// Only in `by_event_type`.
    #[serde(default, deserialize_with = "whole")]
    #[schema(ignore)]
    max_retries: Patch<i64>,
    /// Other rules by event type or pattern, at most 50. The most specific match counts; its absent fields mean the
    /// rules beside `by_event_type`.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<PatternName, RetryOfType>>)]
    by_event_type: Patch<BTreeMap<String, RetryFields>>,
}

/// Retry rules of an event type or pattern.
#[derive(Serialize, ToSchema)]
#[schema(as = RetryOfType)]
pub(crate) struct RetryOfType {
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<RetrySchedule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    jitter: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<ConditionName>>, min_items = 1)]
    retry_on: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 7_776_000)]
    expires_after_seconds: Option<u64>,
    /// Number of retries: 0 to 10, or up to the number of delays in the schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>, minimum = 0, maximum = 20)]
    max_retries: Option<u64>,
}

/// The retry rules of a subscription.
#[derive(Serialize, ToSchema)]
#[schema(as = Retry)]
pub(crate) struct RetryShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<RetrySchedule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    jitter: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<ConditionName>>)]
    retry_on: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_after_seconds: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<PatternName, RetryOfType>, required = false)]
    by_event_type: BTreeMap<String, RetryOfType>,
}

/// The delays between attempts.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum RetrySchedule {
    /// `profile`.
    Name(&'static str),
    Delays(Vec<u64>),
    Exponential(ExponentialSchedule),
}

/// `base × factor^(n−1)` seconds before the nth retry, at most the cap.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExponentialSchedule {
    #[schema(minimum = 1, maximum = 604_800)]
    base_seconds: u64,
    #[schema(minimum = 1, maximum = 10)]
    factor: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false, minimum = 1, maximum = 604_800, default = 604_800)]
    cap_seconds: Option<u64>,
}

impl PartialSchema for RetrySchedule {
    fn schema() -> RefOr<Schema> {
        let name = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([PROFILE]));
        let delay = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(604_800));
        let delays = ArrayBuilder::new()
            .items(delay)
            .min_items(Some(1))
            .max_items(Some(20))
            .description(Some("Seconds before the first, second, … retry; their number is the number of retries."));
        let schema = OneOfBuilder::new().item(name).item(delays).item(ExponentialSchedule::schema());
        RefOr::T(schema.description(Some("The delays between attempts: the profile's, a list, or exponential.")).into())
    }
}

impl ToSchema for RetrySchedule {
    fn name() -> Cow<'static, str> {
        "RetrySchedule".into()
    }
}

/// A schedule in one of its forms.
enum ScheduleFields {
    Name(String),
    Delays(Vec<Delay>),
    Exponential(ExponentialFields),
}

#[derive(Deserialize)]
struct Delay(#[serde(deserialize_with = "whole")] Patch<i64>);

#[derive(Default, Deserialize)]
struct ExponentialFields {
    #[serde(default, deserialize_with = "whole")]
    base_seconds: Patch<i64>,
    #[serde(default, deserialize_with = "number")]
    factor: Patch<f64>,
    #[serde(default, deserialize_with = "whole")]
    cap_seconds: Patch<i64>,
}

impl<'de> Deserialize<'de> for ScheduleFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Forms;

        impl<'de> Visitor<'de> for Forms {
            type Value = ScheduleFields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"profile\", a list of delays, or an object with base_seconds, factor and cap_seconds")
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(ScheduleFields::Name(name.trim().to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut delays = Vec::new();
                while let Some(delay) = list.next_element()? {
                    delays.push(delay);
                }
                Ok(ScheduleFields::Delays(delays))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                ExponentialFields::deserialize(MapAccessDeserializer::new(map)).map(ScheduleFields::Exponential)
            }
        }

        deserializer.deserialize_any(Forms)
    }
}

/// A word, or a number such as a status.
struct Word(String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a whole number")
            }

            fn visit_str<E>(self, text: &str) -> Result<Word, E> {
                Ok(Word(text.trim().to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Word, E> {
                Ok(Word(number.to_string()))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// A number that must not be negative. A negative one becomes 0, which is out of the bounds of each field.
fn natural(given: Patch<i64>) -> Option<u64> {
    given.value().map(|number| u64::try_from(number).unwrap_or(0))
}

impl ScheduleFields {
    fn form(&self, path: &str, faults: &mut FieldErrors) -> Option<ScheduleForm> {
        Some(match self {
            Self::Name(name) => ScheduleForm::Name(name.clone()),
            Self::Delays(delays) => {
                ScheduleForm::Delays(delays.iter().map(|delay| natural(delay.0).unwrap_or(0)).collect())
            }
            Self::Exponential(fields) => {
                let cap_seconds = natural(fields.cap_seconds);
                let (base, factor) = (natural(fields.base_seconds), fields.factor.value());
                for (name, is_missing) in [("base_seconds", base.is_none()), ("factor", factor.is_none())] {
                    if is_missing {
                        faults.add(format!("{path}.{name}"), "is missing");
                    }
                }
                ScheduleForm::Exponential { base_seconds: base?, factor: factor?, cap_seconds }
            }
        })
    }
}

impl RetryFields {
    /// The form without checks of its bounds; faults name their field below `path`.
    fn form(&self, path: &str, faults: &mut FieldErrors) -> RetryForm {
        let schedule = self.schedule.as_ref().value();
        let words = self.retry_on.as_ref().value();
        let of_type = |(pattern, own): (&String, &Self)| {
            (pattern.clone(), own.form(&format!("{path}.by_event_type.{pattern}"), faults))
        };
        RetryForm {
            by_event_type: self.by_event_type.as_ref().value().into_iter().flatten().map(of_type).collect(),
            schedule: schedule.and_then(|schedule| schedule.form(&format!("{path}.schedule"), faults)),
            jitter: self.jitter.value(),
            retry_on: words.map(|words| words.iter().map(|word| word.0.clone()).collect()),
            expires_after_seconds: natural(self.expires_after_seconds),
            // A negative number is too large for the check, since 0 is allowed.
            max_retries: self.max_retries.value().map(|number| u64::try_from(number).unwrap_or(u64::MAX)),
        }
    }

    /// The rules, after all checks but that of the names of event types.
    pub(super) fn rules(&self, subscription: &Subscription, faults: &mut FieldErrors) -> Option<RetryRules> {
        let before = faults.0.len();
        let form = self.form("retry", faults);
        if faults.0.len() > before {
            return None;
        }
        let checked = RetryRules::try_from(form).and_then(|rules| {
            rules.check_profile(subscription.profile)?;
            Ok(rules)
        });
        checked.map_err(|more| faults.0.extend(more.0.into_iter().map(|fault| fault.below("retry")))).ok()
    }
}

/// Applies the field `retry`. `unsupported` returns the patterns that a subscription may not name.
pub(super) fn apply(
    given: &Patch<RetryFields>,
    subscription: &mut Subscription,
    unsupported: impl FnOnce(&[EventPattern]) -> Vec<String>,
    faults: &mut FieldErrors,
) {
    match given {
        Patch::Absent => {}
        Patch::Null => subscription.policies.retry = None,
        Patch::Value(given) => {
            let Some(rules) = given.rules(subscription, faults) else { return };
            let unsupported = unsupported(&new_patterns(subscription, &rules));
            for name in &unsupported {
                faults.add(format!("retry.by_event_type.{name}"), "is not in the catalog of event types");
            }
            if unsupported.is_empty() {
                subscription.policies.retry = Some(rules);
            }
        }
    }
}

/// The event types and patterns that the present rules do not name: a type that was retired since keeps its rules.
fn new_patterns(subscription: &Subscription, rules: &RetryRules) -> Vec<EventPattern> {
    let known = subscription.policies.retry.as_ref().map(|rules| &rules.form().by_event_type);
    let new = rules.form().by_event_type.keys().filter(|name| known.is_none_or(|known| !known.contains_key(*name)));
    new.filter_map(|name| EventPattern::parse(name).ok()).collect()
}

/// Applies `max_retries`, after the retry rules: a list of delays decides the number of retries.
pub(super) fn apply_max_retries(
    given: Patch<i64>,
    subscription: &mut Subscription,
    default: u8,
    faults: &mut FieldErrors,
) {
    match (given, subscription.delays()) {
        (Patch::Absent, _) => {}
        (Patch::Null, _) => subscription.max_retries = default,
        (Patch::Value(number), Some(delays)) if number == i64::from(delays) => {}
        (Patch::Value(_), Some(delays)) => faults.add(
            "max_retries",
            format!("must be absent, or {delays}: the number of delays in retry.schedule is the number of retries"),
        ),
        (Patch::Value(number), None) => match u8::try_from(number) {
            Ok(number) if number <= RETRIES_MAX => subscription.max_retries = number,
            _ => faults.add("max_retries", format!("must be a whole number from 0 to {RETRIES_MAX}")),
        },
    }
}

impl From<&ScheduleForm> for RetrySchedule {
    fn from(form: &ScheduleForm) -> Self {
        match form {
            ScheduleForm::Name(_) => Self::Name(PROFILE),
            ScheduleForm::Delays(delays) => Self::Delays(delays.clone()),
            ScheduleForm::Exponential { base_seconds, factor, cap_seconds } => {
                let (base_seconds, factor, cap_seconds) = (*base_seconds, *factor, *cap_seconds);
                Self::Exponential(ExponentialSchedule { base_seconds, factor, cap_seconds })
            }
        }
    }
}

impl From<&RetryForm> for RetryOfType {
    fn from(form: &RetryForm) -> Self {
        Self {
            schedule: form.schedule.as_ref().map(RetrySchedule::from),
            jitter: form.jitter,
            retry_on: form.retry_on.clone(),
            expires_after_seconds: form.expires_after_seconds,
            max_retries: form.max_retries,
        }
    }
}

impl From<&RetryRules> for RetryShown {
    fn from(rules: &RetryRules) -> Self {
        let form = rules.form();
        let of_type = |(pattern, own): (&String, &RetryForm)| (pattern.clone(), RetryOfType::from(own));
        Self {
            schedule: form.schedule.as_ref().map(RetrySchedule::from),
            jitter: form.jitter,
            retry_on: form.retry_on.clone(),
            expires_after_seconds: form.expires_after_seconds,
            by_event_type: form.by_event_type.iter().map(of_type).collect(),
        }
    }
}
