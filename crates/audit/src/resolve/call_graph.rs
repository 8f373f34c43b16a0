//! Builds the call graph: resolves the target of every call in the facts, in parallel, and collects the edges.

use super::walk::{self, Failed};
use crate::{
    facts::Facts,
    resolve::{Caller, Graph, Project, Resolver, resolver::Targets},
};

/// The call graph, and the call sites whose analysis failed.
pub(crate) fn build(project: &Project) -> (Graph<'_>, Vec<Failed>) {
    let resolver = Resolver::types(project);
    let files: Vec<(usize, &Facts)> = project.files.iter().enumerate().collect();
    let found = walk::over(files, |walks, (file, facts)| {
        let mut found: Vec<(Caller<'_>, Targets)> = Vec::new();
        let mut failed = Vec::new();
        for call in facts.functions.iter().flat_map(|function| &function.calls) {
            match walks.at(|walks| resolver.targets(call, file, walks)) {
                Ok(targets) if targets.functions.is_empty() && !targets.loose => {}
                Ok(targets) => found.push((Caller { file, call, certain: targets.certain }, targets)),
                Err(failure) => failed.push(Failed::new(call, file, failure)),
            }
        }
        (found, failed)
    });
    let mut graph = Graph::default();
    let (found, failed): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    for (caller, targets) in found.into_iter().flatten() {
        if let (true, Some(name)) = (targets.loose, caller.call.target.last_name()) {
            graph.loose.entry(caller.scope()).or_default().push(name.to_owned());
        }
        for function in targets.functions {
            graph.callers.entry(function).or_default().push(caller);
            graph.calls.entry(caller.scope()).or_default().push(function);
        }
    }
    (graph, failed.into_iter().flatten().collect())
}
