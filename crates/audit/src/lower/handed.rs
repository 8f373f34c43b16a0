//! Functions that are passed as callbacks: `add_task(publish_event, event)`, `publish_event.delay(event)`.
//! Each such call is noted a second time, as a call of the callback.

use crate::facts::{Arg, Call, Expr, Facts};
use std::sync::Arc;

/// Functions that call a callback with the arguments that follow it.
const HANDED_TO: &[&str] = &[
    "partial",
    "add_task",
    "submit",
    "enqueue",
    "enqueue_in",
    "enqueue_at",
    "enqueue_call",
    "run_in_executor",
    "run_sync",
    "to_thread",
    "create_task",
    "ensure_future",
    "call_soon",
    "call_later",
    "defer",
    "deferToThread",
    "setTimeout",
    "setImmediate",
    "nextTick",
    "queueMicrotask",
    "call_user_func",
    "spawn",
    "start_soon",
];

/// Methods of a task that call it later.
const OWN: &[&str] =
    &["delay", "s", "si", "signature", "perform_async", "perform_later", "perform_in", "send_with_options"];

pub(super) fn note(facts: &mut Facts) {
    for function in &mut facts.functions {
        let more: Vec<Arc<Call>> = function.calls.iter().filter_map(|call| handed(call)).map(Arc::new).collect();
        function.calls.extend(more);
    }
}

fn handed(call: &Call) -> Option<Call> {
    let name = call.target.last_name()?;
    if let Expr::Member(of, method) = &call.target
        && matches!(**of, Expr::Name(_) | Expr::Member(..))
    {
        let args = match method.as_str() {
            "apply_async" => applied(call),
            own if OWN.contains(&own) => call.args.clone(),
            _ => Vec::new(),
        };
        if !args.is_empty() {
            return Some(Call { target: (**of).clone(), args, ..call.clone() });
        }
    }
    if !HANDED_TO.contains(&name) {
        return None;
    }
    // `run_in_executor(None, publish, event)`: arguments before the callback are not passed to it.
    let at =
        call.args.iter().position(|arg| arg.name.is_none() && matches!(arg.value, Expr::Name(_) | Expr::Member(..)))?;
    let args: Vec<Arg> = call.args.iter().skip(at + 1).cloned().collect();
    // `setTimeout(publish, 10, event)`
    let after_delay = matches!(name, "setTimeout" | "enqueue_in" | "enqueue_at" | "call_later");
    let args = if after_delay && at == 0 { args.into_iter().skip(1).collect() } else { args };
    (!args.is_empty()).then(|| Call { target: call.args[at].value.clone(), args, makes: false, ..call.clone() })
}

/// `task.apply_async(args=[…], kwargs={…})`
fn applied(call: &Call) -> Vec<Arg> {
    let plain = |value: &Expr| Arg { name: None, value: value.clone(), spread: false };
    let mut args = Vec::new();
    for (at, arg) in call.args.iter().enumerate() {
        match (&arg.value, arg.name.as_deref()) {
            (Expr::List(items), Some("args")) => args.extend(items.iter().map(plain)),
            (Expr::List(items), None) if at == 0 => args.extend(items.iter().map(plain)),
            (Expr::Map(pairs), Some("kwargs") | None) => {
                args.extend(pairs.iter().filter_map(|(key, value)| match key {
                    Expr::Text(name) => Some(Arg { name: Some(name.clone()), value: value.clone(), spread: false }),
                    _ => None,
                }))
            }
            _ => {}
        }
    }
    args
}
