//! Kotlin: calls, arguments and lambdas.

use super::{bind_element, declare, name, navigation};
use crate::{
    facts::{Arg, Expr, Param},
    lower::{
        functions::NewFunction,
        typed::{declare_local, elements, note_texts},
        writer::{Writer, arg, find_kind, has_token, line, named, named_arg, of_kind, spread_arg},
    },
};
use tree_sitter::Node;

/// Scope functions: the lambda gets the receiver itself, not its elements.
const WHOLE: &[&str] = &["let", "also", "takeIf", "takeUnless", "use"];

pub(super) fn call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let parts = named(node);
    let Some(function) = parts.first() else { return Expr::Nil };
    let target = match function.kind() {
        "identifier" => Expr::Name(w.known(&name(w, *function))),
        "navigation_expression" => navigation(w, *function),
        _ => w.lower(*function),
    };
    let of = if let Expr::Member(of, _) = &target { Some((**of).clone()) } else { None };
    let called = target.last_name().unwrap_or("").to_owned();
    let mut args = Vec::new();
    for part in parts.iter().skip(1) {
        match part.kind() {
            "value_arguments" => arguments(w, *part, &mut args),
            "annotated_lambda" => {
                let given = of.clone().map(|of| if WHOLE.contains(&called.as_str()) { of } else { elements(of) });
                if let Some(inner) = find_kind(*part, "lambda_literal") {
                    args.push(arg(lambda(w, inner, given)));
                }
            }
            _ => {}
        }
    }
    if let Some(value) = known(w, &target, &called, &args) {
        return value;
    }
    let makes = matches!(&target, Expr::Name(name) if name.starts_with(char::is_uppercase));
    w.call(node, target, args, makes)
}

/// Functions of the standard library that make lists, maps and strings.
fn known(w: &mut Writer<'_>, target: &Expr, called: &str, args: &[Arg]) -> Option<Expr> {
    let values = || Arg::values(args);
    if let Expr::Member(of, method) = target {
        return match (&**of, method.as_str()) {
            (Expr::Text(_), "trimIndent" | "trimMargin" | "trim") => Some((**of).clone()),
            (Expr::Map(_) | Expr::List(_), "toMap" | "toList" | "toSet" | "toMutableMap") => Some((**of).clone()),
            _ => None,
        };
    }
    match called {
        "Pair" if args.len() == 2 => Some(Expr::List(values())),
        "listOf" | "setOf" | "arrayOf" | "mutableListOf" | "mutableSetOf" | "sequenceOf" | "listOfNotNull"
        | "linkedSetOf" | "hashSetOf" | "arrayListOf" => Some(Expr::List(values())),
        "mapOf" | "mutableMapOf" | "hashMapOf" | "linkedMapOf" | "sortedMapOf" => {
            let pairs: Vec<(Expr, Expr)> = values()
                .into_iter()
                .filter_map(|value| match value {
                    Expr::List(pair) => <[Expr; 2]>::try_from(pair).ok().map(Into::into),
                    _ => None,
                })
                .collect();
            note_texts(w, None, &pairs);
            Some(Expr::Map(pairs))
        }
        _ => None,
    }
}

/// The arguments in a node's `(…)`.
pub(super) fn arguments_of(w: &mut Writer<'_>, node: Node<'_>) -> Vec<Arg> {
    let mut args = Vec::new();
    for list in of_kind(node, "value_arguments") {
        arguments(w, list, &mut args);
    }
    args
}

pub(super) fn arguments(w: &mut Writer<'_>, list: Node<'_>, args: &mut Vec<Arg>) {
    for one in of_kind(list, "value_argument") {
        let parts = named(one);
        let Some(last) = parts.last() else { continue };
        let value = w.lower(*last);
        args.push(match parts.first() {
            Some(first) if parts.len() > 1 && has_token(one, "=") => named_arg(&name(w, *first), value),
            _ if has_token(one, "*") || last.kind() == "spread_expression" => spread_arg(value),
            _ => arg(value),
        });
    }
}

/// `a to b` is a pair. Any other infix word calls the function of that name.
pub(super) fn infix(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let parts = named(node);
    let [left, word, right] = &parts[..] else { return w.lower_opaque(node) };
    let (left, right) = (w.lower(*left), w.lower(*right));
    let word = name(w, *word);
    if word == "to" {
        return Expr::List(vec![left, right]);
    }
    w.call(node, left.member(word), vec![arg(right)], false)
}

/// A lambda. `given`: the value of its first parameter, or of `it`, when that is known.
pub(super) fn lambda(w: &mut Writer<'_>, node: Node<'_>, given: Option<Expr>) -> Expr {
    let parts = named(node);
    let mut params = declare::parameters(w, node);
    let variables = find_kind(node, "lambda_parameters").map(named).unwrap_or_default();
    for variable in variables.iter().skip(usize::from(given.is_some())) {
        let (name, kind) = declare::variable(w, *variable);
        params.push(Param { name, kind, ..Param::default() });
    }
    if node.kind() == "lambda_literal" && variables.is_empty() && given.is_none() {
        params.push(Param::named("it"));
    }
    NewFunction::at(node).params(params).value(w, |w| {
        w.begin_body();
        if let Some(given) = given {
            match variables.first() {
                Some(first) => bind_element(w, *first, given),
                None => declare_local(w, "it", given, None, line(node)),
            }
        }
        let body =
            parts.into_iter().filter(|part| !matches!(part.kind(), "lambda_parameters" | "function_value_parameters"));
        let value = body.map(|one| w.lower(one)).last().unwrap_or(Expr::Nil);
        if value != Expr::Nil {
            w.returns(value);
        }
    })
}
