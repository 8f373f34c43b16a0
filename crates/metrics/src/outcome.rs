//! The labels of the result of an attempt.

use model::delivery::{EndStatus, Next};

/// The label `status` of `webhook_deliveries_total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Delivered,
    /// Refused for good: a final response, or 410.
    Failed,
    Retrying,
    /// Given up: no retries left, or expired.
    Abandoned,
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Delivered, Self::Failed, Self::Retrying, Self::Abandoned];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Retrying => "retrying",
            Self::Abandoned => "abandoned",
        }
    }

    /// `None` for a cancelled delivery, for which no request was made.
    pub const fn of(next: Next) -> Option<Self> {
        match next {
            Next::Retry { .. } => Some(Self::Retrying),
            Next::Gone => Some(Self::Failed),
            Next::End(end) => Self::of_end(end),
        }
    }

    pub const fn of_end(end: EndStatus) -> Option<Self> {
        match end {
            EndStatus::Delivered => Some(Self::Delivered),
            EndStatus::Failed => Some(Self::Failed),
            EndStatus::Exhausted | EndStatus::Expired => Some(Self::Abandoned),
            EndStatus::Cancelled => None,
        }
    }
}

/// The values of the label `reason` of `webhook_retries_total`, which [`model::AttemptResult::reason`] gives.
pub(crate) const REASONS: [&str; 13] = [
    "timeout",
    "server_error",
    "connection_error",
    "rate_limited",
    "client_error",
    "redirect",
    "tls_error",
    "dns_error",
    "blocked_address",
    "protocol_error",
    "unsendable",
    "proxy_error",
    "other",
];

pub(crate) fn reason_index(reason: &str) -> usize {
    REASONS.iter().position(|known| *known == reason).unwrap_or(REASONS.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AttemptError, AttemptResult, Timestamp, attempt::AttemptErrorKind};

    #[test]
    fn every_result_has_a_status_and_a_known_reason() {
        let at = Timestamp::from_micros(1);
        for (next, status) in [
            (Next::End(EndStatus::Delivered), Some("delivered")),
            (Next::End(EndStatus::Failed), Some("failed")),
            (Next::Gone, Some("failed")),
            (Next::Retry { at }, Some("retrying")),
            (Next::End(EndStatus::Exhausted), Some("abandoned")),
            (Next::End(EndStatus::Expired), Some("abandoned")),
            (Next::End(EndStatus::Cancelled), None),
        ] {
            assert_eq!(Status::of(next).map(Status::name), status, "{next:?}");
        }
        for kind in AttemptErrorKind::ALL {
            let reason = AttemptResult::Failed(AttemptError::new(kind, "")).reason();
            assert_eq!(REASONS[reason_index(reason)], reason);
        }
        for (code, reason) in [
            (429, "rate_limited"),
            (408, "timeout"),
            (404, "client_error"),
            (503, "server_error"),
            (302, "redirect"),
            (999, "other"),
            (100, "other"),
        ] {
            let reason_of = AttemptResult::Response { status: code, retry_after: None }.reason();
            assert_eq!(REASONS[reason_index(reason_of)], reason, "{code}");
        }
    }
}
