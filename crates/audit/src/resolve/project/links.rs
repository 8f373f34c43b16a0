//! Imports that manifests define: specifiers such as `@acme/events`, and imports that all files of a package have.

use crate::{
    facts::{Alias, Facts, Given, Import, Packages},
    resolve::roots::is_below,
};
use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

/// Adds these imports to the files. They come before the guesses of the file alone.
pub(super) fn add(files: &mut [Facts], packages: &Packages) {
    let mut modules: HashMap<&'static str, HashSet<Vec<String>>> = HashMap::new();
    for facts in files.iter().filter(|facts| !facts.specifiers.is_empty()) {
        modules.entry(facts.traits.family).or_default();
    }
    for facts in files.iter() {
        if let Some(modules) = modules.get_mut(facts.traits.family) {
            modules.insert(facts.module.clone());
        }
    }
    let mut aliases = Aliases::new(packages);
    for facts in files.iter_mut() {
        let Some(modules) = modules.get(facts.traits.family) else { continue };
        let mut more = Vec::new();
        for (local, item, specifier) in &facts.specifiers {
            let module = aliases.module(specifier, facts, modules);
            more.extend(module.map(|module| Import { local: local.clone(), module, item: item.clone() }));
        }
        facts.imports.splice(..0, more);
    }
    share(files, packages);
}

/// The aliases of the tree, the most specific first.
struct Aliases<'p> {
    all: Vec<&'p Alias>,
    /// The aliases of a specifier, each with the text that its `*` stands for.
    by_specifier: HashMap<String, Vec<(&'p Alias, String)>>,
}

impl<'p> Aliases<'p> {
    fn new(packages: &'p Packages) -> Self {
        let mut all: Vec<&Alias> = packages.aliases.iter().collect();
        // Like the compilers: an exact name, then the longest text before the `*`, then the nearest manifest.
        all.sort_by_key(|alias| {
            let start = alias.pattern.split('*').next().map_or(0, str::len);
            (alias.pattern.contains('*'), Reverse(start), Reverse(alias.seen_in.len()))
        });
        Self { all, by_specifier: HashMap::new() }
    }

    /// The module path of the first target that exists.
    fn module(&mut self, specifier: &str, facts: &Facts, modules: &HashSet<Vec<String>>) -> Option<Vec<String>> {
        if !self.by_specifier.contains_key(specifier) {
            let fits = self.all.iter().filter_map(|alias| Some((*alias, alias.rest(specifier)?.to_owned()))).collect();
            self.by_specifier.insert(specifier.to_owned(), fits);
        }
        let fits = self.by_specifier.get(specifier).into_iter().flatten();
        let sees = |alias: &Alias| alias.family == facts.traits.family && is_below(&facts.file, &alias.seen_in);
        let mut targets = fits.filter(|(alias, _)| sees(alias)).flat_map(|(alias, rest)| {
            alias.targets.iter().map(|target| (alias.module)(&target.replacen('*', rest, 1)))
        });
        targets.find(|module| modules.contains(module))
    }
}

/// Gives the files of a package the imports that hold in all of them, by its manifest or by one of the files.
fn share(files: &mut [Facts], packages: &Packages) {
    let mut all: Vec<Given> = packages.given.clone();
    for facts in files.iter().filter(|facts| !facts.shared_imports.is_empty()) {
        let family = facts.traits.family;
        let around = packages.folders.iter().filter(|(of, folder)| *of == family && is_below(&facts.file, folder));
        let seen_in = around.map(|(_, folder)| folder).max_by_key(|folder| folder.len()).cloned().unwrap_or_default();
        let shared = facts.shared_imports.iter().cloned();
        all.extend(shared.map(|import| Given { family, seen_in: seen_in.clone(), import }));
    }
    for facts in files.iter_mut() {
        let file = &facts.file;
        let here = all.iter().filter(|one| one.family == facts.traits.family && is_below(file, &one.seen_in));
        let more: Vec<Import> =
            here.map(|one| &one.import).filter(|import| !facts.imports.contains(import)).cloned().collect();
        facts.imports.extend(more);
    }
}
