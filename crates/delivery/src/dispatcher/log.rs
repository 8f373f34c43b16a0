//! The log: one line per attempt, at the levels of `docs/contracts.md` (Metrics). A line never has a secret or a part of a
//! payload, so the quotes of a response that some error texts have are left out.

use super::Dispatcher;
use crate::{lanes::Job, target::Target};
use model::{
    Attempt, AttemptResult, DeliveryStatus,
    attempt::{AttemptErrorKind, first_characters, response_message, unquoted},
};
use std::borrow::Cow;

impl Dispatcher {
    /// Logs an attempt. `status` is the status of the delivery after it.
    pub(super) fn log_attempt(
        &self,
        target: &Target,
        job: &Job,
        attempt: &Attempt,
        status: DeliveryStatus,
        result: &AttemptResult,
    ) {
        macro_rules! line {
            ($level:ident, $text:literal) => {
                tracing::$level!(
                    target: "postrider::delivery",
                    tenant = %target.subscription.tenant,
                    subscription = %target.subscription.id,
                    delivery = %job.id,
                    event = job.outgoing.public_id(self.defaults.ids),
                    event_type = %job.outgoing.event.event_type,
                    attempt = attempt.number,
                    status = attempt.response_code,
                    error = logged_error(attempt, result).as_deref(),
                    trace_id = job.outgoing.event.trace.as_ref().map(|trace| display(trace.trace)),
                    duration_ms = attempt.duration.as_millis() as u64,
                    $text
                )
            };
        }
        match status {
            DeliveryStatus::Delivered if self.log_sample.takes(job.id) => line!(info, "delivered"),
            DeliveryStatus::Delivered => {}
            DeliveryStatus::Retrying => line!(warn, "not delivered, will be tried again"),
            _ => line!(error, "not delivered for good"),
        }
    }
}

/// The error of an attempt for logs and traces: without the target of a redirect, which may repeat a secret of the URL, and
/// without the first bytes of a response that is not HTTP, which may repeat the request.
pub(super) fn logged_error<'a>(attempt: &'a Attempt, result: &AttemptResult) -> Option<Cow<'a, str>> {
    let error = attempt.error.as_deref()?;
    Some(match result {
        AttemptResult::Response { status, .. } => response_message(*status, None).into(),
        AttemptResult::Failed(fault) if fault.kind == AttemptErrorKind::Protocol => unquoted(error).into(),
        AttemptResult::Failed(_) => first_characters(error).into(),
    })
}
