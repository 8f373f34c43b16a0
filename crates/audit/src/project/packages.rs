//! Packages, whose files see each other, and classes that stand in others.

use super::{ClassId, FunctionId, Meaning, Project, nesting, related};
use crate::facts::{Expr, Facts, Function};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// The depth from which on a class's bases are not asked.
pub(crate) const ITSELF: usize = 8;

/// Names at the top of a file.
pub(super) fn names(facts: &Facts) -> BTreeSet<String> {
    let bindings = facts.functions.first().into_iter().flat_map(|module| &module.bindings);
    let classes = facts.classes.iter().map(|class| class.name.clone());
    let bindings = bindings.filter(|one| nesting::is_shared(facts, &one.name, &one.value));
    bindings.map(|binding| binding.name.clone()).chain(classes).filter(|name| !name.is_empty()).collect()
}

/// Methods by the class's name and their own.
pub(super) fn methods(files: &[Facts]) -> HashMap<String, HashMap<String, Vec<FunctionId>>> {
    let mut all: HashMap<String, HashMap<String, Vec<FunctionId>>> = HashMap::new();
    for (file, facts) in files.iter().enumerate() {
        for (index, function) in facts.functions.iter().enumerate().filter(|(_, one)| !one.name.is_empty()) {
            if let Some(class) = &function.class {
                let methods = all.entry(class.clone()).or_default();
                methods.entry(function.name.clone()).or_default().push(FunctionId { file, index });
            }
        }
    }
    all
}

/// The package that an import names, written as packages of the importing file's language are.
pub(super) fn of(module: &[String], facts: &Facts) -> String {
    match facts.package.split_once(':') {
        Some((prefix @ ("jvm" | "csharp" | "php"), _)) => format!("{prefix}:{}", module.join(".")),
        _ => String::new(),
    }
}

impl Project {
    /// The files that a module's path names, the nearest ones when there are several.
    pub(crate) fn module_files(&self, path: &[String], from: usize) -> Vec<usize> {
        let language = self.files[from].language;
        if let Some(path) = super::roots::place(&self.roots, path, language) {
            let last = path.last().map_or("", String::as_str);
            let known = self.modules.get(last).into_iter().flatten().copied().map(|file| (file, &self.files[file]));
            let exact = known.filter(|(_, facts)| facts.module == path && facts.language == language);
            return exact.map(|(file, _)| file).collect();
        }
        let Some(last) = path.last() else { return Vec::new() };
        let own = &self.files[from].file;
        let mut best: Vec<usize> = Vec::new();
        let mut score = None;
        for &file in self.modules.get(last).map_or(&[] as &[usize], Vec::as_slice) {
            let facts = &self.files[file];
            let above = self.above.iter().chain(&facts.module);
            let related = related(facts.language, language);
            if !related || !above.rev().zip(path.iter().rev()).all(|(one, other)| one == other) {
                continue;
            }
            if self.above.len() + facts.module.len() < path.len() {
                continue;
            }
            let exact = facts.module.len() == path.len();
            let common = own.split('/').zip(facts.file.split('/')).take_while(|(one, other)| one == other).count();
            match score.cmp(&Some((exact, common))) {
                std::cmp::Ordering::Less => {
                    score = Some((exact, common));
                    best = vec![file];
                }
                std::cmp::Ordering::Equal => best.push(file),
                std::cmp::Ordering::Greater => {}
            }
        }
        best
    }

    /// What a name means in a package: only what its own files define.
    pub(super) fn in_package(&self, package: &str, name: &str) -> Option<Meaning<'_>> {
        if package.is_empty() {
            return None;
        }
        let files = self.packages.get(package)?.get(name)?;
        if let Some(class) = self.outermost(name, package) {
            return Some(Meaning::Class(class));
        }
        files.iter().find_map(|file| self.defined_in(name, *file))
    }

    /// The class that is called like the last part of a path: the one in the file that the path names, else the nearest.
    pub(super) fn class_of_module(&self, module: &[String], from: usize) -> Option<ClassId> {
        let (name, package) = module.split_last()?;
        if let Some(Meaning::Class(class)) = self.in_package(&of(package, &self.files[from]), name) {
            return Some(class);
        }
        self.nearest_class(name, from)
    }

    /// The class whose method this is, then those that this one stands in.
    pub(crate) fn classes_around(&self, id: FunctionId) -> Vec<ClassId> {
        let mut all = Vec::new();
        let mut next = self.class_around(id);
        while let Some(class) = next {
            if all.contains(&class) {
                break;
            }
            all.push(class);
            all.extend(self.parts(class));
            let outer = self.class(class).outer.as_ref();
            next = outer.and_then(|outer| {
                let mut classes = self.classes_named(outer).iter();
                classes.find(|one| one.file == class.file).copied()
            });
        }
        all
    }

    /// The other parts of a class that several files make together.
    pub(crate) fn parts(&self, id: ClassId) -> Vec<ClassId> {
        let facts = &self.files[id.file];
        if !matches!(facts.language, "csharp" | "ruby") {
            return Vec::new();
        }
        let others = self.classes_named(&self.class(id).name).iter().filter(|one| one.file != id.file);
        let others = others.filter(|one| self.files[one.file].package == facts.package && self.is_same(id, **one));
        others.copied().collect()
    }

    /// For a member of the receiver: the part of the class that has it, when the part at hand has not.
    pub(crate) fn part_with(&self, of: &Expr, name: &str, scope: FunctionId) -> Option<ClassId> {
        if !matches!(of, Expr::Name(receiver) if receiver == "self") {
            return None;
        }
        let class = self.class_around(scope)?;
        let parts = self.parts(class);
        if parts.is_empty() || self.has_member(class, name) {
            return None;
        }
        parts.into_iter().find(|part| self.has_member(*part, name))
    }

    /// What a class is made from, the nearest first; each once, in whatever circles they stand.
    pub(crate) fn lineage(&self, id: ClassId) -> &[ClassId] {
        self.lineages.get(id.file).and_then(|file| file.get(id.index)).map_or(&[], Vec::as_slice)
    }

    /// The lineage of every class.
    pub(super) fn lineages(&self) -> Vec<Vec<Vec<ClassId>>> {
        let of_file = |(file, facts): (usize, &Facts)| {
            (0..facts.classes.len()).map(|index| self.find_lineage(ClassId { file, index })).collect()
        };
        self.files.par_iter().enumerate().map(of_file).collect()
    }

    fn find_lineage(&self, id: ClassId) -> Vec<ClassId> {
        const KIN_MAX: usize = 64;
        let mut found = vec![id];
        let mut at = 0;
        while at < found.len() && found.len() < KIN_MAX {
            let one = found[at];
            at += 1;
            for base in self.class(one).bases.iter().filter_map(|base| self.nearest_class(base, one.file)) {
                if !found.contains(&base) {
                    found.push(base);
                }
            }
        }
        found.remove(0);
        found
    }

    /// The methods of a name that a class has itself; else those of the first class that it is made from and that has any.
    pub(crate) fn overloads(&self, id: ClassId, name: &str, depth: usize) -> Vec<FunctionId> {
        let class = self.class(id);
        let known = self.methods.get(&class.name).and_then(|methods| methods.get(name));
        let is_own = |function: &&FunctionId| self.same_class(self.function(**function), **function, id);
        let own: Vec<FunctionId> = known.into_iter().flatten().filter(is_own).copied().collect();
        if !own.is_empty() || depth >= ITSELF {
            return own;
        }
        // Without a method of that name anywhere there is none to be found.
        if self.functions_named(name).is_empty() {
            return Vec::new();
        }
        let line = self.lineage(id).iter();
        line.map(|base| self.overloads(*base, name, ITSELF)).find(|found| !found.is_empty()).unwrap_or_default()
    }
}

/// Gives the members of enums the texts that look-ups say elsewhere, when they have none of their own.
pub(super) fn give_texts(files: &mut [Facts]) {
    let texts: Vec<(String, String, String)> =
        files.iter_mut().flat_map(|facts| std::mem::take(&mut facts.texts)).collect();
    if texts.is_empty() {
        return;
    }
    let mut said: HashMap<(&str, &str), &str> = HashMap::new();
    for (of, member, text) in &texts {
        said.entry((of, member)).or_insert(text);
    }
    for class in files.iter_mut().flat_map(|facts| &mut facts.classes).filter(|class| class.is_enum) {
        for member in &mut class.members {
            let has_text = match &member.value {
                Expr::Text(_) => true,
                Expr::List(items) => items.iter().any(|item| matches!(item, Expr::Text(_))),
                _ => false,
            };
            if let (false, Some(text)) = (has_text, said.get(&(class.name.as_str(), member.name.as_str()))) {
                member.value = Expr::Text((*text).to_owned());
            }
        }
    }
}

/// Whether a function can be called with as many arguments as that.
pub(crate) fn takes(function: &Function, args: usize) -> bool {
    let needed = function.params.iter().filter(|param| param.default.is_none() && !param.rest).count();
    let rest = function.params.iter().any(|param| param.rest);
    needed <= args && (rest || args <= function.params.len())
}
