//! The functions in which a publishing call can stand: live code of the server that does something. Listeners, front
//! ends, client libraries, migrations, generated code, examples and the webhook system itself are none.

use super::names::{Name, Names, is_generic};
use crate::{
    classify::{Classifier, choice::PROVIDERS},
    facts::{DEFAULT_EXPORT, Facts, Function},
    report::SiteState,
    resolve::FunctionId,
    text::verbs::Words,
};
use std::{collections::HashSet, rc::Rc};

/// Words in a path of code that does not do the product's work on the server.
const ASIDE: &[&str] = &[
    "alembic",
    "bench",
    "benchmark",
    "benchmarks",
    "bootstrap",
    "cli",
    "demo",
    "demos",
    "docs",
    "documentation",
    "dto",
    "dtos",
    "dummy",
    "eslint",
    "example",
    "examples",
    "factories",
    "faker",
    "fixtures",
    "frontend",
    "gen",
    "generated",
    "install",
    "installer",
    "lint",
    "linter",
    "loadtest",
    "locales",
    "migrate",
    "migration",
    "migrations",
    "mock",
    "mocks",
    "sample",
    "samples",
    "schemas",
    "scripts",
    "sdk",
    "sdks",
    "seed",
    "seeder",
    "seeders",
    "seeds",
    "storybook",
    "stubs",
    "testdata",
    "testing",
    "translations",
    "tslint",
    "vendor",
];
/// Words in a path of code that reacts to events.
const REACTING: &[&str] = &["consumers", "listener", "listeners", "observer", "observers", "projections", "projectors"];
/// Last words of classes that react to events, describe data, or only pretend.
const CLASSES_ASIDE: &[&str] = &[
    "assertion",
    "builder",
    "client",
    "component",
    "consumer",
    "decorator",
    "dto",
    "error",
    "event",
    "exception",
    "factory",
    "faker",
    "filter",
    "form",
    "formatter",
    "fixture",
    "guard",
    "listener",
    "mailer",
    "mapper",
    "middleware",
    "migration",
    "observer",
    "policy",
    "presenter",
    "query",
    "request",
    "response",
    "schema",
    "sdk",
    "seeder",
    "serializer",
    "spec",
    "subscriber",
    "test",
    "tests",
    "transformer",
    "validator",
];
/// Words of classes that only pretend, or make data to begin with.
const PRETENDING: &[&str] = &["demo", "dummy", "fake", "installer", "loader", "mock", "noop", "sample", "stub"];
/// Words of classes and files that tell people of what happened.
const TELLING: &[&str] = &["mail", "mails", "mailer", "notification", "notifications", "notifier", "sms"];
/// Endings of files with user interfaces.
const INTERFACES: &[&str] = &["jsx", "svelte", "tsx", "vue"];
/// Packages of user interfaces: a file that imports one belongs to a front end.
const INTERFACE_PACKAGES: &[&str] =
    &["@angular", "@testing-library", "preact", "react", "react-dom", "react-native", "solid-js", "svelte", "vue"];
/// Items of these packages that servers use.
const USED_BY_SERVERS: &[&str] = &["cache"];
/// First words of functions that only read, convert, check or report.
const LOOKING: &[&str] = &[
    "assert",
    "build",
    "calculate",
    "can",
    "compute",
    "convert",
    "count",
    "describe",
    "estimate",
    "fake",
    "fetch",
    "find",
    "format",
    "from",
    "get",
    "has",
    "initialize",
    "is",
    "list",
    "load",
    "log",
    "map",
    "mock",
    "on",
    "parse",
    "prepare",
    "preview",
    "print",
    "query",
    "read",
    "render",
    "retrieve",
    "search",
    "seed",
    "select",
    "serialize",
    "should",
    "show",
    "simulate",
    "test",
    "to",
    "track",
    "validate",
    "verify",
];
/// Names of functions that run the object of their class; the class says what is done.
const RUNNING: &[&str] =
    &["action", "apply", "call", "do", "execute", "handle", "invoke", "main", "mutate", "perform", "process", "run"];

/// A function, with the words of its names.
pub(super) struct Place<'p> {
    pub(super) id: FunctionId,
    pub(super) function: &'p Function,
    /// The name of the act: the function's, or its class's or file's when the function is only called `execute`.
    pub(super) acting: Rc<Name>,
    pub(super) class: Option<Rc<Name>>,
    /// File and folders, the innermost first.
    pub(super) path: Rc<[Rc<Name>]>,
    /// Types of the parameters.
    pub(super) params: Vec<Rc<Name>>,
    /// The function tells people of what happened.
    pub(super) tells: bool,
    /// The function stores records for others, or forwards to another company's API.
    pub(super) serves: Option<Serves>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Serves {
    /// A repository, below the code that decides what happens.
    Store,
    /// A client of a provider, whose records are not the product's.
    Provider,
}

/// The places of the tree, in the order of files and lines.
pub(super) fn find<'p>(classifier: &Classifier<'p>, words: &Words, names: &Names) -> Vec<Place<'p>> {
    let project = classifier.project;
    let families = families(classifier);
    let mut places = Vec::new();
    for (file, facts) in project.files.iter().enumerate() {
        if !families.is_empty() && !families.contains(facts.traits.family) {
            continue;
        }
        let path = path(&facts.file, names);
        if is_aside(facts, &path) || classifier.is_own(file) {
            continue;
        }
        for (index, function) in facts.functions.iter().enumerate() {
            let id = FunctionId { file, index };
            if !function.name.is_empty()
                && classifier.live.contains(&id)
                && let Some(place) = place(id, function, facts, path.clone(), words, names)
            {
                places.push(place);
            }
        }
    }
    places
}

/// Families of languages in which the main bus is used, or in which the catalog is written.
fn families(classifier: &Classifier<'_>) -> HashSet<&'static str> {
    let family = |file: usize| classifier.project.files[file].traits.family;
    let published = classifier.sites.iter().filter(|site| classifier.state(site) == SiteState::Published);
    let used: HashSet<_> = published.map(|site| family(site.at.file)).collect();
    if used.is_empty() { classifier.main.iter().map(|group| family(group.file)).collect() } else { used }
}

fn path(file: &str, names: &Names) -> Rc<[Rc<Name>]> {
    file.rsplit('/').map(|part| names.of(part.split('.').next().unwrap_or(part))).collect()
}

fn is_aside(facts: &Facts, path: &[Rc<Name>]) -> bool {
    let ending = facts.file.rsplit('.').next().unwrap_or("");
    // Behind the prefix of a package from outside, if the language has one.
    let package = |path: &str| {
        let name = path.split('/').next().unwrap_or(path);
        INTERFACE_PACKAGES.contains(&name.rsplit(':').next().unwrap_or(name))
    };
    let is_used_by_servers = |item: Option<&str>| item.is_some_and(|item| USED_BY_SERVERS.contains(&item));
    let shows = || {
        let mut imports = facts.imports.iter().filter(|import| !is_used_by_servers(import.item.as_deref()));
        imports.any(|import| import.module.first().is_some_and(|first| package(first)))
    };
    let aside = |word: &String| ASIDE.contains(&word.as_str()) || REACTING.contains(&word.as_str());
    INTERFACES.contains(&ending) || path.iter().flat_map(|name| &name.words).any(aside) || shows()
}

fn place<'p>(
    id: FunctionId,
    function: &'p Function,
    facts: &Facts,
    path: Rc<[Rc<Name>]>,
    words: &Words,
    names: &Names,
) -> Option<Place<'p>> {
    let name = names.of(&function.name);
    let first = name.words.first()?;
    let class = function.class.as_deref().filter(|class| !class.is_empty()).map(|class| names.of(class));
    let is_hidden = function.name.starts_with("__") && !RUNNING.contains(&first.as_str());
    // A publishing helper publishes something else already; `send_invoice` may do the thing itself.
    let publishes = words.is_helper(&function.name) && first != "send";
    let pretends = class.as_ref().is_some_and(|class| {
        has(CLASSES_ASIDE, class.words.last()) || class.words.iter().any(|word| has(PRETENDING, Some(word)))
    });
    if LOOKING.contains(&first.as_str())
        || is_hidden
        || publishes
        || pretends
        || function.name == DEFAULT_EXPORT
        || facts.traits.constructors.contains(&function.name.as_str())
        || class.as_ref().is_some_and(|class| *class == name)
        || is_interface_hook(&function.name)
        || function.has_no_body()
        || reacts(function, &name, class.as_deref(), &path, names)
    {
        return None;
    }
    let only_runs = RUNNING.contains(&first.as_str())
        && name.words[1..].iter().all(|word| is_generic(word) || RUNNING.contains(&word.as_str()));
    let acting = match &class {
        Some(class) if only_runs => class.clone(),
        None if only_runs => path.first()?.clone(),
        _ => name,
    };
    let params = function.params.iter().filter_map(|param| param.kind.as_deref()).map(|kind| names.of(kind)).collect();
    let near = || class.iter().chain(path.iter().take(2)).flat_map(|name| &name.words);
    let tells = near().any(|word| TELLING.contains(&word.as_str()));
    let serves = serves(class.as_deref(), &path);
    Some(Place { id, function, acting, class, path, params, tells, serves })
}

fn serves(class: Option<&Name>, path: &[Rc<Name>]) -> Option<Serves> {
    const STORES: &[&str] = &["dao", "repo", "repository", "repositories"];
    const BELOW: &[&str] = &["db", "persistence", "sql"];
    let all = || class.into_iter().chain(path.iter().map(Rc::as_ref)).flat_map(|name| &name.words);
    if all().any(|word| PROVIDERS.contains(&word.as_str())) && !all().any(|word| incoming(word)) {
        return Some(Serves::Provider);
    }
    let own = class.or(path.first().map(Rc::as_ref)).filter(|name| !name.words.iter().any(|word| word == "service"));
    let last = own.and_then(|name| name.words.iter().rev().find(|word| *word != "impl"));
    let below = path.iter().skip(1).take(3).flat_map(|name| &name.words).any(|word| has(BELOW, Some(word)));
    (has(STORES, last) || below).then_some(Serves::Store)
}

/// Words of code that receives events of others.
fn incoming(word: &str) -> bool {
    matches!(word, "webhook" | "webhooks" | "ipn" | "callback" | "callbacks")
}

/// A hook of a user interface: `useInvoices`.
fn is_interface_hook(name: &str) -> bool {
    name.strip_prefix("use").is_some_and(|rest| rest.starts_with(char::is_uppercase))
}

/// True when the function is run by an event: its name says that something happened, or an event is its parameter. The
/// handlers of a provider's webhooks are none: there the product learns what happened.
fn reacts(function: &Function, name: &Name, class: Option<&Name>, path: &[Rc<Name>], names: &Names) -> bool {
    if class
        .into_iter()
        .chain(path.iter().take(2).map(Rc::as_ref))
        .flat_map(|one| &one.words)
        .any(|word| incoming(word))
    {
        return false;
    }
    let past = |word: &String| word.len() > 5 && word.ends_with("ed");
    let handles = matches!(name.words[0].as_str(), "handle" | "when" | "after" | "before" | "process");
    let happened = name.words[1..].iter().any(past) || class.is_some_and(|class| class.words.iter().any(past));
    let given = function.params.iter().any(|param| {
        let is_event = |text: &str| names.of(text).words.last().is_some_and(|word| word == "event");
        is_event(&param.name) || param.kind.as_deref().is_some_and(is_event)
    });
    handles && (happened || given)
}

fn has(list: &[&str], word: Option<&String>) -> bool {
    word.is_some_and(|word| list.contains(&word.as_str()))
}
