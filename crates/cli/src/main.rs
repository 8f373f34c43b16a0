//! The binary `postrider`: selects and runs a command. No other crate reads the environment.

mod audit;
mod cancel;
mod catalog;
mod client;
mod config;
mod copy;
mod delivery;
mod doctor;
mod entropy;
mod key;
mod logging;
mod migrate;
mod openapi;
mod output;
mod pause;
mod portal;
mod publish;
mod replay;
mod serve;
mod sink;
mod stats;
mod store;
mod subscription;
mod tenant;
mod tls;
mod top;
mod traces;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Webhooks for products.
///
/// A product publishes events; its customers subscribe URLs to them; Postrider delivers every event to every matching
/// URL: signed, at least once, with retries and a full log.
#[derive(Parser)]
#[command(name = "postrider", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    Serve(serve::Args),
    Migrate(migrate::Args),
    Copy(copy::Args),
    Key(key::Args),
    Tenant(tenant::Args),
    Subscription(subscription::Args),
    Delivery(delivery::Args),
    Portal(portal::Args),
    Pause(pause::Pause),
    Resume(pause::Resume),
    Publish(publish::Args),
    Cancel(cancel::Args),
    Replay(replay::Args),
    Stats(stats::Args),
    Sink(sink::Args),
    Catalog(catalog::Args),
    Audit(audit::Args),
    Doctor(doctor::Args),
    Top(top::Args),
    #[command(hide = true)]
    Openapi,
    /// Runs scripts of transformations for a server, which starts it.
    #[command(hide = true, name = TRANSFORM_WORKER)]
    TransformWorker,
}

/// The subcommand with which a server starts the processes that run scripts.
const TRANSFORM_WORKER: &str = "transform-worker";

fn main() -> ExitCode {
    let result = match Cli::parse().role {
        Role::Serve(args) => serve::run(args),
        Role::Migrate(args) => migrate::run(&args),
        Role::Copy(args) => copy::run(&args),
        Role::Key(args) => key::run(args),
        Role::Tenant(args) => tenant::run(args),
        Role::Subscription(args) => subscription::run(args),
        Role::Delivery(args) => delivery::run(args),
        Role::Portal(args) => portal::run(args),
        Role::Pause(args) => pause::pause(args),
        Role::Resume(args) => pause::resume(args),
        Role::Publish(args) => publish::run(args),
        Role::Cancel(args) => cancel::run(&args),
        Role::Replay(args) => replay::run(args),
        Role::Stats(args) => stats::run(&args),
        Role::Sink(args) => sink::run(args),
        Role::Catalog(args) => catalog::run(args),
        Role::Audit(args) => return audit::run(&args),
        Role::Doctor(args) => return doctor::run(args),
        Role::Top(args) => top::run(args),
        Role::Openapi => openapi::run(),
        Role::TransformWorker => return transform::work(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            output::complaint!("postrider: {fault:#}");
            ExitCode::FAILURE
        }
    }
}
