//! The files of an audit: which ones are read, and the manifests of their packages.

pub(crate) mod manifests;
mod rules;
mod source_tree;

pub use rules::{Rules, SourceFault};
pub(crate) use source_tree::Quotes;
pub use source_tree::{Source, SourceTree, base_of};
