//! Policies for subscriptions that have none of their own.

use super::Raw;
use delivery::PolicyDefaults;
use model::policy::{AUTO_DISABLE_HOURS, AutoDisable, BreakerSettings, IN_FLIGHT, Period, RateLimit};

/// `100/second`, or with a burst `100/second/20`.
pub(crate) fn parse_rate(text: &str) -> Result<Option<RateLimit>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let fault = |reason: &str| format!("is {text:?} but {reason}, for example 100/second or 600/minute/20");
    let mut parts = text.split('/');
    let limit = parts.next().and_then(|part| part.parse().ok());
    let period = parts.next().and_then(Period::parse);
    let burst = parts.next().map(|part| part.parse().map_err(|_| fault("the burst must be a whole number")));
    let (Some(limit), Some(period), None) = (limit, period, parts.next()) else {
        return Err(fault("must be a number, a period (second, minute or hour) and perhaps a burst"));
    };
    let made = RateLimit::try_new(limit, period, burst.transpose()?);
    made.map(Some).map_err(|bad| fault(&format!("the {} {}", bad.field, bad.message)))
}

impl Raw {
    pub(super) fn policies(&self) -> anyhow::Result<PolicyDefaults> {
        let small = |name, least, most, example| self.number(name, least, most, example).map(|number| number as u16);
        let breaker = BreakerSettings {
            enabled: self.flag("breaker_enabled")?,
            connection_failures: small("breaker_connection_failures", 1, 1_000, 10)?,
            failure_percent: self.number("breaker_failure_percent", 1, 100, 80)? as u8,
            minimum: small("breaker_minimum", 1, 10_000, 50)?,
            window: small("breaker_window_seconds", 5, 3_600, 60)?,
            pause: self.number("breaker_pause_seconds", 1, 3_600, 5)? as u32,
            longest_pause: self.number("breaker_longest_pause_seconds", 1, 86_400, 300)? as u32,
        };
        self.get("breaker_longest_pause_seconds", |text| {
            breaker
                .check()
                .map_err(|_| format!("is {text:?} but must not be less than the first pause, for example 300"))
        })?;
        let hours = self.number("auto_disable_hours", 0, *AUTO_DISABLE_HOURS.end(), 120)? as u16;
        Ok(PolicyDefaults {
            rate_limit: self.get("rate_limit", parse_rate)?,
            max_in_flight: match self.number("max_in_flight", 0, *IN_FLIGHT.end(), 16)? {
                0 => None,
                number => Some(number as u16),
            },
            breaker,
            auto_disable: if hours == 0 { AutoDisable::Never } else { AutoDisable::After(hours) },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_has_a_number_a_period_and_perhaps_a_burst() {
        assert_eq!(parse_rate("").unwrap(), None);
        let limit = |limit, period, burst| RateLimit::try_new(limit, period, burst).ok();
        assert_eq!(parse_rate("100/second").unwrap(), limit(100, Period::Second, None));
        assert_eq!(parse_rate("600/minute/20").unwrap(), limit(600, Period::Minute, Some(20)));
        for bad in ["100", "100/day", "x/second", "0/second", "5/second/6", "5/second/x", "5/second/1/1", "-1/hour"] {
            let fault = parse_rate(bad).unwrap_err();
            assert!(fault.contains(bad) && fault.contains("for example"), "{fault}");
        }
    }
}
