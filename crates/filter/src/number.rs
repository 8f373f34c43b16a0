//! Numbers: whole ones are exact from -2^63 to 2^64 - 1, all others are IEEE 754 doubles.

use crate::why::Why;
use std::cmp::Ordering;

/// JSON has one type of number, so whole numbers and doubles compare with each other exactly and mix in arithmetic.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Whole(i64),
    /// Above `i64::MAX` only, so that each whole number has one form.
    Large(u64),
    Real(f64),
}

/// Both bounds are exact as doubles.
const LOWEST: f64 = -9_223_372_036_854_775_808.0;
const PAST_HIGHEST: f64 = 18_446_744_073_709_551_616.0;

impl Number {
    /// A number of a JSON document: `150.0` and `1.5e2` are the whole number 150.
    pub(crate) fn of_json(value: f64) -> Self {
        if value.fract() == 0.0 && (LOWEST..PAST_HIGHEST).contains(&value) {
            Self::of_whole(value as i128).unwrap_or(Self::Real(value))
        } else {
            Self::Real(value)
        }
    }

    pub(crate) fn of_whole(value: i128) -> Result<Self, Why> {
        if let Ok(value) = i64::try_from(value) {
            return Ok(Self::Whole(value));
        }
        u64::try_from(value).map(Self::Large).map_err(|_| Why::Overflow)
    }

    pub(crate) fn whole(self) -> Option<i128> {
        match self {
            Self::Whole(value) => Some(value.into()),
            Self::Large(value) => Some(value.into()),
            Self::Real(_) => None,
        }
    }

    fn real(self) -> f64 {
        match self {
            Self::Whole(value) => value as f64,
            Self::Large(value) => value as f64,
            Self::Real(value) => value,
        }
    }

    /// The whole number below or above, towards zero: `int(-1.9)` is -1.
    pub(crate) fn truncate(self) -> Result<Self, Why> {
        match self {
            Self::Real(value) if (LOWEST..PAST_HIGHEST).contains(&value.trunc()) => {
                Self::of_whole(value.trunc() as i128)
            }
            Self::Real(_) => Err(Why::Overflow),
            whole => Ok(whole),
        }
    }

    pub(crate) fn to_real(self) -> Self {
        Self::Real(self.real())
    }

    /// The position in a list.
    pub(crate) fn index(self) -> Option<usize> {
        match self {
            Self::Real(value) => Self::of_json(value).whole(),
            whole => whole.whole(),
        }
        .and_then(|index| usize::try_from(index).ok())
    }

    /// `None` when one of them is not a number (NaN).
    pub(crate) fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Real(left), Self::Real(right)) => left.partial_cmp(&right),
            (Self::Real(left), right) => right.compare(Self::Real(left)).map(Ordering::reverse),
            (left, Self::Real(right)) => left.whole().and_then(|left| compare_exactly(left, right)),
            (left, right) => Some(left.whole().cmp(&right.whole())),
        }
    }

    pub(crate) fn add(self, other: Self) -> Result<Self, Why> {
        self.combine(other, |left, right| left.checked_add(right), |left, right| left + right)
    }

    pub(crate) fn subtract(self, other: Self) -> Result<Self, Why> {
        self.combine(other, |left, right| left.checked_sub(right), |left, right| left - right)
    }

    pub(crate) fn multiply(self, other: Self) -> Result<Self, Why> {
        self.combine(other, |left, right| left.checked_mul(right), |left, right| left * right)
    }

    /// Whole numbers divide to a whole number, towards zero.
    pub(crate) fn divide(self, other: Self) -> Result<Self, Why> {
        if other.whole() == Some(0) {
            return Err(Why::DivisionByZero);
        }
        self.combine(other, |left, right| left.checked_div(right), |left, right| left / right)
    }

    /// `None` when one of them is not a whole number. The result has the sign of the dividend.
    pub(crate) fn remainder(self, other: Self) -> Option<Result<Self, Why>> {
        let (left, right) = (self.whole()?, other.whole()?);
        Some(left.checked_rem(right).ok_or(Why::DivisionByZero).and_then(Self::of_whole))
    }

    pub(crate) fn negate(self) -> Result<Self, Why> {
        match self {
            Self::Real(value) => Ok(Self::Real(-value)),
            whole => Self::Whole(0).subtract(whole),
        }
    }

    fn combine(
        self,
        other: Self,
        exact: impl Fn(i128, i128) -> Option<i128>,
        rounded: impl Fn(f64, f64) -> f64,
    ) -> Result<Self, Why> {
        match (self.whole(), other.whole()) {
            (Some(left), Some(right)) => exact(left, right).ok_or(Why::Overflow).and_then(Self::of_whole),
            _ => Ok(Self::Real(rounded(self.real(), other.real()))),
        }
    }

    pub(crate) fn text(self) -> String {
        match self {
            Self::Whole(value) => value.to_string(),
            Self::Large(value) => value.to_string(),
            Self::Real(value) if value == 0.0 || (1e-6..1e21).contains(&value.abs()) => value.to_string(),
            Self::Real(value) => format!("{value:e}"),
        }
    }
}

fn compare_exactly(left: i128, right: f64) -> Option<Ordering> {
    if right.is_nan() {
        return None;
    }
    // Beyond these bounds the conversion below would not be exact.
    if right >= PAST_HIGHEST {
        return Some(Ordering::Less);
    }
    if right < LOWEST {
        return Some(Ordering::Greater);
    }
    let whole = right.trunc();
    Some(left.cmp(&(whole as i128)).then_with(|| 0.0_f64.total_cmp(&(right - whole + 0.0))))
}
