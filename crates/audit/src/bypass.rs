//! SQL in the code that writes webhook tables itself, past the one way in.

use crate::{
    facts::{Call, Expr, Facts, Sql},
    graph::Graph,
    project::{FunctionId, Project},
    publish::Search,
    reach::{Reach, Thing},
    report::Bypass,
    sql, verbs,
    walk::{self, Failed, Place, Walk, Walks},
};

/// Whether a table is a webhook system's own.
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

/// `own` says of a file whether it is part of the webhook system, whose tables these are.
pub(crate) fn find<'p>(
    project: &'p Project,
    graph: &'p Graph<'p>,
    search: &Search<'_>,
    tables: &[String],
    own: &(dyn Fn(usize) -> bool + Sync),
) -> (Vec<Bypass>, Vec<Failed>) {
    let reach = Reach::new(project, graph);
    let files: Vec<(usize, &Facts)> = project.files.iter().enumerate().filter(|(file, _)| !own(*file)).collect();
    let found = walk::over(files, |walks, (file, facts)| {
        let mut found = (Vec::new(), Vec::new());
        for one in &facts.sql {
            match walks.at(|walks| written(&reach, search, tables, file, one, walks)) {
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

/// The webhook tables that a piece of SQL writes, and which events.
fn written<'p>(
    reach: &Reach<'p>,
    search: &Search<'_>,
    tables: &[String],
    file: usize,
    one: &'p Sql,
    walks: &mut Walks<'p>,
) -> Vec<Bypass> {
    #[cfg(test)]
    crate::fail::at("sql", &one.text);
    let project = reach.project;
    let scope = FunctionId { file, index: one.function };
    let mut all = Vec::new();
    for write in sql::writes(&one.text).into_iter().filter(|write| is_webhook_table(&write.table, tables)) {
        let mut events: Vec<String> = write.texts.iter().filter(|text| search.is_event(text)).cloned().collect();
        if events.is_empty() {
            events = given(reach, search, one, scope, walks);
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

/// Events among the parameters of the calls that the SQL is given to.
fn given<'p>(
    reach: &Reach<'p>,
    search: &Search<'_>,
    sql: &Sql,
    scope: FunctionId,
    walks: &mut Walks<'p>,
) -> Vec<String> {
    if scope.index == 0 {
        return given_elsewhere(reach, search, sql, scope.file, walks);
    }
    given_in(reach, search, sql, scope, &[], walks)
}

/// SQL at the top of a file: given to calls there, or where its name is imported.
fn given_elsewhere<'p>(
    reach: &Reach<'p>,
    search: &Search<'_>,
    sql: &Sql,
    file: usize,
    walks: &mut Walks<'p>,
) -> Vec<String> {
    let project = reach.project;
    let top = &project.files[file].functions[0];
    let names: Vec<&str> =
        top.bindings.iter().filter(|one| holds(&one.value, &sql.text, &[])).map(|one| one.name.as_str()).collect();
    let mut events = Vec::new();
    for (at, facts) in project.files.iter().enumerate() {
        let knows = at == file || facts.imports.iter().any(|import| names.contains(&import.local.as_str()));
        for index in (0..facts.functions.len()).filter(|_| knows) {
            events.extend(given_in(reach, search, sql, FunctionId { file: at, index }, &names, walks));
        }
    }
    events.sort_unstable();
    events.dedup();
    events
}

fn given_in<'p>(
    reach: &Reach<'p>,
    search: &Search<'_>,
    sql: &Sql,
    scope: FunctionId,
    known: &[&str],
    walks: &mut Walks<'p>,
) -> Vec<String> {
    let function = reach.project.function(scope);
    let names: Vec<&str> = function
        .bindings
        .iter()
        .filter(|one| holds(&one.value, &sql.text, &[]))
        .map(|one| one.name.as_str())
        .chain(known.iter().copied())
        .collect();
    let calls: Vec<&Call> = function
        .calls
        .iter()
        .map(|call| &**call)
        .filter(|call| call.args.iter().any(|arg| holds(&arg.value, &sql.text, &names)))
        .collect();
    let mut events = Vec::new();
    for call in calls {
        for arg in call.args.iter().filter(|arg| !holds(&arg.value, &sql.text, &names)) {
            collect(reach, search, &arg.value, scope, &mut events, &mut walks.values());
        }
    }
    // `text(…).bindparams(event=…)`, `stmt.execute(…)` on what was prepared.
    for call in
        function.calls.iter().filter(|call| matches!(&call.target, Expr::Member(of, _) if holds(of, &sql.text, &names)))
    {
        for arg in &call.args {
            collect(reach, search, &arg.value, scope, &mut events, &mut walks.values());
        }
    }
    events.sort_unstable();
    events.dedup();
    events
}

/// Whether a value is the SQL, or something that it was given to.
// Bounded: by the depth of the expression, which `Writer` limits.
fn holds(value: &Expr, text: &str, names: &[&str]) -> bool {
    match value {
        Expr::Text(one) => one == text,
        Expr::Join(parts) => {
            let one: String = parts.iter().map(|part| if let Expr::Text(text) = part { text } else { "?" }).collect();
            one == text
        }
        Expr::Name(name) => names.contains(&name.as_str()),
        Expr::Call(call) => {
            call.args.iter().any(|arg| holds(&arg.value, text, names))
                || matches!(&call.target, Expr::Member(of, _) if holds(of, text, names))
        }
        Expr::Any(items) | Expr::List(items) => items.iter().any(|item| holds(item, text, names)),
        _ => false,
    }
}

fn collect<'p>(
    reach: &Reach<'p>,
    search: &Search<'_>,
    value: &'p Expr,
    scope: FunctionId,
    events: &mut Vec<String>,
    walk: &mut Walk<'_, 'p>,
) {
    for thing in reach.things(value, scope, walk) {
        let (inside, at): (Vec<&'p Expr>, FunctionId) = match thing {
            Thing::Text(text) if search.is_event(&text) => {
                events.push(text);
                continue;
            }
            Thing::Map(pairs, at) => (pairs.iter().map(|(_, value)| value).collect(), at),
            Thing::List(items, at) => (items.iter().collect(), at),
            Thing::Call(call, at) | Thing::Instance(_, Some((call, at))) => {
                (call.args.iter().map(|arg| &arg.value).collect(), at)
            }
            _ => continue,
        };
        for value in inside {
            walk.enter_once(Place::Parts(value), |walk| collect(reach, search, value, at, events, walk));
        }
    }
}
