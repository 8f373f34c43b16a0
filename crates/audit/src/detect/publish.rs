//! Publishing calls by name: searches all calls of the tree for the sites that publish an event, and for event
//! arguments that cannot be resolved.

mod argument;
mod tenant;

use crate::{
    detect::{
        bus::{self, Bus},
        search::Search,
        site::{Open, Published, Site},
    },
    facts::{Arg, Call, Expr, Facts, Param, as_written},
    report::Confidence,
    resolve::{
        Found, FunctionId, Resolver, Thing,
        walk::{self, Failed, Failure, Walks},
    },
    text::{
        events,
        verbs::{self, Publishing},
    },
};
use std::collections::BTreeMap;

/// Words of receivers that are no buses: logs, metrics, routers, user interfaces, texts.
const NO_BUS: &[&str] = &[
    "log",
    "logger",
    "logging",
    "console",
    "metrics",
    "statsd",
    "tracer",
    "span",
    "logs",
    "router",
    "routes",
    "route",
    "mux",
    "i18n",
    "translator",
    "window",
    "document",
    "element",
    "dom",
    "toast",
    "store",
    "redux",
    "vuex",
    "flags",
];
/// Words of receivers whose `post` registers a route or sends a request.
const ROUTES: &[&str] = &[
    "app", "api", "server", "http", "https", "client", "axios", "express", "fastify", "koa", "hono", "request",
    "session",
];

impl<'p> Search<'p> {
    pub(crate) fn run(&self) -> Published<'p> {
        let files: Vec<(usize, &Facts)> = self.project.files.iter().enumerate().collect();
        let found = walk::over(files, |walks, (file, facts)| {
            let mut published = Published::default();
            for call in facts.functions.iter().flat_map(|function| &function.calls) {
                let looked = walks.at(|walks| {
                    let mut one = Published::default();
                    self.look_at(call, file, walks, &mut one);
                    self.look_at_entry_point(call, file, walks, &mut one);
                    one
                });
                match looked {
                    Ok(one) => published.append(one),
                    Err(failure) => published.failed.push(Failed::new(call, file, failure)),
                }
            }
            published
        });
        let mut all = Published::default();
        for one in found {
            all.append(one);
        }
        all.keep_last_of_body();
        all.sites = merged(all.sites);
        all
    }

    fn look_at(&self, call: &'p Call, file: usize, walks: &mut Walks<'p>, published: &mut Published<'p>) {
        let Some(name) = call.target.last_name() else { return };
        let is_call_of_call = matches!(call.target, Expr::Call(_) | Expr::Index(..));
        if call.makes || is_call_of_call || is_no_bus(&call.target) {
            return;
        }
        let publishing = match self.publishing(call, name) {
            Publishing::No if self.is_learnt(call, name, file, walks) => Publishing::WithMember,
            publishing => publishing,
        };
        if publishing == Publishing::No {
            return;
        }
        let scope = FunctionId { file, index: call.function };
        let resolver = Resolver::new(self.project, self.graph);
        #[cfg(test)]
        crate::failpoints::at("search", name);
        let Some((arg, found)) = self.event_argument(call, scope, &resolver, walks) else { return };
        let member = |one: &Found<'_>| self.is_member(one);
        let known = |one: &Found<'_>| matches!(&one.thing, Thing::Text(text) if self.known.contains(text));
        if publishing == Publishing::WithMember && !found.iter().any(|one| member(one) || known(one)) {
            self.note_open(call, arg, &found, scope, walks, published);
            return;
        }
        if self.is_request(call, name, scope, walks) {
            return;
        }
        let bus = bus::of(&Resolver::types(self.project), call, scope, walks);
        let named =
            arg.name.as_deref().is_some_and(|name| verbs::same(name, "event_type") || verbs::same(name, "event_name"));
        published.calls.push((scope, bus.key.clone()));
        let mut rest = Vec::new();
        let is_empty = found.is_empty();
        for one in found {
            match &one.thing {
                Thing::Text(text) if self.is_event(text) || member(&one) => {
                    let event = text.clone();
                    published.sites.push(self.site(event, one, call, scope, &bus, walks));
                }
                Thing::Nil => {}
                Thing::Unfed if self.words.is_helper(&self.project.function(scope).name) => {}
                _ => rest.push(one),
            }
        }
        let open = Open {
            at: scope,
            line: call.line,
            expression: arg.value.shown(),
            bus,
            named,
            strong: publishing == Publishing::Yes && !self.words.is_weak(name),
            through: Vec::new(),
            reason: None,
        };
        if is_empty {
            // No value at all: a list that is filled elsewhere, a missing key.
            published.open.push(Open { through: self.through(call, file, walks), ..open.clone() });
        }
        self.note_rest(rest, &open, call, walks, published);
        if let Some(Failure(reason)) = walks.cut_short() {
            published.open.push(Open { through: self.through(call, file, walks), reason: Some(reason), ..open });
        }
    }

    /// Notes the values of an event argument that are no event types. `open` describes the call.
    fn note_rest(
        &self,
        rest: Vec<Found<'p>>,
        open: &Open,
        call: &'p Call,
        walks: &mut Walks<'p>,
        published: &mut Published<'p>,
    ) {
        for one in rest {
            let given = one.at.is_some_and(|caller| self.words.publishes(caller.call.target.last_name().unwrap_or("")));
            // A caller that publishes by name is analysed as a publishing call itself.
            if given && !matches!(one.thing, Thing::Open | Thing::Call(..) | Thing::External(_)) {
                continue;
            }
            let (at, line, expression) = match one.at {
                Some(caller) => (caller.scope(), caller.call.line, shown_args(caller.call)),
                None => (open.at, open.line, open.expression.clone()),
            };
            let through = self.through(call, open.at.file, walks);
            published.open.push(Open { at, line, expression, through, ..open.clone() });
        }
    }

    /// Notes a call whose name alone does not say that it publishes, when its argument is unknown. It matters when other
    /// calls show that its bus publishes.
    fn note_open(
        &self,
        call: &'p Call,
        arg: &'p Arg,
        found: &[Found<'p>],
        scope: FunctionId,
        walks: &mut Walks<'p>,
        published: &mut Published<'p>,
    ) {
        if found.iter().any(|one| matches!(one.thing, Thing::Open | Thing::Call(..) | Thing::External(_))) {
            published.open.push(Open {
                at: scope,
                line: call.line,
                expression: arg.value.shown(),
                bus: bus::of(&Resolver::types(self.project), call, scope, walks),
                named: false,
                strong: false,
                through: Vec::new(),
                reason: None,
            });
        }
    }

    /// True for a call of the webhooks' own code with a constant of their set, whatever the function is called.
    fn is_learnt(&self, call: &'p Call, name: &str, file: usize, walks: &mut Walks<'p>) -> bool {
        let function = self.project.function(FunctionId { file, index: call.function });
        let is_constant = |value: &Expr| matches!(value, Expr::Member(_, name) if self.webhook_members.contains(name));
        let is_member = |arg: &Arg| match &arg.value {
            Expr::Name(name) => {
                // A constant, a variable that has one, or a parameter of the set's type.
                let param = |one: &&Param| {
                    one.name == *name && one.kind.as_ref().is_some_and(|kind| self.webhook_sets.contains(kind))
                };
                self.webhook_members.contains(as_written(name))
                    || function.bindings.iter().any(|one| one.name == *name && is_constant(&one.value))
                    || function.params.iter().any(|one| param(&one))
            }
            value => is_constant(value),
        };
        if !call.args.iter().any(is_member) || !self.words.may_publish(name) {
            return false;
        }
        let about = |text: &str| verbs::split(text).iter().any(|word| matches!(word.as_str(), "webhook" | "webhooks"));
        let of_webhooks =
            |id: &FunctionId| about(self.project.place(id.file)) || about(&self.project.shown_function(*id));
        self.through(call, file, walks).iter().any(of_webhooks)
    }

    fn publishing(&self, call: &Call, name: &str) -> Publishing {
        let owner = || if let Expr::Member(of, _) = &call.target { Some(of.shown()) } else { None };
        self.words.judge(name, owner)
    }

    fn through(&self, call: &'p Call, file: usize, walks: &mut Walks<'p>) -> Vec<FunctionId> {
        Resolver::types(self.project).targets(call, file, walks).functions
    }

    /// True for a constant of a set.
    fn is_member(&self, found: &Found<'_>) -> bool {
        found.group.as_ref().is_some_and(|group| self.sets.contains(group))
    }

    pub(crate) fn is_event(&self, text: &str) -> bool {
        self.known.contains(text) || events::looks_like_event(text)
    }

    pub(crate) fn site(
        &self,
        event: String,
        found: Found<'p>,
        call: &'p Call,
        scope: FunctionId,
        bus: &Bus,
        walks: &mut Walks<'p>,
    ) -> Site<'p> {
        let (at, shown) = match found.at {
            Some(caller) => (caller.scope(), caller.call),
            None => (scope, call),
        };
        let tenant =
            self.names_tenant(shown, at, walks) || (found.at.is_some() && self.names_tenant(call, scope, walks));
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
            body: None,
        }
    }
}

/// True when the receiver says that the call does not publish.
fn is_no_bus(target: &Expr) -> bool {
    let Expr::Member(of, method) = target else { return false };
    let Some(name) = of.last_name() else { return false };
    let words = verbs::split(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    // An event store is a bus; a store of a user interface is none.
    let about_events = has(&["event", "events", "webhook", "webhooks"]);
    (has(NO_BUS) && !about_events) || (verbs::same(method, "post") && has(ROUTES) && !about_events)
}

/// The provenance as a phrase: the definition first, then the steps.
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

/// Merges sites with the same event, function and line.
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
