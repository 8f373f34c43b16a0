//! From facts to values: what a name means, who calls what, what an expression may come to, and which functions run.

pub(crate) mod call_graph;
mod found;
mod graph;
mod ids;
mod project;
pub(crate) mod reachability;
mod resolver;
mod roots;
pub(crate) mod walk;

pub(crate) use found::{Found, GroupKey, Thing};
pub(crate) use graph::{Caller, Graph};
pub(crate) use ids::{ClassId, FunctionId};
pub(crate) use project::{Meaning, Project};
pub(crate) use resolver::Resolver;
