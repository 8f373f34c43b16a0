//! After a commit: answers the publishers, tells the sink, and feeds live streams.

use super::{
    Debt, JournalTask,
    entry::{AppendError, Recipients},
    sink::{After, CommitSink, Settled},
    tally,
};
use crate::{feed::Gathered, outgoing::Offer};
use model::delivery::Next;
use std::sync::atomic::Ordering::Relaxed;
use storage::{Append, Appended, Done, Write};

impl JournalTask {
    /// Answers publishers first, then tells the sink. Counts what is durable, so that metrics agree with the log.
    pub(super) fn pay(&self, sink: &dyn CommitSink, writes: Vec<Write>, debts: Vec<Debt>, done: Vec<Done>) {
        let mut offers = Vec::new();
        let mut settled = Vec::new();
        let mut news = self.0.feed.is_on().then(Gathered::default);
        for ((write, debt), done) in writes.into_iter().zip(debts).zip(done) {
            match (debt, write) {
                (Debt::Append { append, recipients, bytes, answer }, _) => {
                    self.0.bytes.fetch_sub(bytes, Relaxed);
                    let result = match done {
                        Done::Appended(each) => {
                            for ((new, targets), appended) in append.events.iter().zip(recipients).zip(&each) {
                                if *appended == Appended::New {
                                    tally::published(&self.0.metrics, new);
                                    news.iter_mut().for_each(|news| news.event(new));
                                    Offer::extend(&mut offers, new, targets);
                                }
                            }
                            Ok(each)
                        }
                        Done::NoTenant | Done::Recorded | Done::Raised | Done::Taken => Err(AppendError::NoTenant),
                    };
                    let _ = answer.send(result);
                }
                (Debt::Outcome { lane, .. }, Write::Outcome(outcome)) if done == Done::Taken => {
                    tracing::warn!(delivery = %outcome.delivery, "outcome not recorded: another node has taken the delivery over");
                    settled.push(Settled { lane, delivery: outcome.delivery, after: After::NotRecorded });
                }
                (Debt::Outcome { lane, recipients, tally, subject }, Write::Outcome(outcome)) => {
                    tally.count(&self.0.metrics);
                    news.iter_mut().for_each(|news| news.outcome(&outcome, &subject));
                    if done == Done::Raised {
                        self.offer_raised(&mut offers, &mut news, &outcome.raises, recipients);
                    }
                    if outcome.next == Next::Gone {
                        sink.gone(&outcome.tenant, outcome.subscription);
                    }
                    let after = outcome.next.retry_at().map_or(After::Ended, After::RetryAt);
                    settled.push(Settled { lane, delivery: outcome.delivery, after });
                }
                (Debt::Outcome { lane, recipients, tally, subject }, Write::End(ending)) => {
                    if done == Done::Raised {
                        self.offer_raised(&mut offers, &mut news, &ending.raises, recipients);
                    }
                    if done != Done::Taken {
                        tally.count(&self.0.metrics);
                        news.iter_mut().for_each(|news| news.ending(&ending, &subject));
                    }
                    let after = if done == Done::Taken { After::NotRecorded } else { After::Ended };
                    settled.push(Settled { lane, delivery: ending.delivery, after });
                }
                (Debt::Cancel, Write::Cancel { tenant, .. }) => news.iter_mut().for_each(|news| news.gap(&tenant)),
                (Debt::Outcome { .. } | Debt::Cancel, _) => {}
            }
        }
        if !settled.is_empty() {
            sink.settled(settled);
        }
        if !offers.is_empty() {
            sink.appended(offers);
        }
        if let Some(news) = news {
            self.0.feed.record(news);
        }
    }

    /// The deliveries of events that an outcome or an end has raised.
    fn offer_raised(
        &self,
        offers: &mut Vec<Offer>,
        news: &mut Option<Gathered>,
        raises: &[Append],
        recipients: Vec<Recipients>,
    ) {
        for (append, recipients) in raises.iter().zip(recipients) {
            for (new, targets) in append.events.iter().zip(recipients) {
                tally::published(&self.0.metrics, new);
                news.iter_mut().for_each(|news| news.event(new));
                Offer::extend(offers, new, targets);
            }
        }
    }
}
