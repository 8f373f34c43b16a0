//! The writes of functions: calls that save, change or delete something, SQL that does, and the objects created.

use super::names::{Name, Names};
use crate::{
    facts::{Call, Expr, Facts, as_written},
    resolve::{Caller, FunctionId, Graph, Project},
    text::sql,
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    rc::Rc,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Create,
    Update,
    /// Sets an attribute.
    Set,
    Delete,
    /// Creates or updates.
    Save,
    /// Ends a transaction: the object is not named.
    Commit,
}

const VERBS: &[(&str, Verb)] = &[
    ("add", Verb::Create),
    ("commit", Verb::Commit),
    ("create", Verb::Create),
    ("decrement", Verb::Update),
    ("delete", Verb::Delete),
    ("destroy", Verb::Delete),
    ("flush", Verb::Commit),
    ("increment", Verb::Update),
    ("insert", Verb::Create),
    ("mark", Verb::Update),
    ("merge", Verb::Save),
    ("modify", Verb::Update),
    ("patch", Verb::Update),
    ("persist", Verb::Save),
    ("put", Verb::Save),
    ("remove", Verb::Delete),
    ("save", Verb::Save),
    ("set", Verb::Set),
    ("soft", Verb::Delete),
    ("store", Verb::Save),
    ("touch", Verb::Update),
    ("update", Verb::Update),
    ("upsert", Verb::Save),
];
/// Verbs that nothing but a store of records has.
const STORING: &[&str] = &["commit", "flush", "insert", "persist", "save", "upsert"];
/// Words of receivers that hold records.
const STORES: &[&str] = &[
    "collection",
    "conn",
    "connection",
    "context",
    "crud",
    "dao",
    "database",
    "db",
    "em",
    "entity",
    "gorm",
    "knex",
    "manager",
    "model",
    "objects",
    "orm",
    "persistence",
    "prisma",
    "query",
    "repo",
    "repositories",
    "repository",
    "session",
    "sqlx",
    "storage",
    "store",
    "table",
    "transaction",
    "trx",
    "tx",
    "uow",
];
/// Words of receivers that hold no records.
const NO_STORES: &[&str] = &[
    "api",
    "args",
    "axios",
    "cache",
    "client",
    "cookies",
    "errors",
    "fetch",
    "form",
    "headers",
    "http",
    "localstorage",
    "log",
    "logger",
    "metrics",
    "options",
    "params",
    "redis",
    "request",
    "requests",
    "response",
    "router",
    "set",
    "state",
];
/// Methods that make an object of the class that they are called on.
const MAKING: &[&str] = &["build", "builder", "create", "make", "new", "of"];

/// A call that writes.
pub(super) struct Write<'p> {
    pub(super) verb: Verb,
    /// Names that say what is written: words of the function, the receiver, the arguments.
    pub(super) objects: Vec<Rc<Name>>,
    /// The receiver holds records. Otherwise a function of the product may do the work.
    pub(super) is_direct: bool,
    /// The receiver alone, for a method of the entity itself.
    pub(super) receiver: Option<Rc<Name>>,
    pub(super) call: &'p Call,
}

/// The work of one function, with the closures in it.
#[derive(Default)]
pub(super) struct Work<'p> {
    pub(super) writes: Vec<Write<'p>>,
    /// Classes of which it creates objects.
    pub(super) makes: Vec<Rc<Name>>,
    /// Tables that its SQL writes, and how.
    pub(super) tables: Vec<(Verb, Rc<Name>, u32)>,
    /// Other calls on an object that has a name.
    pub(super) orders: Vec<Order>,
}

pub(super) struct Order {
    pub(super) method: Rc<Name>,
    pub(super) of: Rc<Name>,
    pub(super) line: u32,
    /// The object holds records.
    pub(super) is_store: bool,
}

impl Work<'_> {
    /// It writes something itself.
    pub(super) fn is_own(&self) -> bool {
        !self.tables.is_empty() || self.writes.iter().any(|write| write.is_direct)
    }
}

/// The functions that write something, themselves or through others.
pub(super) fn writers(all: &HashMap<FunctionId, Work<'_>>, graph: &Graph<'_>) -> HashSet<FunctionId> {
    let mut open: Vec<FunctionId> = all.iter().filter(|(_, work)| work.is_own()).map(|(id, _)| *id).collect();
    let mut found = HashSet::new();
    while let Some(id) = open.pop() {
        if found.insert(id) {
            open.extend(graph.callers(id).iter().map(Caller::scope));
        }
    }
    found
}

/// The work of the named functions of these files.
pub(super) fn find<'p>(project: &'p Project, files: &BTreeSet<usize>, names: &Names) -> HashMap<FunctionId, Work<'p>> {
    let mut all: HashMap<FunctionId, Work<'p>> = HashMap::new();
    for &file in files {
        let facts = &project.files[file];
        let owners = owners(facts);
        for (index, function) in facts.functions.iter().enumerate() {
            let Some(owner) = owners[index] else { continue };
            for call in &function.calls {
                read(call, &mut all, FunctionId { file, index: owner }, facts, names);
            }
        }
        for statement in &facts.sql {
            let Some(owner) = owners.get(statement.function).copied().flatten() else { continue };
            let work = all.entry(FunctionId { file, index: owner }).or_default();
            let verb = if is_update(&statement.text) { Verb::Update } else { Verb::Create };
            let tables = sql::writes(&statement.text).into_iter();
            work.tables.extend(tables.map(|write| (verb, names.of(&write.table), statement.line)));
        }
    }
    all
}

/// For each function of a file the innermost one around it that has a name.
fn owners(facts: &Facts) -> Vec<Option<usize>> {
    let owner = |mut index: usize| {
        while index != 0 && facts.functions[index].name.is_empty() {
            index = facts.functions[index].parent;
        }
        (index != 0).then_some(index)
    };
    (0..facts.functions.len()).map(owner).collect()
}

fn is_update(text: &str) -> bool {
    text.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("update"))
}

fn read<'p>(call: &'p Call, all: &mut HashMap<FunctionId, Work<'p>>, owner: FunctionId, facts: &Facts, names: &Names) {
    let Some(last) = call.target.last_name() else { return };
    let receiver = match &call.target {
        Expr::Member(of, _) => receiver(of),
        _ => Vec::new(),
    };
    let is_class = |name: &str| name.starts_with(char::is_uppercase);
    let made = match receiver.first() {
        _ if call.makes || is_class(last) => Some(last),
        Some(class) if is_class(class) && MAKING.contains(&last) => Some(*class),
        _ => None,
    };
    let name = names.of(last);
    let verb = name.words.first().and_then(|first| VERBS.iter().find(|(word, _)| word == first));
    if made.is_none() && verb.is_none() && receiver.is_empty() {
        return;
    }
    let work = all.entry(owner).or_default();
    work.makes.extend(made.map(|class| names.of(class)));
    let of = receiver.first().map(|of| names.of(of));
    let words = || receiver.iter().map(|one| names.of(one)).collect::<Vec<_>>();
    let has = |list: &[&str]| words().iter().flat_map(|one| &one.words).any(|word| list.contains(&word.as_str()));
    let Some((word, verb)) = verb else {
        if let Some(of) = of.filter(|_| !is_class(receiver[0]) && !MAKING.contains(&last)) {
            work.orders.push(Order { method: name, of, line: call.line, is_store: has(STORES) });
        }
        return;
    };
    if of.as_ref().and_then(|of| of.words.last()).is_some_and(|last| NO_STORES.contains(&last.as_str())) {
        return;
    }
    let is_direct = STORING.contains(word) || has(STORES);
    let mut objects = words();
    if name.words.len() > 1 {
        objects.push(names.of(&name.words[1..].join("_")));
    }
    for arg in call.args.iter().take(3) {
        objects.extend(given(&arg.value, owner, facts).into_iter().map(|one| names.of(one)));
    }
    work.writes.push(Write { verb: *verb, objects, is_direct, receiver: of, call });
}

/// The names of a receiver, the last one first: `this.orders.repository` → repository, orders.
fn receiver(of: &Expr) -> Vec<&str> {
    let mut found = Vec::new();
    let mut at = of;
    while found.len() < 3 {
        at = match at {
            Expr::Member(of, name) => {
                found.push(name.as_str());
                of
            }
            Expr::Call(call) => &call.target,
            Expr::Index(of, _) => of,
            Expr::Name(name) if name != "self" => {
                found.push(as_written(name));
                break;
            }
            _ => break,
        };
    }
    found
}

/// The names of an argument: its own, and the class of the object that was assigned to it.
fn given<'f>(value: &'f Expr, owner: FunctionId, facts: &'f Facts) -> Vec<&'f str> {
    match value {
        Expr::Name(name) => {
            let bindings = facts.functions[owner.index].bindings.iter().filter(|one| one.name == *name);
            let made = bindings.filter_map(|one| match &one.value {
                Expr::Call(call) => call.target.last_name().filter(|name| name.starts_with(char::is_uppercase)),
                _ => None,
            });
            std::iter::once(as_written(name)).chain(made).collect()
        }
        Expr::Member(..) | Expr::Call(_) => value.last_name().into_iter().collect(),
        _ => Vec::new(),
    }
}
