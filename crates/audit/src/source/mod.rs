//! The files of an audit: from paths, or from the texts of a revision, to the list of source files that are read, those
//! that are skipped with the reason, and the manifests of their packages.

pub(crate) mod manifests;
mod rules;
mod source_tree;

pub use rules::{Rules, SourceFault};
pub(crate) use source_tree::Quotes;
pub use source_tree::{Source, SourceTree, base_of};
