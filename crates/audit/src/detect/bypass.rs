//! Bypasses: SQL in the code that writes webhook tables directly, without validation and matching. Finds, in the SQL
//! strings of the facts, the table of each write and, where it can be resolved, the event type.
//!
//! The event type is the value of the statement's event column: a literal, or the argument bound to its parameter. The
//! payload is never followed, since it has event types of its own.

mod bound;
mod holders;

use crate::{
    detect::search::Search,
    facts::{Facts, Sql},
    report::Bypass,
    resolve::{
        FunctionId, Graph, Project, Resolver,
        walk::{self, Failed, Walks},
    },
    text::{
        sql::{self, Slot, Write},
        verbs,
    },
};
use bound::Found;
use holders::{Holders, holds};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::OnceLock,
};

/// True when a table belongs to a webhook system, by its name. `more`: further names from the configuration.
pub(crate) fn is_webhook_table(table: &str, more: &[String]) -> bool {
    if more.iter().any(|one| one.eq_ignore_ascii_case(table)) {
        return true;
    }
    let words = verbs::split(table);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    has(&["webhook", "webhooks"])
        && has(&[
            "delivery",
            "deliveries",
            "event",
            "events",
            "queue",
            "outbox",
            "message",
            "messages",
            "attempts",
            "jobs",
            "log",
            "logs",
        ])
}

/// All bypasses, and the statements whose analysis failed. `own` tells whether a file belongs to the webhook system,
/// which may write its tables.
pub(crate) fn find<'p>(
    project: &'p Project,
    graph: &'p Graph<'p>,
    search: &Search<'_>,
    tables: &[String],
    own: &(dyn Fn(usize) -> bool + Sync),
) -> (Vec<Bypass>, Vec<Failed>) {
    let finder = Finder::new(Resolver::new(project, graph), search);
    let files: Vec<(usize, &Facts)> = project.files.iter().enumerate().filter(|(file, _)| !own(*file)).collect();
    let found = walk::over(files, |walks, (file, facts)| {
        let mut found = (Vec::new(), Vec::new());
        let mut known = Known::new();
        for one in &facts.sql {
            match walks.at(|walks| finder.written(tables, file, one, &mut known, walks)) {
                Ok(bypasses) => found.0.extend(bypasses),
                Err(failure) => found.1.push(Failed {
                    at: FunctionId { file, index: one.function },
                    line: one.line,
                    expression: "SQL".into(),
                    reason: failure.0,
                }),
            }
        }
        found
    });
    let (bypasses, failed): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    let mut all: Vec<Bypass> = bypasses.into_iter().flatten().collect();
    all.sort_by(|one, other| (&one.file, one.line, &one.event_type).cmp(&(&other.file, other.line, &other.event_type)));
    all.dedup();
    (all, failed.into_iter().flatten().collect())
}

/// Memo of the event types of a statement, by its function, its text and the parameter.
type Known<'p> = HashMap<(usize, &'p str, Option<Slot>), Vec<String>>;

struct Finder<'p, 's> {
    resolver: Resolver<'p>,
    search: &'s Search<'s>,
    /// Indexes by file, built on demand.
    holders: Vec<OnceLock<Holders<'p>>>,
    /// The files that import a name.
    importers: HashMap<&'p str, BTreeSet<usize>>,
}

impl<'p, 's> Finder<'p, 's> {
    fn new(resolver: Resolver<'p>, search: &'s Search<'s>) -> Self {
        let project = resolver.project;
        let mut importers: HashMap<&str, BTreeSet<usize>> = HashMap::new();
        for (file, facts) in project.files.iter().enumerate() {
            for import in &facts.imports {
                importers.entry(&import.local).or_default().insert(file);
            }
        }
        let holders = project.files.iter().map(|_| OnceLock::new()).collect();
        Self { resolver, search, holders, importers }
    }

    fn holders(&self, file: usize) -> &Holders<'p> {
        self.holders[file].get_or_init(|| Holders::of(&self.resolver.project.files[file]))
    }

    /// The writes of webhook tables in one SQL string.
    fn written(
        &self,
        tables: &[String],
        file: usize,
        one: &'p Sql,
        known: &mut Known<'p>,
        walks: &mut Walks<'p>,
    ) -> Vec<Bypass> {
        #[cfg(test)]
        crate::failpoints::at("sql", &one.text);
        let project = self.resolver.project;
        let scope = FunctionId { file, index: one.function };
        let mut all = Vec::new();
        for write in sql::writes(&one.text).into_iter().filter(|write| is_webhook_table(&write.table, tables)) {
            let mut events = self.literal(&write);
            if events.is_empty() {
                let key = (scope.index, one.text.as_str(), write.event.clone());
                events = match known.get(&key) {
                    Some(events) => events.clone(),
                    None => {
                        let events = self.given(one, write.event.as_ref(), scope, walks);
                        known.insert(key, events.clone());
                        events
                    }
                };
            }
            let bypass = |event_type: Option<String>| Bypass {
                event_type,
                file: project.files[file].file.clone(),
                line: one.line,
                function: Some(project.shown_function(scope)),
                table: write.table.clone(),
            };
            if events.is_empty() {
                all.push(bypass(None));
            }
            all.extend(events.into_iter().map(|event| bypass(Some(event))));
        }
        all
    }

    /// Event types that the statement itself has.
    fn literal(&self, write: &Write) -> Vec<String> {
        let texts: BTreeSet<&String> = match &write.event {
            Some(Slot::Text(text)) => BTreeSet::from([text]),
            // A literal elsewhere is a condition, or another column.
            Some(_) => BTreeSet::new(),
            None => write.texts.iter().collect(),
        };
        texts.into_iter().filter(|text| self.search.is_event(text)).cloned().collect()
    }

    /// Event types among the arguments of the calls that get the SQL.
    fn given(&self, sql: &Sql, slot: Option<&Slot>, scope: FunctionId, walks: &mut Walks<'p>) -> Vec<String> {
        let mut found = Found::default();
        if scope.index == 0 {
            self.given_elsewhere(sql, slot, scope.file, &mut found, walks);
        } else {
            self.given_in(sql, slot, scope, HashSet::new(), &mut found, walks);
        }
        found.events()
    }

    /// SQL at the top level of a file: the calls are there, or in files that import its name.
    fn given_elsewhere(&self, sql: &Sql, slot: Option<&Slot>, file: usize, found: &mut Found, walks: &mut Walks<'p>) {
        let top = &self.resolver.project.files[file].functions[0];
        let bound = self.holders(file).text(&sql.text, 0).map(|held| &*held.bindings).unwrap_or_default();
        let names: HashSet<&str> = bound.iter().map(|at| &*top.bindings[*at].name).collect();
        let importers = names.iter().filter_map(|name| self.importers.get(name)).flatten().copied();
        let files: BTreeSet<usize> = importers.chain([file]).collect();
        for file in files {
            for index in self.holders(file).functions(&sql.text, &names) {
                self.given_in(sql, slot, FunctionId { file, index }, names.clone(), found, walks);
            }
        }
    }

    fn given_in(
        &self,
        sql: &Sql,
        slot: Option<&Slot>,
        scope: FunctionId,
        mut names: HashSet<&'p str>,
        found: &mut Found,
        walks: &mut Walks<'p>,
    ) {
        let function = self.resolver.project.function(scope);
        let holders = self.holders(scope.file);
        let direct = holders.text(&sql.text, scope.index);
        let bindings = direct.into_iter().flat_map(|held| &held.bindings);
        names.extend(bindings.map(|at| &*function.bindings[*at].name));
        let held = || direct.into_iter().chain(names.iter().filter_map(|name| holders.name(name, scope.index)));
        let reader = bound::Reader { resolver: &self.resolver, search: self.search, slot, scope };
        let given: BTreeSet<usize> = held().flat_map(|held| held.given.iter().copied()).collect();
        for call in given.into_iter().map(|at| &function.calls[at]) {
            let holder = call.args.iter().position(|arg| holds(&arg.value, &sql.text, &names));
            reader.call(call, holder, found, walks);
        }
        // Methods of a prepared statement: `text(…).bindparams(event=…)`, `stmt.execute(…)`.
        let on: BTreeSet<usize> = held().flat_map(|held| held.on.iter().copied()).collect();
        for at in on {
            reader.call(&function.calls[at], None, found, walks);
        }
    }
}
