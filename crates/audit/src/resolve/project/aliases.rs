//! Aliases: top-level names that are bound to another name.

use super::{Project, known::Trail};
use crate::{
    facts::{Binding, Expr},
    resolve::Meaning,
};

impl Project {
    /// Resolves an alias, such as `export { a as b }`; `None` when the name is no alias.
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
