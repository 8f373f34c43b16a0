//! The reasons why an event does not match a filter.

use crate::{kind::Kind, limits::STEPS};
use std::{fmt, sync::Arc};

/// The reason why an event does not match. The `Display` is a clause for the author of the filter, and repeats no value
/// of the event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    #[error("the condition is false")]
    False,
    /// The path of the first field or element that does not exist, such as `data.customer` or `data.items[3]`.
    #[error("the event has no `{0}`")]
    Missing(Arc<str>),
    #[error("{0}")]
    Types(Mismatch),
    #[error("the filter needs more than {STEPS} steps for this event")]
    TooManySteps,
    #[error("the result is {0}, neither true nor false")]
    NotBoolean(Kind),
    #[error("a whole number is outside of the range from -2^63 to 2^64 - 1")]
    Overflow,
    #[error("a number is divided by zero")]
    DivisionByZero,
    #[error("`%` takes whole numbers only")]
    Fraction,
    /// The function whose argument it cannot convert.
    #[error("`{0}` cannot convert this value")]
    Conversion(&'static str),
    /// A timestamp outside of the years -9999 to 9999, or a duration beyond the range of 64 bits of seconds.
    #[error("a timestamp or a duration is outside of its range")]
    TimeRange,
    #[error("a map has the same key twice")]
    RepeatedKey,
}

impl Why {
    /// A stable word for logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::False => "false",
            Self::Missing(_) => "missing",
            Self::Types(_) => "types",
            Self::TooManySteps => "too_many_steps",
            Self::NotBoolean(_) => "not_boolean",
            Self::Overflow => "overflow",
            Self::DivisionByZero => "division_by_zero",
            Self::Fraction => "fraction",
            Self::Conversion(_) => "conversion",
            Self::TimeRange => "time_range",
            Self::RepeatedKey => "repeated_key",
        }
    }
}

/// Operands whose types an operation does not take. Holds no text, because loops may discard thousands of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    operation: Operation,
    left: Kind,
    right: Option<Kind>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Operation {
    Named(&'static str),
    Path(Arc<str>),
}

impl Mismatch {
    pub(crate) fn one(operation: &'static str, operand: Kind) -> Why {
        Why::Types(Self { operation: Operation::Named(operation), left: operand, right: None })
    }

    pub(crate) fn two(operation: &'static str, left: Kind, right: Kind) -> Why {
        Why::Types(Self { operation: Operation::Named(operation), left, right: Some(right) })
    }

    /// A field or an element of something that is neither a map nor a list.
    pub(crate) fn path(path: &Arc<str>, parent: Kind) -> Why {
        Why::Types(Self { operation: Operation::Path(path.clone()), left: parent, right: None })
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.operation, self.right) {
            (Operation::Named(name), Some(right)) => write!(f, "`{name}` does not take {} and {right}", self.left),
            (Operation::Named(name), None) => write!(f, "`{name}` does not take {}", self.left),
            (Operation::Path(path), _) => write!(f, "`{path}` cannot be read, because its parent is {}", self.left),
        }
    }
}
