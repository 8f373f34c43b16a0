//! The result of resolving an expression: an abstract value, with its provenance.

use super::{
    graph::Caller,
    ids::{ClassId, FunctionId},
};
use crate::{
    facts::{Call, Expr},
    report::Confidence,
};
use std::sync::Arc;

/// A call whose returned value is being resolved: the called function, the call, and the function that contains the
/// call.
pub(crate) type Frame<'p> = (FunctionId, &'p Call, FunctionId);

/// The steps by which a value was resolved, from the definition outwards. Copies share them, since a value is copied
/// much more often than it is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Steps(Option<Arc<Step>>);

#[derive(Debug)]
struct Step {
    text: String,
    before: Steps,
}

impl Steps {
    pub(super) fn push(&mut self, text: String) {
        let before = std::mem::take(self);
        self.0 = Some(Arc::new(Step { text, before }));
    }

    pub(super) fn extend(&mut self, more: &Self) {
        if self.0.is_none() {
            self.clone_from(more);
            return;
        }
        for text in more.texts() {
            self.push(text.to_owned());
        }
    }

    /// The steps in their order.
    pub(crate) fn texts(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        let mut at = self;
        while let Some(step) = &at.0 {
            texts.push(step.text.as_str());
            at = &step.before;
        }
        texts.reverse();
        texts
    }
}

/// An abstract value.
#[derive(Clone, Debug)]
pub(crate) enum Thing<'p> {
    Text(String),
    Map(&'p [(Expr, Expr)], FunctionId),
    List(&'p [Expr], FunctionId),
    Class(ClassId),
    /// An object, with the call that created it when that is known.
    Instance(ClassId, Option<(&'p Call, FunctionId)>),
    Function(FunctionId),
    Module(Vec<String>),
    External(String),
    /// The result of a call that cannot be resolved.
    Call(&'p Call, FunctionId),
    /// Unknown.
    Open,
    /// A parameter without a caller.
    Unfed,
    Nil,
}

/// The set of constants that a text belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum GroupKey {
    Class(ClassId),
    /// An object or map at the top level of a file.
    Object(usize, String),
    /// The constants at the top level of a file.
    Constants(usize),
    /// The constants of a type that is named after events, in one package: the first file that has any, and the type.
    Typed(usize, String),
}

#[derive(Clone, Debug)]
pub(crate) struct Found<'p> {
    pub(crate) thing: Thing<'p>,
    /// The steps by which it was resolved; the report shows them.
    pub(crate) via: Steps,
    pub(crate) group: Option<GroupKey>,
    /// The call that passed the value to a helper, when it came through a parameter.
    pub(crate) at: Option<Caller<'p>>,
    pub(crate) confidence: Confidence,
    /// For an object whose parts are resolved later: the call stack in which it was returned, as the context of its
    /// parameters.
    pub(super) frames: Vec<Frame<'p>>,
}

impl<'p> Found<'p> {
    pub(super) fn new(thing: Thing<'p>) -> Self {
        Self { thing, via: Steps::default(), group: None, at: None, confidence: Confidence::High, frames: Vec::new() }
    }

    /// A text that is a part of another one.
    pub(crate) fn text(text: String) -> Self {
        Self::new(Thing::Text(text))
    }

    pub(super) fn by(mut self, step: impl Into<String>) -> Self {
        self.via.push(step.into());
        self
    }

    pub(super) fn at_most(mut self, confidence: Confidence) -> Self {
        self.confidence = self.confidence.min(confidence);
        self
    }
}
