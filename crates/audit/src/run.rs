//! The pipeline of one audit, from the files of a tree to the report. Runs the stages in order; files and call sites
//! are analysed in parallel.

use crate::{
    classify::{CatalogSource, Classifier, NoSuchGroup, Promised, suggest},
    config::Config,
    detect::{bypass, entry_points, groups, search::Search},
    facts::Facts,
    lower,
    report::{Files, Report, Skipped},
    resolve::{
        Project, call_graph, reachability,
        walk::{self, Failure},
    },
    source::{Source, SourceTree},
    text::{similar, verbs},
};
use model::catalog::Catalog;
use rayon::prelude::*;
use std::collections::BTreeMap;

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

/// A failure of the audit as a whole.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error(transparent)]
    Group(#[from] NoSuchGroup),
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
    let project = Project::new(facts, tree.above.clone(), tree.roots.clone());
    let (graph, unread) = call_graph::build(&project);
    let words = config.words();
    let tenants = config.tenant_words();
    let groups = groups::find(&project);
    let mut known = groups::all_events(&groups);
    if let CatalogSource::Given { events, .. } = source {
        known.extend(events.iter().map(|event| event.event_type.clone()));
    }
    let sets = groups::all_keys(&groups);
    let hints = entry_points::hints(&project);
    let search = Search { project: &project, graph: &graph, words: &words, known, sets, tenant_names: &tenants, hints };
    let mut published = search.run();
    for site in &mut published.sites {
        site.group = site.group.take().map(|key| groups::outermost(&groups, key));
    }
    let live = reachability::reachable(&project, &graph, &words);
    let classifier = Classifier::new(&project, config, &groups, published, &graph, &live, source)?;
    let own = |file| classifier.is_own(file);
    let (bypasses, mut failed) = bypass::find(&project, &graph, &search, &config.publish.tables, &own);
    failed.extend(unread);
    let promised = promised(&classifier, source);
    let mut report = classifier.report(&promised, bypasses, &failed, config);
    suggest::fill(&mut report, &classifier, &graph, &words, &tree.quoting());
    report.files = files;
    Ok(report)
}

/// Reads and lowers all files in parallel. The syntax trees are dropped before this returns.
fn read(tree: &SourceTree, config: &Config, done: &(dyn Fn() + Sync)) -> (Vec<Facts>, Files) {
    // Largest first, so that no thread ends with a large file while the others are idle.
    let mut sources: Vec<&Source> = tree.sources.iter().collect();
    sources.sort_by_key(|source| std::cmp::Reverse(source.bytes));
    let mut read: Vec<Result<Facts, Skipped>> = sources
        .into_par_iter()
        .with_max_len(1)
        .map(|source| {
            let facts = walk::guarded(|| read_one(source, config)).unwrap_or_else(|failure| Err(failure.0));
            done();
            facts.map_err(|reason| Skipped { file: source.name.clone(), reason })
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
                facts.push(one);
            }
            Err(skipped) => files.skipped.push(skipped),
        }
    }
    files.read = facts.len();
    files.languages = languages.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    (facts, files)
}

/// The facts of one file, or the reason for skipping it.
fn read_one(source: &Source, config: &Config) -> Result<Facts, String> {
    let text = source.read()?;
    #[cfg(test)]
    crate::failpoints::at("read", &text);
    let facts = lower::lower_file(&source.name, &text).ok_or("its language is not known")?;
    match facts.broken {
        Some(line) if !config.files.read_broken => Err(format!("a syntax error in line {line}")),
        _ => Ok(facts),
    }
}

/// The events of the catalog, each with a category: the catalog's own, else the one of the same entity among the
/// shipped types, else the entity's name.
fn promised(classifier: &Classifier<'_>, source: &CatalogSource) -> Vec<Promised> {
    let shipped = Catalog::shipped().unwrap_or_default();
    let mut by_entity: BTreeMap<String, String> = BTreeMap::new();
    for entry in shipped.iter() {
        let name = entry.event_type.as_str();
        let entity = name.split('.').next().unwrap_or(name);
        by_entity.entry(entity.to_owned()).or_insert_with(|| entry.category.clone());
    }
    let category = |event: &str| {
        let entity = event.split(['.', ':', '/']).next().unwrap_or(event);
        shipped
            .get(event)
            .map(|entry| entry.category.clone())
            .or_else(|| by_entity.get(entity).cloned())
            .unwrap_or_else(|| {
                let stem = verbs::split(entity).iter().map(|word| similar::stem(word)).collect::<Vec<_>>();
                let same = by_entity
                    .iter()
                    .find(|(one, _)| verbs::split(one).iter().map(|word| similar::stem(word)).eq(stem.iter().cloned()));
                same.map_or_else(|| entity.to_owned(), |(_, category)| category.clone())
            })
    };
    match source {
        CatalogSource::Given { events, .. } => events
            .iter()
            .map(|event| Promised {
                category: Some(event.category.clone().unwrap_or_else(|| category(&event.event_type))),
                event_type: event.event_type.clone(),
            })
            .collect(),
        CatalogSource::Code { .. } => classifier
            .catalog
            .iter()
            .map(|event| Promised { category: Some(category(event)), event_type: event.clone() })
            .collect(),
    }
}

#[cfg(test)]
mod tests;
