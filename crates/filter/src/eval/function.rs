//! Functions and conversions.

use super::{Outcome, Run, text::steps_of, time};
use crate::{
    number::Number,
    tree::{Function, Node},
    value::Value,
    why::{Mismatch, Why},
};
use jiff::Timestamp;

impl<'a> Run<'a> {
    pub(super) fn call(&mut self, function: Function, arguments: &'a [Node]) -> Outcome<'a> {
        let (first, second) = match arguments {
            [first] => (self.evaluate(first)?, None),
            [first, second] => (self.evaluate(first)?, Some(self.evaluate(second)?)),
            _ => return Err(Why::Conversion(function.name())),
        };
        match (function, &first, &second) {
            (Function::Size, value, None) => self.size(value),
            (
                Function::Contains | Function::StartsWith | Function::EndsWith,
                Value::Text(text),
                Some(Value::Text(part)),
            ) => self.search(function, text, part).map(Value::Boolean),
            (Function::LowerAscii, Value::Text(text), None) => self.change_case(text, str::to_ascii_lowercase),
            (Function::UpperAscii, Value::Text(text), None) => self.change_case(text, str::to_ascii_uppercase),
            (Function::Int, value, None) => self.int(value).map(Value::Number),
            (Function::Uint, value, None) => match self.int(value)? {
                number if number.compare(Number::Whole(0)).is_some_and(std::cmp::Ordering::is_lt) => Err(Why::Overflow),
                number => Ok(Value::Number(number)),
            },
            (Function::Double, value, None) => self.double(value).map(Value::Number),
            (Function::String, value, None) => self.string(value),
            (Function::Timestamp, value, None) => self.timestamp(value),
            (Function::Duration, value, None) => self.duration(value),
            (Function::Part(part), Value::Time(at), None) => Ok(Value::Number(time::part(part, *at))),
            (_, first, None) => Err(Mismatch::one(function.name(), first.kind())),
            (_, first, Some(second)) => Err(Mismatch::two(function.name(), first.kind(), second.kind())),
        }
    }

    fn size(&mut self, value: &Value<'a>) -> Outcome<'a> {
        let size = match value {
            Value::Text(text) => {
                self.charge(steps_of(text.len()))?;
                text.chars().count()
            }
            Value::List(list) => list.len(),
            Value::Map(map) => map.len(),
            other => return Err(Mismatch::one(Function::Size.name(), other.kind())),
        };
        Number::of_whole(size as i128).map(Value::Number)
    }

    fn int(&mut self, value: &Value<'a>) -> Result<Number, Why> {
        match value {
            Value::Number(number) => number.truncate(),
            // No 64-bit number has more than 20 digits and a sign; longer text may have leading zeros.
            Value::Text(text) if text.len() <= 64 => {
                text.parse::<i128>().map_err(|_| Why::Conversion("int")).and_then(Number::of_whole)
            }
            Value::Text(_) => Err(Why::Conversion("int")),
            Value::Time(at) => Ok(Number::Whole(at.as_second())),
            other => Err(Mismatch::one("int", other.kind())),
        }
    }

    fn double(&mut self, value: &Value<'a>) -> Result<Number, Why> {
        match value {
            Value::Number(number) => Ok(number.to_real()),
            Value::Text(text) => {
                self.charge(steps_of(text.len()))?;
                text.parse().map(Number::Real).map_err(|_| Why::Conversion("double"))
            }
            other => Err(Mismatch::one("double", other.kind())),
        }
    }

    fn string(&mut self, value: &Value<'a>) -> Outcome<'a> {
        Ok(match value {
            Value::Text(_) => value.clone(),
            Value::Boolean(value) => Value::from(if *value { "true" } else { "false" }),
            Value::Number(number) => Value::made(number.text()),
            Value::Time(at) => Value::made(at.to_string()),
            Value::Duration(duration) => Value::made(time::duration_text(*duration)),
            other => return Err(Mismatch::one("string", other.kind())),
        })
    }

    fn timestamp(&mut self, value: &Value<'a>) -> Outcome<'a> {
        match value {
            Value::Time(_) => Ok(value.clone()),
            Value::Text(text) => time::parse_timestamp(text).map(Value::Time),
            Value::Number(number) => number
                .whole()
                .and_then(|seconds| i64::try_from(seconds).ok())
                .and_then(|seconds| Timestamp::from_second(seconds).ok())
                .map(Value::Time)
                .ok_or(Why::TimeRange),
            other => Err(Mismatch::one("timestamp", other.kind())),
        }
    }

    fn duration(&mut self, value: &Value<'a>) -> Outcome<'a> {
        match value {
            Value::Duration(_) => Ok(value.clone()),
            Value::Text(text) => time::parse_duration(text).map(Value::Duration),
            other => Err(Mismatch::one("duration", other.kind())),
        }
    }
}
