//! Removal of deliveries whose event has no payload any more.

use super::{Job, Lane};
use model::{EventId, TenantId};
use std::collections::HashSet;

impl Lane {
    /// Removes the queued deliveries of these events and returns them.
    pub(crate) fn drop_events(&mut self, events: &HashSet<(TenantId, EventId)>) -> Vec<Job> {
        let mut dropped = Vec::new();
        let mut is_kept = |job: &Job| {
            let event = &job.outgoing.event;
            let is_dropped = events.contains(&(event.tenant.clone(), event.id));
            if is_dropped {
                dropped.push(job.clone());
            }
            !is_dropped
        };
        for part in &mut self.parts {
            part.jobs.retain(&mut is_kept);
        }
        self.held_back.retain(&mut is_kept);
        for job in &dropped {
            self.held.remove(&job.id);
            self.part(job.queue).in_memory -= 1;
            self.bytes -= job.outgoing.bytes();
        }
        self.queued -= dropped.len();
        dropped
    }
}
