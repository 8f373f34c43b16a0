//! Functions of strings.

use super::{Outcome, Run};
use crate::{
    BYTES_PER_STEP,
    tree::{Function, Node, Pattern},
    value::{Text, Value},
    why::{Mismatch, Why},
};

/// The steps that reading `bytes` costs in addition to the step of the node.
pub(super) const fn steps_of(bytes: usize) -> usize {
    bytes / BYTES_PER_STEP
}

impl<'a> Run<'a> {
    pub(super) fn join_texts(&mut self, left: &Text<'a>, right: &Text<'a>) -> Outcome<'a> {
        self.charge(steps_of(left.len() + right.len()))?;
        Ok(Value::made([&**left, &**right].concat()))
    }

    pub(super) fn search(&mut self, function: Function, text: &Text<'a>, part: &Text<'a>) -> Result<bool, Why> {
        match function {
            Function::StartsWith => {
                self.charge(steps_of(part.len()))?;
                Ok(text.starts_with(&**part))
            }
            Function::EndsWith => {
                self.charge(steps_of(part.len()))?;
                Ok(text.ends_with(&**part))
            }
            _ => {
                self.charge(steps_of(text.len() + part.len()))?;
                Ok(text.contains(&**part))
            }
        }
    }

    pub(super) fn change_case(&mut self, text: &Text<'a>, change: fn(&str) -> String) -> Outcome<'a> {
        self.charge(steps_of(text.len()))?;
        Ok(Value::made(change(text)))
    }

    pub(super) fn matches(&mut self, operand: &'a Node, pattern: &'a Pattern) -> Outcome<'a> {
        match self.evaluate(operand)? {
            Value::Text(text) => {
                self.charge(text.len().saturating_mul(pattern.steps_per_byte))?;
                Ok(Value::Boolean(pattern.regex.is_match(&text)))
            }
            other => Err(Mismatch::one("matches", other.kind())),
        }
    }
}
