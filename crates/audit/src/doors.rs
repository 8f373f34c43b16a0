//! Publishing over a wire: requests to the endpoints of a webhook server, calls of its SDK, and SQL that calls
//! `postrider.publish` or writes the outbox. The URL, the SDK or the statement decides, not the name of the function.

mod body;
mod request;
mod sdk;
mod statement;
mod url;

use crate::{
    bus::{Bus, BusKey},
    facts::{Call, Expr},
    project::{FunctionId, Project},
    publish::{Open, Published, Search},
    reach::{Found, Reach, Thing},
    verbs,
    walk::Walks,
};
use std::collections::{BTreeMap, HashSet};

/// A webhook server that can be published to from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Server {
    Postrider,
    Svix,
    Convoy,
    Outpost,
    Hook0,
}

impl Server {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Postrider => "Postrider",
            Self::Svix => "Svix",
            Self::Convoy => "Convoy",
            Self::Outpost => "Outpost",
            Self::Hook0 => "Hook0",
        }
    }
}

/// One way into a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Door {
    pub(crate) server: Server,
    /// As the report shows it.
    pub(crate) shown: &'static str,
    /// The field of the body that names the event type; none for SQL.
    pub(crate) key: &'static str,
}

impl Door {
    fn bus(self) -> Bus {
        Bus { key: BusKey::Server(self.server), shown: self.shown.to_owned() }
    }
}

/// A value that comes with a call: an argument, or something that was set on the object before.
#[derive(Clone, Copy)]
struct Part<'p> {
    name: Option<&'p str>,
    value: &'p Expr,
    scope: FunctionId,
}

/// The event type of a body, and where it stands.
struct Named<'p> {
    found: Found<'p>,
    /// The address of the expression, to tell two bodies apart.
    place: usize,
    shown: String,
}

/// Whether the tree has anything that these searches could find. A tree without pays nothing for them.
pub(crate) struct Doors {
    /// Some string may be a part of the URL of an endpoint.
    urls: bool,
    /// Names that hold SQL which publishes.
    statements: HashSet<String>,
    sql: bool,
}

impl Doors {
    pub(crate) fn of(project: &Project) -> Self {
        let urls = project.files.iter().any(|facts| facts.has_endpoint);
        let sql = project.files.iter().any(|facts| facts.sql.iter().any(|one| statement::publishes(&one.text)));
        let statements = if sql { statement::names(project) } else { HashSet::new() };
        Self { urls, statements, sql }
    }
}

impl<'p> Search<'p> {
    /// Looks at a call as one that may go through a door.
    pub(crate) fn look_at_door(
        &self,
        call: &'p Call,
        file: usize,
        walks: &mut Walks<'p>,
        published: &mut Published<'p>,
    ) {
        let Some(name) = call.target.last_name() else { return };
        let scope = FunctionId { file, index: call.function };
        let found = if self.doors.sql && !call.makes && statement::is_given(call, &self.doors.statements) {
            self.by_statement(call, scope, walks)
        } else if let Some(door) = sdk::door(&Reach::types(self.project), call, name, scope, walks) {
            let parts = self.parts(call, scope, walks);
            Some((door, self.named_in(&parts, door, walks)))
        } else if self.doors.urls && request::may_send(name) {
            let parts = self.parts(call, scope, walks);
            let door = self.endpoint(call, &parts, scope, walks);
            door.map(|(door, at)| {
                let mut found = self.named_in(&parts, door, walks);
                // The path and the body of one helper come from the same caller.
                found.retain(|one| match (&one.found.at, &at) {
                    (Some(one), Some(other)) => std::ptr::eq(one.call, other.call),
                    _ => true,
                });
                (door, found)
            })
        } else {
            None
        };
        if let Some((door, found)) = found {
            self.note(door, found, call, scope, walks, published);
        }
    }

    /// Whether a call posts to a URL: then the URL says whether it publishes, and no name does.
    pub(crate) fn is_request(&self, call: &'p Call, name: &str, scope: FunctionId, walks: &mut Walks<'p>) -> bool {
        if verbs::split(name).first().is_none_or(|first| first != "post") {
            return false;
        }
        let given = call.args.iter().take(2).filter(|arg| !matches!(arg.value, Expr::Map(_)));
        given.into_iter().any(|arg| self.is_url(&arg.value, scope, walks))
    }

    fn note(
        &self,
        door: Door,
        all: Vec<Named<'p>>,
        call: &'p Call,
        scope: FunctionId,
        walks: &mut Walks<'p>,
        published: &mut Published<'p>,
    ) {
        let bus = door.bus();
        published.calls.push((scope, bus.key.clone()));
        for Named { found, place, shown } in all {
            match &found.thing {
                Thing::Text(text) if self.is_event(text) => {
                    let direct = found.at.is_none();
                    let mut site = self.site(text.clone(), found, call, scope, &bus, walks);
                    site.body = direct.then_some(place);
                    published.sites.push(site);
                }
                Thing::Open | Thing::Call(..) | Thing::External(_) => {
                    let (at, line) = found.at.map_or((scope, call.line), |caller| (caller.scope(), caller.call.line));
                    let (bus, through) = (bus.clone(), Vec::new());
                    published.open.push(Open { at, line, expression: shown, bus, named: true, through, reason: None });
                }
                _ => {}
            }
        }
    }
}

/// A request is built on one line and sent on another; both know the same body. The last one stays.
pub(crate) fn sent_once(published: &mut Published<'_>) {
    let mut last: BTreeMap<(FunctionId, usize, &str), u32> = BTreeMap::new();
    for site in &published.sites {
        if let Some(body) = site.body {
            let line = last.entry((site.at, body, &site.event)).or_default();
            *line = site.line.max(*line);
        }
    }
    let keep: Vec<bool> = published
        .sites
        .iter()
        .map(|site| site.body.is_none_or(|body| last.get(&(site.at, body, &site.event)) == Some(&site.line)))
        .collect();
    let mut keep = keep.into_iter();
    published.sites.retain(|_| keep.next().unwrap_or(true));
}

/// Whether a string may be the end of an endpoint's URL: a cheap look at every string of the tree.
pub(crate) fn may_be_endpoint(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or("").trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or("");
    matches!(last, "events" | "batch" | "deliveries" | "msg" | "publish" | "event" | "fanout" | "broadcast" | "dynamic")
}

/// Whether a name holds one of these words.
fn speaks_of(name: &str, words: &[&str]) -> bool {
    verbs::split(name).iter().any(|word| words.contains(&word.as_str()))
}
