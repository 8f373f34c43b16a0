//! Finds files of one crate that import each other in a circle. A file imports another when it names an item of it, by a `use`
//! or by a path. A name that a module only re-exports leads to the file that defines it. Tests are left out.

use anyhow::{Context, bail};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use syn::visit::Visit;

/// Allowed circles, by the files in them, each with the reason.
pub(crate) type Allowed = [(&'static [&'static str], &'static str)];

/// A module: its file, the names that it re-exports, and the paths that it mentions.
#[derive(Debug, Default)]
struct Module {
    file: PathBuf,
    children: BTreeSet<String>,
    /// Re-exported names, each with the full path of its item.
    exports: BTreeMap<String, Vec<String>>,
    paths: Vec<Vec<String>>,
}

type Modules = BTreeMap<Vec<String>, Module>;

/// The circles of a crate, each as the files in it and a description.
pub(crate) fn of(source: &Path) -> anyhow::Result<Vec<(BTreeSet<String>, String)>> {
    let mut modules = Modules::new();
    for root in ["lib.rs", "main.rs"].map(|name| source.join(name)).into_iter().filter(|path| path.exists()) {
        read(&root, Vec::new(), source, &mut modules)?;
    }
    let shown = |path: &Vec<String>| {
        let file = &modules[path].file;
        file.strip_prefix(source).unwrap_or(file).display().to_string()
    };
    let mut edges: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (at, module) in &modules {
        for path in &module.paths {
            let Some((to, name)) = resolve(&modules, path, 0) else { continue };
            if modules[&to].file != module.file {
                edges.entry(shown(at)).or_default().entry(shown(&to)).or_default().insert(name);
            }
        }
    }
    Ok(circles(&edges))
}

/// The module that defines what a path names, and the name in it.
fn resolve(modules: &Modules, path: &[String], depth: usize) -> Option<(Vec<String>, String)> {
    // A re-export that leads to itself.
    if depth > 20 {
        return None;
    }
    let known = (0..=path.len()).rev().find(|length| modules.contains_key(&path[..*length]))?;
    let (at, rest) = path.split_at(known);
    let module = &modules[at];
    let Some(name) = rest.first() else { return Some((at.to_vec(), String::new())) };
    if let Some(target) = module.exports.get(name) {
        let whole: Vec<String> = target.iter().chain(&rest[1..]).cloned().collect();
        if let Some(found) = resolve(modules, &whole, depth + 1) {
            return Some(found);
        }
    }
    Some((at.to_vec(), name.clone()))
}

fn read(file: &Path, at: Vec<String>, source: &Path, modules: &mut Modules) -> anyhow::Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    let parsed = syn::parse_file(&text).with_context(|| format!("failed to parse {}", file.display()))?;
    let name = file.file_stem().unwrap_or_default();
    let folder = file.parent().unwrap_or(source);
    let below = if ["mod", "lib", "main"].iter().any(|one| name == *one) { folder.into() } else { folder.join(name) };
    read_items(&parsed.items, file, &below, at, source, modules)
}

fn read_items(
    items: &[syn::Item],
    file: &Path,
    below: &Path,
    at: Vec<String>,
    source: &Path,
    modules: &mut Modules,
) -> anyhow::Result<()> {
    let mut module = Module { file: file.to_owned(), ..Module::default() };
    let mut inner = Vec::new();
    for item in items {
        if let syn::Item::Mod(one) = item
            && !is_test(&one.attrs)
        {
            module.children.insert(one.ident.to_string());
            inner.push(one);
        }
    }
    let mut reader = Reader { at: &at, module: &mut module };
    items.iter().filter(|item| !matches!(item, syn::Item::Mod(_))).for_each(|item| reader.visit_item(item));
    modules.insert(at.clone(), module);
    for one in inner {
        let name = one.ident.to_string();
        let path: Vec<String> = at.iter().cloned().chain([name.clone()]).collect();
        match &one.content {
            Some((_, items)) => read_items(items, file, &below.join(&name), path, source, modules)?,
            None => {
                let files = [below.join(format!("{name}.rs")), below.join(&name).join("mod.rs")];
                let Some(found) = files.iter().find(|path| path.exists()) else {
                    bail!("{}: mod {name} has no file", file.display());
                };
                read(found, path, source, modules)?;
            }
        }
    }
    Ok(())
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|one| {
        one.path().is_ident("test")
            || one.path().is_ident("cfg")
                && one
                    .meta
                    .require_list()
                    .is_ok_and(|list| list.tokens.to_string().split(' ').any(|word| word == "test"))
    })
}

struct Reader<'m> {
    at: &'m [String],
    module: &'m mut Module,
}

impl Reader<'_> {
    /// The path from the crate's root on, when it leads into the crate.
    fn absolute(&self, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some(self.at.iter().chain(rest).cloned().collect()),
            "super" => {
                let ups = path.iter().take_while(|one| *one == "super").count();
                let kept = self.at.len().checked_sub(ups)?;
                Some(self.at[..kept].iter().chain(&path[ups..]).cloned().collect())
            }
            child if self.module.children.contains(child) => Some(self.at.iter().chain(path).cloned().collect()),
            _ => None,
        }
    }

    fn tree(&mut self, tree: &syn::UseTree, before: &mut Vec<String>, is_export: bool) {
        match tree {
            syn::UseTree::Path(one) => {
                before.push(one.ident.to_string());
                self.tree(&one.tree, before, is_export);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|one| self.tree(one, before, is_export)),
            syn::UseTree::Glob(_) => self.used(before.clone(), None, is_export),
            syn::UseTree::Name(one) => self.named(&one.ident, one.ident.to_string(), before, is_export),
            syn::UseTree::Rename(one) => self.named(&one.ident, one.rename.to_string(), before, is_export),
        }
    }

    fn named(&mut self, name: &syn::Ident, known_as: String, before: &[String], is_export: bool) {
        let mut path = before.to_vec();
        let known_as = if name == "self" { path.last().cloned().unwrap_or_default() } else { known_as };
        if name != "self" {
            path.push(name.to_string());
        }
        self.used(path, Some(known_as), is_export);
    }

    fn used(&mut self, path: Vec<String>, known_as: Option<String>, is_export: bool) {
        let Some(path) = self.absolute(&path) else { return };
        match known_as {
            // A module's own use of what it re-exports counts where it names it.
            Some(name) if is_export => {
                self.module.exports.insert(name, path);
            }
            None if is_export => {}
            _ => self.module.paths.push(path),
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Fn(one) => &one.attrs,
            syn::Item::Impl(one) => &one.attrs,
            syn::Item::Use(one) => &one.attrs,
            syn::Item::Mod(one) => &one.attrs,
            _ => return syn::visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_export = !matches!(item.vis, syn::Visibility::Inherited);
        self.tree(&item.tree, &mut Vec::new(), is_export);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|one| one.ident.to_string()).collect();
        let whole = match self.module.exports.get(&segments[0]) {
            Some(target) => Some(target.iter().chain(&segments[1..]).cloned().collect()),
            None if segments.len() > 1 => self.absolute(&segments),
            None => None,
        };
        self.module.paths.extend(whole);
        syn::visit::visit_path(self, path);
    }
}

/// The strongly connected components with more than one file.
fn circles(edges: &BTreeMap<String, BTreeMap<String, BTreeSet<String>>>) -> Vec<(BTreeSet<String>, String)> {
    let reachable = |from: &String| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(one) = next.pop() {
            for to in edges.get(&one).into_iter().flat_map(BTreeMap::keys) {
                if seen.insert(to.clone()) {
                    next.push(to.clone());
                }
            }
        }
        seen
    };
    let reach: BTreeMap<&String, BTreeSet<String>> = edges.keys().map(|from| (from, reachable(from))).collect();
    let mut all: BTreeSet<BTreeSet<String>> = BTreeSet::new();
    for (from, reached) in &reach {
        if reached.contains(*from) {
            let circle = reached.iter().filter(|to| reach.get(to).is_some_and(|back| back.contains(*from)));
            all.insert(circle.cloned().collect());
        }
    }
    let describe = |circle: BTreeSet<String>| {
        let mut ties = Vec::new();
        for from in &circle {
            for (to, names) in edges[from].iter().filter(|(to, _)| circle.contains(*to)) {
                ties.push(format!("{from} -> {to}: {}", names.iter().cloned().collect::<Vec<_>>().join(", ")));
            }
        }
        let text = ties.join("\n    ");
        (circle, text)
    };
    all.into_iter().filter(|circle| circle.len() > 1).map(describe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circles_of(files: &[(&str, &str)]) -> Vec<BTreeSet<String>> {
        let folder = std::env::temp_dir().join(format!("circles-{}-{}", std::process::id(), files.len()));
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = of(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        found.into_iter().map(|(files, _)| files).collect()
    }

    #[test]
    fn files_that_name_each_other_are_a_circle() {
        let found = circles_of(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A(B);"),
            ("b.rs", "pub struct B; fn f() { let _ = super::a::A::new(); }"),
        ]);
        assert_eq!(found, [BTreeSet::from(["a.rs".to_owned(), "b.rs".to_owned()])]);
    }

    #[test]
    fn a_re_export_leads_to_the_file_that_defines_the_name() {
        let found = circles_of(&[
            ("lib.rs", "mod p; mod x; mod y;"),
            ("p/mod.rs", "mod child; pub use child::Child; pub const LIMIT: usize = 1;"),
            ("p/child.rs", "use super::LIMIT; pub struct Child;"),
            ("x.rs", "use crate::p::Child;"),
            ("y.rs", "#[cfg(test)] mod tests { use crate::x::X; }"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
