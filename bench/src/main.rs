//! The project's own benchmarks: they start the release server and measure it from outside, over real sockets.
//!
//! ```text
//! cargo run --release -p bench -- all           every scenario; about twelve minutes
//! cargo run --release -p bench -- run NAME…     some of them
//! cargo run --release -p bench -- list          their names
//! cargo run --release -p bench -- plot          draws again from the results
//! ```
//!
//! Throughputs are ratios to a relay that neither parses, signs nor stores ([`relay`]), measured just before and just
//! after, because machines differ, and one machine varies from minute to minute.

#![allow(clippy::disallowed_methods, reason = "it measures real time, from outside the server")]

mod bulk;
mod child;
mod context;
mod http_client;
mod keeper;
mod kept;
mod load;
mod machine;
mod proc;
mod receiver;
mod relay;
mod report;
mod rig;
mod scenarios;
mod server;
mod time;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Benchmarks of Postrider
#[derive(Parser)]
#[command(name = "bench", version)]
struct Cli {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Run every scenario
    All(context::Options),
    /// Run some scenarios; their results replace earlier ones
    Run {
        /// Names as printed by `list`
        #[arg(required = true)]
        names: Vec<String>,
        #[command(flatten)]
        options: context::Options,
    },
    /// Show the scenarios
    List,
    /// Draw the plots again, and print the table
    Plot {
        /// Folder of results.json [default: bench/results]
        #[arg(long, value_name = "FOLDER")]
        results: Option<std::path::PathBuf>,
    },
    #[command(hide = true)]
    Receiver(receiver::Args),
    #[command(hide = true)]
    Relay(relay::Args),
    #[command(hide = true)]
    Keeper(keeper::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().role) {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("bench: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(role: Role) -> anyhow::Result<ExitCode> {
    // A single worker per process, including the relay, so that the server under test gets the rest of the machine.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    match role {
        Role::All(options) => runtime.block_on(scenarios::run(&options, None)),
        Role::Run { names, options } => runtime.block_on(scenarios::run(&options, Some(&names))),
        Role::List => {
            for scenario in &scenarios::ALL {
                println!("{:<20} {}", scenario.name, scenario.what);
            }
            Ok(ExitCode::SUCCESS)
        }
        Role::Plot { results } => {
            let folder = results.unwrap_or_else(report::results::default_folder);
            let results = report::results::read(&folder)?;
            report::table::print(&results);
            report::plot::all(&folder, &results)?;
            Ok(ExitCode::SUCCESS)
        }
        Role::Receiver(args) => runtime.block_on(receiver::run(args)).map(|()| ExitCode::SUCCESS),
        Role::Relay(args) => runtime.block_on(relay::run(args)).map(|()| ExitCode::SUCCESS),
        Role::Keeper(args) => runtime.block_on(keeper::run(args)),
    }
}
