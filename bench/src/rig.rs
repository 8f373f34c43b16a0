//! The set-up of most scenarios: a receiver, a relay in front of it, and the comparison of the server with the relay.

use crate::{
    child::Child,
    context::Context,
    load::{
        self, Done, Plan, Target,
        template::{Template, event},
    },
    receiver::{Receiver, Select, Stats},
    report::outcome::{Outcome, Row, Target as Goal},
    time::seconds_between,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;

/// Timeout for the arrival of acknowledged events, where nothing delays them on purpose.
const ARRIVE: Duration = Duration::from_secs(90);
/// Duration of each measurement of the relay, in seconds.
const RELAY: f64 = 3.0;
const WARM_UP: f64 = 0.5;
/// Path to which the relay forwards.
const RELAYED: &str = "/relayed";

/// Default number of connections of a load.
pub(crate) const CONNECTIONS: u64 = 64;
/// Types of the catalog that loads publish. Their data match the schemas, so that the validation is included.
pub(crate) const TYPES: [&str; 8] = [
    "ticket.created",
    "ticket.updated",
    "ticket.closed",
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "user.updated",
    "user.login",
];
/// The type for loads with a single type.
pub(crate) const TYPE: &str = TYPES[0];
/// Default size of an event in bytes.
pub(crate) const BYTES: usize = 300;

pub(crate) struct Rig<'c> {
    pub(crate) context: &'c Context,
    pub(crate) receiver: Receiver,
    relay: Child,
}

/// A load and its arrivals.
pub(crate) struct Measured {
    pub(crate) load: Done,
    pub(crate) arrived: Stats,
    /// Deliveries per second, from the beginning of the first request to the last arrival.
    pub(crate) per_s: f64,
}

/// A measurement of the server between two measurements of the relay on the same machine.
pub(crate) struct Sandwich {
    pub(crate) before: f64,
    pub(crate) ours: Measured,
    pub(crate) after: f64,
}

impl Sandwich {
    pub(crate) fn ratio(&self) -> f64 {
        ratio(self.ours.per_s, &[self.before, self.after])
    }

    /// Reports the ratio with its target, and the three throughputs that it is computed from.
    pub(crate) fn report(&self, outcome: &mut Outcome, least: f64) {
        outcome.row(Row::new("throughput / relay", "", self.ratio()).goal(Goal::at_least(least)));
        outcome.row(Row::new("deliveries", "/s", self.ours.per_s));
        outcome.row(Row::new("relay before", "/s", self.before));
        outcome.row(Row::new("relay after", "/s", self.after));
    }
}

/// A throughput relative to the mean of others; zero without others.
pub(crate) fn ratio(ours: f64, others: &[f64]) -> f64 {
    let mean = others.iter().sum::<f64>() / others.len().max(1) as f64;
    if mean > 0.0 { ours / mean } else { 0.0 }
}

impl<'c> Rig<'c> {
    pub(crate) async fn start(context: &'c Context) -> anyhow::Result<Self> {
        Self::with(context, Receiver::start(context).await?).await
    }

    pub(crate) async fn with(context: &'c Context, receiver: Receiver) -> anyhow::Result<Self> {
        let arguments = ["relay".to_owned(), "--to".to_owned(), receiver.url(RELAYED)];
        let relay = Child::start(&context.own, &arguments).await?;
        Ok(Self { context, receiver, relay })
    }

    /// Runs a load, waits until all events have arrived at paths with `prefix`, and measures these. A warm-up of half a
    /// second before is not counted, in which connections are opened and receivers are classified.
    pub(crate) async fn measure(&self, plan: Plan, prefix: &str, fan_out: u64) -> anyhow::Result<Measured> {
        self.warm_up(&plan, prefix, fan_out).await?;
        self.receiver.reset().await?;
        let load = load::run(plan).await?;
        self.receiver.wait_for(prefix, load.events * fan_out, ARRIVE).await?;
        let arrived = self.receiver.stats(&Select::below(prefix)).await?;
        let per_s = arrived.count as f64 / seconds_between(load.began_us, arrived.last_us).max(1e-6);
        Ok(Measured { load, arrived, per_s })
    }

    async fn warm_up(&self, plan: &Plan, prefix: &str, fan_out: u64) -> anyhow::Result<()> {
        self.receiver.reset().await?;
        let done = load::run(plan.clone().until(load::Until::Seconds(WARM_UP))).await?;
        self.receiver.wait_for(prefix, done.events * fan_out, ARRIVE).await
    }

    /// The relay's throughput with bodies of this size, in deliveries per second.
    pub(crate) async fn relay(&self, bytes: usize) -> anyhow::Result<f64> {
        let json = (HeaderName::from_static("content-type"), HeaderValue::from_static("application/json"));
        let target = Target {
            url: format!("http://127.0.0.1:{}/", self.relay.port("port")?).parse()?,
            headers: HeaderMap::from_iter([json]),
            template: Template::one(&event(TYPE, "", bytes)),
        };
        let plan = Plan::closed(target, CONNECTIONS, self.context.seconds(RELAY));
        Ok(self.measure(plan, RELAYED, 1).await?.per_s)
    }

    /// Measures the relay, the server, and the relay again.
    pub(crate) async fn sandwich(
        &self,
        relay_bytes: usize,
        plan: Plan,
        prefix: &str,
        fan_out: u64,
    ) -> anyhow::Result<Sandwich> {
        let before = self.relay(relay_bytes).await?;
        let ours = self.measure(plan, prefix, fan_out).await?;
        let after = self.relay(relay_bytes).await?;
        Ok(Sandwich { before, ours, after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_to_the_mean() {
        assert!((ratio(5.0, &[8.0, 12.0]) - 0.5).abs() < 1e-9);
        assert!(ratio(5.0, &[0.0, 0.0]).abs() < 1e-9);
        assert!(ratio(5.0, &[]).abs() < 1e-9);
    }
}
