//! Packages, whose files see each other, and classes that stand in others.

use super::{ClassId, FunctionId, Meaning, Project, nesting, related};
use crate::facts::{Expr, Facts, Function};
use std::collections::{BTreeSet, HashMap};

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
