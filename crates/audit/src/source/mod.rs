//! The files of an audit: takes paths, or the texts of a git revision, and gives the source files to read, the skipped
//! files with the reason, and the manifests of the packages.

mod git_index;
mod manifests;
mod rules;
mod source_tree;

pub use rules::{Rules, SourceFault};
pub(crate) use source_tree::Quotes;
pub use source_tree::{Source, SourceTree, base_of};
