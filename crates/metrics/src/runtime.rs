//! Figures of the asynchronous runtime.

use crate::{families, family::Family};
use tokio::runtime::Handle;

/// The values of the runtime that this thread belongs to.
pub(crate) fn read() -> Vec<(&'static Family, f64)> {
    let Ok(handle) = Handle::try_current() else { return Vec::new() };
    let runtime = handle.metrics();
    let busy = (0..runtime.num_workers()).map(|worker| runtime.worker_total_busy_duration(worker).as_secs_f64()).sum();
    vec![
        (&families::RUNTIME_WORKERS, runtime.num_workers() as f64),
        (&families::RUNTIME_TASKS, runtime.num_alive_tasks() as f64),
        (&families::RUNTIME_QUEUE, runtime.global_queue_depth() as f64),
        (&families::RUNTIME_BUSY, busy),
    ]
}
