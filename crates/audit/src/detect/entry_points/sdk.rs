//! Calls of webhook servers' SDKs. The name of a method is not enough: the receiver must have the vendor's name, or
//! come from the vendor's package.

use super::{entry_point::EntryPoint, request};
use crate::{
    detect::server::Server,
    facts::{Call, Expr},
    resolve::{FunctionId, Resolver, Thing, walk::Walks},
};

const SVIX: EntryPoint = EntryPoint { server: Server::Svix, shown: "svix message.create", key: "event_type" };
const CONVOY: EntryPoint = EntryPoint { server: Server::Convoy, shown: "convoy events.create", key: "event_type" };
const OUTPOST: EntryPoint = EntryPoint { server: Server::Outpost, shown: "outpost publish", key: "topic" };
const HOOK0: EntryPoint = EntryPoint { server: Server::Hook0, shown: "hook0 send_event", key: "event_type" };

/// The entry point of a call, when it is one of an SDK.
pub(super) fn entry_point<'p>(
    resolver: &Resolver<'p>,
    call: &'p Call,
    name: &str,
    scope: FunctionId,
    walks: &mut Walks<'p>,
) -> Option<EntryPoint> {
    let Expr::Member(of, _) = &call.target else { return None };
    let letters: String = name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
    let short = letters.strip_suffix("async").unwrap_or(&letters);
    let on = of.last_name().unwrap_or("").to_ascii_lowercase();
    let (entry_point, vendor) = match short {
        "create" if matches!(on.as_str(), "message" | "getmessage") => (SVIX, "svix"),
        "create"
        | "createendpointevent"
        | "createfanoutevent"
        | "fanoutevent"
        | "createbroadcastevent"
        | "broadcastevent"
        | "fanout"
        | "createdynamicevent"
            if matches!(on.as_str(), "event" | "events") =>
        {
            (CONVOY, "convoy")
        }
        "new" if on == "event" => (CONVOY, "convoy"),
        "publish" => (OUTPOST, "outpost"),
        "event" if on == "publish" => (OUTPOST, "outpost"),
        "sendevent" => (HOOK0, "hook0"),
        _ => return None,
    };
    (speaks(of, vendor) || is_from(resolver, of, scope, vendor, walks)).then_some(entry_point)
}

// Bounded: by the depth of the expression, which `Writer` limits.
fn speaks(value: &Expr, vendor: &str) -> bool {
    let has = |name: &str| name.to_ascii_lowercase().contains(vendor);
    match value {
        Expr::Name(name) => has(name),
        Expr::Member(of, name) => has(name) || speaks(of, vendor),
        Expr::Call(call) => speaks(&call.target, vendor),
        _ => false,
    }
}

/// True when the receiver comes from the vendor's package, under any local name.
fn is_from<'p>(resolver: &Resolver<'p>, of: &'p Expr, scope: FunctionId, vendor: &str, walks: &mut Walks<'p>) -> bool {
    let mut at = of;
    loop {
        let things = resolver.things(at, scope, &mut walks.types());
        for thing in things {
            let target = match thing {
                Thing::Call(call, at) => resolver.things(&call.target, at, &mut walks.types()),
                thing => vec![thing],
            };
            let has = |thing: &Thing<'_>| matches!(thing, Thing::External(path) if path.to_ascii_lowercase().contains(vendor));
            if target.iter().any(has) {
                return true;
            }
        }
        if has_kind(resolver, at, scope, vendor, walks) {
            return true;
        }
        at = match at {
            Expr::Member(of, _) => of,
            Expr::Call(call) => &call.target,
            _ => return false,
        };
    }
}

/// True when a parameter or a field has a declared type of the vendor.
fn has_kind<'p>(
    resolver: &Resolver<'p>,
    value: &'p Expr,
    scope: FunctionId,
    vendor: &str,
    walks: &mut Walks<'p>,
) -> bool {
    let is = |kind: Option<&String>| kind.is_some_and(|kind| kind.to_ascii_lowercase().contains(vendor));
    match value {
        Expr::Name(name) => {
            resolver.project.function(scope).params.iter().any(|param| param.name == *name && is(param.kind.as_ref()))
        }
        Expr::Member(of, name) => request::classes(resolver, of, scope, &mut walks.types()).into_iter().any(|class| {
            let mut fields = resolver.project.class(class).fields.iter();
            fields.any(|(field, _)| field.name == *name && is(field.kind.as_ref()))
        }),
        _ => false,
    }
}
