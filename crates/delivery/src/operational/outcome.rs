//! Operational events that follow from the outcome of an attempt. They are written in the outcome's transaction, so a
//! crash loses neither without the other.

use super::{
    DeliveryExhausted, FailedDelivery, Operational, OperationalEvent, Subject, SubscriptionDisabled, build::Identified,
};
use crate::{journal::Recipients, lanes::Job, outgoing::Outgoing, target::Target};
use model::{
    OperationalKind,
    delivery::{EndStatus, Next},
    subscription::DisabledReason,
};
use storage::{Ending, Outcome};

impl Operational {
    /// Adds the events that an outcome raises; returns their recipients. For a delivery that succeeds or is retried this
    /// is one comparison.
    pub(crate) fn raise(&self, outcome: &mut Outcome, target: &Target, outgoing: &Outgoing) -> Vec<Recipients> {
        let kind = match outcome.next {
            Next::Retry { .. } | Next::End(EndStatus::Delivered | EndStatus::Cancelled) => return Vec::new(),
            Next::End(EndStatus::Exhausted | EndStatus::Failed | EndStatus::Expired) => {
                OperationalKind::DeliveryExhausted
            }
            Next::Gone => OperationalKind::SubscriptionDisabled,
        };
        // No loop: an operational event that is not delivered raises none. A test is no event of the product.
        let is_subject = !outgoing.event.event_type.is_operational() && !outcome.delivery.is_test();
        if (kind == OperationalKind::DeliveryExhausted && !is_subject) || !self.is_wanted(kind, &outcome.tenant) {
            return Vec::new();
        }
        let (subject, failure) = (Subject::from(&target.subscription), self.failure(outcome, outgoing));
        let ended_at = outcome.attempt.started_at.after(outcome.attempt.duration);
        let event = if outcome.next == Next::Gone {
            OperationalEvent::SubscriptionDisabled(SubscriptionDisabled {
                subject,
                reason: DisabledReason::Gone,
                disabled_at: ended_at,
                failing_since: None,
                last_failure: Some(failure),
            })
        } else {
            OperationalEvent::DeliveryExhausted(DeliveryExhausted {
                subject,
                failure,
                status: outcome.next.status(),
                published_at: outcome.delivery.made_at(),
                ended_at,
            })
        };
        let (appends, recipients) = self.appends(&event, Identified::ByOutcome).into_iter().unzip();
        outcome.raises = appends;
        recipients
    }

    /// Adds the event of a delivery that expired before it was sent; returns its recipients.
    pub(crate) fn raise_expired(&self, ending: &mut Ending, target: &Target, job: &Job) -> Vec<Recipients> {
        let event = &job.outgoing.event;
        if event.event_type.is_operational() || !self.is_wanted(OperationalKind::DeliveryExhausted, &ending.tenant) {
            return Vec::new();
        }
        let exhausted = OperationalEvent::DeliveryExhausted(DeliveryExhausted {
            subject: Subject::from(&target.subscription),
            failure: FailedDelivery {
                event_id: job.outgoing.public_id(self.style).to_owned(),
                event_type: event.event_type.clone(),
                delivery_id: ending.delivery,
                attempts: job.attempts,
                response_code: None,
                error: Some(ending.error.clone()),
                attempted_at: None,
            },
            status: ending.end.status(),
            published_at: ending.delivery.made_at(),
            ended_at: ending.at,
        });
        let (appends, recipients) = self.appends(&exhausted, Identified::ByOutcome).into_iter().unzip();
        ending.raises = appends;
        recipients
    }

    /// The failed delivery that an outcome is about.
    pub(crate) fn failure(&self, outcome: &Outcome, outgoing: &Outgoing) -> FailedDelivery {
        FailedDelivery {
            event_id: outgoing.public_id(self.style).to_owned(),
            event_type: outgoing.event.event_type.clone(),
            delivery_id: outcome.delivery,
            attempts: outcome.attempt.number,
            response_code: outcome.attempt.response_code,
            error: outcome.attempt.error.clone(),
            attempted_at: Some(outcome.attempt.started_at),
        }
    }
}
