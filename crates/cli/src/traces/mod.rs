//! Export of traces by OTLP over HTTP with protobuf. Spans wait in a bounded queue and are sent in batches by a task of
//! their own; whatever happens to them, deliveries do not wait.

mod convert;
mod http;
mod queue;
mod task;

use crate::config::TraceSettings;
use delivery::{Sampler, Traces};
use model::{Clock, IdSource};
use queue::Queue;
use std::{sync::Arc, time::Duration};
use task::Task;
use tokio::{sync::Notify, task::JoinHandle};

/// A running export.
pub(crate) struct Export {
    queue: Arc<Queue>,
    sampler: Sampler,
    stopping: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Export {
    pub(crate) fn start(settings: &TraceSettings) -> anyhow::Result<Self> {
        let (queue, spans) = Queue::new();
        let stopping: Arc<Notify> = Arc::default();
        let task = Task::new(settings, spans, queue.clone(), stopping.clone())?;
        let task = tokio::spawn(task.run());
        Ok(Self { queue, sampler: settings.sampler, stopping, task })
    }

    /// The engine's traces, which end here.
    pub(crate) fn traces(&self, clock: Arc<dyn Clock>, ids: Arc<IdSource>) -> Traces {
        Traces::to(self.queue.clone(), self.sampler, clock, ids)
    }

    /// Sends the spans that wait, within `patience`.
    pub(crate) async fn stop(self, patience: Duration) {
        self.stopping.notify_one();
        if tokio::time::timeout(patience, self.task).await.is_err() {
            tracing::warn!(target: "postrider::traces", "the last spans were not exported in time");
        }
    }
}
