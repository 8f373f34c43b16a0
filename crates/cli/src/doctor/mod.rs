//! `postrider doctor`: checks an installation and says what to do. It changes nothing, so it works beside a running
//! server.

mod clock;
mod configuration;
mod descriptors;
mod disk;
mod dns;
mod egress;
mod listen;
mod master_keys;
mod permissions;
mod process;
mod report;
mod request;
mod store;
mod tls;

use crate::{
    config::{self, Examined, Flags},
    output::complaint,
    serve::dev,
};
use anyhow::Context as _;
use clap::ValueEnum;
use delivery::{Egress, EgressSettings};
use egress::Receiver;
use model::{SubscriptionId, url_rules::SubscriptionUrl};
use report::{Check, Report, Status};
use std::{fs::File, path::PathBuf, process::ExitCode};
use store::Seen;

/// Check the installation, and say what to do
///
/// Reads the same configuration as `serve`, and checks the store, its migrations and master key, permissions, disk,
/// clock, file descriptors, the address to listen on, TLS, DNS and, with --url or --subscription, a real request. It changes
/// nothing, and works whether a server is running or not: run it as the server's user, with the server's environment.
///
/// Exit codes: 0 without a problem (there may be warnings), 1 with a problem, 2 for a wrong command line.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Configuration file [default: postrider.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The store, e.g. sqlite:postrider.db or postgres://…; overrides POSTRIDER_STORE
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// The API's address; overrides POSTRIDER_LISTEN
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Check for a server with --dev, which allows http:// and loopback receivers
    #[arg(long)]
    dev: bool,
    /// Send an unsigned test request to this URL, through the address policy (SSRF) of deliveries
    #[arg(long, value_name = "URL", value_parser = receiver_url, conflicts_with = "subscription")]
    url: Option<SubscriptionUrl>,
    /// The same with the URL of this subscription
    #[arg(long, value_name = "ID", value_parser = subscription_id)]
    subscription: Option<SubscriptionId>,
    /// The host name to resolve [default: that of the URL, else example.com]
    #[arg(long, value_name = "HOST")]
    resolve: Option<String>,
    /// The format of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    output: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

fn receiver_url(text: &str) -> Result<SubscriptionUrl, String> {
    // The configuration decides about http:// later.
    SubscriptionUrl::parse(text, true).map_err(|fault| format!("it {fault}"))
}

fn subscription_id(text: &str) -> Result<SubscriptionId, String> {
    SubscriptionId::parse(text).map_err(|_| "it must be an id such as sub_…".to_owned())
}

pub(crate) fn run(args: Args) -> ExitCode {
    let output = args.output;
    match examine(args) {
        Ok(report) => {
            match output {
                Format::Text => report.print_text(),
                Format::Json => report.print_json(),
            }
            if report.status() == Status::Problem { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(fault) => {
            complaint!("postrider: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

/// Descriptors that the checks need.
const RESERVE: usize = 16;

fn examine(args: Args) -> anyhow::Result<Report> {
    let flags: Flags = vec![("listen", args.listen.clone()), ("store", args.store.clone())];
    let mut examined = config::examine(args.config.as_deref(), flags)?;
    if args.dev {
        dev::relax(&mut examined.config);
    }
    let short = "too few file descriptors are free for this command; raise the limit (ulimit -n)";
    // Without descriptors the runtime would panic.
    let reserve: Result<Vec<File>, _> = (0..RESERVE).map(|_| File::open("/dev/null")).collect();
    drop(reserve.context(short)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context(short)?;
    Ok(runtime.block_on(check_all(&args, &examined)))
}

async fn check_all(args: &Args, examined: &Examined) -> Report {
    let mut report = Report::default();
    let config = &examined.config;
    configuration::check(&mut report, examined, args.dev);
    let seen = if examined.faulty.contains("store") {
        report.warning(Check::Store, "The store was not checked.", "Correct POSTRIDER_STORE first.");
        Seen::default()
    } else {
        store::check(&mut report, examined, args.subscription).await
    };
    permissions::check(&mut report, examined);
    disk::check(&mut report, config);
    let server = if examined.faulty.contains("listen") {
        report.warning(Check::Listen, "The address was not checked.", "Correct POSTRIDER_LISTEN first.");
        None
    } else {
        listen::check(&mut report, (config.listen, config.front.tls.is_some()), &seen)
    };
    tls::check(&mut report, config);
    clock::check(&mut report, &seen, server.is_some());
    descriptors::check(&mut report, config, server.and_then(|server| server.process).or(seen.process));
    let receiver = match (&args.url, args.subscription) {
        (Some(url), _) => Some(Receiver { name: url.to_string(), url: url.to_url(), tenant: None }),
        (None, Some(id)) => store::receiver(&mut report, id, &seen),
        (None, None) => None,
    };
    let allow = receiver.as_ref().and_then(|one| one.tenant.as_ref()).map(|(_, allow)| allow.clone());
    let settings = EgressSettings { allow: allow.unwrap_or_default(), ..crate::serve::egress_settings(config) };
    match Egress::new(settings) {
        Ok(egress) => {
            let host = args.resolve.clone().or_else(|| receiver.as_ref()?.url.domain().map(str::to_owned));
            dns::check(&mut report, &egress, host.as_deref(), config.timeout).await;
            if let Some(receiver) = receiver {
                egress::check(&mut report, &egress, &receiver, config).await;
            }
        }
        Err(fault) => report.problem(
            Check::Egress,
            format!("TLS to receivers cannot be set up: {fault}."),
            "Install the system's certificate authorities (ca-certificates).",
        ),
    }
    report
}
