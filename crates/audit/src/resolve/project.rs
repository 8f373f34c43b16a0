//! The symbol table of all files: which file a module's path names, and what a name means in a scope (locals,
//! parameters, members, imports, re-exports, packages).

mod aliases;
mod classes;
mod indexes;
mod known;
mod links;
mod meaning;
mod nesting;
mod packages;

pub(crate) use meaning::Meaning;

use super::{ClassId, FunctionId};
use crate::facts::{Binding, Class, DEFAULT_EXPORT, Expr, Facts, Function, Packages, Param, Root};
use indexes::Says;
use known::{Memo, Names, Trail};
use std::{collections::HashMap, sync::Arc};

pub(crate) struct Project {
    pub(crate) files: Vec<Facts>,
    /// Names of the folders above the tree, for imports that start there.
    above: Vec<String>,
    roots: Vec<Root>,
    modules: HashMap<String, Vec<usize>>,
    /// The files that define a name at their top level, by package and name.
    packages: HashMap<String, HashMap<String, Vec<usize>>>,
    classes: Names<ClassId>,
    functions: Names<FunctionId>,
    /// Classes by the name of a base, in each family of languages.
    children: HashMap<&'static str, HashMap<String, Vec<ClassId>>>,
    /// Methods by the names of class and method.
    methods: HashMap<String, HashMap<String, Vec<FunctionId>>>,
    /// Per file: the bindings of each top-level name.
    top: Vec<HashMap<String, Vec<usize>>>,
    /// The ancestors of each class, by file and class.
    lineages: Vec<Vec<Vec<ClassId>>>,
    /// Members of classes that several files may reopen.
    says: Says,
    /// The parts of such classes that name a base, by the class's name.
    made: HashMap<String, Vec<ClassId>>,
    overloads: Memo<(ClassId, u32), Arc<[FunctionId]>>,
    all_methods: Memo<(ClassId, u32), Arc<[FunctionId]>>,
    callable: Memo<(u32, &'static str, bool), Arc<[FunctionId]>>,
}

impl Project {
    pub(crate) fn new(mut files: Vec<Facts>, above: Vec<String>, packages: Packages) -> Self {
        links::add(&mut files, &packages);
        indexes::give_texts(&mut files);
        let (says, made) = indexes::says(&files);
        let mut project = Self {
            files: Vec::new(),
            above,
            roots: packages.roots,
            modules: HashMap::new(),
            packages: HashMap::new(),
            classes: Names::new(),
            functions: Names::new(),
            children: HashMap::new(),
            methods: indexes::methods(&files),
            top: Vec::new(),
            lineages: Vec::new(),
            says,
            made,
            overloads: Memo::new(),
            all_methods: Memo::new(),
            callable: Memo::new(),
        };
        indexes::extend(&mut files);
        for (file, facts) in files.iter().enumerate() {
            let last = facts.module.last().cloned().unwrap_or_default();
            project.modules.entry(last).or_default().push(file);
            if !facts.package.is_empty() {
                let names = project.packages.entry(facts.package.clone()).or_default();
                for name in indexes::names(facts) {
                    names.entry(name).or_default().push(file);
                }
            }
            for (index, class) in facts.classes.iter().enumerate() {
                let id = ClassId { file, index };
                project.classes.add(&class.name, id);
                for base in &class.bases {
                    let children = project.children.entry(facts.traits.family).or_default();
                    children.entry(base.clone()).or_default().push(id);
                }
            }
            for (index, function) in facts.functions.iter().enumerate().filter(|(_, one)| !one.name.is_empty()) {
                project.functions.add(&function.name, FunctionId { file, index });
            }
            let mut top: HashMap<String, Vec<usize>> = HashMap::new();
            for (at, binding) in facts.functions[0].bindings.iter().enumerate() {
                top.entry(binding.name.clone()).or_default().push(at);
            }
            project.top.push(top);
        }
        project.files = files;
        project.lineages = project.lineages();
        project
    }

    pub(crate) fn function(&self, id: FunctionId) -> &Function {
        &self.files[id.file].functions[id.index]
    }

    pub(crate) fn class(&self, id: ClassId) -> &Class {
        &self.files[id.file].classes[id.index]
    }

    pub(crate) fn file(&self, id: FunctionId) -> &str {
        &self.files[id.file].file
    }

    pub(crate) fn function_ids(&self) -> impl Iterator<Item = FunctionId> + '_ {
        self.files
            .iter()
            .enumerate()
            .flat_map(|(file, facts)| (0..facts.functions.len()).map(move |index| FunctionId { file, index }))
    }

    pub(crate) fn class_ids(&self) -> impl Iterator<Item = ClassId> + '_ {
        self.files
            .iter()
            .enumerate()
            .flat_map(|(file, facts)| (0..facts.classes.len()).map(move |index| ClassId { file, index }))
    }

    pub(crate) fn functions_named(&self, name: &str) -> &[FunctionId] {
        self.functions.all(name)
    }

    /// The name that reports show: that of the innermost enclosing function that has one.
    pub(crate) fn shown_function(&self, id: FunctionId) -> String {
        let mut at = id;
        loop {
            let function = self.function(at);
            if !function.name.is_empty() {
                return match &function.class {
                    Some(class) if !class.is_empty() => format!("{class}.{}", function.name),
                    _ => function.name.clone(),
                };
            }
            if at.index == 0 {
                return "<module>".into();
            }
            at.index = function.parent;
        }
    }

    /// Resolves a name in the scope of a function.
    pub(crate) fn meaning(&self, name: &str, scope: FunctionId) -> Meaning<'_> {
        let mut at = scope;
        while at.index != 0 {
            let function = self.function(at);
            let values: Vec<&Binding> = function.bindings.iter().filter(|one| one.name == name).collect();
            if !values.is_empty() {
                return Meaning::Values(values, at);
            }
            if let Some(index) = function.params.iter().position(|param| param.name == name) {
                return Meaning::Param(at, index);
            }
            at.index = function.parent;
        }
        if self.files[scope.file].traits.bare_members
            && let Some(class) = self.own_member(name, scope)
        {
            return Meaning::OwnMember(class);
        }
        if let Some(found) = self.nested(name, scope) {
            return found;
        }
        self.top_meaning(name, scope.file)
    }

    /// The innermost enclosing class that has a member of this name.
    fn own_member(&self, name: &str, scope: FunctionId) -> Option<ClassId> {
        let around = self.classes_around(scope).into_iter();
        around.flat_map(|class| self.with_parts(class, name)).find(|class| self.has_member(*class, name))
    }

    /// Resolves a name at the top level of a file. Follows re-exports; a cycle of them ends.
    pub(crate) fn top_meaning(&self, name: &str, file: usize) -> Meaning<'_> {
        self.follow(name, file, &mut Trail::default())
    }

    fn follow(&self, name: &str, file: usize, trail: &mut Trail) -> Meaning<'_> {
        let found = trail.enter(file, name, |trail| match self.defined_in(name, file) {
            Some(found) => self.stands_for(&found, name, file, trail).unwrap_or(found),
            None => self.imported(name, file, trail),
        });
        found.unwrap_or(Meaning::Unknown)
    }

    pub(crate) fn defined_in(&self, name: &str, file: usize) -> Option<Meaning<'_>> {
        if let Some(at) = self.top[file].get(name) {
            let module = &self.files[file].functions[0];
            let values = at.iter().map(|at| &module.bindings[*at]).collect();
            return Some(Meaning::Values(values, FunctionId { file, index: 0 }));
        }
        let here = || self.classes_in(name, file).iter();
        // A nested class does not shadow an import.
        let outermost = here().find(|id| self.class(**id).outer.is_none());
        let imported = self.files[file].imports.iter().any(|import| import.local == name);
        outermost.or_else(|| here().find(|_| !imported)).map(|id| Meaning::Class(*id))
    }

    fn imported(&self, name: &str, file: usize, trail: &mut Trail) -> Meaning<'_> {
        let facts = &self.files[file];
        let mut outside = None;
        for import in facts.imports.iter().filter(|import| import.local == name) {
            let found = match &import.item {
                None => Meaning::Module(import.module.clone()),
                Some(item) => self.find_in_module(&import.module, item, file, trail),
            };
            match found {
                Meaning::Unknown => {}
                // Keeps looking: another path that the import may mean can lead into the tree.
                Meaning::External(_) => outside = Some(found),
                found => return found,
            }
        }
        if let Some(outside) = outside {
            return outside;
        }
        if let Some(found) = self.in_package(&facts.package, name) {
            return found;
        }
        // `export *` does not re-export the default export.
        for import in facts.imports.iter().filter(|import| import.local == "*" && name != DEFAULT_EXPORT) {
            if let Some(found) = self.in_package(&indexes::of(&import.module, facts), name) {
                return found;
            }
            for peer in self.module_files(&import.module, file) {
                let found = self.follow(name, peer, trail);
                if !matches!(found, Meaning::Unknown | Meaning::External(_)) {
                    return found;
                }
            }
            // `import static a.b.Events.*`, `use events::Kind::*`: the members of a class.
            if let Some(class) = self.class_of_module(&import.module, file)
                && self.class(class).members.iter().any(|one| one.name == name)
            {
                return Meaning::OwnMember(class);
            }
        }
        match self.classes_named(name) {
            [one] if self.files[one.file].traits.is_related(facts.traits) => Meaning::Class(*one),
            _ => Meaning::Unknown,
        }
    }

    /// Resolves `from module import item`: a name of the module, a submodule, or a member of a class.
    pub(crate) fn member_of_module(&self, module: &[String], item: &str, from: usize) -> Meaning<'_> {
        self.find_in_module(module, item, from, &mut Trail::default())
    }

    fn find_in_module(&self, module: &[String], item: &str, from: usize, trail: &mut Trail) -> Meaning<'_> {
        if let Some(found) = self.in_package(&indexes::of(module, &self.files[from]), item) {
            return found;
        }
        let files = self.module_files(module, from);
        for &file in &files {
            if file == from {
                continue;
            }
            let found = self.follow(item, file, trail);
            if !matches!(found, Meaning::Unknown) {
                return found;
            }
        }
        // A file without an explicit default export: the default is the whole module.
        if item == DEFAULT_EXPORT {
            let outside = files.is_empty();
            return if outside { Meaning::External(module.join(".")) } else { Meaning::Module(module.to_vec()) };
        }
        let mut below = module.to_vec();
        below.push(item.to_owned());
        if !self.module_files(&below, from).is_empty() {
            return Meaning::Module(below);
        }
        if let Some(class) = self.class_of_module(module, from)
            && self.has_member(class, item)
        {
            return Meaning::OwnMember(class);
        }
        if files.is_empty() {
            // The package is not in the tree, but a class of that name may be.
            let known: Vec<_> = self
                .classes_named(item)
                .iter()
                .filter(|id| self.files[id.file].traits.is_related(self.files[from].traits))
                .collect();
            if let [one] = known[..] {
                return Meaning::Class(*one);
            }
            return Meaning::External(below.join("."));
        }
        Meaning::Unknown
    }

    pub(crate) fn params(&self, id: FunctionId) -> &[Param] {
        &self.function(id).params
    }

    /// The function of a value that is a function literal.
    pub(crate) fn function_of(&self, value: &Expr, scope: FunctionId) -> Option<FunctionId> {
        let Expr::Function(index) = value else { return None };
        Some(FunctionId { file: scope.file, index: *index })
    }
}
