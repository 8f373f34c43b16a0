//! Structured logs on standard error.

use crate::config::LogFormat;
use anyhow::{Context, anyhow};
use tracing_subscriber::{EnvFilter, fmt};

/// `filter` is in the syntax of `RUST_LOG`, for example `info` or `info,postrider::delivery=warn`.
pub(crate) fn start(filter: &str, format: LogFormat) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).context(
        "POSTRIDER_LOG must be a level or a list of target=level, for example info,postrider::delivery=warn",
    )?;
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    match format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|fault| anyhow!("logging could not be started: {fault}"))
}
