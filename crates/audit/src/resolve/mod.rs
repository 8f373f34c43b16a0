//! Resolves facts to values: name resolution over all files ([`Project`]), the call graph ([`Graph`]), constant
//! propagation and receiver types ([`Resolver`], within the budget of [`walk`]), and reachability. Which calls publish is
//! decided in `detect`.

pub(crate) mod call_graph;
mod components;
mod enums;
mod found;
mod graph;
mod ids;
mod listeners;
mod project;
pub(crate) mod reachability;
mod resolver;
mod roots;
pub(crate) mod walk;

pub(crate) use enums::{is_numbered, is_own_name, names_itself};
pub(crate) use found::{Found, GroupKey, Thing};
pub(crate) use graph::{Caller, Graph};
pub(crate) use ids::{ClassId, FunctionId};
pub(crate) use project::{Meaning, Project};
pub(crate) use resolver::Resolver;
