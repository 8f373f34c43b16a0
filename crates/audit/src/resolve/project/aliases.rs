//! Names that only stand for others.

use super::{Project, known::Trail};
use crate::{
    facts::{Binding, Expr},
    resolve::Meaning,
};

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
