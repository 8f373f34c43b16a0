//! Equality, order and `in`.

use super::{Run, text::steps_of};
use crate::{
    tree::Order,
    value::{List, Map, Value},
    why::{Mismatch, Why},
};
use std::cmp::Ordering;

impl<'a> Run<'a> {
    /// Values of different types are not equal. Maps and lists compare their content.
    pub(super) fn equal(&mut self, left: &Value<'a>, right: &Value<'a>) -> Result<bool, Why> {
        self.charge(1)?;
        Ok(match (left, right) {
            (Value::Null, Value::Null) => true,
            (Value::Boolean(left), Value::Boolean(right)) => left == right,
            (Value::Number(left), Value::Number(right)) => left.compare(*right) == Some(Ordering::Equal),
            (Value::Text(left), Value::Text(right)) if left.len() == right.len() => {
                self.charge(steps_of(left.len()))?;
                **left == **right
            }
            (Value::List(left), Value::List(right)) => self.equal_lists(left, right)?,
            (Value::Map(left), Value::Map(right)) => self.equal_maps(left, right)?,
            (Value::Time(left), Value::Time(right)) => left == right,
            (Value::Duration(left), Value::Duration(right)) => left == right,
            _ => false,
        })
    }

    fn equal_lists(&mut self, left: &List<'a>, right: &List<'a>) -> Result<bool, Why> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for at in 0..left.len() {
            match (left.get(at), right.get(at)) {
                (Some(left), Some(right)) if self.equal(&left, &right)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    fn equal_maps(&mut self, left: &Map<'a>, right: &Map<'a>) -> Result<bool, Why> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for at in 0..left.len() {
            let Some((key, value)) = left.entry(at) else { return Ok(false) };
            match self.lookup(right, &key)? {
                Some(other) if self.equal(&value, &other)? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    pub(super) fn lookup(&mut self, map: &Map<'a>, key: &Value<'a>) -> Result<Option<Value<'a>>, Why> {
        match map {
            Map::Given(entries) => {
                if let Value::Text(name) = key {
                    self.charge(steps_of(name.len()))?;
                }
                Ok(Map::named(entries, key))
            }
            Map::Made(entries) => {
                for (other, value) in entries.iter() {
                    if self.equal(other, key)? {
                        return Ok(Some(value.clone()));
                    }
                }
                Ok(None)
            }
        }
    }

    /// `in`: an element of a list, or a key of a map.
    pub(super) fn contained(&mut self, element: &Value<'a>, whole: &Value<'a>) -> Result<bool, Why> {
        match whole {
            Value::List(list) => {
                for at in 0..list.len() {
                    let Some(other) = list.get(at) else { break };
                    if self.equal(element, &other)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Value::Map(map) => Ok(self.lookup(map, element)?.is_some()),
            other => Err(Mismatch::two("in", element.kind(), other.kind())),
        }
    }

    pub(super) fn ordered(&mut self, order: Order, left: &Value<'a>, right: &Value<'a>) -> Result<bool, Why> {
        let ordering = match (left, right) {
            (Value::Boolean(left), Value::Boolean(right)) => Some(left.cmp(right)),
            (Value::Number(left), Value::Number(right)) => left.compare(*right),
            // Bytes of UTF-8 have the order of the characters.
            (Value::Text(left), Value::Text(right)) => {
                self.charge(steps_of(left.len().min(right.len())))?;
                Some((**left).cmp(&**right))
            }
            (Value::Time(left), Value::Time(right)) => Some(left.cmp(right)),
            (Value::Duration(left), Value::Duration(right)) => Some(left.cmp(right)),
            _ => return Err(Mismatch::two(order.sign(), left.kind(), right.kind())),
        };
        Ok(ordering.is_some_and(|ordering| match order {
            Order::Less => ordering.is_lt(),
            Order::LessOrEqual => ordering.is_le(),
            Order::Greater => ordering.is_gt(),
            Order::GreaterOrEqual => ordering.is_ge(),
        }))
    }
}
