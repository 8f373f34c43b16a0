//! Names that only stand for others, and which languages share their names.

use super::{Meaning, Project};
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
        seen: &mut Vec<usize>,
    ) -> Option<Meaning<'_>> {
        let Meaning::Values(values, _) = found else { return None };
        let [Binding { value: Expr::Name(other), kind: None, .. }] = values[..] else { return None };
        if other == name || seen.len() > 24 {
            return None;
        }
        seen.push(usize::MAX);
        let meant = self.top_meaning(other, file, seen);
        seen.pop();
        (!matches!(meant, Meaning::Unknown)).then_some(meant)
    }
}

/// Files of these languages can use each other's names.
pub(crate) fn related(one: &str, other: &str) -> bool {
    let family = |language: &str| match language {
        "typescript" | "javascript" => 1,
        "java" | "kotlin" => 2,
        _ => 0,
    };
    one == other || (family(one) != 0 && family(one) == family(other))
}
