//! The pipeline of one audit, from the files of a tree to the report. Runs the stages in order; files and call sites
//! are analysed in parallel.

use crate::{
    classify::{CatalogSource, Classifier, NoSuchGroup, categories, examples, suggest},
    config::Config,
    detect::{bypass, entry_points, groups, search::Search, site::Published},
    facts::Facts,
    lower,
    report::{Files, Partial, Report, Skipped},
    resolve::{
        Project, call_graph, reachability,
        walk::{self, Failure},
    },
    source::{Source, SourceTree},
    text::{
        similar,
        verbs::{self, Words},
    },
};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Maximum number of buses that an error names.
const BUSES_SHOWN: usize = 8;
/// Stack size of the worker threads, in bytes: the depth of recursion grows with the nesting of expressions.
const STACK: usize = 256 * 1024 * 1024;

/// Facts about the audited tree that the caller knows and the report repeats.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Name of the audited folder.
    pub project: String,
    pub revision: Option<String>,
    pub modified: bool,
    /// RFC 3339.
    pub generated_at: String,
}

/// A name in the configuration that the code does not have.
#[derive(Debug, thiserror::Error)]
#[error("{field}: nothing in the code is called {name:?}{}", if near.is_empty() { String::new() } else { format!("; similar names: {}", near.join(", ")) })]
pub struct NoSuchName {
    pub field: &'static str,
    pub name: String,
    pub near: Vec<String>,
}

/// A failure of the audit as a whole.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Group(#[from] NoSuchGroup),
    #[error(transparent)]
    Name(#[from] NoSuchName),
    #[error("no threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    #[error("{0}; please report it, with the code that the audit was reading")]
    Internal(String),
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Internal(failure.0)
    }
}

/// Analyses a tree and compares it with a catalog. Calls `done` once for each file, from any worker thread.
pub fn audit(
    tree: &SourceTree,
    config: &Config,
    source: &CatalogSource,
    about: About,
    done: &(dyn Fn() + Sync),
) -> Result<Report, Fault> {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build()?;
    // Panics in one file or at one call site are caught there. This catches those in the stages that join them.
    let mut report = walk::guarded(|| pool.install(|| compare(tree, config, source, done)))??;
    report.project = about.project;
    report.revision = about.revision;
    report.modified = about.modified;
    report.generated_at = about.generated_at;
    Ok(report)
}

fn compare(
    tree: &SourceTree,
    config: &Config,
    source: &CatalogSource,
    done: &(dyn Fn() + Sync),
) -> Result<Report, Fault> {
    let (facts, files) = read(tree, config, done);
    let project = Project::new(facts, tree.above.clone(), tree.packages.clone());
    let (graph, unread) = call_graph::build(&project);
    let functions = configured_functions(&project, config)?;
    let words = Words::new(&functions, &config.publish.ignore, &config.publish.arguments);
    let tenants = config.tenant_words();
    let groups = groups::find(&project);
    let mut known = groups::all_events(&groups);
    if let CatalogSource::Given { events, .. } = source {
        known.extend(events.iter().map(|event| event.event_type.clone()));
    }
    let sets = groups::all_keys(&groups);
    let hints = entry_points::hints(&project);
    let (webhook_sets, webhook_members) = groups::of_webhooks(&groups, &project);
    let search = Search {
        project: &project,
        graph: &graph,
        words: &words,
        known,
        sets,
        webhook_sets,
        webhook_members,
        tenant_names: &tenants,
        hints,
    };
    let mut published = search.run();
    for site in &mut published.sites {
        site.group = site.group.take().map(|key| groups::outermost(&groups, key));
    }
    check_buses(&project, config, &published)?;
    let live = reachability::reachable(&project, &graph, &words);
    let classifier = Classifier::new(&project, config, &groups, published, &graph, &live, source)?;
    let own = |file| classifier.is_own(file);
    let (bypasses, mut failed) = bypass::find(&project, &graph, &search, &config.publish.tables, &own);
    failed.extend(unread);
    let promised = categories::promised(&classifier.catalog, source);
    let mut report = classifier.report(&promised, bypasses, &failed, config);
    suggest::fill(&mut report, &classifier, &graph, &words, &tree.quoting());
    report.examples = examples::examples(&classifier, &tree.quoting());
    report.files = files;
    Ok(report)
}

/// The functions of the configuration, by the names that calls have after lowering. An error for one that is neither
/// called nor defined.
fn configured_functions(project: &Project, config: &Config) -> Result<Vec<String>, NoSuchName> {
    if config.publish.functions.is_empty() {
        return Ok(Vec::new());
    }
    let functions = || project.files.iter().flat_map(|facts| &facts.functions);
    let called = functions().flat_map(|function| &function.calls).filter_map(|call| call.target.last_name());
    let names: BTreeSet<&str> = called.chain(functions().map(|function| function.name.as_str())).collect();
    let queued: BTreeSet<_> = project.files.iter().flat_map(|facts| facts.traits.queued).collect();
    let mut found = Vec::new();
    for name in &config.publish.functions {
        let own = verbs::own_name(name);
        let runs = queued.iter().filter(|(as_written, _)| *as_written == own).map(|(_, runs)| *runs);
        let known = runs.chain([own]).find(|one| names.contains(one)).ok_or_else(|| {
            let near = similar::Names::new(names.iter().copied().chain(queued.iter().map(|one| one.0))).near(own);
            NoSuchName { field: "publish.functions", name: name.clone(), near }
        })?;
        found.push(format!("{}{known}", name.strip_suffix(own).unwrap_or_default()));
    }
    Ok(found)
}

/// An error for a bus of the configuration through which nothing is published.
fn check_buses(project: &Project, config: &Config, published: &Published<'_>) -> Result<(), NoSuchName> {
    let buses =
        || published.sites.iter().flat_map(|site| &site.buses).chain(published.open.iter().map(|open| &open.bus));
    let fields = [("publish.main_bus", &config.publish.main_bus), ("publish.other_bus", &config.publish.other_bus)];
    for (field, names) in fields {
        if let Some(name) = names.iter().find(|name| !buses().any(|bus| bus.is_called(name, project))) {
            let known: BTreeSet<String> = buses().map(|bus| bus.shown.clone()).collect();
            let mut near = similar::Names::new(known.iter().map(String::as_str)).near(name);
            if near.is_empty() {
                near = known.into_iter().take(BUSES_SHOWN).collect();
            }
            return Err(NoSuchName { field, name: name.clone(), near });
        }
    }
    Ok(())
}

/// Reads and lowers all files in parallel. The syntax trees are dropped before this returns.
fn read(tree: &SourceTree, config: &Config, done: &(dyn Fn() + Sync)) -> (Vec<Facts>, Files) {
    // Largest first, so that no thread ends with a large file while the others are idle.
    let mut sources: Vec<&Source> = tree.sources.iter().collect();
    sources.sort_by_key(|source| std::cmp::Reverse(source.bytes));
    let mut read: Vec<Result<Facts, Skipped>> = sources
        .into_par_iter()
        .with_max_len(1)
        .filter_map(|source| {
            let facts = walk::guarded(|| read_one(source, config)).unwrap_or_else(|failure| Err(failure.0));
            done();
            facts.map_err(|reason| Skipped { file: source.name.clone(), reason }).transpose()
        })
        .collect();
    let name = |one: &Result<Facts, Skipped>| match one {
        Ok(facts) => facts.file.clone(),
        Err(skipped) => skipped.file.clone(),
    };
    read.sort_by_cached_key(name);
    let mut files =
        Files { root: tree.root.clone(), tests: tree.tests, skipped: tree.skipped.clone(), ..Files::default() };
    let mut languages: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut facts = Vec::new();
    for one in read {
        match one {
            Ok(one) => {
                *languages.entry(one.traits.language).or_default() += 1;
                let partial = one.broken.map(|line| Partial { file: one.file.clone(), line });
                files.partial.extend(partial);
                facts.push(one);
            }
            Err(skipped) => files.skipped.push(skipped),
        }
    }
    files.read = facts.len();
    files.languages = languages.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    (facts, files)
}

/// The facts of one file, or the reason for skipping it. `None` for a schema without a set, which is not counted.
fn read_one(source: &Source, config: &Config) -> Result<Option<Facts>, String> {
    let text = match source.read() {
        Err(_) if lower::may_be_schema(&source.name) => return Ok(None),
        text => text?,
    };
    #[cfg(test)]
    crate::failpoints::at("read", &text);
    if lower::may_be_schema(&source.name) {
        return Ok(lower::lower_file(&source.name, &text).ok());
    }
    let facts = lower::lower_file(&source.name, &text)?;
    match facts.broken {
        Some(line) if config.files.read_broken == Some(false) => Err(format!("a syntax error in line {line}")),
        _ => Ok(Some(facts)),
    }
}

#[cfg(test)]
mod tests;
