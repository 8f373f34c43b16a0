//! Structured logs on standard error, written by a separate thread, so that requests do not wait for the log's reader.

use crate::config::LogFormat;
use anyhow::{Context, anyhow};
use std::io::BufWriter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{EnvFilter, fmt};

/// Maximum number of buffered lines; the buffer is allocated in advance.
const LINES: usize = 4_096;

/// Starts logging. `filter` is validated and in the syntax of `RUST_LOG`, for example `info` or
/// `info,postrider::delivery=warn`.
///
/// Lines are written within milliseconds, and remaining ones when the guard is dropped.
pub(crate) fn start(filter: &str, format: LogFormat) -> anyhow::Result<WorkerGuard> {
    let filter = EnvFilter::try_new(filter).context("POSTRIDER_LOG")?;
    let buffered = BufWriter::with_capacity(64 * 1024, std::io::stderr());
    // When the buffer is full, callers wait (backpressure): no line is dropped.
    let (writer, guard) =
        NonBlockingBuilder::default().lossy(false).buffered_lines_limit(LINES).thread_name("log").finish(buffered);
    let builder = fmt().with_env_filter(filter).with_writer(writer).with_ansi(false);
    match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
    .map_err(|fault| anyhow!("failed to start logging: {fault}"))?;
    Ok(guard)
}
