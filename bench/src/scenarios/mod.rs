//! The scenarios, one file each, and their execution.

mod audit;
mod batches;
mod breaker;
mod dead;
mod end_to_end;
mod fan_out;
mod filters;
mod flood;
mod headers;
mod history;
mod https;
mod idle;
mod large;
mod ledger;
mod many_subscriptions;
mod metrics;
mod postgres;
mod priority;
mod rate_limit;
mod replay;
mod retry_storm;
mod steady;
mod tarpit;
mod traces;
mod transform;

use crate::{
    context::{Context, Options},
    machine::{Machine, revision, today},
    report::{
        outcome::Outcome,
        plot,
        results::{self, Entry},
        table,
    },
};
use anyhow::{bail, ensure};
use std::{pin::Pin, process::ExitCode, time::Instant};

type Running<'c> = Pin<Box<dyn Future<Output = anyhow::Result<Outcome>> + 'c>>;

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    run: for<'c> fn(&'c Context) -> Running<'c>,
}

/// `name: module, description` for each scenario.
macro_rules! scenarios {
    ($($name:literal: $module:path, $what:literal;)*) => {
        pub(crate) const ALL: [Scenario; [$($name),*].len()] = [
            $(Scenario { name: $name, what: $what, run: |context| Box::pin($module(context)) }),*
        ];
    };
}

scenarios! {
    "end-to-end": end_to_end::run, "one subscription, as fast as possible";
    "steady": steady::run, "one subscription at 2,000 events a second";
    "batches": batches::run, "100 events in a request";
    "fan-out": fan_out::run, "one event to 20 subscriptions";
    "filters": filters::run, "one event and 1,000 subscriptions with filters";
    "transform": transform::run, "a subscription whose requests a script, or a template, forms";
    "large": large::run, "events of 20 kB";
    "headers": headers::run, "a subscription with 4 kB of custom headers";
    "many-subscriptions": many_subscriptions::run, "100,000 subscriptions of 1,000 tenants in the index";
    "metrics": metrics::run, "scrapes of /metrics: 10,000 tenants with 50 event types each; a million waiting deliveries";
    "traces": traces::run, "one subscription as fast as possible, with and without traces of 1 % of the events";
    "tarpit": tarpit::run, "50 of 100 receivers hang; latencies of the other 50";
    "dead": dead::run, "a million deliveries wait for unreachable receivers";
    "breaker": breaker::run, "a million deliveries wait for 1,000 unreachable receivers whose breakers are open";
    "history-lists": history::lists::run, "every list over 10,000,000 deliveries";
    "history-publish": history::publish::run, "publishing into a store with 10,000,000 deliveries";
    "history-retention": history::retention::run, "a day is removed from 10,000,000 deliveries under load";
    "idle": idle::run, "memory and processor time of an idle server";
    "https": https::run, "an HTTPS receiver, compared with a plain one";
    "flood": flood::run, "one tenant publishes 100,000 events at once; latencies of ten quiet ones";
    "rate-limit": rate_limit::run, "a receiver limited to 100 a second, and ten tenants beside it";
    "priority": priority::run, "high-priority events behind 20,000 others of the same subscription";
    "retry-storm": retry_storm::run, "a receiver recovers after refusing 20,000 deliveries";
    "replay": replay::run, "a million failed deliveries are replayed beside fresh events";
    "audit": audit::run, "the coverage audit of a tree of 2,000 Python files";
    "postgres": postgres::end_to_end, "one subscription on PostgreSQL with fsync, one node, as fast as possible";
    "postgres-nodes": postgres::nodes, "the same on one, two and three nodes";
    "ledger": ledger::run, "the server is killed three times under load; no acknowledged event is lost";
}

/// Runs these scenarios, or all of them; a failing scenario does not stop the others.
pub(crate) async fn run(options: &Options, names: Option<&[String]>) -> anyhow::Result<ExitCode> {
    let chosen = choose(names)?;
    let context = Context::prepare(options)?;
    tokio::select! {
        result = run_all(&context, &chosen, options) => result,
        // Drops the running scenario, and with it its children and folders.
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    }
}

fn choose(names: Option<&[String]>) -> anyhow::Result<Vec<&'static Scenario>> {
    let Some(names) = names else { return Ok(ALL.iter().collect()) };
    let mut chosen = Vec::new();
    for name in names {
        // `history` selects all three scenarios with that prefix.
        let part = format!("{name}-");
        let found: Vec<_> = ALL.iter().filter(|one| one.name == name || one.name.starts_with(&part)).collect();
        ensure!(!found.is_empty(), "unknown scenario {name:?}; `bench list` shows all");
        chosen.extend(found);
    }
    Ok(chosen)
}

async fn run_all(context: &Context, chosen: &[&Scenario], options: &Options) -> anyhow::Result<ExitCode> {
    let folder = options.results.clone().unwrap_or_else(results::default_folder);
    let mut known = results::read(&folder)?;
    let names = ALL.map(|one| one.name);
    let (began, mut broken) = (Instant::now(), Vec::new());
    for scenario in chosen {
        println!("\n== {}: {}", scenario.name, scenario.what);
        let start = Instant::now();
        match (scenario.run)(context).await {
            Ok(outcome) => {
                let entry = Entry {
                    scenario: scenario.name.to_owned(),
                    measured_at: today(),
                    revision: revision()?,
                    took_seconds: start.elapsed().as_secs_f64().round(),
                    scale: options.scale,
                    machine: Machine::here(),
                    outcome,
                };
                table::print_one(&entry);
                known.merge(entry, &names);
                // Written at once, so that results survive an interruption of later scenarios.
                results::write(&folder, &known)?;
            }
            Err(fault) => {
                println!("failed: {fault:#}");
                broken.push(scenario.name);
            }
        }
    }
    plot::all(&folder, &known)?;
    println!("\n== all\n");
    table::print(&known);
    println!("took {} s; results are in {}", began.elapsed().as_secs(), folder.display());
    if !broken.is_empty() {
        bail!("failed scenarios: {}", broken.join(", "));
    }
    Ok(if options.strict && known.missed() > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
