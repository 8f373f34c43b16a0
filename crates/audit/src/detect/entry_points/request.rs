//! HTTP requests: recognises calls that send one, and collects its parts: arguments, options, values set on the request
//! or builder before, and those of the client.

use super::entry_point::Part;
use crate::{
    detect::search::Search,
    facts::{Call, Expr},
    resolve::{
        ClassId, FunctionId, Resolver, Thing,
        walk::{Place, Walk, Walks},
    },
    text::verbs,
};

/// Functions of HTTP clients that send a request or create one, in lower case without separators.
const SENDERS: &[&str] = &[
    "post",
    "request",
    "fetch",
    "send",
    "execute",
    "exec",
    "do",
    "urlopen",
    "axios",
    "got",
    "ky",
    "ofetch",
    "newrequest",
    "newrequestwithcontext",
    "postasjson",
    "postjson",
    "postforobject",
    "postforentity",
    "postforlocation",
    "exchange",
    "retrieve",
    "newcall",
    "curlexec",
    "filegetcontents",
    "submit",
    "perform",
    "call",
    "requests",
    "streamrequest",
];

/// True when a function of this name may send a request.
pub(super) fn may_send(name: &str) -> bool {
    let mut letters: String = name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
    if letters.len() > 5
        && let Some(short) = letters.strip_suffix("async")
    {
        letters = short.to_owned();
    }
    let letters = letters.trim_start_matches('$').trim_end_matches(['!', '?']);
    SENDERS.contains(&letters)
}

fn is_one_of(name: &str, list: &[&str]) -> bool {
    list.iter().any(|one| verbs::same(name, one))
}

pub(super) fn is_url(key: &str) -> bool {
    is_one_of(key, &["url", "uri", "path", "endpoint", "request_uri", "href", "target"])
}

pub(super) fn is_no_url(key: &str) -> bool {
    is_one_of(key, &["json", "data", "body", "content", "headers", "timeout", "auth", "params"])
}

pub(super) fn is_base(key: &str) -> bool {
    is_one_of(key, &["base_url", "base_uri", "base_address", "prefix_url", "root_url", "url", "host", "base"])
}

/// True when an option has no body.
pub(super) fn is_no_body(key: &str) -> bool {
    is_one_of(key, &["headers", "params", "query", "timeout", "auth", "url", "uri", "cookies", "verify", "base_url"])
}

/// The first member of a chain: `client.post` of `client.post(url).json(body).send`.
// Bounded: by the depth of the expression, which `Writer` limits.
pub(super) fn root(target: &Expr) -> &Expr {
    match target {
        Expr::Member(of, _) => match &**of {
            Expr::Call(inner) if matches!(inner.target, Expr::Member(..)) => root(&inner.target),
            _ => target,
        },
        _ => target,
    }
}

/// The named options in a part that is a map or an object.
pub(super) fn options<'p>(
    resolver: &Resolver<'p>,
    part: &Part<'p>,
    walk: &mut Walk<'_, 'p>,
) -> Vec<(String, Part<'p>)> {
    if matches!(part.value, Expr::Text(_) | Expr::Join(_) | Expr::Opaque(_) | Expr::Nil) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for thing in resolver.things(part.value, part.scope, walk) {
        match thing {
            Thing::Map(pairs, at) => {
                for (key, value) in pairs {
                    let name = if let Expr::Text(text) = key { Some(text.as_str()) } else { key.last_name() };
                    let value = Part { name: None, value, scope: at };
                    all.extend(name.map(|name| (name.to_owned(), value)));
                }
            }
            Thing::Call(call, at) | Thing::Instance(_, Some((call, at))) => {
                for arg in &call.args {
                    let value = Part { name: None, value: &arg.value, scope: at };
                    all.extend(arg.name.as_ref().map(|name| (name.clone(), value)));
                }
            }
            _ => {}
        }
    }
    all
}

/// The calls that created the object that an expression refers to.
pub(super) fn makers<'p>(
    resolver: &Resolver<'p>,
    value: &'p Expr,
    scope: FunctionId,
    walk: &mut Walk<'_, 'p>,
) -> Vec<(&'p Call, FunctionId)> {
    let mut value = value;
    // Selects one of several returned values: `req, err := http.NewRequest(…)`.
    while let Expr::Index(of, key) = value {
        if !matches!(&**key, Expr::Opaque(part) if part.starts_with('#')) {
            break;
        }
        value = of;
    }
    if let Expr::Call(call) = value {
        return vec![(call, scope)];
    }
    if let Expr::Name(name) = value
        && let crate::resolve::Meaning::Values(bindings, at) = resolver.project.meaning(name, scope)
    {
        let made = walk.enter_once(Place::Parts(value), |walk| {
            bindings.iter().flat_map(|one| makers(resolver, &one.value, at, walk)).collect()
        });
        return made.unwrap_or_default();
    }
    let things = resolver.things(value, scope, walk).into_iter();
    let made = things.filter_map(|thing| match thing {
        Thing::Call(call, at) | Thing::Instance(_, Some((call, at))) => Some((call, at)),
        _ => None,
    });
    made.collect()
}

/// The calls that pass a name to a block: `with httpx.Client(…) as client`, `Net::HTTP.start(…) do |http|`.
pub(super) fn context<'p>(resolver: &Resolver<'p>, name: &str, scope: FunctionId) -> Vec<(&'p Call, FunctionId)> {
    let function = resolver.project.function(scope);
    let is_param = function.params.iter().any(|param| param.name == name);
    if !is_param || !function.name.is_empty() {
        return Vec::new();
    }
    let outer = FunctionId { file: scope.file, index: function.parent };
    let gets =
        |call: &&'p Call| call.args.iter().any(|arg| matches!(arg.value, Expr::Function(at) if at == scope.index));
    resolver.project.function(outer).calls.iter().map(|call| &**call).filter(gets).map(|call| (call, outer)).collect()
}

pub(super) fn classes<'p>(
    resolver: &Resolver<'p>,
    of: &'p Expr,
    scope: FunctionId,
    walk: &mut Walk<'_, 'p>,
) -> Vec<ClassId> {
    let things = resolver.things(of, scope, walk).into_iter();
    things
        .filter_map(|thing| if let Thing::Class(id) | Thing::Instance(id, _) = thing { Some(id) } else { None })
        .collect()
}

impl<'p> Search<'p> {
    /// All parts of a request; none for a method that only reads, such as `GET`.
    pub(super) fn parts(&self, call: &'p Call, scope: FunctionId, walks: &mut Walks<'p>) -> Vec<Part<'p>> {
        let resolver = Resolver::new(self.project, self.graph);
        let mut all = Vec::new();
        self.parts_of(&resolver, call, scope, &mut all, &mut walks.types());
        if all.iter().any(|part| reads(part)) { Vec::new() } else { all }
    }

    fn parts_of(
        &self,
        resolver: &Resolver<'p>,
        call: &'p Call,
        scope: FunctionId,
        all: &mut Vec<Part<'p>>,
        walk: &mut Walk<'_, 'p>,
    ) {
        let part = |arg: &'p crate::facts::Arg| Part { name: arg.name.as_deref(), value: &arg.value, scope };
        let mut chain = vec![call];
        let mut objects: Vec<&'p Expr> = call.args.iter().take(2).map(|arg| &arg.value).collect();
        let mut target = &call.target;
        loop {
            let of = match target {
                Expr::Member(of, _) => &**of,
                Expr::Call(_) => target,
                _ => break,
            };
            match of {
                Expr::Call(inner) => {
                    chain.push(inner);
                    target = &inner.target;
                }
                one => {
                    objects.push(one);
                    break;
                }
            }
        }
        all.extend(chain.iter().flat_map(|call| call.args.iter().map(part)));
        let blocks =
            call.args.iter().filter_map(|arg| if let Expr::Function(at) = arg.value { Some(at) } else { None });
        for index in blocks {
            all.extend(self.set_inside(FunctionId { file: scope.file, index }));
        }
        objects.retain(|one| matches!(one, Expr::Name(_) | Expr::Call(_) | Expr::Index(..)));
        for object in objects {
            walk.enter_once(Place::Object(object), |walk| {
                if let Expr::Name(name) = object {
                    all.extend(self.set_before(name, scope));
                }
                for (maker, at) in makers(resolver, object, scope, walk) {
                    walk.enter_once(Place::Call(maker), |walk| self.parts_of(resolver, maker, at, all, walk));
                }
            });
        }
    }

    /// Arguments of other calls that set up an object: `req.body = …`, `curl_setopt($ch, …)`, `request.setEntity(…)`.
    fn set_before(&self, name: &str, scope: FunctionId) -> Vec<Part<'p>> {
        if name == "self" || scope.index == 0 && self.project.function(scope).calls.len() > 200 {
            return Vec::new();
        }
        let is_it = |value: &Expr| matches!(value, Expr::Name(one) if one == name);
        let project: &'p crate::resolve::Project = self.project;
        // A block sees the names of the enclosing functions.
        let mut scopes = vec![scope];
        while let Some(last) = scopes.last().filter(|last| last.index != 0 && scopes.len() < 4)
            && project.function(*last).name.is_empty()
        {
            scopes.push(FunctionId { file: scope.file, index: project.function(*last).parent });
        }
        let sets = |call: &Call| match &call.target {
            Expr::Member(of, method) => is_it(of) && is_setter(method),
            Expr::Name(function) => function == "curl_setopt" && call.args.first().is_some_and(|arg| is_it(&arg.value)),
            _ => false,
        };
        scopes.into_iter().flat_map(|scope| given_by(project, scope, &sets)).collect()
    }

    /// Arguments of the setters in a block: `client.post(url) { setBody(…) }`.
    fn set_inside(&self, block: FunctionId) -> Vec<Part<'p>> {
        given_by(self.project, block, &|call| call.target.last_name().is_some_and(is_setter))
    }
}

/// The arguments of those calls of a function that `gives` accepts.
fn given_by<'p>(
    project: &'p crate::resolve::Project,
    scope: FunctionId,
    gives: &dyn Fn(&Call) -> bool,
) -> Vec<Part<'p>> {
    let calls = project.function(scope).calls.iter().filter(|call| gives(call));
    calls
        .flat_map(|call| call.args.iter().map(|arg| Part { name: arg.name.as_deref(), value: &arg.value, scope }))
        .collect()
}

fn is_setter(method: &str) -> bool {
    let words = verbs::split(method);
    method.ends_with('=')
        || words.first().is_some_and(|first| matches!(first.as_str(), "set" | "with" | "add"))
        || matches!(method, "body" | "json" | "form" | "open" | "uri" | "url")
}

/// True when a part is the name of a method that only reads.
fn reads(part: &Part<'_>) -> bool {
    let is = |text: &str| ["get", "head", "delete", "options"].iter().any(|one| text.eq_ignore_ascii_case(one));
    let is_method = |value: &Expr| match value {
        Expr::Text(text) => is(text),
        Expr::Member(of, name) => {
            (is(name) || is(name.trim_start_matches("Method")))
                && of.last_name().is_some_and(|of| matches!(of, "HttpMethod" | "Method" | "http" | "Verb"))
        }
        _ => false,
    };
    match part.value {
        Expr::Map(pairs) => pairs
            .iter()
            .any(|(key, value)| matches!(key, Expr::Text(key) if verbs::same(key, "method")) && is_method(value)),
        value => part.name.is_none_or(|name| verbs::same(name, "method")) && is_method(value),
    }
}
