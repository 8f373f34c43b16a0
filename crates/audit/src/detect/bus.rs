//! The bus of a publishing call: resolves its receiver to a class, a function, an import, a webhook server, or a
//! variable's name.

use crate::{
    detect::server::Server,
    facts::{Call, Expr, as_written},
    resolve::{ClassId, FunctionId, Project, Resolver, Thing, walk::Walks},
    text::verbs,
};

/// Identity of a bus: two calls with equal keys publish through the same bus.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum BusKey {
    Class(ClassId),
    Function(FunctionId),
    /// Imported from outside the tree.
    External(String),
    /// A webhook server, reached through its API, its SDK or SQL.
    Server(Server),
    /// Only the variable's name is known.
    Named(String),
}

impl BusKey {
    pub(crate) fn class(&self) -> Option<ClassId> {
        match self {
            Self::Class(class) => Some(*class),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Bus {
    pub(crate) key: BusKey,
    /// The receiver as written in the code.
    pub(crate) shown: String,
}

/// Words that name systems other than webhooks.
const FOREIGN: &[&str] = &[
    "kafka",
    "rabbit",
    "rabbitmq",
    "amqp",
    "celery",
    "redis",
    "sns",
    "sqs",
    "pubsub",
    "kinesis",
    "eventbridge",
    "nats",
    "mqtt",
    "analytics",
    "segment",
    "mixpanel",
    "amplitude",
    "posthog",
    "telemetry",
    "sentry",
    "socket",
    "sockets",
    "socketio",
    "websocket",
    "websockets",
    "ws",
    "sse",
    "pusher",
    "ably",
    "mailer",
    "smtp",
    "sms",
    "slack",
    "push",
    "tracking",
    "tracker",
    "audit",
    "indexer",
    "search",
    "mail",
    "mailbox",
    "machine",
    "fsm",
    "metric",
    "metrics",
    "stats",
    "datadog",
    "prometheus",
    "opentelemetry",
    "otel",
];

impl Bus {
    /// True when only a variable's name is known.
    pub(crate) fn is_loose(&self) -> bool {
        matches!(self.key, BusKey::Named(_))
    }

    pub(crate) fn is_server(&self) -> bool {
        matches!(self.key, BusKey::Server(_))
    }

    /// True when its name has a word of another system, and none for webhooks.
    pub(crate) fn is_foreign(&self, project: &Project) -> bool {
        let name = match &self.key {
            BusKey::Class(class) => project.class(*class).name.clone(),
            BusKey::Function(function) => project.shown_function(*function),
            // The imported name with its module, and the top package; the path in between is the product's own.
            BusKey::External(path) => {
                let parts: Vec<&str> = path.split('.').collect();
                format!("{}.{}", parts[parts.len().saturating_sub(2)..].join("."), parts[0])
            }
            BusKey::Server(_) => return false,
            BusKey::Named(name) => name.clone(),
        };
        let words = verbs::split(&name);
        let foreign = |word: &String| FOREIGN.contains(&word.as_str());
        let webhook = |word: &String| matches!(word.as_str(), "webhook" | "webhooks");
        words.iter().any(foreign) && !words.iter().any(webhook)
    }

    pub(crate) fn is_about_webhooks(&self, project: &Project) -> bool {
        let (name, file) = match &self.key {
            BusKey::Class(class) => (project.class(*class).name.clone(), project.place(class.file)),
            BusKey::Function(function) => (project.shown_function(*function), project.place(function.file)),
            BusKey::Server(_) => return true,
            BusKey::External(path) => (path.clone(), ""),
            BusKey::Named(name) => (name.clone(), ""),
        };
        let webhook = |text: &str| {
            verbs::split(text).iter().any(|word| matches!(word.as_str(), "webhook" | "webhooks" | "postrider"))
        };
        webhook(&name) || webhook(file)
    }

    /// File and line of its definition, when that is in the tree.
    pub(crate) fn place(&self, project: &Project) -> Option<(usize, u32)> {
        match &self.key {
            BusKey::Class(class) => Some((class.file, project.class(*class).line)),
            BusKey::Function(function) => Some((function.file, project.function(*function).line)),
            _ => None,
        }
    }

    /// The name that the report shows.
    pub(crate) fn name(&self, project: &Project) -> String {
        match &self.key {
            BusKey::Class(class) => project.class(*class).name.clone(),
            BusKey::Function(function) => project.shown_function(*function),
            BusKey::External(path) => path.clone(),
            BusKey::Server(server) => server.name().to_owned(),
            BusKey::Named(name) => name.clone(),
        }
    }
}

/// The bus of a publishing call.
pub(crate) fn of<'p>(resolver: &Resolver<'p>, call: &'p Call, scope: FunctionId, walks: &mut Walks<'p>) -> Bus {
    let shown = match &call.target {
        Expr::Member(of, _) => of.shown(),
        other => other.shown(),
    };
    Bus { key: key(resolver, call, scope, walks), shown }
}

fn key<'p>(resolver: &Resolver<'p>, call: &'p Call, scope: FunctionId, walks: &mut Walks<'p>) -> BusKey {
    let project = resolver.project;
    match &call.target {
        Expr::Member(of, method) => {
            // A declared return type takes precedence over the object that is returned.
            if let Expr::Call(inner) = &**of
                && let [only] = resolver.targets(inner, scope.file, walks).functions[..]
                && let Some(class) =
                    project.function(only).return_kind.as_deref().and_then(|kind| resolver.kind(kind, only))
                && project.method(class, method).is_some()
            {
                return BusKey::Class(root(project, class, method));
            }
            let things = resolver.things(of, scope, &mut walks.types());
            let mut outside = None;
            for thing in things {
                match thing {
                    Thing::Class(class) | Thing::Instance(class, _) => {
                        return BusKey::Class(root(project, class, method));
                    }
                    Thing::External(path) => outside = Some(path),
                    Thing::Call(call, at) => {
                        if let Some(path) = outside_call(resolver, call, at, walks) {
                            outside = Some(path);
                        } else if let [only] = resolver.targets(call, at.file, walks).functions[..] {
                            return BusKey::Function(only);
                        }
                    }
                    _ => {}
                }
            }
            if let Some(path) = outside {
                return BusKey::External(own_name(&path));
            }
            let targets = resolver.targets(call, scope.file, walks);
            if let [only] = targets.functions[..] {
                return match project.class_around(only) {
                    Some(class) => BusKey::Class(root(project, class, method)),
                    None => BusKey::Function(only),
                };
            }
            BusKey::Named(normal(of.last_name().unwrap_or("?")))
        }
        Expr::Name(name) => {
            let targets = resolver.targets(call, scope.file, walks);
            if let Some(only) = targets.functions.first() {
                return match project.class_around(*only) {
                    Some(class) => BusKey::Class(root(project, class, name)),
                    None => BusKey::Function(*only),
                };
            }
            let things = resolver.things(&call.target, scope, &mut walks.types());
            let outside =
                things.into_iter().find_map(|thing| if let Thing::External(path) = thing { Some(path) } else { None });
            outside.map_or_else(|| BusKey::Named(normal(as_written(name))), |path| BusKey::External(own_name(&path)))
        }
        _ => BusKey::Named("?".into()),
    }
}

fn outside_call<'p>(resolver: &Resolver<'p>, call: &'p Call, at: FunctionId, walks: &mut Walks<'p>) -> Option<String> {
    let things = resolver.things(&call.target, at, &mut walks.types());
    things.into_iter().find_map(|thing| if let Thing::External(path) = thing { Some(path) } else { None })
}

/// The topmost ancestor that has the method, so that implementations of one interface are the same bus.
fn root(project: &Project, class: ClassId, method: &str) -> ClassId {
    let mut at = class;
    for _ in 0..8 {
        let next = project.bases(at).find(|base| *base != at && project.method(*base, method).is_some());
        match next {
            Some(base) => at = base,
            None => break,
        }
    }
    at
}

/// `a.b.get_event_bus`, `a.b.EventBus` and `a.b.event_bus` are one bus: a module's factory and its product.
fn own_name(path: &str) -> String {
    let (module, name) = path.rsplit_once('.').unwrap_or(("", path));
    let words = verbs::split(name);
    let rest: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .skip_while(|word| matches!(*word, "get" | "create" | "make" | "new" | "use" | "the" | "default"))
        .collect();
    let name = if rest.is_empty() { normal(name) } else { rest.join("_") };
    if module.is_empty() { name } else { format!("{module}.{name}") }
}

/// The normalised name of the variable that holds the bus.
pub(crate) fn variable(shown: &str) -> String {
    let last = shown.rsplit(['.', ':', '>']).next().unwrap_or(shown);
    normal(last.split('(').next().unwrap_or(last))
}

/// The name without case, leading underscores and separators: `_eventBus` and `event_bus` are equal.
fn normal(name: &str) -> String {
    verbs::split(name).join("_")
}

impl Bus {
    /// True when a name of the configuration means this bus: as it is defined, imported, or written in the code.
    pub(crate) fn is_called(&self, name: &str, project: &Project) -> bool {
        let own = self.name(project);
        own == name
            || own.ends_with(&format!(".{name}"))
            || self.shown == name
            || normal(&own) == normal(name)
            || self.shown.ends_with(&format!(".{name}"))
    }
}
