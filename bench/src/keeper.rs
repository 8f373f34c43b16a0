//! `bench keeper`: starts the server, and kills it when the parent has ended, because the server itself does not watch
//! its standard input.

use crate::child::{parent_gone, say_hello};
use anyhow::Context;
use serde_json::json;
use std::{
    fs::File,
    path::PathBuf,
    process::{ExitCode, Stdio},
};
use tokio::{
    process::Command,
    signal::unix::{SignalKind, signal},
};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// File for the server's output
    #[arg(long)]
    log: PathBuf,
    #[arg(long)]
    folder: PathBuf,
    /// Environment variable NAME=VALUE
    #[arg(long)]
    env: Vec<String>,
    #[arg(required = true, last = true)]
    command: Vec<String>,
}

pub(crate) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    // Ctrl-C reaches the whole process group, but the end of the parent only closes the standard input.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let log = File::create(&args.log).context("failed to create the server's log")?;
    let (program, rest) = args.command.split_first().context("no program was given")?;
    let mut server = Command::new(program);
    // The developer's own environment must not affect the measurement.
    for (name, _) in std::env::vars() {
        if name.starts_with("POSTRIDER_") || name.starts_with("WEBHOOK_") {
            server.env_remove(name);
        }
    }
    let given = args.env.iter().filter_map(|one| one.split_once('='));
    let mut server = server
        .args(rest)
        .envs(given)
        .current_dir(&args.folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("failed to start {program}"))?;
    say_hello(&json!({ "pid": server.id() }));
    let mut gone = std::pin::pin!(parent_gone());
    loop {
        tokio::select! {
            ended = server.wait() => {
                ended?;
                break;
            }
            () = &mut gone => {
                server.kill().await?;
                break;
            }
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
    // Returning would wait for the thread that reads the standard input.
    std::process::exit(0)
}
