//! The class hierarchy: which class a name means, its ancestors, and its methods with overloads and overrides.

use super::Project;
use crate::{
    facts::{Expr, Facts, Function, MethodPlaces, Traits},
    resolve::{ClassId, FunctionId},
};
use rayon::prelude::*;
use std::sync::Arc;

/// Limit of the ancestors, and of the descendants, of a class.
const KIN_MAX: usize = 64;

impl Project {
    pub(crate) fn classes_named(&self, name: &str) -> &[ClassId] {
        self.classes.all(name)
    }

    /// Classes of this name in one file.
    pub(crate) fn classes_in(&self, name: &str, file: usize) -> &[ClassId] {
        in_file(self.classes_named(name), file)
    }

    /// The class whose method this is, or that contains this function.
    pub(crate) fn class_around(&self, mut id: FunctionId) -> Option<ClassId> {
        loop {
            let function = self.function(id);
            if let Some(class) = function.class.as_ref().filter(|class| !class.is_empty()) {
                return self.nearest_class(class, id.file);
            }
            if id.index == 0 {
                return None;
            }
            id.index = function.parent;
        }
    }

    /// The class of this name in this file, else in its package, else the only one of that name in a language whose
    /// classes the file can use.
    pub(crate) fn nearest_class(&self, name: &str, file: usize) -> Option<ClassId> {
        let all = self.classes_named(name);
        let Facts { package, traits, .. } = &self.files[file];
        let mut related = all.iter().filter(|id| self.files[id.file].traits.is_related(traits));
        in_file(all, file)
            .first()
            .or_else(|| all.iter().find(|id| !package.is_empty() && self.files[id.file].package == *package))
            .or_else(|| related.next().filter(|_| related.next().is_none()))
            .copied()
    }

    pub(crate) fn has_member(&self, id: ClassId, name: &str) -> bool {
        let has = |id: &ClassId| {
            let class = self.class(*id);
            class.members.iter().any(|one| one.name == name) || class.fields.iter().any(|(one, _)| one.name == name)
        };
        has(&id) || self.lineage(id).iter().any(has)
    }

    /// The first method of this name, of the class or its nearest ancestor.
    pub(crate) fn method(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        self.overloads(class, name).first().copied()
    }

    /// True when a method belongs to this class. A type's methods may be in other files of its package.
    fn same_class(&self, function: &Function, at: FunctionId, class: ClassId) -> bool {
        if at.file == class.file {
            return true;
        }
        let own = || function.class.as_ref().and_then(|name| self.nearest_class(name, at.file));
        let package = &self.files[at.file].package;
        match self.files[at.file].traits.methods {
            MethodPlaces::File => false,
            MethodPlaces::Anywhere => own().is_some_and(|own| self.is_same(own, class)),
            MethodPlaces::Package => {
                own() == Some(class) || (!package.is_empty() && *package == self.files[class.file].package)
            }
        }
    }

    /// The class whose method this is, then its enclosing classes.
    pub(crate) fn classes_around(&self, id: FunctionId) -> Vec<ClassId> {
        let mut all = Vec::new();
        let mut next = self.class_around(id);
        while let Some(class) = next.filter(|class| !all.contains(class)) {
            all.push(class);
            let outer = self.class(class).outer.as_ref();
            next = outer.and_then(|outer| self.classes_in(outer, class.file).first().copied());
        }
        all
    }

    /// The class, and its parts in other files that may have this member. Selected by an index, since many files may
    /// reopen a module.
    pub(crate) fn with_parts(&self, id: ClassId, name: &str) -> Vec<ClassId> {
        let facts = &self.files[id.file];
        let class = &self.class(id).name;
        if !facts.traits.open_classes {
            return vec![id];
        }
        let others = self.says.get(class).and_then(|says| says.get(name)).map_or(&[][..], Vec::as_slice);
        let made = self.made.get(class).map_or(&[][..], Vec::as_slice);
        let is_part = |one: &&ClassId| {
            one.file != id.file && self.files[one.file].package == facts.package && self.is_same(id, **one)
        };
        let mut parts: Vec<ClassId> = others.iter().chain(made).filter(is_part).copied().collect();
        parts.sort_unstable();
        parts.dedup();
        parts.insert(0, id);
        parts
    }

    /// For a member of `self`: the part of the class that has it, when the part in this file has not.
    pub(crate) fn part_with(&self, of: &Expr, name: &str, scope: FunctionId) -> Option<ClassId> {
        if !matches!(of, Expr::Name(receiver) if receiver == "self") {
            return None;
        }
        let class = self.class_around(scope)?;
        let parts = self.with_parts(class, name);
        if parts.len() < 2 || self.has_member(class, name) {
            return None;
        }
        parts.into_iter().skip(1).find(|part| self.has_member(*part, name))
    }

    /// All ancestors of a class, breadth first, each once; cycles end.
    pub(crate) fn lineage(&self, id: ClassId) -> &[ClassId] {
        self.lineages.get(id.file).and_then(|file| file.get(id.index)).map_or(&[], Vec::as_slice)
    }

    /// The ancestors of every class, by file and class.
    pub(super) fn lineages(&self) -> Vec<Vec<Vec<ClassId>>> {
        let of_file = |(file, facts): (usize, &Facts)| {
            (0..facts.classes.len()).map(|index| self.find_lineage(ClassId { file, index })).collect()
        };
        self.files.par_iter().enumerate().map(of_file).collect()
    }

    fn find_lineage(&self, id: ClassId) -> Vec<ClassId> {
        let mut found = vec![id];
        let mut at = 0;
        while at < found.len() && found.len() < KIN_MAX {
            let one = found[at];
            at += 1;
            for base in self.bases(one) {
                if !found.contains(&base) {
                    found.push(base);
                }
            }
        }
        found.remove(0);
        found
    }

    /// Methods of this name that the class itself defines.
    fn own_methods(&self, id: ClassId, name: &str) -> Vec<FunctionId> {
        let known = self.methods.get(&self.class(id).name).and_then(|methods| methods.get(name));
        let is_own = |function: &&FunctionId| self.same_class(self.function(**function), **function, id);
        known.into_iter().flatten().filter(is_own).copied().collect()
    }

    /// Methods of this name that the class itself defines, else those of the nearest ancestor that has any.
    pub(crate) fn overloads(&self, id: ClassId, name: &str) -> Arc<[FunctionId]> {
        // No function in the tree has this name.
        let Some(number) = self.functions.number(name) else { return Arc::default() };
        self.overloads.get((id, number), || {
            let mut line = [id].into_iter().chain(self.lineage(id).iter().copied());
            let found = line.find_map(|one| Some(self.own_methods(one, name)).filter(|found| !found.is_empty()));
            found.unwrap_or_default().into()
        })
    }

    /// Class hierarchy analysis: the methods of this name that a call on the class may run, with overrides in
    /// descendants.
    pub(crate) fn all_methods(&self, id: ClassId, name: &str) -> Arc<[FunctionId]> {
        let Some(number) = self.functions.number(name) else { return Arc::default() };
        self.all_methods.get((id, number), || self.find_methods(id, name).into())
    }

    fn find_methods(&self, class: ClassId, name: &str) -> Vec<FunctionId> {
        let mut found: Vec<FunctionId> = self.overloads(class, name).to_vec();
        let traits = self.files[class.file].traits;
        let mut classes = vec![class];
        let mut at = 0;
        while at < classes.len() && classes.len() < KIN_MAX {
            let one = classes[at];
            at += 1;
            for child in self.children(one) {
                if !classes.contains(&child) {
                    classes.push(child);
                    if !self.may_exist(child) {
                        continue;
                    }
                    if traits.overloads {
                        found.extend(self.own_methods(child, name));
                    } else {
                        found.extend(self.overloads(child, name).iter());
                    }
                }
            }
        }
        let abstracts = found.iter().all(|id| self.function(*id).has_no_body());
        if abstracts && !found.is_empty() && traits.structural_interfaces {
            let same = self.functions_named(name).iter().filter(|id| self.files[id.file].traits.structural_interfaces);
            found.extend(same.filter(|id| self.function(**id).class.is_some()));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The functions of this name that code of the language can call: methods of any class, or functions outside classes.
    pub(crate) fn callable(&self, name: &str, traits: &Traits, in_class: bool) -> Arc<[FunctionId]> {
        let Some(number) = self.functions.number(name) else { return Arc::default() };
        self.callable.get((number, traits.family, in_class), || {
            let fits = |id: &&FunctionId| {
                self.files[id.file].traits.is_related(traits) && self.function(**id).class.is_some() == in_class
            };
            // A declaration without a body is never what runs.
            let declared = |id: &FunctionId| in_class && self.function(*id).has_no_body();
            let all = self.functions_named(name).iter().filter(fits).copied();
            let (declared, bodies): (Vec<_>, Vec<_>) = all.partition(declared);
            if bodies.is_empty() { declared.into() } else { bodies.into() }
        })
    }

    /// The first constructor.
    pub(crate) fn constructor(&self, class: ClassId) -> Option<FunctionId> {
        self.constructors(class).first().copied()
    }

    /// The constructors of a class, else those of its nearest ancestor that has any.
    pub(crate) fn constructors(&self, class: ClassId) -> Vec<FunctionId> {
        let own = &self.class(class).name;
        let mut names = self.files[class.file].traits.constructors.iter().copied().chain([own.as_str()]);
        let found = names.find_map(|name| Some(self.overloads(class, name)).filter(|found| !found.is_empty()));
        found.map(|found| found.to_vec()).unwrap_or_default()
    }
}

/// The classes of one file in a list that is sorted by file.
fn in_file(all: &[ClassId], file: usize) -> &[ClassId] {
    let start = all.partition_point(|id| id.file < file);
    let count = all[start..].iter().take_while(|id| id.file == file).count();
    &all[start..start + count]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{facts::Packages, lower::lower_file};

    /// The name of the constructor of the class `A` in a file.
    fn constructor(file: &str, text: &str) -> Option<String> {
        let project = Project::new(vec![lower_file(file, text).unwrap()], Vec::new(), Packages::default());
        let found = project.constructor(project.classes_named("A")[0])?;
        Some(project.function(found).name.clone())
    }

    #[test]
    fn a_constructor_is_called_as_its_language_says() {
        let java = "class A {\n    void initialize() {}\n    A(int x) {}\n}\n";
        assert_eq!(constructor("A.java", java).as_deref(), Some("A"));
        assert_eq!(constructor("A.java", "class A {\n    void initialize() {}\n}\n"), None);
        assert_eq!(constructor("a.rb", "class A\n  def initialize(x)\n  end\nend\n").as_deref(), Some("initialize"));
        assert_eq!(
            constructor("a.py", "class A:\n    def __init__(self):\n        pass\n").as_deref(),
            Some("__init__")
        );
    }
}
