//! Modules and packages: the files that an import path names, and the names that files of a package share.

use super::{Project, indexes};
use crate::resolve::{ClassId, Meaning, roots};

impl Project {
    /// The files of a module's path. Of several candidates, those with an exact path and nearest to the importing file.
    pub(crate) fn module_files(&self, path: &[String], from: usize) -> Vec<usize> {
        let traits = self.files[from].traits;
        if let Some(path) = roots::place(&self.roots, path, &self.files[from]) {
            let last = path.last().map_or("", String::as_str);
            let known = self.modules.get(last).into_iter().flatten().copied().map(|file| (file, &self.files[file]));
            let exact = known.filter(|(_, facts)| facts.module == path && facts.traits.is_related(traits));
            return exact.map(|(file, _)| file).collect();
        }
        let Some(last) = path.last() else { return Vec::new() };
        let own = &self.files[from].file;
        let mut best: Vec<usize> = Vec::new();
        let mut score = None;
        for &file in self.modules.get(last).map_or(&[] as &[usize], Vec::as_slice) {
            let facts = &self.files[file];
            let above = self.above.iter().chain(&facts.module);
            if !facts.traits.is_related(traits) || !above.rev().zip(path.iter().rev()).all(|(one, other)| one == other)
            {
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

    /// Resolves a name in a package, among the definitions of its own files.
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

    /// The class with the name of the path's last segment: in the package that the other segments name, else the
    /// nearest.
    pub(super) fn class_of_module(&self, module: &[String], from: usize) -> Option<ClassId> {
        let (name, package) = module.split_last()?;
        if let Some(Meaning::Class(class)) = self.in_package(&indexes::of(package, &self.files[from]), name) {
            return Some(class);
        }
        self.nearest_class(name, from)
    }
}
