//! The publishing side: calls that publish, and the events that reach them.

use crate::{
    bus::{self, Bus, BusKey},
    facts::{Arg, Call, Expr, as_written},
    graph::{self, Graph},
    project::{FunctionId, Project},
    reach::{Found, GroupKey, Reach, Thing, Walk},
    report::Confidence,
    verbs::{self, Words},
};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// A place that publishes an event, before it is known which system is the main one.
#[derive(Clone, Debug)]
pub(crate) struct Site<'p> {
    pub(crate) event: String,
    pub(crate) at: FunctionId,
    pub(crate) line: u32,
    pub(crate) via: String,
    pub(crate) confidence: Confidence,
    pub(crate) group: Option<GroupKey>,
    pub(crate) buses: Vec<Bus>,
    pub(crate) tenant: bool,
    /// The call on whose line it stands.
    pub(crate) call: &'p Call,
}

/// An event argument that leads nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) at: FunctionId,
    pub(crate) line: u32,
    pub(crate) expression: String,
    pub(crate) bus: Bus,
    /// It was given by a name that says event.
    pub(crate) named: bool,
    /// The functions of the tree that the call reaches.
    pub(crate) through: Vec<FunctionId>,
}

#[derive(Default)]
pub(crate) struct Published<'p> {
    pub(crate) sites: Vec<Site<'p>>,
    pub(crate) open: Vec<Open>,
    /// Functions that publish something, and through what.
    pub(crate) calls: Vec<(FunctionId, BusKey)>,
}

pub(crate) struct Search<'p> {
    pub(crate) project: &'p Project,
    pub(crate) graph: &'p Graph<'p>,
    pub(crate) words: &'p Words,
    /// Every event that the code or the catalog defines.
    pub(crate) known: HashSet<String>,
    pub(crate) tenant_names: &'p [String],
}

/// Receivers that write logs and count things.
const NO_BUS: &[&str] = &["log", "logger", "logging", "console", "metrics", "statsd", "tracer", "span", "logs"];

impl<'p> Search<'p> {
    pub(crate) fn run(&self) -> Published<'p> {
        let found: Vec<Published<'p>> = self
            .project
            .files
            .par_iter()
            .enumerate()
            .map(|(file, facts)| {
                let mut published = Published::default();
                for call in facts.functions.iter().flat_map(|function| &function.calls) {
                    self.look_at(call, file, &mut published);
                }
                published
            })
            .collect();
        let mut all = Published::default();
        for mut one in found {
            all.sites.append(&mut one.sites);
            all.open.append(&mut one.open);
            all.calls.append(&mut one.calls);
        }
        all.sites = merged(all.sites);
        all
    }

    fn look_at(&self, call: &'p Call, file: usize, published: &mut Published<'p>) {
        let Some(name) = call.target.last_name() else { return };
        let is_call_of_call = matches!(call.target, Expr::Call(_) | Expr::Index(..));
        if call.makes || is_call_of_call || !self.words.publishes(name) || writes_logs(&call.target) {
            return;
        }
        let scope = FunctionId { file, index: call.function };
        let reach = Reach::new(self.project, self.graph);
        let Some((arg, found)) = self.event_argument(call, scope, &reach) else { return };
        let bus = bus::of(&Reach::types(self.project), call, scope);
        let named =
            arg.name.as_deref().is_some_and(|name| verbs::same(name, "event_type") || verbs::same(name, "event_name"));
        published.calls.push((scope, bus.key.clone()));
        let mut rest = Vec::new();
        if found.is_empty() {
            // It leads to nothing at all: a list that is filled elsewhere, a key that is not there.
            let through = self.through(call, file);
            published.open.push(Open {
                at: scope,
                line: call.line,
                expression: arg.value.shown(),
                bus: bus.clone(),
                named,
                through,
            });
        }
        for one in found {
            match &one.thing {
                Thing::Text(text) if self.is_event(text) => {
                    let event = text.clone();
                    published.sites.push(self.site(event, one, call, scope, &bus));
                }
                Thing::Nil => {}
                Thing::Unfed if self.words.is_helper(&self.project.function(scope).name) => {}
                _ => rest.push(one),
            }
        }
        for one in rest {
            let given = one.at.is_some_and(|caller| self.words.publishes(caller.call.target.last_name().unwrap_or("")));
            // Callers that publish by name are looked at themselves.
            if given && !matches!(one.thing, Thing::Open | Thing::Call(..) | Thing::External(_)) {
                continue;
            }
            let (at, line, expression) = match one.at {
                Some(caller) => (caller.scope(), caller.call.line, shown_args(caller.call)),
                None => (scope, call.line, arg.value.shown()),
            };
            let through = self.through(call, file);
            published.open.push(Open { at, line, expression, bus: bus.clone(), named, through });
        }
    }

    fn through(&self, call: &'p Call, file: usize) -> Vec<FunctionId> {
        graph::targets(&Reach::types(self.project), call, file).functions
    }

    pub(crate) fn is_event(&self, text: &str) -> bool {
        self.known.contains(text) || verbs::looks_like_event(text)
    }

    fn site(&self, event: String, found: Found<'p>, call: &'p Call, scope: FunctionId, bus: &Bus) -> Site<'p> {
        let (at, shown) = match found.at {
            Some(caller) => (caller.scope(), caller.call),
            None => (scope, call),
        };
        let tenant = self.names_tenant(shown, at) || (found.at.is_some() && self.names_tenant(call, scope));
        let raw = found.group.is_none();
        let weak = raw && found.at.is_none() && bus.is_loose() && !self.known.contains(&event);
        let most = match call.target.last_name() {
            Some(name) if weak && self.words.is_weak(name) => Confidence::Low,
            _ if weak => Confidence::Medium,
            _ => Confidence::High,
        };
        Site {
            event,
            at,
            line: shown.line,
            via: via(&found.via),
            confidence: found.confidence.min(most),
            group: found.group,
            buses: vec![bus.clone()],
            tenant,
            call: shown,
        }
    }

    /// The argument that is the event, and what it comes to: one that is given by name, else the first that leads to an
    /// event, else the first.
    fn event_argument(
        &self,
        call: &'p Call,
        scope: FunctionId,
        reach: &Reach<'p>,
    ) -> Option<(&'p Arg, Vec<Found<'p>>)> {
        let mut first = None;
        let named = self.words.names().iter().filter_map(|name| {
            call.args.iter().find(|arg| arg.name.as_deref().is_some_and(|one| verbs::same(one, name)))
        });
        let placed = call.args.iter().filter(|arg| arg.name.is_none()).take(5);
        for arg in named.chain(placed) {
            let mut walk = Walk::values();
            let found = reach.reach(&arg.value, scope, &mut walk);
            let found: Vec<Found<'p>> =
                found.into_iter().flat_map(|one| reach.events_in(one, self.words, &mut walk, 0)).collect();
            if found.iter().any(|one| matches!(&one.thing, Thing::Text(text) if self.is_event(text))) {
                return Some((arg, found));
            }
            let payload = self.is_payload(&arg.value);
            if first.is_none() && !payload {
                first = Some((arg, found));
            }
        }
        // A name that is not known, for something that is: `publish(hook=WebhookEvent.X)`.
        for arg in
            call.args.iter().filter(|arg| arg.name.as_deref().is_some_and(|name| !self.words.is_event_name(name)))
        {
            let found = reach.reach(&arg.value, scope, &mut Walk::values());
            if found
                .iter()
                .any(|one| matches!(&one.thing, Thing::Text(text) if one.group.is_some() && self.known.contains(text)))
            {
                return Some((arg, found));
            }
        }
        // `InvoicePaid::dispatch($invoice)`: the receiver is the event.
        if let Expr::Member(of, _) = &call.target {
            let mut walk = Walk::values();
            let found = reach
                .reach(of, scope, &mut walk)
                .into_iter()
                .filter(|one| matches!(one.thing, Thing::Class(_) | Thing::Instance(_, Some(_))));
            let found: Vec<Found<'p>> = found.flat_map(|one| reach.events_in(one, self.words, &mut walk, 0)).collect();
            if found.iter().any(|one| matches!(&one.thing, Thing::Text(text) if self.is_event(text)))
                && let Some(arg) = call.args.first()
            {
                return Some((arg, found));
            }
        }
        first
    }

    /// What stands there is data, and no event.
    fn is_payload(&self, value: &Expr) -> bool {
        match value {
            Expr::Map(pairs) => {
                let names = |key: &Expr| matches!(key, Expr::Text(key) if verbs::same(key, "event_type") || verbs::same(key, "event") || verbs::same(key, "type"));
                !pairs.iter().any(|(key, _)| names(key))
            }
            Expr::List(_) | Expr::Function(_) | Expr::Nil | Expr::Text(_) => true,
            _ => false,
        }
    }

    /// Whether a call says for whom: a name, a key or a variable that speaks of a tenant.
    fn names_tenant(&self, call: &'p Call, scope: FunctionId) -> bool {
        call.args.iter().any(|arg| {
            arg.name.as_deref().is_some_and(|name| self.is_tenant(name))
                || arg.spread
                || (self.speaks_of_tenant(&arg.value, scope, 0) && !self.leads_to_event(&arg.value, scope))
        })
    }

    /// A payload that was put together before.
    fn holds_tenant(&self, name: &str, scope: FunctionId, depth: usize) -> bool {
        let mut bindings = self.project.function(scope).bindings.iter().filter(|one| one.name == name);
        scope.index != 0
            && bindings.any(|one| {
                matches!(one.value, Expr::Map(_) | Expr::Call(_)) && self.speaks_of_tenant(&one.value, scope, depth + 1)
            })
    }

    /// `Events.ACCOUNT_CLOSED` speaks of an account and is none.
    fn leads_to_event(&self, value: &'p Expr, scope: FunctionId) -> bool {
        let things = Reach::types(self.project).things(value, scope, &mut Walk::types());
        things.iter().any(|thing| matches!(thing, Thing::Text(text) if self.is_event(text)))
    }

    fn is_tenant(&self, name: &str) -> bool {
        let words = verbs::split(as_written(name));
        words.iter().any(|word| self.tenant_names.iter().any(|tenant| tenant == word))
    }

    fn speaks_of_tenant(&self, value: &'p Expr, scope: FunctionId, depth: usize) -> bool {
        if depth > 8 {
            return false;
        }
        let inner = |value: &'p Expr| self.speaks_of_tenant(value, scope, depth + 1);
        match value {
            Expr::Name(name) => self.is_tenant(name) || self.holds_tenant(name, scope, depth),
            Expr::Member(of, name) => self.is_tenant(name) || inner(of),
            Expr::Map(pairs) => pairs.iter().any(|(key, value)| {
                matches!(key, Expr::Text(key) | Expr::Name(key) if self.is_tenant(key)) || inner(value)
            }),
            Expr::Call(call) => {
                // `order.tenant_id()`
                self.names_tenant(call, scope) || (call.args.is_empty() && inner(&call.target))
            }
            Expr::List(items) | Expr::Any(items) => items.iter().any(inner),
            Expr::Index(of, key) => inner(of) || matches!(&**key, Expr::Text(key) if self.is_tenant(key)),
            Expr::Opaque(text) => verbs::split(text).iter().any(|word| self.tenant_names.contains(word)),
            _ => false,
        }
    }
}

fn writes_logs(target: &Expr) -> bool {
    match target {
        Expr::Member(of, _) => {
            of.last_name().is_some_and(|name| verbs::split(name).iter().any(|word| NO_BUS.contains(&word.as_str())))
        }
        _ => false,
    }
}

/// Steps as a phrase: what stands there first, then the way.
fn via(steps: &[String]) -> String {
    let starts = steps.first().is_some_and(|first| first.starts_with("enum member") || first.starts_with("constant"));
    let mut parts: Vec<&str> = if starts { Vec::new() } else { vec!["literal"] };
    for step in steps {
        if parts.last() != Some(&step.as_str()) {
            parts.push(step);
        }
    }
    parts.join(", ")
}

fn shown_args(call: &Call) -> String {
    let list: Vec<String> = call.args.iter().map(|arg| arg.value.shown()).collect();
    let name = call.target.shown();
    format!("{name}({})", list.join(", "))
}

/// The same event on the same line of the same function is one site; what is known about it is put together.
fn merged(sites: Vec<Site<'_>>) -> Vec<Site<'_>> {
    let mut by_place: BTreeMap<(FunctionId, u32, String), Site<'_>> = BTreeMap::new();
    for site in sites {
        let place = (FunctionId { file: site.at.file, index: site.at.index }, site.line, site.event.clone());
        match by_place.get_mut(&place) {
            None => {
                by_place.insert(place, site);
            }
            Some(one) => {
                for bus in site.buses {
                    if !one.buses.contains(&bus) {
                        one.buses.push(bus);
                    }
                }
                one.tenant |= site.tenant;
                if site.confidence > one.confidence {
                    one.confidence = site.confidence;
                    one.via = site.via;
                }
                if one.group.is_none() {
                    one.group = site.group;
                }
            }
        }
    }
    by_place.into_values().collect()
}
