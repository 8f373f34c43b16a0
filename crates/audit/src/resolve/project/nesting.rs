//! Nested classes and modules: look-up from the innermost scope outwards, also for modules that many files reopen.

use super::Project;
use crate::resolve::{ClassId, FunctionId, Meaning};

impl Project {
    /// True when two definitions are parts of one reopened class.
    pub(super) fn is_same(&self, one: ClassId, other: ClassId) -> bool {
        let (one, other) = (self.class(one), self.class(other));
        one.name == other.name && one.outer == other.outer
    }

    /// A class nested in another, in any file.
    pub(crate) fn inner_class(&self, outer: ClassId, name: &str) -> Option<ClassId> {
        let mut here = self.classes_in(name, outer.file).iter().filter(|one| **one != outer);
        if !self.files[outer.file].traits.nested_constants {
            return here.next().copied();
        }
        let within = self.class(outer).name.as_str();
        let is_inner = |one: &&ClassId| self.class(**one).outer.as_deref() == Some(within);
        let elsewhere = || self.classes_named(name).iter().filter(|one| **one != outer).find(is_inner);
        here.find(is_inner).or_else(elsewhere).copied()
    }

    /// A class that is nested in one of the enclosing classes.
    pub(super) fn nested(&self, name: &str, scope: FunctionId) -> Option<Meaning<'_>> {
        if !self.files[scope.file].traits.nested_constants || !name.starts_with(char::is_uppercase) {
            return None;
        }
        if self.classes_named(name).is_empty() {
            return None;
        }
        let mut around = self.classes_around(scope).into_iter();
        around.find_map(|class| self.inner_class(class, name)).map(Meaning::Class)
    }

    /// The class of this name in a package that is not nested in another.
    pub(super) fn outermost(&self, name: &str, package: &str) -> Option<ClassId> {
        let mut all = self.classes_named(name).iter();
        all.find(|id| self.files[id.file].package == package && self.class(**id).outer.is_none()).copied()
    }
}
