//! What Java, C# and Kotlin have in common.

use super::writer::Writer;
use crate::{
    facts::{Binding, Expr},
    text::verbs::looks_like_event,
};
use tree_sitter::Node;

/// What a list passes through without becoming another one.
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

/// What stands between the `+` of a chain, in order. The chain leans to the left: it is walked here, so that its pieces are
/// no strings of their own.
pub(super) fn pieces<'t>(w: &Writer<'_>, node: Node<'t>) -> Vec<Node<'t>> {
    let mut pieces = Vec::new();
    let mut at = Some(node);
    while let Some(one) = at {
        if one.kind() == "binary_expression" && w.field_text(one, "operator") == Some("+") {
            pieces.extend(w.child(one, "right"));
            at = w.child(one, "left");
        } else {
            pieces.push(one);
            break;
        }
    }
    pieces.reverse();
    pieces
}

/// Whether a name belongs to the functions around, up to the method.
pub(super) fn is_local(w: &Writer<'_>, name: &str) -> bool {
    let mut at = w.function();
    while let Some(function) = w.facts.functions.get(at) {
        if function.params.iter().any(|one| one.name == name) || function.bindings.iter().any(|one| one.name == name) {
            return true;
        }
        if at == 0 || function.class.is_some() {
            return false;
        }
        at = function.parent;
    }
    false
}

/// `name = value`: of a local when there is one, else of the object around.
pub(super) fn assign(w: &mut Writer<'_>, name: &str, value: Expr, line: u32) {
    let known = w.known(name);
    if w.class().is_some() && !is_local(w, &known) {
        w.field(name, value, None, line);
    } else {
        w.bind(&known, value, None, line);
    }
}

/// A name that holds in the function around, also when that stands directly in a class.
pub(super) fn bind_local(w: &mut Writer<'_>, name: &str, value: Expr, kind: Option<String>, line: u32) {
    let binding = Binding { name: name.to_owned(), value, kind, line };
    w.current().bindings.push(binding);
}

/// A new variable of the block around.
pub(super) fn declare_local(w: &mut Writer<'_>, name: &str, value: Expr, kind: Option<String>, line: u32) {
    let name = w.declare(name);
    bind_local(w, &name, value, kind, line);
}

/// What a loop over this gives.
pub(super) fn each(over: Expr) -> Expr {
    let mut over = over;
    while let Expr::Call(call) = &over {
        match &call.target {
            Expr::Member(of, name) if SAME_ELEMENTS.contains(&name.as_str()) => over = (**of).clone(),
            _ => break,
        }
    }
    Expr::Each(Box::new(over))
}

/// Pieces of a string; neighbours that are known become one.
pub(super) fn concat(w: &mut Writer<'_>, parts: Vec<Expr>, node: Node<'_>) -> Expr {
    let mut joined: Vec<Expr> = Vec::new();
    for part in parts {
        match (joined.last_mut(), part) {
            (Some(Expr::Text(text)), Expr::Text(more)) => text.push_str(&more),
            (_, Expr::Text(text)) if text.is_empty() => {}
            (_, part) => joined.push(part),
        }
    }
    if let [Expr::Text(text)] = &joined[..] {
        return w.string(text.clone(), node);
    }
    if joined.is_empty() {
        return Expr::Text(String::new());
    }
    // SQL with a hole in it is still SQL.
    let text: String = joined.iter().map(|part| if let Expr::Text(text) = part { text } else { "?" }).collect();
    w.string(text, node);
    Expr::Join(joined)
}

/// A format string with one kind of hole, such as `%s`, filled in order.
pub(super) fn format(w: &mut Writer<'_>, text: &str, hole: &str, args: Vec<Expr>, node: Node<'_>) -> Expr {
    let mut parts = Vec::new();
    let mut args = args.into_iter();
    for (at, piece) in text.split(hole).enumerate() {
        if at > 0 {
            parts.push(args.next().unwrap_or_else(|| Expr::Opaque(hole.to_owned())));
        }
        if !piece.is_empty() {
            parts.push(Expr::Text(piece.to_owned()));
        }
    }
    concat(w, parts, node)
}

/// One escape sequence.
pub(super) fn escape(text: &str) -> String {
    match text.strip_prefix('\\') {
        Some("n") => "\n".into(),
        Some("t") => "\t".into(),
        Some("r") => "\r".into(),
        Some(code) if code.starts_with(['u', 'x']) => {
            let code = code.trim_start_matches(['u', 'x']);
            u32::from_str_radix(code, 16).ok().and_then(char::from_u32).map(String::from).unwrap_or_default()
        }
        Some("\n") => String::new(),
        Some(other) => other.to_owned(),
        None => text.to_owned(),
    }
}

/// An enum's member as a key: the enum's name when that stands there too, and its own.
fn member_key(key: &Expr) -> Option<(Option<&str>, &str)> {
    match key {
        Expr::Name(name) => Some((None, name)),
        Expr::Member(of, name) => Some((Some(of.last_name()?), name)),
        _ => None,
    }
}

/// Notes what a look-up by an enum's members says about them.
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

/// A `switch` as a value. `arms`: labels and what they give; `kind`: the enum that is asked, when it is the receiver.
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
        // The members have these texts now: asking one for it answers its own.
        return match kind {
            Some(_) => w.opaque(node),
            None => Expr::Index(Box::new(Expr::Map(pairs)), Box::new(subject)),
        };
    }
    let values: Vec<Expr> = arms.into_iter().map(|(_, value)| value).filter(|value| *value != Expr::Nil).collect();
    if values.is_empty() { Expr::Nil } else { Expr::Any(values) }
}

/// The pairs that `key, value, key, value` make.
pub(super) fn pairs(values: Vec<Expr>) -> Expr {
    let mut pairs = Vec::new();
    let mut values = values.into_iter();
    while let (Some(key), Some(value)) = (values.next(), values.next()) {
        pairs.push((key, value));
    }
    Expr::Map(pairs)
}
