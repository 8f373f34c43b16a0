//! Timestamps (RFC 3339) and durations (`1h30m`, as Go and CEL write them).

use crate::{
    number::Number,
    tree::{Arithmetic, Part},
    value::Value,
    why::Why,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

/// Longer than every timestamp and every duration that makes sense; bounds the work on hostile text.
const LONGEST: usize = 64;

pub(super) fn parse_timestamp(text: &str) -> Result<Timestamp, Why> {
    // RFC 3339 has no annotations such as `[Europe/Madrid]`, which jiff also reads.
    if text.len() > LONGEST || text.contains('[') {
        return Err(Why::Conversion("timestamp"));
    }
    text.parse().map_err(|_| Why::Conversion("timestamp"))
}

/// A sign, then numbers with the units `h`, `m`, `s`, `ms`, `us` and `ns`: `-1.5h`, `1h30m`, `250ms`, `0`.
pub(super) fn parse_duration(text: &str) -> Result<SignedDuration, Why> {
    let bad = || Why::Conversion("duration");
    if text.len() > LONGEST {
        return Err(bad());
    }
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return Err(bad());
    }
    let mut nanos = 0_i128;
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit() && char != '.').ok_or_else(bad)?;
        let (number, after) = rest.split_at(digits);
        let length = after.find(|char: char| char.is_ascii_digit() || char == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(length);
        let part = amount(number, unit).ok_or_else(bad)?;
        nanos = nanos.checked_add(part).ok_or(Why::TimeRange)?;
        rest = after;
    }
    let signed = if negative { -nanos } else { nanos };
    let seconds = i64::try_from(signed / 1_000_000_000).map_err(|_| Why::TimeRange)?;
    Ok(SignedDuration::new(seconds, (signed % 1_000_000_000) as i32))
}

/// Nanoseconds of a number, which may have a fraction, of a unit.
fn amount(number: &str, unit: &str) -> Option<i128> {
    let nanos: i128 = match unit {
        "h" => 3_600_000_000_000,
        "m" => 60_000_000_000,
        "s" => 1_000_000_000,
        "ms" => 1_000_000,
        "us" | "µs" | "μs" => 1_000,
        "ns" => 1,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse::<i128>().ok()? };
    // Digits beyond the fifteenth are below a nanosecond for every unit.
    let kept = &fraction[..fraction.len().min(15)];
    let scale = 10_i128.checked_pow(u32::try_from(kept.len()).ok()?)?;
    let part = if kept.is_empty() { 0 } else { kept.parse::<i128>().ok()?.checked_mul(nanos)? / scale };
    whole.checked_mul(nanos)?.checked_add(part)
}

/// Seconds, as CEL writes durations: `5400s`, `0.25s`.
pub(super) fn duration_text(duration: SignedDuration) -> String {
    let nanos = duration.as_nanos();
    let (seconds, fraction) = (nanos.unsigned_abs() / 1_000_000_000, nanos.unsigned_abs() % 1_000_000_000);
    let sign = if nanos < 0 { "-" } else { "" };
    let text = format!("{sign}{seconds}.{fraction:09}");
    format!("{}s", text.trim_end_matches('0').trim_end_matches('.'))
}

/// `None` when the operation does not take these types.
pub(super) fn arithmetic<'a>(
    operation: Arithmetic,
    left: &Value<'a>,
    right: &Value<'a>,
) -> Option<Result<Value<'a>, Why>> {
    use Arithmetic::{Add, Subtract};
    Some(match (operation, left, right) {
        (Add, Value::Time(at), Value::Duration(by)) | (Add, Value::Duration(by), Value::Time(at)) => {
            at.checked_add(*by).map(Value::Time).map_err(|_| Why::TimeRange)
        }
        (Subtract, Value::Time(at), Value::Duration(by)) => {
            at.checked_sub(*by).map(Value::Time).map_err(|_| Why::TimeRange)
        }
        (Subtract, Value::Time(left), Value::Time(right)) => Ok(Value::Duration(left.duration_since(*right))),
        (Add, Value::Duration(left), Value::Duration(right)) => {
            left.checked_add(*right).map(Value::Duration).ok_or(Why::TimeRange)
        }
        (Subtract, Value::Duration(left), Value::Duration(right)) => {
            left.checked_sub(*right).map(Value::Duration).ok_or(Why::TimeRange)
        }
        _ => return None,
    })
}

/// CEL counts months, days of the month, of the week (Sunday) and of the year from 0; `getDate` counts from 1.
pub(super) fn part(part: Part, at: Timestamp) -> Number {
    let at = at.to_zoned(TimeZone::UTC);
    Number::Whole(match part {
        Part::Year => at.year().into(),
        Part::Month => i64::from(at.month()) - 1,
        Part::Date => at.day().into(),
        Part::DayOfMonth => i64::from(at.day()) - 1,
        Part::DayOfWeek => at.weekday().to_sunday_zero_offset().into(),
        Part::DayOfYear => i64::from(at.day_of_year()) - 1,
        Part::Hours => at.hour().into(),
        Part::Minutes => at.minute().into(),
        Part::Seconds => at.second().into(),
        Part::Milliseconds => at.millisecond().into(),
    })
}
