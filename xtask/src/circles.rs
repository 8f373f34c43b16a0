//! Finds files of one crate that import each other in a circle. A file imports another when it names an item of it, by a `use`
//! or by a path. A name that a module only re-exports leads to the file that defines it. Tests are left out.

use anyhow::{Context, bail};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use syn::visit::Visit;

/// Circles that may be, each with the reason. A circle is named by its files; `folder/` stands for all files below it.
pub(crate) type Allowed = [(&'static [&'static str], &'static str)];

/// Whether all files of a circle are among those that are allowed.
pub(crate) fn is_allowed(circle: &BTreeSet<String>, allowed: &Allowed) -> bool {
    let has = |names: &[&str], file: &String| {
        names.iter().any(|name| if name.ends_with('/') { file.starts_with(name) } else { file == name })
    };
    allowed.iter().any(|(names, _)| circle.iter().all(|file| has(names, file)))
}

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

/// By file: the files that it imports, and the names.
type Imports = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// The circles of a crate, each as the files in it and a description.
pub(crate) fn of(source: &Path) -> anyhow::Result<Vec<(BTreeSet<String>, String)>> {
    Ok(circles(&imports(source)?))
}

/// The imports of a crate that go against the order of its parts. A part is a file or folder at the top; its files may
/// import each other and the parts before it.
pub(crate) fn against(order: &[&str], source: &Path) -> anyhow::Result<Vec<String>> {
    let part = |file: &str| file.split(['/', '.']).next().unwrap_or(file).to_owned();
    let place = |file: &str| order.iter().position(|one| *one == part(file));
    let mut faults = BTreeSet::new();
    for (from, targets) in imports(source)? {
        if place(&from).is_none() {
            faults.insert(format!("{from} is in no part of the crate's order"));
            continue;
        }
        for (to, names) in targets {
            if place(&from) < place(&to) {
                let names: Vec<String> = names.into_iter().collect();
                faults.insert(format!("{from} must not import {to} ({}): {} comes later", names.join(", "), part(&to)));
            }
        }
    }
    Ok(faults.into_iter().collect())
}

fn imports(source: &Path) -> anyhow::Result<Imports> {
    let mut modules = Modules::new();
    for root in ["lib.rs", "main.rs"].map(|name| source.join(name)).into_iter().filter(|path| path.exists()) {
        read(&root, Vec::new(), source, &mut modules)?;
    }
    let shown = |path: &Vec<String>| {
        let file = &modules[path].file;
        file.strip_prefix(source).unwrap_or(file).display().to_string()
    };
    let mut edges = Imports::new();
    for (at, module) in &modules {
        for path in &module.paths {
            let Some((to, name)) = resolve(&modules, path, 0) else { continue };
            if modules[&to].file != module.file {
                edges.entry(shown(at)).or_default().entry(shown(&to)).or_default().insert(name);
            }
        }
    }
    Ok(edges)
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
            // A file of another crate, which is checked there.
            && !one.attrs.iter().any(|attribute| attribute.path().is_ident("path"))
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

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if !is_test(&call.attrs) {
            syn::visit::visit_expr_call(self, call);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_export = !matches!(item.vis, syn::Visibility::Inherited);
        self.tree(&item.tree, &mut Vec::new(), is_export);
    }

    /// `pub(in path)` says who may use an item, and uses nothing.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

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

/// The strongly connected parts with more than one file.
fn circles(edges: &Imports) -> Vec<(BTreeSet<String>, String)> {
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
        with_files(files, |folder| of(folder).unwrap().into_iter().map(|(files, _)| files).collect())
    }

    fn with_files<T>(files: &[(&str, &str)], look: impl FnOnce(&Path) -> T) -> T {
        let folder = std::env::temp_dir().join(format!("circles-{}-{}", std::process::id(), files[1].1.len()));
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = look(&folder);
        fs::remove_dir_all(&folder).unwrap();
        found
    }

    #[test]
    fn an_import_against_the_order_is_found() {
        let files = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::inner::B; pub struct A(B);"),
            ("b/mod.rs", "pub mod inner;"),
            ("b/inner.rs", "pub struct B;"),
            ("c.rs", "use crate::a::A; pub struct C(A);"),
        ];
        let found = with_files(&files, |folder| against(&["a", "b", "c", "lib"], folder).unwrap());
        assert_eq!(found, ["a.rs must not import b/inner.rs (B): b comes later"]);
        let found = with_files(&files, |folder| against(&["b", "a", "lib"], folder).unwrap());
        assert_eq!(found, ["c.rs is in no part of the crate's order"]);
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
    fn a_visibility_is_no_import() {
        let found = circles_of(&[
            ("lib.rs", "mod p;"),
            ("p/mod.rs", "mod child; use child::f; fn g() { f() }"),
            ("p/child.rs", "pub(in crate::p) fn f() {}"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_circle_is_allowed_when_all_its_files_are() {
        let circle = |files: &[&str]| files.iter().map(|file| (*file).to_owned()).collect::<BTreeSet<_>>();
        let allowed: &Allowed = &[(&["a.rs", "a/"], "a descent")];
        assert!(is_allowed(&circle(&["a.rs", "a/b.rs"]), allowed));
        assert!(!is_allowed(&circle(&["a.rs", "ab.rs"]), allowed));
        assert!(!is_allowed(&circle(&["a.rs", "b.rs"]), allowed));
    }

    #[test]
    fn a_re_export_leads_to_the_file_that_defines_the_name() {
        let found = circles_of(&[
            ("lib.rs", "mod p; mod x; mod y;"),
            ("p/mod.rs", "mod child; pub use child::Child; pub const LIMIT: usize = 1;"),
            ("p/child.rs", "use super::LIMIT; pub struct Child;"),
            ("x.rs", "use crate::{p::Child, y};"),
            ("y.rs", "#[cfg(test)] mod tests { use crate::x::X; } fn f() { #[cfg(test)] crate::x::f(); }"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
