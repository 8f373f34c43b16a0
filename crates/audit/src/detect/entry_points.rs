//! Publications over a wire: requests to the endpoints of a webhook server, calls of its SDK, and SQL that calls
//! `postrider.publish` or writes the outbox. Finds the entry point of a call and the event types in its body. The URL,
//! the SDK's package or the statement decides, not the name of the called function.

mod body;
mod entry_point;
mod request;
mod sdk;
mod statement;
mod url;

use crate::{
    detect::{
        search::{Hints, Search},
        site::{Open, Published},
    },
    facts::{Call, Expr},
    resolve::{FunctionId, Project, Resolver, Thing, walk::Walks},
    text::verbs,
};
use entry_point::{EntryPoint, Named};
use std::collections::HashSet;

/// Checks once for the whole tree which of these searches can find anything.
pub(crate) fn hints(project: &Project) -> Hints {
    let urls = project.files.iter().any(|facts| facts.has_endpoint);
    let sql = project.files.iter().any(|facts| facts.sql.iter().any(|one| statement::publishes(&one.text)));
    let statements = if sql { statement::names(project) } else { HashSet::new() };
    Hints { urls, statements, sql }
}

impl<'p> Search<'p> {
    /// Analyses a call as a publication over a wire, and adds its sites or an unresolved argument.
    pub(crate) fn look_at_entry_point(
        &self,
        call: &'p Call,
        file: usize,
        walks: &mut Walks<'p>,
        published: &mut Published<'p>,
    ) {
        let Some(name) = call.target.last_name() else { return };
        let scope = FunctionId { file, index: call.function };
        let found = if self.hints.sql && !call.makes && statement::is_given(call, &self.hints.statements) {
            self.by_statement(call, scope, walks)
        } else if let Some(entry_point) = sdk::entry_point(&Resolver::types(self.project), call, name, scope, walks) {
            let parts = self.parts(call, scope, walks);
            Some((entry_point, self.named_in(&parts, entry_point, walks)))
        } else if self.hints.urls && request::may_send(name) {
            let parts = self.parts(call, scope, walks);
            let entry_point = self.endpoint(call, &parts, scope, walks);
            entry_point.map(|(entry_point, at)| {
                let mut found = self.named_in(&parts, entry_point, walks);
                // URL and body of one helper must come from the same caller.
                found.retain(|one| match (&one.found.at, &at) {
                    (Some(one), Some(other)) => std::ptr::eq(one.call, other.call),
                    _ => true,
                });
                (entry_point, found)
            })
        } else {
            None
        };
        if let Some((entry_point, found)) = found {
            self.note(entry_point, found, call, scope, walks, published);
        }
    }

    /// True when a call posts to a URL. Then its URL decides whether it publishes, and its name does not.
    pub(crate) fn is_request(&self, call: &'p Call, name: &str, scope: FunctionId, walks: &mut Walks<'p>) -> bool {
        if verbs::split(name).first().is_none_or(|first| first != "post") {
            return false;
        }
        let given = call.args.iter().take(2).filter(|arg| !matches!(arg.value, Expr::Map(_)));
        given.into_iter().any(|arg| self.is_url(&arg.value, scope, walks))
    }

    fn note(
        &self,
        entry_point: EntryPoint,
        all: Vec<Named<'p>>,
        call: &'p Call,
        scope: FunctionId,
        walks: &mut Walks<'p>,
        published: &mut Published<'p>,
    ) {
        let bus = entry_point.bus();
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
                    published.open.push(Open {
                        at,
                        line,
                        expression: shown,
                        bus,
                        named: true,
                        strong: true,
                        through,
                        reason: None,
                    });
                }
                _ => {}
            }
        }
    }
}
