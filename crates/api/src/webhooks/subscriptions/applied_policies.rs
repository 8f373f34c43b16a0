//! Applies the policies of a request to a subscription.

use super::fields::SubscriptionFields;
use crate::{App, body::Patch};
use model::{
    FieldErrors, Subscription,
    policy::{AUTO_DISABLE_HOURS, AutoDisable, IN_FLIGHT, OnPause},
};

impl SubscriptionFields {
    pub(super) fn apply_policies(&self, app: &App, subscription: &mut Subscription, faults: &mut FieldErrors) {
        match &self.rate_limit {
            Patch::Absent => {}
            Patch::Null => subscription.policies.rate_limit = None,
            Patch::Value(given) => {
                if let Some(limit) = given.check("rate_limit", faults) {
                    subscription.policies.rate_limit = Some(limit);
                }
            }
        }
        match self.max_in_flight {
            Patch::Absent => {}
            Patch::Null => subscription.policies.max_in_flight = None,
            Patch::Value(number) => match u16::try_from(number) {
                Ok(number) if IN_FLIGHT.contains(&number.into()) => {
                    subscription.policies.max_in_flight = Some(number);
                }
                _ => faults.add("max_in_flight", whole_number(IN_FLIGHT)),
            },
        }
        match &self.circuit_breaker {
            Patch::Absent => {}
            Patch::Null => subscription.policies.breaker = None,
            Patch::Value(given) => {
                let base = subscription.policies.breaker.unwrap_or(app.engine.control.policy_defaults().breaker);
                if let Some(settings) = given.check("circuit_breaker", base, faults) {
                    subscription.policies.breaker = Some(settings);
                }
            }
        }
        self.apply_on_pause(subscription, faults);
        match self.auto_disable_after_hours {
            Patch::Absent => {}
            Patch::Null => subscription.policies.auto_disable = None,
            Patch::Value(0) => subscription.policies.auto_disable = Some(AutoDisable::Never),
            Patch::Value(number) => match u16::try_from(number) {
                Ok(hours) if AUTO_DISABLE_HOURS.contains(&hours.into()) => {
                    subscription.policies.auto_disable = Some(AutoDisable::After(hours));
                }
                _ => faults.add("auto_disable_after_hours", whole_number(0..=*AUTO_DISABLE_HOURS.end())),
            },
        }
    }

    fn apply_on_pause(&self, subscription: &mut Subscription, faults: &mut FieldErrors) {
        match &self.on_pause {
            Patch::Absent => {}
            Patch::Null => subscription.policies.on_pause = OnPause::default(),
            Patch::Value(name) => {
                let known = OnPause::parse(name).ok_or("must be collect or drop");
                if let Some(on_pause) = faults.take("on_pause", known) {
                    subscription.policies.on_pause = on_pause;
                }
            }
        }
    }
}

fn whole_number(range: std::ops::RangeInclusive<u64>) -> String {
    format!("must be a whole number from {} to {}", range.start(), range.end())
}
