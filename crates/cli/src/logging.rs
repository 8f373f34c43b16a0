//! Structured logs on standard error, written by a thread of their own: no request waits for whoever reads them.

use crate::config::LogFormat;
use anyhow::{Context, anyhow};
use std::io::BufWriter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{EnvFilter, fmt};

/// Lines that wait to be written, at most; their places are made in advance.
const LINES: usize = 4_096;

/// `filter` is in the syntax of `RUST_LOG`, for example `info` or `info,postrider::delivery=warn`, and was checked.
///
/// What was logged is written out when the guard goes; in the meantime, within milliseconds.
pub(crate) fn start(filter: &str, format: LogFormat) -> anyhow::Result<WorkerGuard> {
    let filter = EnvFilter::try_new(filter).context("POSTRIDER_LOG")?;
    let buffered = BufWriter::with_capacity(64 * 1024, std::io::stderr());
    // A reader that does not keep up slows the server down in the end; lines are not thrown away.
    let (writer, guard) =
        NonBlockingBuilder::default().lossy(false).buffered_lines_limit(LINES).thread_name("log").finish(buffered);
    let builder = fmt().with_env_filter(filter).with_writer(writer).with_ansi(false);
    match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|fault| anyhow!("logging could not be started: {fault}"))?;
    Ok(guard)
}
