//! Suggestions: for each gap the functions in which the missing call belongs, with the code to write there.
//!
//! A function is suggested on evidence alone: it is live code of the server, it is about the event's entity, it does
//! what the event tells, and it writes the entity. Names say the first two, calls and SQL the last. Published events of
//! the same entity nearby, and the layer in which the product publishes, raise the score. A gap without such a function
//! has no suggestion, but the reason for that.

mod names;
mod neighbours;
mod places;
mod prune;
mod scope;
mod score;
mod snippet;
mod states;
mod wish;
mod words;
mod writes;

use crate::{
    classify::Classifier,
    report::{Event, Report, State, Suggestion},
    resolve::{FunctionId, Graph, Project, walk},
    source::Quotes,
    text::{path::folder, verbs::Words},
};
use names::Names;
use neighbours::Neighbours;
use places::Place;
use score::{Evidence, Judge, Lack};
use std::{
    cell::{LazyCell, RefCell},
    collections::{BTreeSet, HashMap, HashSet},
    rc::Rc,
};
use wish::Wish;
use writes::Work;

/// Maximum number per gap.
const SUGGESTIONS_MAX: usize = 3;
/// Places whose calls of each other are compared.
const COMPARED_MAX: usize = 12;
/// Places with so many points less than the best one are not suggested.
const BEHIND_MAX: u32 = 15;
/// Points that a place loses when another one, which it calls, does the work.
const DELEGATES: u32 = 25;

pub(crate) fn fill(
    report: &mut Report,
    classifier: &Classifier<'_>,
    graph: &Graph<'_>,
    words: &Words,
    quotes: &Quotes<'_>,
) {
    if report.events.iter().all(|event| event.state == State::Published) {
        return;
    }
    let names = Names::default();
    let places = places::find(classifier, words, &names);
    let files: BTreeSet<usize> = places.iter().map(|place| place.id.file).collect();
    let work = writes::find(classifier.project, &files, &names);
    let search = Search {
        project: classifier.project,
        graph,
        by_stem: by_stem(&places, &work),
        places: &places,
        work: &work,
        writers: writes::writers(&work, graph),
        neighbours: Neighbours::new(classifier, graph),
        snippets: snippet::Snippets::new(classifier, quotes),
        quotes,
        texts: RefCell::default(),
    };
    let mut gaps: HashMap<String, usize> = HashMap::new();
    for event in report.events.iter_mut().filter(|event| event.state != State::Published) {
        // A panic costs only the suggestions of this event.
        match walk::guarded(|| search.best(event)) {
            Ok(Ok(found)) => event.suggestions = found,
            Ok(Err(reason)) => event.no_suggestion = Some(reason),
            Err(failure) => event.no_suggestion = Some(failure.0),
        }
        if let Some(best) = event.suggestions.first() {
            *gaps.entry(folder(&best.file).to_owned()).or_default() += 1;
        }
    }
    for module in &mut report.modules {
        module.gaps = gaps.get(&module.path).copied().unwrap_or(0);
    }
}

/// The places by the stems of their names, and of the classes that they create objects of.
fn by_stem(places: &[Place<'_>], work: &HashMap<FunctionId, Work<'_>>) -> HashMap<String, Vec<usize>> {
    let mut found: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, place) in places.iter().enumerate() {
        let made = work.get(&place.id).into_iter().flat_map(|work| &work.makes);
        let names = std::iter::once(&place.acting).chain(&place.class).chain(place.path.iter().take(3));
        let names = names.chain(&place.params).chain(made);
        let stems: HashSet<&String> = names.flat_map(|name| &name.stems).collect();
        for stem in stems {
            found.entry(stem.clone()).or_default().push(at);
        }
    }
    found
}

struct Search<'s, 'p> {
    project: &'p Project,
    graph: &'s Graph<'s>,
    places: &'s [Place<'p>],
    work: &'s HashMap<FunctionId, Work<'p>>,
    writers: HashSet<FunctionId>,
    by_stem: HashMap<String, Vec<usize>>,
    neighbours: Neighbours<'s>,
    snippets: snippet::Snippets<'s>,
    quotes: &'s Quotes<'s>,
    texts: RefCell<HashMap<usize, Rc<Vec<String>>>>,
}

impl Search<'_, '_> {
    /// The best places for an event, the highest score first, or the reason why there is none.
    fn best(&self, event: &Event) -> Result<Vec<Suggestion>, String> {
        #[cfg(test)]
        crate::failpoints::at("suggest", &event.event_type);
        let wish = Wish::of(&event.event_type);
        if wish.entities.is_empty() {
            return Err("its name does not say what it is about".into());
        }
        let helpers = helpers(event);
        let mut lack = Lack::Entity;
        let mut found: Vec<(Evidence, &Place<'_>)> = Vec::new();
        for place in self.named(&wish).into_iter().map(|at| &self.places[at]) {
            match self.judge(&wish, &event.event_type, &helpers, place) {
                Ok(evidence) => found.push((evidence, place)),
                Err(missing) => lack = lack.max(missing),
            }
        }
        // Whoever only has the entity written leaves the event to the function that writes it.
        if found.iter().any(|(evidence, _)| evidence.writes && !evidence.stores) {
            found.retain(|(evidence, _)| !evidence.delegates);
        }
        self.sort(&mut found);
        found.truncate(COMPARED_MAX);
        self.compare(&mut found);
        self.sort(&mut found);
        let Some(highest) = found.first().map(|(evidence, _)| evidence.score) else {
            return Err(reason(&wish, lack));
        };
        found.retain(|(evidence, _)| evidence.score + BEHIND_MAX >= highest);
        found.truncate(SUGGESTIONS_MAX);
        Ok(found.into_iter().map(|(evidence, place)| self.suggestion(event, place, evidence)).collect())
    }

    /// Places that have the last word of the entity in a name.
    fn named(&self, wish: &Wish) -> BTreeSet<usize> {
        let stems = wish.entities.iter().filter_map(|entity| entity.last());
        stems.filter_map(|stem| self.by_stem.get(stem)).flatten().copied().collect()
    }

    fn judge(&self, wish: &Wish, event: &str, helpers: &[String], place: &Place<'_>) -> Result<Evidence, Lack> {
        let called = LazyCell::new(|| self.called(place));
        let has_written = |name: &str| {
            let mut all = called.iter().filter(|id| self.project.function(**id).name == name).peekable();
            all.peek().is_some().then(|| all.any(|id| self.writers.contains(id)))
        };
        let judge = Judge {
            wish,
            place,
            work: self.work.get(&place.id),
            neighbours: &self.neighbours,
            file: self.project.file(place.id),
            entity: &wish::entity_of(event),
            helpers,
            has_written: &has_written,
        };
        judge.judge(|| self.text(place))
    }

    /// The source text of a function.
    fn text(&self, place: &Place<'_>) -> String {
        let mut texts = self.texts.borrow_mut();
        let file = self.project.file(place.id);
        let lines = texts
            .entry(place.id.file)
            .or_insert_with(|| Rc::new(self.quotes.lines(file, 1, u32::MAX).unwrap_or_default()));
        let (from, to) = (place.function.line.saturating_sub(1) as usize, place.function.end_line as usize);
        lines.get(from..to.min(lines.len())).map(|lines| lines.join("\n")).unwrap_or_default()
    }

    fn sort(&self, found: &mut [(Evidence, &Place<'_>)]) {
        let at = |place: &Place<'_>| (self.project.file(place.id), place.function.line);
        found.sort_by(|(one, left), (other, right)| other.score.cmp(&one.score).then_with(|| at(left).cmp(&at(right))));
    }

    /// Of two places, one of which calls the other, the one in the layer that publishes stays: by default the called one,
    /// since it does the work for all its callers.
    fn compare(&self, found: &mut Vec<(Evidence, &Place<'_>)>) {
        let mut less = vec![false; found.len()];
        for (at, (caller, place)) in found.iter().enumerate() {
            let called = self.called(place);
            for (to, (callee, other)) in found.iter().enumerate().filter(|(to, _)| *to != at) {
                if called.contains(&other.id) {
                    let above = callee.stores && !caller.stores && callee.layer == 0.0;
                    let loser = if above || caller.layer > callee.layer { to } else { at };
                    less[loser] |= !less[at + to - loser];
                }
            }
        }
        for ((evidence, _), less) in found.iter_mut().zip(&less) {
            evidence.score = evidence.score.saturating_sub(if *less { DELEGATES } else { 0 });
        }
        let mut less = less.iter();
        found.retain(|(evidence, _)| !less.next().is_some_and(|less| *less) || evidence.score >= score::SCORE_MIN);
    }

    /// The functions that a function calls, in its closures too.
    fn called(&self, place: &Place<'_>) -> HashSet<FunctionId> {
        let functions = &self.project.files[place.id.file].functions;
        let within = |mut index: usize| {
            while index != place.id.index && index != 0 && functions[index].name.is_empty() {
                index = functions[index].parent;
            }
            index == place.id.index
        };
        let range = place.function.line..=place.function.end_line;
        let own = (0..functions.len()).filter(|index| range.contains(&functions[*index].line) && within(*index));
        let calls = own.filter_map(|index| self.graph.calls.get(&FunctionId { file: place.id.file, index }));
        calls.flatten().copied().collect()
    }

    fn suggestion(&self, event: &Event, place: &Place<'_>, evidence: Evidence) -> Suggestion {
        let (snippet, example) = self.snippets.of(event, place.id);
        Suggestion {
            file: self.project.file(place.id).to_owned(),
            line: place.function.line,
            function: self.project.shown_function(place.id),
            reason: evidence.reason,
            score: evidence.score.min(100),
            snippet,
            example,
        }
    }
}

/// The folders of the code that publishes an event without effect, as far as they are modules of the product.
fn helpers(event: &Event) -> Vec<String> {
    const SHARED: &[&str] = &["app", "common", "core", "event", "events", "lib", "services", "shared", "src", "utils"];
    let is_module = |folder: &&str| {
        let last = folder.rsplit('/').next().unwrap_or(folder);
        !SHARED.contains(&last) && !last.contains("webhook") && folder.contains('/')
    };
    let folders = event.sites.iter().map(|site| folder(&site.file)).filter(is_module);
    folders.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The reason why no function is suggested, as a sentence without its end.
fn reason(wish: &Wish, lack: Lack) -> String {
    let (entity, deed) = (&wish.shown, &wish.shown_deed);
    match lack {
        Lack::Entity => format!("no function of the server is about “{entity}”"),
        Lack::Deed => format!("of the functions about “{entity}” none says “{deed}”"),
        Lack::Write => format!("of the functions about “{entity}” that say “{deed}” none writes one"),
        Lack::Certainty => format!("too little speaks for any of the functions about “{entity}”"),
    }
}
