//! The result of resolving an expression: an abstract value, with its provenance.

use super::{
    graph::Caller,
    ids::{ClassId, FunctionId},
};
use crate::{
    facts::{Call, Expr},
    report::Confidence,
};

/// A call whose returned value is being resolved: the called function, the call, and the function that contains the
/// call.
pub(crate) type Frame<'p> = (FunctionId, &'p Call, FunctionId);

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
    /// Steps by which it was resolved, from the definition outwards; the report shows them.
    pub(crate) via: Vec<String>,
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
        Self { thing, via: Vec::new(), group: None, at: None, confidence: Confidence::High, frames: Vec::new() }
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
