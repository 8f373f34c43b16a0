//! What a name means where it stands.

use crate::{
    facts::Binding,
    resolve::{ClassId, FunctionId},
};

/// What a name means.
#[derive(Clone, Debug)]
pub(crate) enum Meaning<'p> {
    /// What is assigned to it, in the function named.
    Values(Vec<&'p Binding>, FunctionId),
    Param(FunctionId, usize),
    Class(ClassId),
    /// A member of the class around, in languages that leave the receiver out.
    OwnMember(ClassId),
    Module(Vec<String>),
    /// Comes from outside of the tree.
    External(String),
    Unknown,
}
