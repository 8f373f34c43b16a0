//! Names that only stand for others, and which languages share their names.

use super::{Meaning, Project, Trail};
use crate::facts::{Binding, Expr};

/// What a file gives as a whole, in languages that have that.
pub(super) const DEFAULT: &str = "default";

impl Project {
    /// What a name means that only stands for another one: `export { a as b }`.
    pub(super) fn stands_for(
        &self,
        found: &Meaning<'_>,
        name: &str,
        file: usize,
        trail: &mut Trail,
    ) -> Option<Meaning<'_>> {
        let Meaning::Values(values, _) = found else { return None };
        let [Binding { value: Expr::Name(other), kind: None, .. }] = values[..] else { return None };
        if other == name {
            return None;
        }
        let meant = self.follow(other, file, trail);
        (!matches!(meant, Meaning::Unknown)).then_some(meant)
    }
}

/// Languages whose files can use each other's names have one name for that.
pub(crate) fn family(language: &'static str) -> &'static str {
    match language {
        "javascript" => "typescript",
        "kotlin" => "java",
        other => other,
    }
}

/// Files of these languages can use each other's names.
pub(crate) fn related(one: &'static str, other: &'static str) -> bool {
    family(one) == family(other)
}
