//! Limits of tenants that have none of their own.

use super::{Raw, policies::parse_rate};
use model::{
    TenantLimits,
    policy::{
        RateLimit,
        limits::{COUNT, DAYS, PAYLOAD},
    },
};

/// Like a rate limit of subscriptions, but the burst is the whole limit unless one is given, so that a batch passes.
pub(crate) fn parse_publish(text: &str) -> Result<Option<RateLimit>, String> {
    let parsed = parse_rate(text)?;
    let whole = |limit: RateLimit| RateLimit::try_new(limit.limit().into(), limit.period(), Some(limit.limit().into()));
    match (parsed, text.matches('/').count()) {
        (Some(limit), 1) => whole(limit).map(Some).map_err(|fault| fault.to_string()),
        (parsed, _) => Ok(parsed),
    }
}

impl Raw {
    pub(super) fn tenant_limits(&self) -> anyhow::Result<TenantLimits> {
        let below = |number: u64, most: u64| (number < most).then_some(number as u32);
        let days = |name| {
            let days = self.number(name, 0, *DAYS.end(), 30)?;
            anyhow::Ok((days > 0).then_some(days as u16))
        };
        let limits = TenantLimits {
            publish: self.get("tenant_publish_limit", parse_publish)?,
            subscriptions: below(self.number("tenant_subscriptions", 0, *COUNT.end(), 100)?, *COUNT.end()),
            keys: match self.text("tenant_keys") {
                Some(_) => Some(self.number("tenant_keys", 0, *COUNT.end(), 10)? as u32),
                None => None,
            },
            payload_bytes: below(
                self.number("tenant_payload_bytes", *PAYLOAD.start(), *PAYLOAD.end(), 65_536)?,
                *PAYLOAD.end(),
            ),
            payload_days: days("tenant_payload_days")?,
            rows_days: days("tenant_rows_days")?,
        };
        let installation = self.number("retention_days", 0, *DAYS.end(), 30)?;
        let most = (installation > 0).then_some(installation);
        let longer = |days: Option<u16>, most: Option<u64>| {
            days.map(u64::from).zip(most).filter(|(days, most)| days > most).map(|(_, most)| most)
        };
        if let Some(most) = longer(limits.rows_days, most) {
            self.get("tenant_rows_days", |text| {
                Err::<(), _>(format!("is {text:?} but must be at most POSTRIDER_RETENTION_DAYS, for example {most}"))
            })?;
        }
        if let Some(most) = longer(limits.payload_days, limits.rows_days.map(u64::from).or(most)) {
            self.get("tenant_payload_days", |text| {
                Err::<(), _>(format!(
                    "is {text:?} but must be at most the days for which rows are kept, for example {most}"
                ))
            })?;
        }
        Ok(limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::policy::Period;

    #[test]
    fn the_burst_of_a_publish_limit_is_the_limit() {
        let limit = |limit, burst| RateLimit::try_new(limit, Period::Second, Some(burst)).ok();
        assert_eq!(parse_publish("").unwrap(), None);
        assert_eq!(parse_publish("100/second").unwrap(), limit(100, 100));
        assert_eq!(parse_publish("100/second/20").unwrap(), limit(100, 20));
        assert!(parse_publish("100/day").is_err());
    }
}
