//! Imports, and the path of a file as a module.

use super::{
    key_of,
    patterns::{self, How},
    values,
};
use crate::{
    facts::Expr,
    lower::writer::{Writer, find_kind, first_named, named, of_kind},
};
use tree_sitter::Node;

/// Extensions that an import may leave out or interchange.
const EXTENSIONS: &[&str] = &["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];
/// Folders that hold the packages of a repository.
const WORKSPACES: &[&str] = &["packages", "libs", "modules", "apps"];
/// Prefix of the path of a package outside of the tree. No file has such a name.
const OUTSIDE: &str = "npm:";

/// The module path of a file. `a/src/b/index.ts` is `a/b`: `src` and `index` are left out.
pub(in crate::lower) fn module_path(file: &str) -> Vec<String> {
    normal(file.split('/').map(str::to_owned).collect())
}

fn normal(mut parts: Vec<String>) -> Vec<String> {
    if let Some(last) = parts.last_mut() {
        if let Some((stem, extension)) = last.rsplit_once('.')
            && EXTENSIONS.contains(&extension)
        {
            *last = stem.strip_suffix(".d").unwrap_or(stem).to_owned();
        }
        if last == "index" {
            parts.pop();
        }
    }
    parts.retain(|part| !part.is_empty() && part != "src" && part != ".");
    if parts.is_empty() {
        parts.push("index".into());
    }
    parts
}

/// The module paths that an import may mean, the likeliest first.
fn paths(w: &Writer<'_>, source: &str) -> Vec<Vec<String>> {
    let parts = |text: &str| -> Vec<String> { text.split('/').map(str::to_owned).collect() };
    if source == "." || source == ".." || source.starts_with("./") || source.starts_with("../") {
        let mut path = parts(&w.facts.file);
        path.pop();
        for part in source.split('/') {
            match part {
                "." | "" => {}
                ".." => {
                    path.pop();
                }
                part => path.push(part.to_owned()),
            }
        }
        return vec![normal(path)];
    }
    for alias in ["@/", "~/", "#/", "/", "#"] {
        if let Some(rest) = source.strip_prefix(alias) {
            return vec![normal(parts(rest))];
        }
    }
    let outside = vec![format!("{OUTSIDE}{source}")];
    if source.contains(':') {
        return vec![outside];
    }
    let scoped = source.starts_with('@');
    let inner = if scoped { source.split_once('/').map_or("", |(_, rest)| rest) } else { source };
    if inner.is_empty() {
        return vec![outside];
    }
    let mut all: Vec<Vec<String>> = Vec::new();
    if inner.contains('/') {
        all.push(normal(parts(inner)));
    }
    all.extend(WORKSPACES.iter().map(|folder| normal(parts(&format!("{folder}/{inner}")))));
    all.push(outside);
    all
}

/// Imports a name from a module.
pub(super) fn add(w: &mut Writer<'_>, local: &str, source: &str, item: Option<&str>) {
    for path in paths(w, source) {
        w.import(local, path, item);
    }
    if !source.starts_with('.') {
        w.facts.specifiers.push((local.to_owned(), item.map(str::to_owned), source.to_owned()));
    }
}

/// Returns whether a name is imported from outside of the tree.
pub(super) fn is_outside(w: &Writer<'_>, name: &str) -> bool {
    let mut from = w.facts.imports.iter().filter(|import| import.local == name).peekable();
    from.peek().is_some() && from.all(|import| import.module.iter().any(|part| part.starts_with(OUTSIDE)))
}

pub(super) fn statement(w: &mut Writer<'_>, node: Node<'_>) {
    let Some(source) = source(w, node) else {
        // import bus = require('./bus')
        if let Some(clause) = find_kind(node, "import_require_clause")
            && let Some(source) = self::source(w, clause)
            && let Some(name) = find_kind(clause, "identifier")
        {
            add(w, w.text(name), &source, Some("default"));
        }
        return;
    };
    for clause in of_kind(node, "import_clause") {
        for part in named(clause) {
            match part.kind() {
                "identifier" => add(w, w.text(part), &source, Some("default")),
                "namespace_import" => {
                    if let Some(name) = first_named(part) {
                        add(w, w.text(name), &source, None);
                    }
                }
                "named_imports" => {
                    for one in of_kind(part, "import_specifier") {
                        let item = w.child(one, "name").map(|name| specifier(w, name));
                        let local = w.field_text(one, "alias").map(str::to_owned);
                        if let Some(item) = item {
                            add(w, local.as_deref().unwrap_or(&item), &source, Some(&item));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// `import Kind = events.Kind`
pub(super) fn alias(w: &mut Writer<'_>, node: Node<'_>) {
    let parts = named(node);
    if let [name, of] = parts[..] {
        let mut path = w.text(of).split('.');
        let first = Expr::Name(path.next().unwrap_or("").to_owned());
        let value = path.fold(first, |of, part| of.member(part));
        super::bind_here(w, w.text(name), value, node);
    }
}

/// The source of an import or export, after `from`.
pub(super) fn source(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    w.child(node, "source").map(|source| values::plain(w, source))
}

/// An imported or exported name, which may be quoted.
pub(super) fn specifier(w: &Writer<'_>, node: Node<'_>) -> String {
    if node.kind() == "string" { values::plain(w, node) } else { w.text(node).to_owned() }
}

/// The path of `require('./x')`.
pub(super) fn required(w: &Writer<'_>, node: Node<'_>) -> Option<String> {
    if node.kind() != "call_expression" || w.field_text(node, "function") != Some("require") {
        return None;
    }
    let only = named(w.child(node, "arguments")?).into_iter().next()?;
    (only.kind() == "string").then(|| values::plain(w, only))
}

/// `const x = require('./x')`, `const { a, b: c } = …`, `const y = require('./x').y`. Returns whether it is of these.
pub(super) fn by_require(w: &mut Writer<'_>, pattern: Node<'_>, value: Node<'_>, how: How) -> bool {
    if let Some(source) = required(w, value) {
        return taken(w, pattern, &source, how);
    }
    if value.kind() == "member_expression"
        && pattern.kind() == "identifier"
        && let Some(source) = w.child(value, "object").and_then(|of| required(w, of))
    {
        add(w, w.text(pattern), &source, w.field_text(value, "property"));
        return true;
    }
    false
}

fn taken(w: &mut Writer<'_>, pattern: Node<'_>, source: &str, how: How) -> bool {
    match pattern.kind() {
        "identifier" => {
            add(w, w.text(pattern), source, Some("default"));
            true
        }
        "object_pattern" => {
            for part in named(pattern) {
                match part.kind() {
                    "shorthand_property_identifier_pattern" => add(w, w.text(part), source, Some(w.text(part))),
                    "object_assignment_pattern" => {
                        if let Some(name) = w.field_text(part, "left") {
                            add(w, name, source, Some(name));
                        }
                    }
                    "pair_pattern" => {
                        let item = key_of(w, part, "key");
                        match (item, w.child(part, "value")) {
                            (Some(item), Some(local)) if local.kind() == "identifier" => {
                                add(w, w.text(local), source, Some(&item));
                            }
                            // A nested pattern gets a name that no code can contain.
                            (Some(item), Some(inner)) => {
                                let name = format!("require('{source}').{item}");
                                add(w, &name, source, Some(&item));
                                patterns::bind(w, inner, &Expr::Name(name), None, how);
                            }
                            _ => {}
                        }
                    }
                    "rest_pattern" => {
                        if let Some(name) = first_named(part) {
                            add(w, w.text(name), source, None);
                        }
                    }
                    _ => {}
                }
            }
            true
        }
        _ => false,
    }
}

/// `require('./x')` in the middle of an expression.
pub(super) fn inline(w: &mut Writer<'_>, node: Node<'_>) -> Option<Expr> {
    let source = required(w, node)?;
    let name = w.text(node).to_owned();
    if !w.facts.imports.iter().any(|import| import.local == name) {
        add(w, &name, &source, Some("default"));
    }
    Some(Expr::Name(name))
}
