//! The time and the order of lists: `since` beside `after`, and `order`.

use super::parameters::{ParameterValue, parameters};
use crate::{
    problem::Problem,
    schemas::{AgoText, OrderName},
};
use model::Timestamp;
use std::time::Duration;
use storage::ListOrder;
use utoipa::{
    PartialSchema,
    openapi::{RefOr, schema::Schema},
};

/// The longest time that `since` can name, in days.
const DAYS_MAX: u64 = 3_650;

/// A length of time before now, for example `24h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ago(Duration);

/// Parses a whole number of minutes, hours or days.
fn ago(text: &str) -> Option<Ago> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !number.bytes().all(|one| one.is_ascii_digit()) {
        return None;
    }
    let seconds = match unit {
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(seconds)?;
    (1..=DAYS_MAX * 24 * 60 * 60).contains(&seconds).then_some(Ago(Duration::from_secs(seconds)))
}

impl ParameterValue for Ago {
    fn schema() -> RefOr<Schema> {
        AgoText::schema()
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        let message = format!("must be minutes, hours or days such as 30m, 24h or 7d, up to {DAYS_MAX} days");
        ago(text).ok_or_else(|| Problem::invalid(name, message))
    }
}

/// The beginning of a list's time: the time `at` of the parameter `name`, or `since`.
pub(crate) fn begin(
    name: &str,
    at: Option<Timestamp>,
    since: Option<Ago>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Problem> {
    match (at, since) {
        (Some(_), Some(_)) => Err(Problem::invalid("since", format!("cannot be given together with {name}"))),
        (at, since) => Ok(at.or(since.map(|since| now.before(since.0)))),
    }
}

/// The order of a list.
#[derive(Clone, Copy)]
pub(crate) struct Order(ListOrder);

impl ParameterValue for Order {
    fn schema() -> RefOr<Schema> {
        OrderName::schema()
    }

    fn parse(name: &str, text: &str) -> Result<Self, Problem> {
        match text {
            "newest" => Ok(Self(ListOrder::NewestFirst)),
            "oldest" => Ok(Self(ListOrder::OldestFirst)),
            _ => Err(Problem::invalid(name, "must be newest or oldest")),
        }
    }
}

parameters! {
    /// The order of a list.
    OrderParameter {
        /// Whether the newest or the oldest row comes first (default: `newest`)
        order: Order = "order";
    }
}

impl OrderParameter {
    pub(crate) fn order(&self) -> ListOrder {
        self.order.map(|order| order.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_a_whole_number_of_minutes_hours_or_days() {
        for (text, minutes) in [("1m", 1), ("90m", 90), ("24h", 24 * 60), ("7d", 7 * 24 * 60), ("3650d", 3_650 * 1_440)]
        {
            assert_eq!(ago(text), Some(Ago(Duration::from_secs(60 * minutes))), "{text}");
        }
        for bad in
            ["", "h", "0h", "24", "-1h", "+1h", "1.5h", "24 h", "24H", "1w", "3651d", "99999999999999999999d", "2é"]
        {
            assert_eq!(ago(bad), None, "{bad}");
        }
    }
}
