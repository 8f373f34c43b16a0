//! Rust: calls, fields and struct literals.

use super::{paths, patterns, types};
use crate::{
    facts::{Arg, Binding, Expr},
    lower::writer::{Writer, arg, line, named, named_arg, spread_arg},
};
use tree_sitter::Node;

/// Functions that only wrap their argument.
const HOLD: &[&str] = &[
    "Some",
    "Ok",
    "Box::new",
    "Arc::new",
    "Rc::new",
    "Mutex::new",
    "RwLock::new",
    "RefCell::new",
    "Cell::new",
    "Cow::Borrowed",
    "Cow::Owned",
    "Cow::from",
    "String::from",
    "Box::pin",
    "Pin::new",
];

/// Methods that call a closure with the elements, or the content, of their receiver.
const GIVING: &[&str] =
    &["for_each", "try_for_each", "map", "filter_map", "flat_map", "inspect", "and_then", "for_each_concurrent"];

pub(super) fn field(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let of = w.lower_field(node, "value");
    let name = w.text_of(node, "field");
    if name.starts_with(|c: char| c.is_ascii_digit()) && !of.is_receiver() {
        return of.index(Expr::Opaque(format!("#{name}")));
    }
    w.mention(name);
    of.member(name)
}

pub(super) fn call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let Some(function) = w.child(node, "function") else { return w.lower_opaque(node) };
    let function = match function.kind() {
        "generic_function" => w.child(function, "function").unwrap_or(function),
        _ => function,
    };
    let list = w.field_children(node, "arguments");
    let list: Vec<Node<'_>> = list.into_iter().filter(|one| one.kind() != "attribute_item").collect();
    let name = w.text(function).split("::").collect::<Vec<_>>();
    let short = name.iter().skip(name.len().saturating_sub(2)).copied().collect::<Vec<_>>().join("::");
    if let [only] = list[..] {
        if HOLD.contains(&short.as_str()) {
            return w.lower(only);
        }
        if short.ends_with("Map::from") {
            let value = w.lower(only);
            return map_of(value);
        }
        if short.starts_with("Lazy") && short.ends_with("::new") {
            return made_late(w, only);
        }
    }
    let target = match function.kind() {
        // A called name is not noted as a mention.
        "identifier" => Expr::Name(w.known(w.text(function))),
        "scoped_identifier" => paths::value(w, function),
        "field_expression" => w.lower_member(function, "value", "field"),
        _ => w.lower(function),
    };
    let args: Vec<Arg> = list.into_iter().map(|one| arg(w.lower(one))).collect();
    if let (Expr::Member(of, method), Some(Expr::Function(index))) = (&target, args.last().map(|arg| &arg.value))
        && GIVING.contains(&method.as_str())
    {
        give(w, *index, Expr::clone(of), line(node));
    }
    if let (Expr::Member(of, method), []) = (&target, &args[..])
        && method == "collect"
        && matches!(patterns::over(Expr::clone(of)).0, Expr::List(_))
    {
        return map_of(patterns::over(Expr::clone(of)).0);
    }
    w.call(node, target, args, false)
}

/// Binds the first parameter of a closure to the elements of the receiver.
fn give(w: &mut Writer<'_>, index: usize, of: Expr, line: u32) {
    let (over, _) = patterns::over(of.clone());
    let value = if over == of { of } else { over.each() };
    if let Some(function) = w.facts.functions.get_mut(index)
        && let Some(param) = function.params.first()
        && !param.name.is_empty()
    {
        let name = param.name.clone();
        function.bindings.push(Binding { name, value, kind: None, line });
    }
}

/// A list of pairs as a map.
fn map_of(value: Expr) -> Expr {
    let Expr::List(items) = value else { return value };
    let pair = |item: &Expr| match item {
        Expr::List(parts) => match &parts[..] {
            [key, value] => Some((key.clone(), value.clone())),
            _ => None,
        },
        _ => None,
    };
    match items.iter().map(pair).collect::<Option<Vec<_>>>() {
        Some(pairs) if !pairs.is_empty() => Expr::Map(pairs),
        _ => Expr::List(items),
    }
}

/// `LazyLock::new(|| …)` has the value that the closure returns.
fn made_late(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    match w.lower(node) {
        Expr::Function(index) => {
            let function = w.facts.functions.get(index);
            function.and_then(|function| function.returns.first().cloned()).unwrap_or(Expr::Nil)
        }
        other => other,
    }
}

/// `X { a: 1, b, ..rest }`
pub(super) fn object(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let name = w.child(node, "name");
    let target = name.map_or(Expr::Nil, |name| match name.kind() {
        "generic_type_with_turbofish" => w.child(name, "type").map_or(Expr::Nil, |name| paths::value(w, name)),
        _ => paths::value(w, name),
    });
    let own = name.and_then(|name| types::name(w, name)).filter(|name| w.class_name().as_ref() == Some(name));
    let mut args = Vec::new();
    for one in w.field_children(node, "body") {
        let (field, value) = match one.kind() {
            "field_initializer" => (w.text_of(one, "field"), w.lower_field(one, "value")),
            "shorthand_field_initializer" => {
                let Some(name) = named(one).into_iter().rfind(|one| one.kind() == "identifier") else { continue };
                (w.text(name), w.lower(name))
            }
            _ => {
                args.push(spread_arg(w.lower_first(one)));
                continue;
            }
        };
        // A literal in the type's own functions tells the values of its fields.
        if own.is_some() {
            w.field(field, value.clone(), None, line(one));
        }
        args.push(named_arg(field, value));
    }
    w.call(node, target, args, true)
}
