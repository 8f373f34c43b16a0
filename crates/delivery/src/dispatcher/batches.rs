//! Requests that carry several events.

use super::{
    Dispatcher, Made,
    sending::{Running, sample},
};
use crate::{
    attempt,
    egress::LocalFault,
    lanes::{Ended, Job},
    numbers::LaneNumber,
    target::Target,
    traces::Attempting,
};
use model::AttemptResult;
use std::sync::Arc;

/// The result of sending a batch.
enum Sent {
    Made(Vec<Made>),
    /// The receiver takes no request of this size (413).
    TooLarge,
}

impl Dispatcher {
    /// Sends the deliveries of a batch in one request; one that is too large for the receiver is sent in halves.
    pub(super) async fn deliver_batch(&self, mut running: Running, lane: LaneNumber, target: Arc<Target>) {
        let mut jobs = running.jobs();
        // In the order in which they were published, whatever queue they come from.
        jobs.sort_unstable_by_key(|job| job.id);
        let mut sendable = Vec::with_capacity(jobs.len());
        for job in jobs {
            if !self.may_send(&job) {
                return;
            }
            if self.unsent(lane, &target, &job).await.is_some() {
                running.settled(job.id);
            } else {
                sendable.push(job);
            }
        }
        if sendable.is_empty() {
            return running.skip();
        }
        // The subscription may have been changed since the lane chose these.
        let size = if target.subscription.policies.shape.batching.is_some() { sendable.len() } else { 1 };
        let mut parts: Vec<&[Job]> = sendable.chunks(size).rev().collect();
        let mut last: Option<Ended> = None;
        while let Some(part) = parts.pop() {
            // Between two requests of one start.
            if last.is_some() && !part.iter().all(|job| self.may_send(job)) {
                break;
            }
            match self.attempt_batch(&target, part).await {
                Err(fault) => {
                    self.put_off(fault);
                    break;
                }
                Ok(Sent::TooLarge) => {
                    let (first, second) = part.split_at(part.len() / 2);
                    self.lanes.smaller_batches(lane, first.len());
                    parts.extend([second, first]);
                }
                Ok(Sent::Made(all)) => {
                    let ended = self.record_all(&mut running, lane, &target, part.iter().zip(all)).await;
                    last = ended.map(|ended| Ended { events: part.len(), ..ended });
                }
            }
        }
        if let Some(ended) = last {
            running.finish_batch(ended);
        }
    }

    async fn record_all(
        &self,
        running: &mut Running,
        lane: LaneNumber,
        target: &Target,
        made: impl Iterator<Item = (&Job, Made)>,
    ) -> Option<Ended> {
        let mut last = None;
        for (job, made) in made {
            last = Some(self.record(lane, target, job, made).await);
            running.settled(job.id);
        }
        last
    }

    /// Makes one attempt for all of these deliveries.
    async fn attempt_batch(&self, target: &Target, jobs: &[Job]) -> Result<Sent, LocalFault> {
        let known = |job: &Job| job.outgoing.event.trace.clone();
        let traced: Vec<Option<Attempting>> =
            jobs.iter().map(|job| self.traces.attempt(known(job).as_deref())).collect();
        // A request has one trace: that of the first of its events that is traced.
        let first = traced.iter().flatten().next().map(|one| one.context().clone());
        let context = first.or_else(|| jobs.iter().find_map(known).map(|trace| (*trace).clone()));
        let events: Vec<_> = jobs.iter().map(|job| &*job.outgoing).collect();
        let sent = attempt::send(self.means(), target, &events, self.times(), context.as_ref()).await?;
        let Some(reply) = sent else {
            return Ok(Sent::Made(jobs.iter().map(|job| self.dropped(target, job)).collect()));
        };
        self.observe(&reply);
        if jobs.len() > 1 && matches!(reply.result, AttemptResult::Response { status: 413, .. }) {
            return Ok(Sent::TooLarge);
        }
        // One fraction for all, so that those with as many attempts are due together again.
        let fraction = self.ids.fraction();
        let of = |(place, (job, traced)): (usize, (&Job, _))| {
            let made = reply.of(&job.outgoing, (job.attempts + 1, place), self.defaults.ids);
            self.made((target, job), made, sample(&reply.result), traced, fraction)
        };
        Ok(Sent::Made(jobs.iter().zip(traced).enumerate().map(of).collect()))
    }
}
