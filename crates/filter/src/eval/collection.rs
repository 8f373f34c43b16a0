//! Lists, and the loops `all`, `exists`, `exists_one`, `filter` and `map`.

use super::{Outcome, Run};
use crate::{
    tree::{Loop, LoopKind, Node},
    value::{List, Value},
    why::{Mismatch, Why},
};

/// The elements of a list or the keys of a map.
enum Range<'a> {
    Elements(List<'a>),
    Keys(crate::value::Map<'a>),
}

impl<'a> Range<'a> {
    fn get(&self, at: usize) -> Option<Value<'a>> {
        match self {
            Self::Elements(list) => list.get(at),
            Self::Keys(map) => map.entry(at).map(|(key, _)| key),
        }
    }
}

impl<'a> Run<'a> {
    pub(super) fn join_lists(&mut self, left: &List<'a>, right: &List<'a>) -> Outcome<'a> {
        self.charge(left.len() + right.len())?;
        let elements = |list: &List<'a>| (0..list.len()).filter_map(|at| list.get(at)).collect::<Vec<_>>();
        let mut joined = elements(left);
        joined.extend(elements(right));
        Ok(Value::List(List::Made(joined.into())))
    }

    pub(super) fn repeat(&mut self, inner: &'a Loop) -> Outcome<'a> {
        let range = match self.evaluate(&inner.range)? {
            Value::List(list) => Range::Elements(list),
            Value::Map(map) => Range::Keys(map),
            other => return Err(Mismatch::one(inner.kind.name(), other.kind())),
        };
        let depth = self.locals.len();
        let outcome = match inner.kind {
            LoopKind::All => self.quantify(inner, &range, false),
            LoopKind::Exists => self.quantify(inner, &range, true),
            LoopKind::ExistsOne => self.count_to_two(inner, &range).map(|count| Value::Boolean(count == 1)),
            LoopKind::Filter | LoopKind::Map => self.select(inner, &range),
        };
        self.locals.truncate(depth);
        outcome
    }

    /// Evaluates `node` with the element as the variable of the loop.
    fn with(&mut self, element: Value<'a>, node: &'a Node) -> Outcome<'a> {
        self.locals.push(element);
        let depth = self.locals.len() - 1;
        let outcome = self.evaluate(node);
        self.locals.truncate(depth);
        outcome
    }

    /// `all` and `exists`: an element that equals `decisive` decides, even when another element fails.
    fn quantify(&mut self, inner: &'a Loop, range: &Range<'a>, decisive: bool) -> Outcome<'a> {
        let mut failure = None;
        for at in 0.. {
            let Some(element) = range.get(at) else { break };
            match self.condition(inner, element) {
                Ok(value) if value == decisive => return Ok(Value::Boolean(decisive)),
                Ok(_) => {}
                Err(Why::TooManySteps) => return Err(Why::TooManySteps),
                Err(why) => _ = failure.get_or_insert(why),
            }
        }
        failure.map_or(Ok(Value::Boolean(!decisive)), Err)
    }

    fn condition(&mut self, inner: &'a Loop, element: Value<'a>) -> Result<bool, Why> {
        let Some(condition) = &inner.condition else { return Ok(true) };
        match self.with(element, condition)? {
            Value::Boolean(value) => Ok(value),
            other => Err(Mismatch::one(inner.kind.name(), other.kind())),
        }
    }

    /// Every element is evaluated, so that a failure does not depend on the order.
    fn count_to_two(&mut self, inner: &'a Loop, range: &Range<'a>) -> Result<usize, Why> {
        let mut count = 0;
        for at in 0.. {
            let Some(element) = range.get(at) else { break };
            if self.condition(inner, element)? {
                count += 1;
            }
        }
        Ok(count)
    }

    fn select(&mut self, inner: &'a Loop, range: &Range<'a>) -> Outcome<'a> {
        let mut selected = Vec::new();
        for at in 0.. {
            let Some(element) = range.get(at) else { break };
            self.charge(1)?;
            if !self.condition(inner, element.clone())? {
                continue;
            }
            selected.push(match &inner.transform {
                Some(transform) => self.with(element, transform)?,
                None => element,
            });
        }
        Ok(Value::List(List::Made(selected.into())))
    }
}
