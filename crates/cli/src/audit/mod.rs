//! `postrider audit`: compares the promised events with those that the code publishes.

mod git;
mod source;

use crate::client::Server;
use anyhow::{Context, bail, ensure};
use audit::{
    About, CatalogSource, audit,
    config::{Config, FILE_NAME},
    report::{
        Baseline, Report,
        formats::{self, Format},
        gate, live, revisions,
    },
    source::{Rules, SourceTree},
};
use clap::builder::PossibleValuesParser;
use http::Method;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::{Clock, SystemClock};
use std::{
    fs,
    io::{IsTerminal, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Check which events of the catalog the code publishes
///
/// Reads Python, TypeScript, JavaScript, Go, Java, Kotlin, C#, Ruby, PHP and Rust as syntax trees, finds the calls that
/// publish, and compares them with the catalog: a set of constants in the code, or another source. Names, paths and
/// accepted gaps are configured in postrider-audit.toml.
///
/// Exit codes: 0 when the audit succeeded and every gate passed; 1 when a gate failed (--fail-under, --baseline); 2
/// when the audit could not be made.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files and folders to read
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The format of the output [default: summary]
    #[arg(long, value_parser = PossibleValuesParser::new(Format::ALL.map(Format::name)))]
    format: Option<String>,
    /// The file to write to [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write all documents into this folder: comprehensive, quick-reference, summary, index, json, sarif and html
    #[arg(long, value_name = "FOLDER")]
    output_dir: Option<PathBuf>,
    /// The catalog: `code` (a set of constants in the code), `shipped`, `configured` (with POSTRIDER_CATALOG_FOLDER), a
    /// file, or the URL of a running server [default: code]
    #[arg(long, value_name = "SOURCE")]
    catalog: Option<String>,
    /// The main set of constants in the code: a name, or path:name
    #[arg(long, value_name = "NAME")]
    main: Option<String>,
    /// Configuration file [default: postrider-audit.toml in the current folder or in the first PATH, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Fail when less than this percentage of the catalog is published
    #[arg(long, value_name = "PERCENT", value_parser = percentage)]
    fail_under: Option<f64>,
    /// Fail for gaps that are not in this baseline
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the current gaps as a baseline, without checking any gate
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Also report changes since a git revision
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// Also report the events that a running server has seen
    #[arg(long, value_name = "URL")]
    live: Option<String>,
    /// Number of days that --live looks back
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=365))]
    days: u32,
    /// Upload the report to a running server, which joins it with the events that it sees (GET /api/v1/audit/coverage)
    #[arg(long, value_name = "URL")]
    upload: Option<String>,
    /// The key for --live, --upload and --catalog URL: the operator's or a tenant's [default: the key that `serve
    /// --dev` keeps in postrider.db.dev-key]
    #[arg(long, env = "POSTRIDER_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<String>,
    /// The tenant to act in; required for --catalog URL with the operator's key
    #[arg(long, env = "POSTRIDER_TENANT", value_name = "ID")]
    tenant: Option<String>,
}

fn percentage(text: &str) -> Result<f64, String> {
    let value: f64 =
        text.trim_end_matches('%').parse().map_err(|_| "it must be a number, for example 80".to_owned())?;
    if (0.0..=100.0).contains(&value) { Ok(value) } else { Err("it must be from 0 to 100".into()) }
}

/// Exit code when a gate failed.
const CLOSED: u8 = 1;
/// Exit code when it is not sure which set of constants is the catalog, so that the result means little.
const UNSURE: u8 = 3;
/// Exit code when the audit could not be made.
const FAULT: u8 = 2;

pub(crate) fn run(args: &Args) -> ExitCode {
    match make(args) {
        Ok(Outcome::Passed) => ExitCode::SUCCESS,
        Ok(Outcome::Closed) => ExitCode::from(CLOSED),
        Ok(Outcome::Unsure) => ExitCode::from(UNSURE),
        Err(fault) => {
            eprintln!("postrider: {fault:#}");
            ExitCode::from(FAULT)
        }
    }
}

/// The outcome of an audit that was made.
enum Outcome {
    Passed,
    /// A gate failed.
    Closed,
    Unsure,
}

fn make(args: &Args) -> anyhow::Result<Outcome> {
    let (config, folder) = configuration(args)?;
    let rules = Rules::new(&config.files).context("invalid configuration")?;
    let server = |url: &str| Server::at(url, args.key.clone(), args.tenant.clone());
    let main = args.main.clone().or_else(|| config.catalog.main.clone());
    let said = args.catalog.as_deref().or(if args.main.is_some() { Some("code") } else { None });
    let wanted = said.or(config.catalog.source.as_deref()).unwrap_or("code");
    ensure!(
        args.main.is_none() || wanted == "code",
        "--main names a set in the code, so it cannot be combined with --catalog {wanted}"
    );
    let catalog = source::catalog(wanted, main, &folder, &server)?;
    // Input files are read first, so that errors in them are reported before the audit runs.
    let baseline = match (&args.baseline, &config.gate.baseline) {
        _ if args.write_baseline.is_some() => None,
        (Some(path), _) => Some(read_baseline(path)?),
        (None, Some(path)) => Some(read_baseline(&folder.join(path))?),
        (None, None) => None,
    };
    let tree = SourceTree::of_paths(&args.paths, &rules).context("failed to read the path to audit")?;
    let state = git::state(&args.paths);
    let about = About {
        project: git::project(&args.paths),
        revision: state.revision,
        modified: state.modified,
        generated_at: SystemClock.now().to_string(),
    };
    let mut report = one_audit(&tree, &config, &catalog, about)?;
    if let Some(revision) = &args.since {
        let texts = git::texts(&args.paths, revision, &rules)?;
        let before = SourceTree::of_texts(texts, tree.above_names(), &rules);
        // At that revision the set may have had another name, or another place.
        let earlier = match &catalog {
            CatalogSource::Code { .. } => CatalogSource::Code { main: Some(report.catalog.name.clone()) },
            given => given.clone(),
        };
        let before = one_audit(&before, &config, &earlier, About::default())
            .or_else(|_| one_audit(&before, &config, &CatalogSource::Code { main: None }, About::default()))?;
        report.since = Some(revisions::compare(revision, &before, &report));
    }
    if let Some(url) = &args.live {
        let path = format!("/api/v1/audit/coverage?days={}", args.days);
        let answer = server(url).call(Method::GET, &path, None, &[]).context("--live")?;
        let live =
            live::join(&report, url, &answer.to_string()).context("--live: unexpected response of the server")?;
        report.live = Some(live);
    }
    report.baseline.clone_from(&baseline);
    warn(&config, &report);
    write(args, &report)?;
    if let Some(url) = &args.upload {
        let body = formats::render(&report, Format::Json);
        server(url).call(Method::PUT, "/api/v1/audit/report", Some(body), &[]).context("--upload")?;
        eprintln!("postrider: uploaded the report to {url}");
    }
    if let Some(path) = &args.write_baseline {
        fs::write(path, Baseline::of(&report).to_json())
            .with_context(|| format!("{} cannot be written", path.display()))?;
        eprintln!("postrider: wrote the baseline to {}", path.display());
        return Ok(Outcome::Passed);
    }
    let passed = judge(args, &report, &config, baseline.as_ref())?;
    if let Some(question) = report.catalog.question() {
        eprintln!("postrider: {question}");
        return Ok(Outcome::Unsure);
    }
    Ok(if passed { Outcome::Passed } else { Outcome::Closed })
}

fn one_audit(tree: &SourceTree, config: &Config, catalog: &CatalogSource, about: About) -> anyhow::Result<Report> {
    let bar = progress(tree.len());
    let report = audit(tree, config, catalog, about, &|| bar.inc(1));
    bar.finish_and_clear();
    Ok(report?)
}

/// Warns about names in the configuration that do not occur in the code.
fn warn(config: &Config, report: &Report) {
    let names =
        || report.events.iter().map(|one| &one.event_type).chain(report.undefined.iter().map(|one| &one.event_type));
    for one in config.accept.iter().filter(|one| !names().any(|name| one.fits(name))) {
        eprintln!("postrider: accept: no event is named {}", one.event);
    }
}

/// Drawn only on a terminal.
fn progress(files: usize) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style =
        ProgressStyle::with_template("{bar:40} {pos}/{len} files").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(files as u64), target).with_style(style)
}

/// The configuration, and the folder that its relative paths refer to.
fn configuration(args: &Args) -> anyhow::Result<(Config, PathBuf)> {
    let beside = args.paths.first().map(|path| path.join(FILE_NAME));
    let found = match &args.config {
        Some(path) => Some(path.clone()),
        None => [Some(PathBuf::from(FILE_NAME)), beside].into_iter().flatten().find(|path| path.is_file()),
    };
    let Some(path) = found else { return Ok((Config::default(), PathBuf::new())) };
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let config = Config::parse(&text).with_context(|| path.display().to_string())?;
    Ok((config, path.parent().map(Path::to_owned).unwrap_or_default()))
}

fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    let text = fs::read_to_string(path).with_context(|| {
        format!("the baseline {} cannot be read; write one with --write-baseline {}", path.display(), path.display())
    })?;
    Baseline::parse(&text).with_context(|| path.display().to_string())
}

/// The documents that `--output-dir` writes.
const DOCUMENTS: [Format; 7] = [
    Format::Comprehensive,
    Format::QuickReference,
    Format::Summary,
    Format::Index,
    Format::Json,
    Format::Sarif,
    Format::Html,
];

fn write(args: &Args, report: &Report) -> anyhow::Result<()> {
    if let Some(folder) = &args.output_dir {
        fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
        for format in DOCUMENTS {
            let path = folder.join(format.file_name());
            fs::write(&path, formats::render(report, format))
                .with_context(|| format!("{} cannot be written", path.display()))?;
        }
        eprintln!("postrider: wrote {} documents to {}", DOCUMENTS.len(), folder.display());
        if args.output.is_none() && args.format.is_none() {
            return Ok(());
        }
    }
    let name = args.format.as_deref().unwrap_or("summary");
    let Some(format) = Format::parse(name) else { bail!("--format {name:?} is not a format") };
    let text = formats::render(report, format);
    match &args.output {
        Some(path) => fs::write(path, text).with_context(|| format!("{} cannot be written", path.display())),
        // A reader that closes the pipe early (`| head`) is not an error.
        None => match std::io::stdout().lock().write_all(text.as_bytes()) {
            Err(fault) if fault.kind() != std::io::ErrorKind::BrokenPipe => Err(fault.into()),
            _ => Ok(()),
        },
    }
}

fn judge(args: &Args, report: &Report, config: &Config, baseline: Option<&Baseline>) -> anyhow::Result<bool> {
    let fail_under = args.fail_under.or(config.gate.fail_under);
    if fail_under.is_some() && report.summary.defined == 0 {
        bail!("--fail-under: the catalog is empty; {}. Name one with --catalog or --main", report.catalog.reason);
    }
    if baseline.is_some_and(|known| !known.gaps.is_empty()) && report.summary.defined == 0 {
        bail!("--baseline: the baseline has gaps, but the catalog is empty; {}", report.catalog.reason);
    }
    let asked = fail_under.is_some() || baseline.is_some();
    if let (true, Some(first)) = (asked, report.files.skipped.first()) {
        let count = report.files.skipped.len();
        eprintln!(
            "postrider: {count} files were not read, so their events are not counted: {}: {}",
            first.file, first.reason
        );
    }
    let failures = gate::judge(report, config, fail_under, baseline);
    for failure in &failures {
        eprintln!("postrider: {}", failure.0);
    }
    if let Some(baseline) = baseline {
        let closed = baseline.closed(report);
        if !closed.is_empty() {
            eprintln!("postrider: gaps closed since the baseline: {}; write a new baseline", closed.join(", "));
        }
    }
    Ok(failures.is_empty())
}
