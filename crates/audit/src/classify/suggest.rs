//! Suggestions: scores the functions of the tree for each gap and keeps the best places for the missing call. The score
//! is a heuristic over the stems of names: of the function, its class, its parameters and its file, and of the events
//! that neighbours publish.

mod scope;
mod snippet;
mod words;

use crate::{
    classify::Classifier,
    report::{Event, Report, SiteState, State, Suggestion},
    resolve::{FunctionId, Project, walk},
    source::Quotes,
    text::{
        path::folder,
        similar::stem,
        verbs::{self, Words},
    },
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Maximum number per gap.
const SUGGESTIONS_MAX: usize = 3;
const SCORE_MIN: u32 = 50;

/// Words in event types, and the verbs of functions that cause such an event.
const DEEDS: &[(&str, &[&str])] = &[
    ("created", &["create", "add", "new", "insert", "open", "register", "make", "store"]),
    ("registered", &["register", "signup", "create", "join"]),
    ("updated", &["update", "edit", "change", "modify", "set", "patch", "save"]),
    ("changed", &["change", "update", "set"]),
    ("deleted", &["delete", "remove", "destroy", "drop", "purge"]),
    ("removed", &["remove", "delete"]),
    ("cancelled", &["cancel", "terminate", "abort"]),
    ("canceled", &["cancel", "terminate", "abort"]),
    ("voided", &["void", "cancel"]),
    ("failed", &["fail", "failure", "error", "reject", "decline"]),
    ("succeeded", &["succeed", "success", "capture", "complete", "confirm", "charge"]),
    ("completed", &["complete", "finish", "done", "run", "process", "execute", "import", "export"]),
    ("finalized", &["finalize", "close", "post"]),
    ("refunded", &["refund"]),
    ("paid", &["pay", "settle"]),
    ("received", &["receive", "accept", "record"]),
    ("sent", &["send", "deliver", "mail", "submit"]),
    ("delivered", &["deliver", "delivery"]),
    ("bounced", &["bounce"]),
    ("issued", &["issue", "send", "publish"]),
    ("applied", &["apply"]),
    ("renewed", &["renew", "extend"]),
    ("expired", &["expire", "lapse"]),
    ("login", &["login", "signin", "authenticate", "sign"]),
    ("logout", &["logout", "signout"]),
    ("uploaded", &["upload", "store", "save", "put"]),
    ("downloaded", &["download", "fetch"]),
    ("generated", &["generate", "build", "create", "render"]),
    ("exceeded", &["exceed", "check", "quota", "threshold", "limit"]),
    ("breach", &["breach", "violate", "sla"]),
    ("violation", &["violate", "violation", "check"]),
    ("alert", &["alert", "warn", "detect"]),
    ("closed", &["close", "resolve", "finish"]),
    ("opened", &["open", "create"]),
    ("approved", &["approve", "accept"]),
    ("rejected", &["reject", "decline", "deny"]),
    ("authorized", &["authorize", "approve"]),
    ("confirmed", &["confirm", "accept"]),
    ("shipped", &["ship", "dispatch", "send"]),
    ("suspended", &["suspend", "pause", "block"]),
    ("reactivated", &["reactivate", "resume", "activate"]),
    ("assigned", &["assign"]),
    ("occurred", &["error", "handle", "report"]),
    ("low", &["low", "threshold", "decrease", "adjust"]),
];

/// Words of events that tell how a process ended.
const OUTCOMES: &[&str] = &[
    "failed",
    "completed",
    "succeeded",
    "bounced",
    "delivered",
    "exceeded",
    "finished",
    "expired",
    "rejected",
    "error",
];

/// First words of functions that only read or convert, and of listeners.
const LOOKING: &[&str] = &[
    "get",
    "list",
    "find",
    "fetch",
    "is",
    "has",
    "can",
    "read",
    "show",
    "count",
    "search",
    "validate",
    "parse",
    "format",
    "serialize",
    "to",
    "from",
    "on",
    "test",
    "build",
];

/// A function, with the stems of its names.
struct Candidate {
    id: FunctionId,
    /// First word of its name, unstemmed.
    first: String,
    name: Vec<String>,
    class: Vec<String>,
    file: Vec<String>,
    /// Stems of the names and types of its parameters.
    params: Vec<String>,
}

pub(crate) fn fill(report: &mut Report, classifier: &Classifier<'_>, words: &Words, quotes: &Quotes<'_>) {
    let project = classifier.project;
    let candidates = candidates(classifier, words);
    let mut by_stem: HashMap<&str, Vec<&Candidate>> = HashMap::new();
    for candidate in &candidates {
        let stems: HashSet<&str> = candidate.name.iter().chain(&candidate.class).map(String::as_str).collect();
        for stem in stems {
            by_stem.entry(stem).or_default().push(candidate);
        }
    }
    let neighbours = neighbours(classifier);
    let snippets = snippet::Snippets::new(classifier, quotes);
    let mut gaps: HashMap<String, usize> = HashMap::new();
    for event in report.events.iter_mut().filter(|event| event.state != State::Published) {
        // A panic costs only the suggestions of this event.
        let found = walk::guarded(|| best(event, &by_stem, project, &neighbours, &snippets));
        event.suggestions = found.unwrap_or_default();
        if let Some(best) = event.suggestions.first() {
            *gaps.entry(folder(&best.file).to_owned()).or_default() += 1;
        }
    }
    for module in &mut report.modules {
        module.gaps = gaps.get(&module.path).copied().unwrap_or(0);
    }
}

/// The best places for an event, the highest score first.
fn best(
    event: &Event,
    by_stem: &HashMap<&str, Vec<&Candidate>>,
    project: &Project,
    neighbours: &Neighbours,
    snippets: &snippet::Snippets<'_>,
) -> Vec<Suggestion> {
    #[cfg(test)]
    crate::failpoints::at("suggest", &event.event_type);
    let wish = Wish::of(&event.event_type);
    let named = wish.stems().flat_map(|stem| by_stem.get(stem).into_iter().flatten());
    let all: BTreeMap<FunctionId, &Candidate> = named.map(|candidate| (candidate.id, *candidate)).collect();
    let scored = all.into_values().map(|candidate| (wish.score(candidate, project, neighbours), candidate));
    let mut found: Vec<_> = scored.filter(|((score, _), _)| *score >= SCORE_MIN).collect();
    found.sort_by(|((one_score, _), one), ((other_score, _), other)| {
        other_score.cmp(one_score).then_with(|| place(project, one).cmp(&place(project, other)))
    });
    found.truncate(SUGGESTIONS_MAX);
    let suggestion = |((score, reason), candidate)| suggestion(event, candidate, score, reason, project, snippets);
    found.into_iter().map(suggestion).collect()
}

fn place<'p>(project: &'p Project, candidate: &Candidate) -> (&'p str, u32) {
    (project.file(candidate.id), project.function(candidate.id).line)
}

fn suggestion(
    event: &Event,
    candidate: &Candidate,
    score: u32,
    reason: String,
    project: &Project,
    snippets: &snippet::Snippets<'_>,
) -> Suggestion {
    let (file, line) = place(project, candidate);
    let (snippet, example) = snippets.of(event, candidate.id);
    Suggestion {
        file: file.to_owned(),
        line,
        function: project.shown_function(candidate.id),
        reason,
        score: score.min(100),
        snippet,
        example,
    }
}

/// Live functions whose names say that they do something, without the webhook system itself.
fn candidates(classifier: &Classifier<'_>, words: &Words) -> Vec<Candidate> {
    let project = classifier.project;
    let stems = |text: &str| -> Vec<String> { verbs::split(text).iter().map(|word| stem(word)).collect() };
    project
        .function_ids()
        .filter(|id| classifier.live.contains(id))
        .filter_map(|id| {
            let function = project.function(id);
            let first = verbs::split(&function.name).into_iter().next()?;
            let looks = LOOKING.contains(&first.as_str());
            // A publishing helper publishes something else already; `send_invoice` may do the thing itself.
            if looks
                || function.name.starts_with("__")
                || (words.is_helper(&function.name) && first != "send")
                || classifier.is_own(id.file)
            {
                return None;
            }
            let file = project.file(id).rsplit('/').take(3).map(|part| part.split('.').next().unwrap_or(part));
            Some(Candidate {
                id,
                first,
                name: stems(&function.name),
                params: function
                    .params
                    .iter()
                    .flat_map(|param| {
                        stems(&param.name).into_iter().chain(param.kind.as_deref().map(stems).unwrap_or_default())
                    })
                    .collect(),
                class: function.class.as_deref().map(stems).unwrap_or_default(),
                file: file.flat_map(stems).collect(),
            })
        })
        .collect()
}

/// The published events, by function, and by file and entity.
#[derive(Default)]
struct Neighbours {
    functions: HashMap<FunctionId, BTreeSet<String>>,
    files: HashMap<(usize, String), String>,
}

fn neighbours(classifier: &Classifier<'_>) -> Neighbours {
    let mut neighbours = Neighbours::default();
    for site in classifier.sites.iter().filter(|site| classifier.state(site) == SiteState::Published) {
        neighbours.functions.entry(site.at).or_default().insert(site.event.clone());
        let entity = entity_of(&site.event).to_owned();
        neighbours.files.entry((site.at.file, entity)).or_insert_with(|| site.event.clone());
    }
    neighbours
}

fn is_outcome(words: &[String]) -> bool {
    words.iter().any(|word| OUTCOMES.contains(&word.as_str()))
}

fn entity_of(event: &str) -> &str {
    event.split('.').next().unwrap_or(event)
}

/// The names that a suitable function would have.
struct Wish {
    entity: String,
    entity_stems: Vec<String>,
    /// Stems of the event's verb, and of the verbs that cause it.
    deed: Vec<String>,
    doing: Vec<String>,
    /// The event tells how a process ended.
    is_outcome: bool,
}

impl Wish {
    fn of(event: &str) -> Self {
        let (entity, deed) = event.rsplit_once(['.', ':', '/']).unwrap_or(("", event));
        let stems = |text: &str| -> Vec<String> { verbs::split(text).iter().map(|word| stem(word)).collect() };
        let last = verbs::split(deed);
        let doing = last
            .iter()
            .flat_map(|word| DEEDS.iter().filter(move |(done, _)| done == word).flat_map(|(_, doing)| doing.iter()))
            .map(|word| stem(word))
            .collect();
        let is_outcome = is_outcome(&last);
        Self { entity: entity.to_owned(), entity_stems: stems(entity), deed: stems(deed), doing, is_outcome }
    }

    fn stems(&self) -> impl Iterator<Item = &str> {
        self.entity_stems.iter().chain(&self.deed).chain(&self.doing).map(String::as_str)
    }

    fn score(&self, candidate: &Candidate, project: &Project, neighbours: &Neighbours) -> (u32, String) {
        let mut score = 0;
        let mut reasons = Vec::new();
        let mut unsaid = false;
        let has = |list: &[String], stem: &String| list.contains(stem);
        let said = self.deed.iter().filter(|one| has(&candidate.name, one)).count();
        if said == self.deed.len() && said > 0 {
            score += 45;
            reasons.push(format!("its name says {}", candidate.first));
        } else if let Some(doing) = self.doing.iter().position(|one| has(&candidate.name, one)) {
            score += 38 - (doing as u32).min(6) * 2;
            reasons.push(format!("its name says {}", candidate.first));
        } else if said > 0 {
            score += 20;
        } else if self.is_outcome {
            // The outcome of a process belongs where the process runs, or where another outcome of it is published.
            score += 12;
            unsaid = true;
        } else {
            return (0, String::new());
        }
        let entity =
            |list: &[String]| !self.entity_stems.is_empty() && self.entity_stems.iter().all(|one| has(list, one));
        if entity(&candidate.name) {
            score += 32;
            reasons.push(format!("and {}", self.entity.replace(['_', '.'], " ")));
        } else if entity(&candidate.class) {
            score += 28;
            reasons.push(format!("its class is about {}", self.entity.replace(['_', '.'], " ")));
        } else if entity(&candidate.params) && score > 12 {
            score += 22;
            reasons.push(format!("it is given a {}", self.entity.replace(['_', '.'], " ")));
        } else if entity(&candidate.file) && score > 12 {
            score += 20;
            reasons.push(format!("its file is about {}", self.entity.replace(['_', '.'], " ")));
        } else {
            return (0, String::new());
        }
        if entity(&candidate.file) && !reasons.last().is_some_and(|reason| reason.starts_with("its file")) {
            score += 6;
        }
        let own = neighbours.functions.get(&candidate.id).into_iter().flatten();
        let own = own.into_iter().find(|event| entity_of(event) == entity_of(&self.entity));
        let sibling = own.is_some_and(|event| is_outcome(&verbs::split(event)));
        if unsaid && !sibling && !entity(&candidate.name) {
            return (0, String::new());
        }
        if let Some(event) = own {
            score += if self.is_outcome && sibling { 18 } else { 0 };
            reasons.push(format!("it publishes {event} already"));
        }
        let key = (candidate.id.file, entity_of(&self.entity).to_owned());
        if let Some(event) = neighbours.files.get(&key) {
            score += 10;
            reasons.push(format!("its file publishes {event} already"));
        }
        // Services do the work; routers and commands call them.
        let does = project.file(candidate.id).rsplit('/').next().is_some_and(|name| {
            verbs::split(name).iter().any(|word| {
                matches!(
                    word.as_str(),
                    "service" | "services" | "model" | "manager" | "handler" | "handlers" | "usecase" | "usecases"
                )
            })
        });
        score += if does { 5 } else { 0 };
        score = score.saturating_sub(3 * (candidate.name.len() as u32).saturating_sub(4));
        if project.function(candidate.id).private {
            score = score.saturating_sub(8);
        }
        (score, reasons.join(", "))
    }
}
