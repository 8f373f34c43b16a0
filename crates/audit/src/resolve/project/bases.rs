//! Bases of classes: which class a base's name means, and which classes are made from one.

use super::{Project, known::Children};
use crate::{
    facts::{Class, base_name},
    resolve::{ClassId, Meaning},
};

impl Project {
    pub(super) fn find_children(&self) -> Children {
        let mut children = Children::default();
        for id in self.class_ids() {
            for base in &self.class(id).bases {
                match self.base(base, id) {
                    Some(found) => children.by_base.entry(self.first_part(found)).or_default().push(id),
                    None => children.by_name.entry(base_name(base).to_owned()).or_default().push(id),
                }
            }
        }
        children
    }

    /// The classes that name this class as a base.
    pub(crate) fn children(&self, class: ClassId) -> impl Iterator<Item = ClassId> + '_ {
        let own = self.children.by_base.get(&self.first_part(class)).into_iter().flatten();
        let family = self.files[class.file].traits;
        let unclear = self.children.by_name.get(&self.class(class).name).into_iter().flatten();
        let unclear = unclear.filter(move |id| **id != class && self.files[id.file].traits.is_related(family));
        own.chain(unclear).copied()
    }

    /// The classes that a class names as its bases, as far as they are in the tree.
    pub(crate) fn bases(&self, class: ClassId) -> impl Iterator<Item = ClassId> + '_ {
        self.class(class).bases.iter().filter_map(move |base| self.base(base, class))
    }

    /// The class that a base's name means in the place where `of` is defined. A class is never its own base: in
    /// `class Base < Base`, the second is a class around it.
    pub(super) fn base(&self, base: &str, of: ClassId) -> Option<ClassId> {
        let name = base_name(base);
        if self.files[of.file].traits.nested_constants {
            return self.nested_base(base, of);
        }
        let found = match self.top_meaning(name, of.file) {
            Meaning::Class(class) if class != of => Some(class),
            Meaning::External(_) => return None,
            _ => self.nearest_class(name, of.file).filter(|class| *class != of),
        };
        let others = || {
            let family = self.files[of.file].traits;
            let is_other = |id: &&ClassId| **id != of && self.files[id.file].traits.is_related(family);
            let mut others = self.classes_named(name).iter().filter(is_other);
            others.next().filter(|_| others.next().is_none()).copied()
        };
        found.or_else(others)
    }

    /// The same for a language that looks names up in the modules around, innermost first.
    fn nested_base(&self, base: &str, of: ClassId) -> Option<ClassId> {
        let name = base_name(base);
        let own = self.class(of);
        let family = self.files[of.file].traits;
        let is_other = |id: &&ClassId| {
            let class = self.class(**id);
            **id != of
                && !(class.name == own.name && class.outer == own.outer)
                && self.files[id.file].traits.is_related(family)
        };
        let within = |outer: Option<&str>| {
            let is_within = |id: &&ClassId| self.class(**id).outer.as_deref() == outer;
            self.classes_named(name).iter().filter(is_other).find(is_within).copied()
        };
        if let Some((outer, _)) = base.rsplit_once('.') {
            return within(Some(outer));
        }
        let around = self.modules_around(of);
        let found = around.iter().find_map(|outer| within(Some(outer)));
        let mut all = self.classes_named(name).iter().filter(is_other);
        let only = || all.next().filter(|_| all.next().is_none()).copied();
        found.or_else(|| within(None)).or_else(only)
    }

    /// The names of the modules around a class, innermost first.
    fn modules_around(&self, class: ClassId) -> Vec<&str> {
        const DEPTH_MAX: usize = 16;
        let mut names = Vec::new();
        let mut at: &Class = self.class(class);
        while let Some(outer) = at.outer.as_deref().filter(|_| names.len() < DEPTH_MAX) {
            names.push(outer);
            let mut here = self.classes_in(outer, class.file).iter().map(|id| self.class(*id));
            match here.find(|one| !std::ptr::eq(*one, at)) {
                Some(one) => at = one,
                None => break,
            }
        }
        names
    }

    /// The first of the parts of a class that several files may reopen.
    fn first_part(&self, class: ClassId) -> ClassId {
        if !self.files[class.file].traits.open_classes {
            return class;
        }
        let all = self.classes_named(&self.class(class).name).iter();
        all.copied().find(|one| self.is_same(*one, class)).unwrap_or(class)
    }
}
