//! Evaluation with a step budget.
//!
//! Each node costs a step, and work inside a step costs more in proportion to the elements or bytes it looks at, so that
//! the budget bounds time and memory. The recursion follows the tree, whose depth is bounded when the filter is parsed.

mod collection;
mod compare;
mod function;
mod text;
mod time;

use crate::{
    document::Document,
    tree::{Arithmetic, Node, Variable},
    value::{List, Map, Value},
    why::{Mismatch, Why},
};
use std::sync::Arc;

pub(crate) struct Run<'a> {
    document: &'a Document,
    steps_left: usize,
    locals: Vec<Value<'a>>,
}

type Outcome<'a> = Result<Value<'a>, Why>;

impl<'a> Run<'a> {
    pub(crate) fn new(document: &'a Document, steps: usize) -> Self {
        Self { document, steps_left: steps, locals: Vec::new() }
    }

    #[cfg(feature = "fuzzing")]
    pub(crate) const fn steps_left(&self) -> usize {
        self.steps_left
    }

    fn charge(&mut self, steps: usize) -> Result<(), Why> {
        match self.steps_left.checked_sub(steps) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => {
                self.steps_left = 0;
                Err(Why::TooManySteps)
            }
        }
    }

    pub(crate) fn evaluate(&mut self, node: &'a Node) -> Outcome<'a> {
        self.charge(1)?;
        match node {
            Node::Constant(datum) => Ok(datum.into()),
            Node::Variable(variable) => Ok(self.variable(*variable)),
            Node::Local { slot, name } => self.locals.get(*slot).cloned().ok_or_else(|| Why::Missing(name.clone())),
            Node::Field { parent, name, path } => {
                let parent = self.evaluate(parent)?;
                self.field(&parent, name, path)?.ok_or_else(|| Why::Missing(path.clone()))
            }
            Node::Has { parent, name, path } => {
                let parent = self.evaluate(parent)?;
                Ok(Value::Boolean(self.field(&parent, name, path)?.is_some()))
            }
            Node::Index { parent, key, path } => {
                let parent = self.evaluate(parent)?;
                let key = self.evaluate(key)?;
                self.index(&parent, &key, path)
            }
            Node::Not(operand) => match self.evaluate(operand)? {
                Value::Boolean(value) => Ok(Value::Boolean(!value)),
                other => Err(Mismatch::one("!", other.kind())),
            },
            Node::Negate(operand) => match self.evaluate(operand)? {
                Value::Number(value) => value.negate().map(Value::Number),
                Value::Duration(value) => value.checked_neg().map(Value::Duration).ok_or(Why::TimeRange),
                other => Err(Mismatch::one("-", other.kind())),
            },
            Node::And(terms) => self.connect(terms, false, "&&"),
            Node::Or(terms) => self.connect(terms, true, "||"),
            Node::Choice(parts) => self.choose(parts),
            Node::Equal(sides) => self.sides(sides, |run, left, right| run.equal(left, right)),
            Node::Differs(sides) => self.sides(sides, |run, left, right| Ok(!run.equal(left, right)?)),
            Node::Order(order, sides) => self.sides(sides, |run, left, right| run.ordered(*order, left, right)),
            Node::In(sides) => self.sides(sides, Self::contained),
            Node::Arithmetic(operation, sides) => self.arithmetic(*operation, sides),
            Node::List(elements) => {
                let list = elements.iter().map(|element| self.evaluate(element)).collect::<Result<Vec<_>, _>>()?;
                Ok(Value::List(List::Made(list.into())))
            }
            Node::Map(entries) => self.map(entries),
            Node::Call(function, arguments) => self.call(*function, arguments),
            Node::Matches(operand, pattern) => self.matches(operand, pattern),
            Node::Loop(inner) => self.repeat(inner),
        }
    }

    fn variable(&self, variable: Variable) -> Value<'a> {
        match variable {
            Variable::Type => Value::from(&*self.document.event_type),
            Variable::Tenant => Value::from(&*self.document.tenant),
            Variable::Data => Value::from(&self.document.data),
            Variable::Metadata => Value::from(&self.document.metadata),
        }
    }

    fn field(&mut self, parent: &Value<'a>, name: &'a str, path: &Arc<str>) -> Result<Option<Value<'a>>, Why> {
        match parent {
            Value::Map(map) => self.lookup(map, &Value::from(name)),
            other => Err(Mismatch::path(path, other.kind())),
        }
    }

    fn index(&mut self, parent: &Value<'a>, key: &Value<'a>, path: &Arc<str>) -> Outcome<'a> {
        let found = match (parent, key) {
            (Value::Map(map), key) => self.lookup(map, key)?,
            (Value::List(list), Value::Number(number)) => number.index().and_then(|at| list.get(at)),
            (Value::List(_), key) => return Err(Mismatch::two("[]", parent.kind(), key.kind())),
            (parent, _) => return Err(Mismatch::path(path, parent.kind())),
        };
        found.ok_or_else(|| Why::Missing(path.clone()))
    }

    /// `&&` and `||`: a term that equals `decisive` decides, even when another term fails.
    fn connect(&mut self, terms: &'a [Node], decisive: bool, sign: &'static str) -> Outcome<'a> {
        let mut failure = None;
        for term in terms {
            match self.evaluate(term) {
                Ok(Value::Boolean(value)) if value == decisive => return Ok(Value::Boolean(decisive)),
                Ok(Value::Boolean(_)) => {}
                Err(Why::TooManySteps) => return Err(Why::TooManySteps),
                Ok(other) => _ = failure.get_or_insert_with(|| Mismatch::one(sign, other.kind())),
                Err(why) => _ = failure.get_or_insert(why),
            }
        }
        failure.map_or(Ok(Value::Boolean(!decisive)), Err)
    }

    fn choose(&mut self, [condition, if_true, if_false]: &'a [Node; 3]) -> Outcome<'a> {
        match self.evaluate(condition)? {
            Value::Boolean(true) => self.evaluate(if_true),
            Value::Boolean(false) => self.evaluate(if_false),
            other => Err(Mismatch::one("?:", other.kind())),
        }
    }

    fn sides(
        &mut self,
        [left, right]: &'a [Node; 2],
        decide: impl FnOnce(&mut Self, &Value<'a>, &Value<'a>) -> Result<bool, Why>,
    ) -> Outcome<'a> {
        let left = self.evaluate(left)?;
        let right = self.evaluate(right)?;
        decide(self, &left, &right).map(Value::Boolean)
    }

    fn arithmetic(&mut self, operation: Arithmetic, [left, right]: &'a [Node; 2]) -> Outcome<'a> {
        let left = self.evaluate(left)?;
        let right = self.evaluate(right)?;
        let mismatch = |left: &Value<'_>, right: &Value<'_>| Mismatch::two(operation.sign(), left.kind(), right.kind());
        match (&left, &right) {
            (Value::Number(a), Value::Number(b)) => match operation {
                Arithmetic::Add => a.add(*b),
                Arithmetic::Subtract => a.subtract(*b),
                Arithmetic::Multiply => a.multiply(*b),
                Arithmetic::Divide => a.divide(*b),
                Arithmetic::Remainder => a.remainder(*b).unwrap_or(Err(Why::Fraction)),
            }
            .map(Value::Number),
            (Value::Text(a), Value::Text(b)) if operation == Arithmetic::Add => self.join_texts(a, b),
            (Value::List(a), Value::List(b)) if operation == Arithmetic::Add => self.join_lists(a, b),
            _ => time::arithmetic(operation, &left, &right).unwrap_or_else(|| Err(mismatch(&left, &right))),
        }
    }

    fn map(&mut self, entries: &'a [(Node, Node)]) -> Outcome<'a> {
        let mut map: Vec<(Value<'a>, Value<'a>)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let key = self.evaluate(key)?;
            if !matches!(key, Value::Text(_) | Value::Number(_) | Value::Boolean(_)) {
                return Err(Mismatch::one("{}", key.kind()));
            }
            for (other, _) in &map {
                if self.equal(other, &key)? {
                    return Err(Why::RepeatedKey);
                }
            }
            let value = self.evaluate(value)?;
            map.push((key, value));
        }
        Ok(Value::Map(Map::Made(map.into())))
    }
}
