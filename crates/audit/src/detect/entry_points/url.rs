//! URLs of requests: resolves an expression to patterns (texts with holes for unknown parts), also through the base URL
//! of a client, and matches their ends with the known endpoints.

use super::{
    entry_point::{EntryPoint, Part, speaks_of},
    request,
};
use crate::{
    detect::{search::Search, server::Server},
    facts::{Call, Expr},
    resolve::{
        Caller, FunctionId, Meaning, Resolver, Thing,
        walk::{Place, Walk, Walks},
    },
};

/// Delimits a hole: an unknown part, with its source text in between.
const HOLE: char = '\u{1}';
/// Maximum number of patterns of one expression.
const TEXTS_MAX: usize = 24;

const EVENTS: EntryPoint = EntryPoint { server: Server::Postrider, shown: "POST /api/v1/events", key: "type" };
const BATCH: EntryPoint = EntryPoint { server: Server::Postrider, shown: "POST /api/v1/events/batch", key: "type" };
const TENANT: EntryPoint =
    EntryPoint { server: Server::Postrider, shown: "POST /api/v1/tenant/webhooks/deliveries", key: "event" };
const SVIX: EntryPoint = EntryPoint { server: Server::Svix, shown: "POST /api/v1/app/{id}/msg", key: "event_type" };
const CONVOY: EntryPoint =
    EntryPoint { server: Server::Convoy, shown: "POST /api/v1/projects/{id}/events", key: "event_type" };
const OUTPOST: EntryPoint = EntryPoint { server: Server::Outpost, shown: "POST /api/v1/publish", key: "topic" };
const HOOK0: EntryPoint = EntryPoint { server: Server::Hook0, shown: "POST /api/v1/event", key: "event_type" };

/// A text with holes, and the caller that passed it when it came through a parameter.
type Pattern<'p> = (String, Option<Caller<'p>>);

impl<'p> Search<'p> {
    /// The endpoint of a request, and the caller that passed the URL.
    pub(super) fn endpoint(
        &self,
        call: &'p Call,
        parts: &[Part<'p>],
        scope: FunctionId,
        walks: &mut Walks<'p>,
    ) -> Option<(EntryPoint, Option<Caller<'p>>)> {
        let resolver = Resolver::new(self.project, self.graph);
        let mut patterns: Vec<Pattern<'p>> = Vec::new();
        for part in parts.iter().filter(|part| part.name.is_none_or(|name| !request::is_no_url(name))) {
            let mut walk = walks.values();
            patterns.extend(self.patterns(&resolver, part.value, part.scope, &mut walk));
            for (key, value) in request::options(&resolver, part, &mut walk) {
                if request::is_url(&key) {
                    patterns.extend(self.patterns(&resolver, value.value, value.scope, &mut walk));
                }
            }
        }
        if let Some((pattern, at)) = patterns.iter().find(|(pattern, _)| entry_point(pattern).is_some()) {
            return entry_point(pattern).map(|entry_point| (entry_point, *at));
        }
        // A client with a base URL gets only the end of the path in each call.
        let tails: Vec<&Pattern<'p>> = patterns.iter().filter(|(pattern, _)| may_end(pattern)).collect();
        if tails.is_empty() {
            return None;
        }
        let bases = self.bases(&resolver, call, scope, walks);
        tails.into_iter().find_map(|(tail, at)| {
            let join = |base: &String| {
                entry_point(&format!("{}/{}", base.trim_end_matches('/'), tail.trim_start_matches('/')))
            };
            bases.iter().find_map(join).map(|entry_point| (entry_point, *at))
        })
    }

    /// True when a value is a URL or a path.
    pub(super) fn is_url(&self, value: &'p Expr, scope: FunctionId, walks: &mut Walks<'p>) -> bool {
        let resolver = Resolver::new(self.project, self.graph);
        let is_one = |text: &str| {
            text.starts_with("http://")
                || text.starts_with("https://")
                || text.starts_with('/')
                || (text.starts_with(HOLE) && text.contains('/'))
        };
        self.patterns(&resolver, value, scope, &mut walks.values()).iter().any(|(text, _)| is_one(text))
    }

    /// Base URLs that the call's client was created with.
    fn bases(&self, resolver: &Resolver<'p>, call: &'p Call, scope: FunctionId, walks: &mut Walks<'p>) -> Vec<String> {
        let Expr::Member(of, _) = request::root(&call.target) else { return Vec::new() };
        let mut bases = vec![format!("{HOLE}{}{HOLE}", of.shown())];
        let mut made = request::makers(resolver, of, scope, &mut walks.types());
        if let Expr::Name(name) = &**of {
            made.extend(request::context(resolver, name, scope));
        }
        for (call, at) in made {
            let mut open = vec![call];
            while let Some(call) = open.pop() {
                for arg in &call.args {
                    let part = Part { name: arg.name.as_deref(), value: &arg.value, scope: at };
                    let mut walk = walks.values();
                    let mut given = request::options(resolver, &part, &mut walk);
                    given.extend(part.name.map(|name| (name.to_owned(), part)));
                    for (_, value) in given.into_iter().filter(|(key, _)| request::is_base(key)) {
                        let found = self.patterns(resolver, value.value, value.scope, &mut walk);
                        bases.extend(found.into_iter().map(|(base, _)| base));
                    }
                    if arg.name.is_none() && !matches!(arg.value, Expr::Map(_)) {
                        let found = self.patterns(resolver, &arg.value, at, &mut walk);
                        bases.extend(found.into_iter().map(|(base, _)| base));
                    }
                }
                if let Expr::Member(of, _) = &call.target
                    && let Expr::Call(inner) = &**of
                {
                    open.push(inner);
                }
            }
        }
        bases
    }

    /// The texts that an expression may have, with holes for unknown parts.
    fn patterns(
        &self,
        resolver: &Resolver<'p>,
        value: &'p Expr,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Pattern<'p>> {
        let found = walk.enter(Place::Parts(value), |walk| self.as_text(resolver, value, scope, walk));
        let mut found = found.unwrap_or_default();
        found.truncate(TEXTS_MAX);
        found
    }

    fn as_text(
        &self,
        resolver: &Resolver<'p>,
        value: &'p Expr,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Pattern<'p>> {
        let hole = |shown: &str| vec![(format!("{HOLE}{shown}{HOLE}"), None)];
        match value {
            Expr::Text(text) => return vec![(text.clone(), None)],
            Expr::Join(parts) => return self.joined(resolver, parts, scope, walk),
            Expr::Any(items) => {
                return items.iter().flat_map(|one| self.patterns(resolver, one, scope, walk)).collect();
            }
            Expr::Map(_) | Expr::List(_) | Expr::Nil | Expr::Function(_) | Expr::Each(_) => return Vec::new(),
            Expr::Opaque(shown) => return hole(shown),
            _ => {}
        }
        let found = resolver.resolve(value, scope, walk);
        let texts = found.into_iter().filter_map(|one| match one.thing {
            Thing::Text(text) => Some((text, one.at)),
            _ => None,
        });
        let mut all: Vec<Pattern<'p>> = texts.collect();
        if !all.is_empty() {
            return all;
        }
        match value {
            Expr::Name(name) => {
                if let Meaning::Values(bindings, at) = self.project.meaning(name, scope) {
                    all.extend(bindings.iter().flat_map(|one| self.patterns(resolver, &one.value, at, walk)));
                }
            }
            Expr::Member(of, name) => {
                for class in request::classes(resolver, of, scope, walk) {
                    let one = self.project.class(class);
                    let fields = one.fields.iter().map(|(field, at)| (field, *at));
                    let fields = fields.chain(one.members.iter().map(|member| (member, one.scope)));
                    for (field, index) in fields.filter(|(field, _)| field.name == *name).take(4) {
                        let at = FunctionId { file: class.file, index };
                        all.extend(self.patterns(resolver, &field.value, at, walk));
                    }
                }
            }
            Expr::Call(call) => all.extend(self.answered(resolver, call, scope, walk)),
            Expr::Index(of, _) => return hole(&of.shown()),
            _ => {}
        }
        if all.is_empty() { hole(&value.shown()) } else { all }
    }

    /// `urljoin(base, path)`, `URI.create(…)`, `new URL(path, base)`, `self.url(path)`: the URL may end in any of the
    /// arguments.
    fn answered(
        &self,
        resolver: &Resolver<'p>,
        call: &'p Call,
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Pattern<'p>> {
        let mut all = Vec::new();
        for function in resolver.targets_in(call, scope.file, None, walk).functions.into_iter().take(3) {
            let returns = &self.project.function(function).returns;
            all.extend(returns.iter().flat_map(|value| self.patterns(resolver, value, function, walk)));
        }
        let args: Vec<Vec<Pattern<'p>>> =
            call.args.iter().take(3).map(|arg| self.patterns(resolver, &arg.value, scope, walk)).collect();
        if let [bases, paths] = &args[..] {
            for (base, at) in bases {
                let join = |path: &str| format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'));
                all.extend(paths.iter().map(|(path, other)| (join(path), at.or(*other))));
            }
        }
        all.extend(args.into_iter().flatten());
        if let Expr::Member(of, _) = &call.target
            && !matches!(**of, Expr::Name(_))
        {
            all.extend(self.patterns(resolver, of, scope, walk));
        }
        all
    }

    fn joined(
        &self,
        resolver: &Resolver<'p>,
        parts: &'p [Expr],
        scope: FunctionId,
        walk: &mut Walk<'_, 'p>,
    ) -> Vec<Pattern<'p>> {
        let mut made: Vec<Pattern<'p>> = vec![(String::new(), None)];
        for part in parts {
            let mut found = self.patterns(resolver, part, scope, walk);
            if found.is_empty() {
                found.push((format!("{HOLE}{}{HOLE}", part.shown()), None));
            }
            let grown = made
                .iter()
                .flat_map(|(head, at)| found.iter().map(move |(tail, other)| (format!("{head}{tail}"), at.or(*other))));
            made = grown.take(TEXTS_MAX).collect();
        }
        made
    }
}

/// True when a path may be the end of an endpoint's URL, below a base.
fn may_end(pattern: &str) -> bool {
    let path = pattern.split(['?', '#']).next().unwrap_or("").trim_matches('/');
    !path.contains("://")
        && ["events", "batch", "deliveries", "msg", "publish", "event"].iter().any(|end| path.ends_with(end))
}

/// The entry point of a URL.
fn entry_point(pattern: &str) -> Option<EntryPoint> {
    let is_url = pattern.contains('/') && !pattern.contains([' ', '\n', '<']) || pattern.contains(HOLE);
    if !is_url {
        return None;
    }
    let (head, path) = split(pattern);
    let segments: Vec<&str> = path.split('/').filter(|one| !one.is_empty()).collect();
    let has = |words: &[&str]| {
        speaks_of(&head, words) || segments.iter().any(|one| one.starts_with(HOLE) && speaks_of(one, words))
    };
    let ours = || has(&["postrider"]);
    let hooks = || has(&["postrider", "webhook", "webhooks", "hooks"]);
    // `v1` below `api`, with any mount prefix in between, or below a base with a telling name.
    let versioned = |rest: &[&str]| match rest {
        [before @ .., "v1"] => before.contains(&"api") || before.iter().any(|one| one.ends_with("\u{1}api")) || hooks(),
        [only] => only.contains(HOLE) && speaks_of(only, &["postrider"]),
        [] => ours(),
        _ => false,
    };
    match &segments[..] {
        [rest @ .., "tenant", "webhooks", "deliveries"] if versioned(rest) => Some(TENANT),
        [rest @ .., "projects", _, "events"]
        | [rest @ .., "projects", _, "events", "fanout" | "broadcast" | "dynamic"]
            if rest.contains(&"v1") || has(&["convoy"]) =>
        {
            Some(CONVOY)
        }
        [rest @ .., "events", "batch"] if versioned(rest) => Some(BATCH),
        [rest @ .., "events"] if versioned(rest) => Some(EVENTS),
        [rest @ .., "app", _, "msg"] if rest.contains(&"v1") || has(&["svix"]) => Some(SVIX),
        [.., "publish"] if has(&["outpost"]) => Some(OUTPOST),
        [.., "event"] if has(&["hook0"]) => Some(HOOK0),
        _ => None,
    }
}

/// Host and path, without the query. A hole at the beginning belongs to both.
fn split(pattern: &str) -> (String, &str) {
    let pattern = pattern.split(['?', '#']).next().unwrap_or("");
    match pattern.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or((rest.to_owned(), ""), |(host, path)| (host.to_owned(), path)),
        None if pattern.starts_with(HOLE) => {
            let end = pattern[1..].find(HOLE).map_or(pattern.len(), |at| at + 2);
            (pattern[..end].to_owned(), pattern)
        }
        None => (String::new(), pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> Option<&'static str> {
        entry_point(&url.replace(['{', '}'], "\u{1}")).map(|entry_point| entry_point.shown)
    }

    #[test]
    fn endpoints_that_publish() {
        for url in [
            "http://localhost:8090/api/v1/events",
            "https://hooks.example.com/api/v1/events/?x=1",
            "{base}/api/v1/events",
            "{base}api/v1/events",
            "/api/v1/events",
            "https://x.example.com/api/isp/v1/events",
            "{POSTRIDER_URL}/v1/events",
            "{postrider_api}/events",
            "{WEBHOOK_BASE}/v1/events",
        ] {
            assert_eq!(shown(url), Some("POST /api/v1/events"), "{url}");
        }
        assert_eq!(shown("{base}/api/isp/v1/events/batch"), Some("POST /api/v1/events/batch"));
        assert_eq!(shown("/api/v1/tenant/webhooks/deliveries"), Some("POST /api/v1/tenant/webhooks/deliveries"));
        assert_eq!(shown("https://api.eu.svix.com/api/v1/app/{id}/msg/"), Some("POST /api/v1/app/{id}/msg"));
        assert_eq!(shown("{CONVOY}/api/v1/projects/{id}/events"), Some("POST /api/v1/projects/{id}/events"));
        assert_eq!(shown("{OUTPOST_URL}/publish"), Some("POST /api/v1/publish"));
        assert_eq!(shown("https://app.hook0.com/api/v1/event"), Some("POST /api/v1/event"));
    }

    #[test]
    fn endpoints_that_do_not() {
        for url in [
            "https://api.stripe.com/v1/events",
            "/api/v1/webhooks/events",
            "{POSTRIDER_URL}/api/v1/webhooks/events",
            "/api/v1/events/{id}",
            "{base}/events",
            "https://example.com/events",
            "/calendar/events",
            "/api/v2/events",
            "/api/v1/webhooks/deliveries",
            "events",
            "publish",
            "a text about /api/v1/events",
        ] {
            assert_eq!(shown(url), None, "{url}");
        }
    }
}
