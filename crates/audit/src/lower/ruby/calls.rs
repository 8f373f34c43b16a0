//! Ruby: calls, with and without parentheses.

use super::{blocks, classes, is_local, values};
use crate::{
    facts::{Arg, Expr},
    lower::{
        strings::{formatted, separated},
        writer::{Writer, arg, named, named_arg, spread_arg},
    },
};
use tree_sitter::Node;

/// Methods that call the method that their first argument names.
const SEND: &[&str] = &["send", "public_send", "__send__", "try", "try!"];
/// Methods that return their receiver, or a copy with the same elements.
const SAME: &[&str] =
    &["freeze", "dup", "clone", "itself", "to_a", "uniq", "compact", "presence", "with_indifferent_access"];
/// Methods that enqueue a job, and the method that then runs.
pub(in crate::lower) const QUEUED: &[(&str, &str)] = &[
    ("perform_later", "perform"),
    ("perform_async", "perform"),
    ("perform_now", "perform"),
    ("perform_inline", "perform"),
];

/// An identifier alone: a variable, else a call.
pub(super) fn bare(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    by_name(w, node, w.text(node))
}

pub(super) fn by_name(w: &mut Writer<'_>, node: Node<'_>, name: &str) -> Expr {
    if is_local(w, name) {
        return Expr::Name(name.to_owned());
    }
    if name == "new" {
        return make(w, node, Vec::new());
    }
    w.call(node, Expr::Name(name.to_owned()), Vec::new(), false)
}

/// `new` without a receiver, in a method of the class itself.
fn make(w: &mut Writer<'_>, node: Node<'_>, args: Vec<Arg>) -> Expr {
    let class = w.class_name().unwrap_or_else(|| "self".into());
    w.call(node, Expr::Name(class).member("new"), args, true)
}

/// `super` without arguments passes on the parameters of its method.
pub(super) fn bare_super(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let target = super_target(w);
    let params = w.current().params.iter();
    let args = params
        .map(|param| {
            let value = Expr::Name(param.name.clone());
            if param.rest { spread_arg(value) } else { arg(value) }
        })
        .collect();
    w.call(node, target, args, false)
}

fn super_target(w: &mut Writer<'_>) -> Expr {
    let name = w.current().name.clone();
    Expr::Name("super".into()).member(name)
}

pub(super) fn call(w: &mut Writer<'_>, node: Node<'_>) -> Expr {
    let method = w.child(node, "method");
    let name = method.map_or("call", |method| w.text(method));
    match w.child(node, "receiver") {
        Some(receiver) => {
            let of = w.lower(receiver);
            with_receiver(w, node, of, name)
        }
        None if method.is_some_and(|method| method.kind() == "super") => {
            let args = all_arguments(w, node);
            let target = super_target(w);
            block_of(w, node, name, None);
            w.call(node, target, args, false)
        }
        None => without_receiver(w, node, name),
    }
}

fn without_receiver(w: &mut Writer<'_>, node: Node<'_>, name: &str) -> Expr {
    if classes::says(w, node, name) {
        return Expr::Nil;
    }
    let args = all_arguments(w, node);
    let in_class_body = w.class_body().is_some();
    // `after_commit :publish_paid`, `task :send_all`: symbols name methods.
    if in_class_body || w.function() == 0 || matches!(name, "method" | "set_callback") {
        mention_symbols(w, node);
    }
    classes::own_event(w, node, name, args.first().map(|arg| &arg.value));
    if let Some((method, rest)) = sent(w, node, name, &args) {
        block_of(w, node, name, None);
        return w.call(node, Expr::Name(method), rest, false);
    }
    block_of(w, node, name, None);
    if name == "new" {
        return make(w, node, args);
    }
    let values = Arg::values(&args);
    let call = w.call(node, Expr::Name(name.to_owned()), args, false);
    match (name, &values[..]) {
        ("format" | "sprintf", [Expr::Text(format), rest @ ..]) => formatted(format, rest).unwrap_or(call),
        ("lambda" | "proc", []) => w.child(node, "block").map_or(call, |_| last_function(w)),
        _ => call,
    }
}

/// The function that was lowered last: the block of the current call.
fn last_function(w: &Writer<'_>) -> Expr {
    Expr::Function(w.facts.functions.len().saturating_sub(1))
}

fn with_receiver(w: &mut Writer<'_>, node: Node<'_>, of: Expr, name: &str) -> Expr {
    let args = all_arguments(w, node);
    if matches!(name, "method" | "instance_method" | "public_method") {
        mention_symbols(w, node);
    } else if runs_method(name) {
        mention_first_symbol(w, node);
    }
    let is_self = of.is_receiver();
    // `self.class::X` is the constant X of this class.
    if is_self && name == "class" {
        return of;
    }
    if let Some((method, rest)) = sent(w, node, name, &args) {
        return w.call(node, of.member(method), rest, false);
    }
    block_of(w, node, name, Some(&of));
    if name == "new" {
        return match &of {
            Expr::Name(of) if of == "self" => make(w, node, args),
            _ => w.call(node, of.member("new"), args, true),
        };
    }
    if let Some((_, runs)) = QUEUED.iter().find(|(queued, _)| *queued == name) {
        return w.call(node, of.member(*runs), args, false);
    }
    if args.is_empty() && w.child(node, "block").is_none() {
        match (name, &of) {
            (same, _) if SAME.contains(&same) => return of,
            ("keys", _) => return Expr::List(vec![of.each()]),
            ("first" | "last" | "sample", Expr::List(_)) => return of.each(),
            _ => {}
        }
    }
    if let ("join", Expr::List(items), [Arg { value: Expr::Text(between), .. }]) = (name, &of, &args[..]) {
        return Expr::Join(separated(items, between));
    }
    w.call(node, of.member(name), args, false)
}

/// `send(:publish, …)` is `publish(…)`.
fn sent(w: &Writer<'_>, node: Node<'_>, name: &str, args: &[Arg]) -> Option<(String, Vec<Arg>)> {
    if !SEND.contains(&name) {
        return None;
    }
    let first = named(w.child(node, "arguments")?).into_iter().next()?;
    match (first.kind(), args.split_first()?) {
        ("simple_symbol", (Arg { value: Expr::Text(method), name: None, .. }, rest)) => {
            Some((method.clone(), rest.to_vec()))
        }
        _ => None,
    }
}

fn block_of(w: &mut Writer<'_>, node: Node<'_>, name: &str, receiver: Option<&Expr>) {
    if let Some(block) = w.child(node, "block") {
        blocks::given(w, block, name, receiver);
    }
}

fn all_arguments(w: &mut Writer<'_>, node: Node<'_>) -> Vec<Arg> {
    w.child(node, "arguments").map(|list| arguments(w, list)).unwrap_or_default()
}

/// Pairs with symbols as keys are named arguments. Other pairs form one hash.
pub(super) fn arguments(w: &mut Writer<'_>, list: Node<'_>) -> Vec<Arg> {
    let mut args = Vec::new();
    let mut pairs = Vec::new();
    for child in named(list) {
        match child.kind() {
            "pair" => {
                let is_text = w.child(child, "key").is_some_and(|key| key.kind() == "string");
                let by_name = !is_text || w.text(child).contains("\":");
                match values::pair(w, child) {
                    (Expr::Text(name), value) if by_name => args.push(named_arg(&name, value)),
                    pair => pairs.push(pair),
                }
            }
            "splat_argument" | "hash_splat_argument" => {
                args.push(spread_arg(w.lower_first(child)));
            }
            "block_argument" => {
                for inner in named(child) {
                    if let Expr::Text(name) = w.lower(inner) {
                        w.mention(&name);
                    }
                }
            }
            "forward_argument" => args.push(spread_arg(Expr::Nil)),
            _ => args.push(arg(w.lower(child))),
        }
    }
    if !pairs.is_empty() {
        args.push(arg(Expr::Map(pairs)));
    }
    args
}

/// True for calls that run the method that their first argument names: `Service.call!(:update_status, invoice)`.
fn runs_method(name: &str) -> bool {
    ["call", "perform", "run", "invoke", "execute"].iter().any(|verb| name.starts_with(verb))
}

fn mention_first_symbol(w: &mut Writer<'_>, node: Node<'_>) {
    let first = w.child(node, "arguments").and_then(|list| named(list).into_iter().next());
    if let Some(first) = first.filter(|first| first.kind() == "simple_symbol") {
        w.mention(w.text(first).trim_start_matches(':'));
    }
}

/// Symbols among the arguments name methods.
fn mention_symbols(w: &mut Writer<'_>, node: Node<'_>) {
    let mut open = w.field_children(node, "arguments");
    while let Some(one) = open.pop() {
        match one.kind() {
            "simple_symbol" => w.mention(w.text(one).trim_start_matches(':')),
            "pair" | "array" => open.extend(named(one)),
            _ => {}
        }
    }
}
