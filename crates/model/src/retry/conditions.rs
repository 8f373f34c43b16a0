//! `retry_on`: which results of an attempt are retried.

use crate::attempt::AttemptErrorKind;
use std::fmt;

/// A result of an attempt that is retried, as `retry_on` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All statuses of a class that neither succeed nor disable: 3, 4 or 5 for 3xx, 4xx or 5xx.
    Class(u16),
    Status(u16),
    Failure(Failure),
    /// No attempt without a response is retried.
    NoFailures,
}

/// A kind of attempt without a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Refused, reset or closed without a response, or an address that the installation does not allow.
    Connection,
    Dns,
    Timeout,
    Tls,
    /// The response is not HTTP.
    Protocol,
}

impl Failure {
    const ALL: [Self; 5] = [Self::Connection, Self::Dns, Self::Timeout, Self::Tls, Self::Protocol];

    const fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Dns => "dns",
            Self::Timeout => "timeout",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
        }
    }

    /// `None` for a request that did not reach the way to its receiver, which is no failure of the receiver.
    const fn of(kind: AttemptErrorKind) -> Option<Self> {
        match kind {
            AttemptErrorKind::Refused | AttemptErrorKind::Connection | AttemptErrorKind::Blocked => {
                Some(Self::Connection)
            }
            AttemptErrorKind::Dns => Some(Self::Dns),
            AttemptErrorKind::Timeout => Some(Self::Timeout),
            AttemptErrorKind::Tls => Some(Self::Tls),
            AttemptErrorKind::Protocol => Some(Self::Protocol),
            AttemptErrorKind::Proxy | AttemptErrorKind::Unsendable => None,
        }
    }
}

/// Why a condition or a list of conditions is refused. Displayed as the rest of a sentence about the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCondition {
    #[error(
        "must be a status from 300 to 599, a class (3xx, 4xx, 5xx), a failure (connection, dns, timeout, tls, \
         protocol), or no_failures"
    )]
    Unknown,
    #[error("a 2xx is a success and is never retried")]
    Success,
    #[error("410 Gone disables the subscription or ends the delivery, and is never retried")]
    Gone,
    #[error("3xx is a success for the profile tenant and is never retried")]
    Redirect,
    #[error("must name at least one condition; retry_enabled turns retries off")]
    Empty,
    #[error("names {0} twice")]
    Twice(Condition),
    #[error("names no_failures beside the failure {0}")]
    Contradiction(&'static str),
    #[error("names nothing that is retried; retry_enabled turns retries off")]
    Nothing,
}

impl Condition {
    pub fn parse(text: &str) -> Result<Self, BadCondition> {
        if text == "no_failures" {
            return Ok(Self::NoFailures);
        }
        if let Some(failure) = Failure::ALL.into_iter().find(|failure| failure.name() == text) {
            return Ok(Self::Failure(failure));
        }
        match text {
            "3xx" => return Ok(Self::Class(3)),
            "4xx" => return Ok(Self::Class(4)),
            "5xx" => return Ok(Self::Class(5)),
            "2xx" => return Err(BadCondition::Success),
            _ => {}
        }
        let digits = text.len() == 3 && text.bytes().all(|c| c.is_ascii_digit());
        match text.parse() {
            Ok(200..=299) if digits => Err(BadCondition::Success),
            Ok(410) if digits => Err(BadCondition::Gone),
            Ok(status @ 300..=599) if digits => Ok(Self::Status(status)),
            _ => Err(BadCondition::Unknown),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(class) => write!(f, "{class}xx"),
            Self::Status(status) => status.fmt(f),
            Self::Failure(failure) => f.write_str(failure.name()),
            Self::NoFailures => f.write_str("no_failures"),
        }
    }
}

/// The retried results: all others are final. Failures without a response are retried too, unless the list names
/// failures, or [`Condition::NoFailures`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryOn(Vec<Condition>);

impl RetryOn {
    pub fn try_new(conditions: Vec<Condition>) -> Result<Self, BadCondition> {
        let Some((last, _)) = conditions.split_last() else { return Err(BadCondition::Empty) };
        let twice = conditions.iter().enumerate().find(|(at, one)| conditions[..*at].contains(one));
        if let Some((_, one)) = twice {
            return Err(BadCondition::Twice(*one));
        }
        if conditions.contains(&Condition::NoFailures) {
            let failure = conditions.iter().find_map(|one| match one {
                Condition::Failure(failure) => Some(failure.name()),
                _ => None,
            });
            if let Some(failure) = failure {
                return Err(BadCondition::Contradiction(failure));
            }
            if conditions.len() == 1 && *last == Condition::NoFailures {
                return Err(BadCondition::Nothing);
            }
        }
        Ok(Self(conditions))
    }

    pub fn conditions(&self) -> &[Condition] {
        &self.0
    }

    /// True when a response with this status, which neither succeeds nor disables, is retried.
    pub fn status(&self, status: u16) -> bool {
        self.0.iter().any(|one| match one {
            Condition::Class(class) => status / 100 == *class && status != 410,
            Condition::Status(one) => *one == status,
            Condition::Failure(_) | Condition::NoFailures => false,
        })
    }

    /// True when an attempt without a response is retried.
    pub fn failure(&self, kind: AttemptErrorKind) -> bool {
        let Some(failure) = Failure::of(kind) else { return true };
        let names = |one: &Condition| matches!(one, Condition::Failure(_) | Condition::NoFailures);
        self.0.contains(&Condition::Failure(failure)) || !self.0.iter().any(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Result<RetryOn, BadCondition> {
        RetryOn::try_new(names.iter().map(|name| Condition::parse(name)).collect::<Result<_, _>>()?)
    }

    #[test]
    fn names_are_read_back() {
        for name in
            ["3xx", "4xx", "5xx", "300", "404", "599", "connection", "dns", "timeout", "tls", "protocol", "no_failures"]
        {
            assert_eq!(Condition::parse(name).unwrap().to_string(), name);
        }
    }

    #[test]
    fn statuses_that_succeed_or_disable_are_refused() {
        for (name, fault) in [
            ("200", BadCondition::Success),
            ("299", BadCondition::Success),
            ("2xx", BadCondition::Success),
            ("410", BadCondition::Gone),
            ("1xx", BadCondition::Unknown),
            ("6xx", BadCondition::Unknown),
            ("101", BadCondition::Unknown),
            ("600", BadCondition::Unknown),
            ("0503", BadCondition::Unknown),
            ("+503", BadCondition::Unknown),
            ("5XX", BadCondition::Unknown),
            ("network", BadCondition::Unknown),
            ("", BadCondition::Unknown),
        ] {
            assert_eq!(Condition::parse(name), Err(fault), "{name}");
        }
    }

    #[test]
    fn contradictory_lists_are_refused() {
        assert_eq!(list(&[]), Err(BadCondition::Empty));
        assert_eq!(list(&["503", "503"]), Err(BadCondition::Twice(Condition::Status(503))));
        assert_eq!(list(&["5xx", "no_failures", "tls"]), Err(BadCondition::Contradiction("tls")));
        assert_eq!(list(&["no_failures"]), Err(BadCondition::Nothing));
        assert!(list(&["5xx", "503"]).is_ok());
    }

    #[test]
    fn statuses_outside_the_list_are_not_retried() {
        let on = list(&["5xx", "408", "4xx"]).unwrap();
        for (status, expected) in [(500, true), (599, true), (408, true), (404, true), (410, false), (302, false)] {
            assert_eq!(on.status(status), expected, "{status}");
        }
        assert!(!list(&["503"]).unwrap().status(500));
    }

    #[test]
    fn failures_are_retried_unless_the_list_names_some() {
        use AttemptErrorKind::*;
        let all = [Timeout, Dns, Refused, Connection, Tls, Blocked, Protocol];
        for (names, expected) in [
            (&["5xx"][..], &all[..]),
            (&["5xx", "no_failures"], &[]),
            (&["5xx", "timeout"], &[Timeout]),
            (&["connection", "dns"], &[Dns, Refused, Connection, Blocked]),
        ] {
            let on = list(names).unwrap();
            let retried: Vec<_> = all.into_iter().filter(|kind| on.failure(*kind)).collect();
            assert_eq!(retried, expected, "{names:?}");
            assert!(on.failure(Unsendable) && on.failure(Proxy), "nothing was sent");
        }
    }
}
