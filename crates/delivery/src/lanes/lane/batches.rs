//! Batches of a lane: when one is ready, and which deliveries it has.

use super::{Job, Lane};
use model::{Timestamp, shape::Batching};

impl Lane {
    /// Its batching now. A probe of the circuit breaker is one delivery.
    fn batching(&self) -> Option<Batching> {
        self.target.subscription.policies.shape.batching.filter(|_| self.throttle.open().is_none())
    }

    /// The most deliveries of one request.
    fn batch_most(&self, batching: &Batching) -> usize {
        usize::from(self.batch_most.unwrap_or(u16::MAX).min(batching.max_events()))
    }

    /// The most deliveries of one request, as configured.
    pub(super) fn batch_max(&self) -> usize {
        self.target.subscription.policies.shape.batching.map_or(1, |one| one.max_events().into())
    }

    /// Maximum length of one queue in memory: two batches at least.
    pub(crate) fn queue_max(&self) -> usize {
        self.pace.queue().max(2 * self.batch_max())
    }

    /// The time until which the next batch waits for more deliveries; `None` when it can be sent.
    pub(crate) fn gathers_until(&self, now: Timestamp) -> Option<Timestamp> {
        let batching = self.batching()?;
        if self.queued() >= self.batch_most(&batching) || self.bytes >= Batching::BYTES_MAX {
            return None;
        }
        let fronts = self.parts.iter().filter_map(|part| part.jobs.front()).chain(self.held_back.front());
        let full = fronts.map(|job| job.due_at).min()?.after(batching.max_wait());
        (full > now).then_some(full)
    }

    /// Approximate size in memory of the next request's events, in bytes.
    pub(crate) fn next_weight(&self) -> Option<usize> {
        let one = self.peek()?.outgoing.weight();
        let Some(batching) = self.batching() else { return Some(one) };
        let all = one.saturating_mul(self.queued().min(self.batch_most(&batching)));
        Some(all.min(one.max(2 * Batching::BYTES_MAX)))
    }

    /// Takes the deliveries of the next request: one, or a batch.
    pub(crate) fn take(&mut self) -> Option<(Job, Vec<Job>)> {
        let batching = self.batching();
        let (first, mut more) = (self.pop()?, Vec::new());
        let Some(batching) = batching else { return Some((first, more)) };
        let (most, mut bytes) = (self.batch_most(&batching), first.outgoing.bytes());
        while more.len() + 1 < most {
            bytes += self.peek().map_or(usize::MAX / 2, |next| next.outgoing.bytes());
            if bytes > Batching::BYTES_MAX {
                break;
            }
            more.extend(self.pop());
        }
        Some((first, more))
    }

    /// The receiver has refused a batch for its size; it gets no more than this number in one request.
    pub(crate) fn smaller_batches(&mut self, most: usize) {
        self.batch_most = Some(u16::try_from(most.max(1)).unwrap_or(u16::MAX));
    }

    /// The receiver has taken a request with this number of events. After a refusal its batches grow again, by one event
    /// with each full one, so that few are refused.
    pub(crate) fn took_batch(&mut self, events: usize) {
        let grown = self.batch_most.filter(|most| usize::from(*most) <= events).map(|most| most.saturating_add(1));
        if let Some(grown) = grown {
            self.batch_most = (usize::from(grown) < self.batch_max()).then_some(grown);
        }
    }
}

#[cfg(test)]
mod tests;
