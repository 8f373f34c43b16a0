//! Rules that Java, C# and Kotlin share.

use crate::{
    facts::{Arg, Binding, Expr, Facts, Param},
    lower::{
        functions::NewFunction,
        strings::{filled, joined, summands},
        writer::{Writer, either, line},
    },
    text::events::looks_like_event,
};
use tree_sitter::Node;

/// Methods that return the same elements.
const SAME_ELEMENTS: &[&str] = &[
    "stream",
    "parallelStream",
    "filter",
    "sorted",
    "distinct",
    "toList",
    "asSequence",
    "asList",
    "iterator",
    "reversed",
    "toSet",
    "filterNotNull",
    "Where",
    "ToList",
    "ToArray",
    "Distinct",
    "AsEnumerable",
    "OrderBy",
    "Reverse",
];

/// Modifiers and annotations of a declaration.
#[derive(Default)]
pub(super) struct Modifiers {
    pub(super) private: bool,
    /// No access modifier is given.
    pub(super) silent: bool,
    pub(super) constant: bool,
    pub(super) is_enum: bool,
    pub(super) registered: bool,
    /// The text of an annotation such as `@JsonProperty("a.b")`.
    pub(super) text: Option<String>,
}

/// The segments of a path, without Kotlin's backquotes.
pub(super) fn segments(path: &str) -> Vec<String> {
    let parts = path.split('.').map(|part| part.trim().trim_matches('`'));
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Module path and package of a file. `stem`: the name of the file without its extension.
pub(super) fn place(facts: &mut Facts, family: &str, package: &str, stem: impl FnOnce(&str) -> Option<&str>) {
    let mut module = segments(package);
    facts.package = format!("{family}:{}", module.join("."));
    module.extend(facts.file.rsplit('/').next().and_then(stem).map(str::to_owned));
    facts.module = module;
}

/// Returns whether a name is declared in the enclosing functions, up to the method.
pub(super) fn is_local(w: &Writer<'_>, name: &str) -> bool {
    for (at, function) in w.enclosing() {
        if function.has_name(name) {
            return true;
        }
        if at == 0 || function.class.is_some() {
            break;
        }
    }
    false
}

/// `name = value`: assigns a local of that name, else a field of the enclosing class.
pub(super) fn assign(w: &mut Writer<'_>, name: &str, value: Expr, line: u32) {
    let known = w.known(name);
    if w.class().is_some() && !is_local(w, &known) {
        w.field(name, value, None, line);
    } else {
        w.bind(&known, value, None, line);
    }
}

/// Binds a name in the current function, also directly in the body of a class.
pub(super) fn bind_local(w: &mut Writer<'_>, name: &str, value: Expr, kind: Option<String>, line: u32) {
    let binding = Binding { name: name.to_owned(), value, kind, line };
    w.current().bindings.push(binding);
}

/// Declares a variable in the current block.
pub(super) fn declare_local(w: &mut Writer<'_>, name: &str, value: Expr, kind: Option<String>, line: u32) {
    let name = w.declare(name);
    bind_local(w, &name, value, kind, line);
}

/// Binds a constant as a member of the class, another value as a field of its objects.
pub(super) fn member(w: &mut Writer<'_>, constant: bool, name: &str, value: Expr, kind: Option<String>, line: u32) {
    if constant || w.class_body().is_none() {
        w.bind(name, value, kind, line);
    } else {
        w.field(name, value, kind, line);
    }
}

/// `map[key] = value`: the entry is a part of what a local map holds.
pub(super) fn put(w: &mut Writer<'_>, map: &Expr, key: Expr, value: Expr, line: u32) {
    if let Expr::Name(map) = map
        && is_local(w, map)
    {
        bind_local(w, map, Expr::Map(vec![(key, value)]), None, line);
    }
}

/// A function without a name. `over`: the collection whose method it is given to; its first parameter is an element.
pub(super) fn lambda(
    w: &mut Writer<'_>,
    node: Node<'_>,
    mut params: Vec<Param>,
    over: Option<Expr>,
    body: Option<Node<'_>>,
) -> Expr {
    let element = over.filter(|_| !params.is_empty()).map(|over| (params.remove(0), over));
    NewFunction::at(node).params(params).value(w, |w| {
        if let Some((param, over)) = element {
            declare_local(w, &param.name, elements(over), param.kind, line(node));
        }
        if let Some(body) = body {
            let value = w.lower(body);
            if body.kind() != "block" {
                w.returns(value);
            }
        }
    })
}

/// The elements that a loop over a value visits.
pub(super) fn elements(over: Expr) -> Expr {
    let mut over = over;
    while let Expr::Call(call) = &over {
        match &call.target {
            Expr::Member(of, name) if SAME_ELEMENTS.contains(&name.as_str()) => over = (**of).clone(),
            _ => break,
        }
    }
    over.each()
}

/// A concatenation. Strings of these kinds are split by `string`, so that their pieces are not noted as strings.
pub(super) fn sum(
    w: &mut Writer<'_>,
    node: Node<'_>,
    kinds: &[&str],
    string: fn(&mut Writer<'_>, Node<'_>) -> Vec<Expr>,
) -> Expr {
    let mut parts = Vec::new();
    for piece in summands(w, node) {
        if kinds.contains(&piece.kind()) {
            parts.extend(string(w, piece));
        } else {
            parts.push(w.lower(piece));
        }
    }
    joined(w, parts, node)
}

/// A concatenation, or a choice by the operator for missing values (`??`, `?:`).
pub(super) fn binary(
    w: &mut Writer<'_>,
    node: Node<'_>,
    coalescing: &str,
    kinds: &[&str],
    string: fn(&mut Writer<'_>, Node<'_>) -> Vec<Expr>,
) -> Expr {
    match w.field_text(node, "operator") {
        Some("+") => sum(w, node, kinds, string),
        Some(operator) if operator == coalescing => {
            let (left, right) = (w.lower_field(node, "left"), w.lower_field(node, "right"));
            either(left, right)
        }
        _ => w.lower_opaque(node),
    }
}

/// `String.format(text, …)` with one kind of hole, such as `%s`.
pub(super) fn string_format(w: &mut Writer<'_>, text: &str, hole: &str, args: &[Arg], node: Node<'_>) -> Option<Expr> {
    let values: Vec<Expr> = args.iter().map(|arg| arg.value.clone()).collect();
    let pieces = filled(text, hole, &values)?;
    Some(joined(w, pieces, node))
}

/// An enum member as a key: the enum's name if given, and the member's own.
fn member_key(key: &Expr) -> Option<(Option<&str>, &str)> {
    match key {
        Expr::Name(name) => Some((None, name)),
        Expr::Member(of, name) => Some((Some(of.last_name()?), name)),
        _ => None,
    }
}

/// Notes the texts that a look-up table gives to the members of an enum.
pub(super) fn note_texts(w: &mut Writer<'_>, kind: Option<&str>, pairs: &[(Expr, Expr)]) {
    for (key, value) in pairs {
        if let (Some((of, name)), Expr::Text(text)) = (member_key(key), value)
            && let Some(of) = of.or(kind)
            && looks_like_event(text)
        {
            w.facts.texts.push((of.to_owned(), name.to_owned(), text.clone()));
        }
    }
}

/// A `switch` as a value. `arms`: labels and their value; `kind`: the enum, when the receiver is switched over.
pub(super) fn choose(
    w: &mut Writer<'_>,
    subject: Expr,
    kind: Option<&str>,
    arms: Vec<(Vec<Expr>, Expr)>,
    node: Node<'_>,
) -> Expr {
    let said = |(labels, value): &(Vec<Expr>, Expr)| match value {
        Expr::Text(text) => looks_like_event(text) && !labels.is_empty(),
        _ => *value == Expr::Nil,
    };
    let is_table = arms.iter().any(|(_, value)| *value != Expr::Nil) && arms.iter().all(said);
    let of_enum = arms.iter().flat_map(|(labels, _)| labels).all(|label| match label {
        Expr::Name(name) => kind.is_some() || name == "_",
        Expr::Member(of, _) => of.last_name().is_some_and(|of| of.starts_with(char::is_uppercase)),
        _ => false,
    });
    if is_table && of_enum {
        let with_value = arms.into_iter().filter(|(_, value)| *value != Expr::Nil);
        let pairs: Vec<(Expr, Expr)> = with_value
            .flat_map(|(labels, value)| labels.into_iter().map(move |label| (label, value.clone())))
            .collect();
        note_texts(w, kind, &pairs);
        // The members have these texts now, and the receiver is one of them.
        return match kind {
            Some(_) => w.opaque(node),
            None => Expr::Map(pairs).index(subject),
        };
    }
    Expr::any_of(arms.into_iter().map(|(_, value)| value))
}

/// A map of alternating keys and values.
pub(super) fn pairs(values: Vec<Expr>) -> Expr {
    let mut pairs = Vec::new();
    let mut values = values.into_iter();
    while let (Some(key), Some(value)) = (values.next(), values.next()) {
        pairs.push((key, value));
    }
    Expr::Map(pairs)
}
