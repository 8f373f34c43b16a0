//! Structured logs on standard error, written by a separate thread, so that requests do not wait for the log's reader.

use crate::config::{self, LogFormat};
use anyhow::{Context, anyhow};
use api::LogControl;
use delivery::LogSample;
use parking_lot::Mutex;
use std::{fmt, io::BufWriter, sync::Arc};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{EnvFilter, fmt::fmt as lines, reload};

/// Maximum number of buffered lines; the buffer is allocated in advance.
const LINES: usize = 4_096;

/// The running log. Remaining lines are written when it is dropped.
pub(crate) struct Logging {
    pub(crate) settings: Arc<LogSettings>,
    _guard: WorkerGuard,
}

/// The settings of the log, which can be changed while it runs.
pub(crate) struct LogSettings {
    filter: Mutex<String>,
    pub(crate) sample: Arc<LogSample>,
    reload: Box<dyn Fn(EnvFilter) -> Result<(), reload::Error> + Send + Sync>,
}

impl fmt::Debug for LogSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogSettings")
            .field("filter", &self.filter)
            .field("sample", &self.sample)
            .finish_non_exhaustive()
    }
}

impl LogControl for LogSettings {
    fn filter(&self) -> String {
        self.filter.lock().clone()
    }

    fn set_filter(&self, filter: &str) -> Result<(), String> {
        let checked = config::check_log_filter(filter)?;
        let parsed = EnvFilter::try_new(&checked).map_err(|fault| format!("cannot be read ({fault})"))?;
        // Held while the filter is replaced, so that the text is always that of the filter in force.
        let mut current = self.filter.lock();
        (self.reload)(parsed).map_err(|fault| format!("cannot be applied ({fault})"))?;
        *current = checked;
        Ok(())
    }

    fn sample(&self) -> f64 {
        self.sample.share()
    }

    fn set_sample(&self, share: f64) {
        self.sample.set(share);
    }
}

/// Starts logging. `filter` is validated and in the syntax of `RUST_LOG`, for example `info` or
/// `info,postrider::delivery=warn`.
///
/// Lines are written within milliseconds.
pub(crate) fn start(filter: &str, sample: f64, format: LogFormat) -> anyhow::Result<Logging> {
    let parsed = EnvFilter::try_new(filter).context("POSTRIDER_LOG")?;
    let buffered = BufWriter::with_capacity(64 * 1024, std::io::stderr());
    // When the buffer is full, callers wait (backpressure): no line is dropped.
    let (writer, guard) =
        NonBlockingBuilder::default().lossy(false).buffered_lines_limit(LINES).thread_name("log").finish(buffered);
    let builder = lines().with_env_filter(parsed).with_writer(writer).with_ansi(false);
    let failed = |fault| anyhow!("failed to start logging: {fault}");
    let reload: Box<dyn Fn(EnvFilter) -> Result<(), reload::Error> + Send + Sync> = match format {
        LogFormat::Text => {
            let builder = builder.with_filter_reloading();
            let handle = builder.reload_handle();
            builder.try_init().map_err(failed)?;
            Box::new(move |filter| handle.reload(filter))
        }
        LogFormat::Json => {
            let builder = builder.json().flatten_event(true).with_filter_reloading();
            let handle = builder.reload_handle();
            builder.try_init().map_err(failed)?;
            Box::new(move |filter| handle.reload(filter))
        }
    };
    let (filter, sample) = (Mutex::new(filter.to_owned()), Arc::new(LogSample::new(sample)));
    Ok(Logging { settings: Arc::new(LogSettings { filter, sample, reload }), _guard: guard })
}
