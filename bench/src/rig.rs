//! What most scenarios need: a receiver, a relay in front of it, and the comparison of the server with the relay.

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

/// How long what was acknowledged may take to arrive, when nothing of it is held up on purpose.
const ARRIVE: Duration = Duration::from_secs(90);
/// So long the relay is measured each time, in seconds.
const RELAY: f64 = 3.0;
const WARM_UP: f64 = 0.5;
/// Where the relay forwards to.
const RELAYED: &str = "/relayed";

/// Connections of a load, where nothing else is said.
pub(crate) const CONNECTIONS: u64 = 64;
/// Types of the catalog that loads publish; their data are valid by the schemas, so that the check is paid for.
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
/// The one that they publish, where one is enough.
pub(crate) const TYPE: &str = TYPES[0];
/// Bytes of an event, where nothing else is said.
pub(crate) const BYTES: usize = 300;

pub(crate) struct Rig<'c> {
    pub(crate) context: &'c Context,
    pub(crate) receiver: Receiver,
    relay: Child,
}

/// One load and what arrived of it.
pub(crate) struct Measured {
    pub(crate) load: Done,
    pub(crate) arrived: Stats,
    /// Deliveries a second, from the first request's begin to the last arrival.
    pub(crate) per_s: f64,
}

/// The server between two measurements of the relay, which all the while has the same machine.
pub(crate) struct Sandwich {
    pub(crate) before: f64,
    pub(crate) ours: Measured,
    pub(crate) after: f64,
}

impl Sandwich {
    pub(crate) fn ratio(&self) -> f64 {
        ratio(self.ours.per_s, &[self.before, self.after])
    }

    /// The ratio with its goal, and the three throughputs that it is made of.
    pub(crate) fn report(&self, outcome: &mut Outcome, least: f64) {
        outcome.row(Row::new("throughput / relay", "", self.ratio()).goal(Goal::at_least(least)));
        outcome.row(Row::new("deliveries", "/s", self.ours.per_s));
        outcome.row(Row::new("relay before", "/s", self.before));
        outcome.row(Row::new("relay after", "/s", self.after));
    }
}

/// A throughput as a share of the mean of others; zero when there is none.
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

    /// Publishes, waits until everything has arrived at the paths that begin with `prefix`, and looks at that alone. The
    /// same for half a second before does not count: connections are made then, and receivers get known.
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

    /// What the relay makes of bodies of this size, in deliveries a second.
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

    /// Relay, ours, relay.
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
