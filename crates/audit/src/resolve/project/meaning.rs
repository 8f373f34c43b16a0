//! The meaning of a name in a scope: the result of name resolution.

use crate::{
    facts::Binding,
    resolve::{ClassId, FunctionId},
};

/// The meaning of a name.
#[derive(Clone, Debug)]
pub(crate) enum Meaning<'p> {
    /// A variable: its assignments, in this function.
    Values(Vec<&'p Binding>, FunctionId),
    Param(FunctionId, usize),
    Class(ClassId),
    /// A member of the enclosing class, in languages that omit the receiver.
    OwnMember(ClassId),
    Module(Vec<String>),
    /// Defined outside the tree.
    External(String),
    Unknown,
}
