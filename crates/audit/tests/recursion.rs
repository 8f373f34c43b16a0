//! Every recursion of the audit is bounded. This test parses the crate's own source and finds cycles in its call graph:
//! each must pass through [`Walk`]'s budget or `Writer`'s depth, or have a comment that says why it ends
//! (`Bounded: …`).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};
use tree_sitter::{Node, Parser};

/// Methods that count a level of depth, up to a limit; calls inside their arguments are bounded by them.
const GUARDS: &[&str] = &["enter", "enter_once", "deeper", "param", "nested"];
/// Functions that count their own depth.
const GUARDED: &[&str] = &["Writer::lower", "Writer::nested"];

#[derive(Default)]
struct Function {
    /// `file:line name`
    shown: String,
    name: String,
    /// The type whose method it is; empty for a free function.
    of: String,
    takes_self: bool,
    file: String,
    module: String,
    bounded: bool,
    calls: Vec<Call>,
}

struct Call {
    /// The receiver or path before the name.
    path: String,
    name: String,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// `name(…)`, `path::name(…)`
    Plain,
    /// `receiver.name(…)`
    Method,
    /// `map(name)`
    Handed,
}

fn text<'s>(node: Node<'_>, source: &'s str) -> &'s str {
    &source[node.byte_range()]
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The comments and attributes directly above a node.
fn comment(node: Node<'_>, source: &str) -> String {
    let mut all = String::new();
    let mut before = node.prev_sibling();
    while let Some(one) = before.filter(|one| matches!(one.kind(), "line_comment" | "attribute_item")) {
        all.insert_str(0, text(one, source));
        before = one.prev_sibling();
    }
    all
}

/// Methods that call their argument.
const CALLERS: &[&str] = &[
    "map",
    "flat_map",
    "filter_map",
    "find_map",
    "and_then",
    "any",
    "all",
    "for_each",
    "is_some_and",
    "or_else",
    "map_or_else",
    "filter",
    "find",
    "is_none_or",
];

/// The way in which a name is called, or passed to be called.
fn how(node: Node<'_>, source: &str) -> Option<How> {
    let parent = node.parent()?;
    if parent.kind() == "arguments" && node.kind() != "field_expression" {
        let called = parent.parent()?.child_by_field_name("function")?;
        let (_, name) = text(called, source).rsplit_once('.')?;
        return CALLERS.contains(&name).then_some(How::Handed);
    }
    let is_called = parent.kind() == "call_expression" && parent.child_by_field_name("function") == Some(node);
    is_called.then_some(if node.kind() == "field_expression" { How::Method } else { How::Plain })
}

/// Collects the functions of a file, with an explicit stack, so that the test itself does not recurse.
fn functions(file: &str, module: &str, source: &str, all: &mut Vec<Function>) {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_rust::LANGUAGE.into()).unwrap();
    let tree = parser.parse(source, None).unwrap();
    // Node, enclosing type, enclosing function, whether a guard encloses it.
    let mut open = vec![(tree.root_node(), String::new(), None::<usize>, false)];
    while let Some((node, of, function, guarded)) = open.pop() {
        let (mut of, mut function, mut guarded) = (of, function, guarded);
        match node.kind() {
            "mod_item" if comment(node, source).contains("cfg(test)") => continue,
            "impl_item" => of = node.child_by_field_name("type").map_or("", |kind| text(kind, source)).into(),
            "function_item" => {
                let name = node.child_by_field_name("name").map_or("", |name| text(name, source));
                let params = node.child_by_field_name("parameters").map_or("", |list| text(list, source));
                all.push(Function {
                    shown: format!("{file}:{} {name}", node.start_position().row + 1),
                    name: name.into(),
                    of: of.split('<').next().unwrap_or("").into(),
                    takes_self: params.contains("self"),
                    file: file.into(),
                    module: module.into(),
                    bounded: comment(node, source).contains("Bounded:"),
                    calls: Vec::new(),
                });
                function = Some(all.len() - 1);
                guarded = false;
            }
            // A called name, or one that is passed to be called.
            "identifier" | "scoped_identifier" | "field_expression" if !guarded => {
                let whole = text(node, source);
                let (path, name) = whole
                    .rsplit_once(if node.kind() == "field_expression" { "." } else { "::" })
                    .unwrap_or(("", whole));
                let path = path.rsplit([':', '.', ' ']).next().unwrap_or("");
                if let (Some(function), Some(how)) = (function, how(node, source)) {
                    all[function].calls.push(Call { path: path.into(), name: name.trim().into(), how });
                }
            }
            "call_expression" => {
                let called = node.child_by_field_name("function").map_or("", |called| text(called, source));
                let name = called.rsplit(['.', ':']).next().unwrap_or("");
                if called.contains('.') && GUARDS.contains(&name) {
                    guarded = true;
                }
            }
            _ => {}
        }
        let mut cursor = node.walk();
        open.extend(node.children(&mut cursor).map(|child| (child, of.clone(), function, guarded)));
    }
}

/// Common methods of the standard library that share a name with ours.
const COMMON: &[&str] =
    &["get", "all", "add", "lines", "is_empty", "len", "find", "text", "child", "append", "known", "number", "walk"];

/// The functions that a call may mean, resolved by name only.
fn targets(all: &[Function], by_name: &HashMap<&str, Vec<usize>>, from: &Function, call: &Call) -> Vec<usize> {
    let Call { path, name, how } = call;
    let named = by_name.get(name.as_str()).into_iter().flatten().copied();
    if *how == How::Method {
        // A receiver is named like its type, or `w`. Other receivers are unknown, and most are of the standard library.
        let of = |one: &Function| match path.as_str() {
            "self" => one.of == from.of,
            "w" => one.of == "Writer",
            path => one.of.eq_ignore_ascii_case(path),
        };
        let known = by_name.values().flatten().any(|at| of(&all[*at]));
        let fits = |one: &Function| one.takes_self && if known { of(one) } else { !COMMON.contains(&name.as_str()) };
        return named.filter(|at| fits(&all[*at])).collect();
    }
    let path = if path == "Self" { &from.of } else { path };
    let named: Vec<usize> = named.filter(|at| path.is_empty() == all[*at].of.is_empty() || !path.is_empty()).collect();
    let near = |fits: &dyn Fn(&Function) -> bool| -> Vec<usize> {
        named.iter().copied().filter(|at| fits(&all[*at])).collect()
    };
    let found = match path.as_str() {
        "" => near(&|one| one.file == from.file),
        path => near(&|one| one.of == path || (one.of.is_empty() && one.module == path)),
    };
    // A variable that is passed on may have the name of a function in another file.
    if found.is_empty() && path.is_empty() && *how == How::Plain { named } else { found }
}

/// Strongly connected components with a cycle: the sets of functions that call each other.
fn circles(edges: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    let reached: Vec<BTreeSet<usize>> = (0..edges.len())
        .map(|start| {
            let mut found = BTreeSet::new();
            let mut open: Vec<usize> = edges[start].iter().copied().collect();
            while let Some(at) = open.pop() {
                if found.insert(at) {
                    open.extend(&edges[at]);
                }
            }
            found
        })
        .collect();
    let mut circles: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for at in (0..edges.len()).filter(|at| reached[*at].contains(at)) {
        let circle: BTreeSet<usize> =
            reached[at].iter().copied().filter(|other| reached[*other].contains(&at)).collect();
        circles.insert(circle.first().copied().unwrap_or(at), circle);
    }
    circles.into_values().collect()
}

#[test]
fn every_recursion_has_a_bound() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&root, &mut paths);
    let mut all = Vec::new();
    for path in &paths {
        let file = path.strip_prefix(&root).unwrap().display().to_string();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let folder = path.parent().and_then(Path::file_name).unwrap().to_str().unwrap();
        let module = if stem == "mod" { folder } else { stem };
        functions(&file, module, &fs::read_to_string(path).unwrap(), &mut all);
    }
    assert!(all.len() > 500, "the crate has more than {} functions", all.len());
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, function) in all.iter().enumerate() {
        by_name.entry(&function.name).or_default().push(at);
    }
    let is_guarded = |one: &Function| GUARDED.contains(&format!("{}::{}", one.of, one.name).as_str());
    let edges: Vec<BTreeSet<usize>> = all
        .iter()
        .map(|from| {
            if is_guarded(from) || from.bounded {
                return BTreeSet::new();
            }
            from.calls.iter().flat_map(|call| targets(&all, &by_name, from, call)).collect()
        })
        .collect();
    let shown =
        |circle: &BTreeSet<usize>| circle.iter().map(|at| format!("\n    src/{}", all[*at].shown)).collect::<String>();
    let faults: Vec<String> = circles(&edges).iter().map(shown).collect();
    assert!(
        faults.is_empty(),
        "{} recursions without a bound; go through Walk::enter, Writer::lower or Writer::nested, or say why it ends \
         (`// Bounded: …`):{}",
        faults.len(),
        faults.join("\n")
    );
}
