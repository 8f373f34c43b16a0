//! An answer about an expression: the thing that it is in the end, and the way there.

use super::{
    graph::Caller,
    ids::{ClassId, FunctionId},
};
use crate::{
    facts::{Call, Expr},
    report::Confidence,
};

/// A function whose answer is looked for, the call that asks, and where that stands.
pub(crate) type Frame<'p> = (FunctionId, &'p Call, FunctionId);

/// What an expression is in the end.
#[derive(Clone, Debug)]
pub(crate) enum Thing<'p> {
    Text(String),
    Map(&'p [(Expr, Expr)], FunctionId),
    List(&'p [Expr], FunctionId),
    Class(ClassId),
    /// An object, with the call that makes it when that is known.
    Instance(ClassId, Option<(&'p Call, FunctionId)>),
    Function(FunctionId),
    Module(Vec<String>),
    External(String),
    /// What a call answers is not known.
    Call(&'p Call, FunctionId),
    /// Not followed any further.
    Open,
    /// A parameter that nobody gives.
    Unfed,
    Nil,
}

/// The set of constants that a text was taken from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum GroupKey {
    Class(ClassId),
    /// An object or map at the top of a file.
    Object(usize, String),
    /// The constants at the top of a file.
    Constants(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Found<'p> {
    pub(crate) thing: Thing<'p>,
    /// How it was come to, the last step first.
    pub(crate) via: Vec<String>,
    pub(crate) group: Option<GroupKey>,
    /// The call that gave it to a helper, when it came by a parameter.
    pub(crate) at: Option<Caller<'p>>,
    pub(crate) confidence: Confidence,
    /// The calls that it was answered to, when it is an object whose parts are looked at later.
    pub(super) frames: Vec<Frame<'p>>,
}

impl<'p> Found<'p> {
    pub(super) fn new(thing: Thing<'p>) -> Self {
        Self { thing, via: Vec::new(), group: None, at: None, confidence: Confidence::High, frames: Vec::new() }
    }

    /// A text that stands inside of another.
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
