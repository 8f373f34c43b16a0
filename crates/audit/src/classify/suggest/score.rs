//! The evidence that a function is the place for an event, and the score that follows from it.

use super::{
    names::{Name, is_generic, with_article},
    neighbours::Neighbours,
    places::{Place, Serves},
    states::sets_state,
    wish::{Kind, RUNS, Wish, entity_of, is_outcome},
    writes::{Verb, Work},
};
use crate::text::verbs;
use std::rc::Rc;

/// The evidence for a place.
pub(super) struct Evidence {
    pub(super) score: u32,
    pub(super) reason: String,
    /// The function itself writes the entity.
    pub(super) writes: bool,
    /// Another function of the product writes it for this one.
    pub(super) delegates: bool,
    /// It is a repository.
    pub(super) stores: bool,
    /// Share of the publishing functions that are in its layer.
    pub(super) layer: f64,
}

/// The first thing that is missing at a place. The greatest is the nearest to a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lack {
    /// The function is not about the entity.
    Entity,
    /// The function is about the entity, and does something else with it.
    Deed,
    /// The name fits, but nothing is written.
    Write,
    /// Too little speaks for it.
    Certainty,
}

/// The least score of a suggestion.
pub(super) const SCORE_MIN: u32 = 58;

/// Folders around a function that may be named after its entity.
const HOME_DEPTH: usize = 5;

/// One place, judged for one event.
pub(super) struct Judge<'j, 'p> {
    pub(super) wish: &'j Wish,
    pub(super) place: &'j Place<'p>,
    pub(super) work: Option<&'j Work<'p>>,
    pub(super) neighbours: &'j Neighbours<'p>,
    pub(super) file: &'j str,
    /// The entity as [`entity_of`] gives it.
    pub(super) entity: &'j str,
    /// Modules that have code which publishes the event, but not on the main bus, or without being called.
    pub(super) helpers: &'j [String],
    /// Whether the function of this name that the place calls writes something; `None` when it is not in the tree.
    pub(super) has_written: &'j dyn Fn(&str) -> Option<bool>,
}

/// How a function is about the entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Name,
    Class,
    Folder,
    Params,
    /// It only creates and writes one.
    Writes,
}

/// How a function does what the event tells.
struct Deed {
    points: u32,
    reason: String,
    /// The function decides it, whatever its name says.
    is_known: bool,
}

impl Deed {
    fn said(points: u32, word: &str) -> Self {
        Self { points, reason: format!("its name says {word}"), is_known: false }
    }

    fn known(points: u32, reason: String) -> Self {
        Self { points, reason, is_known: true }
    }
}

/// Published events around a place.
#[derive(Default)]
struct Near {
    points: i32,
    reason: Option<String>,
}

/// How a function writes the entity.
struct Written {
    points: u32,
    how: String,
    line: u32,
    is_own: bool,
}

impl Judge<'_, '_> {
    /// `text` gives the source text of the function, for the names of states that it sets.
    pub(super) fn judge(&self, text: impl FnOnce() -> String) -> Result<Evidence, Lack> {
        let mut reasons = Vec::new();
        let is_foreign =
            self.place.serves == Some(Serves::Provider) && self.neighbours.in_file(self.place, self.entity).is_none();
        let tells = self.place.tells && !self.wish.tells;
        if is_foreign || tells {
            return Err(Lack::Entity);
        }
        let written = self.written();
        let creates = self.creates() && written.as_ref().is_some_and(|written| written.is_own);
        let (about, entity_points) = self.about(creates).ok_or(Lack::Entity)?;
        let text = std::cell::LazyCell::new(text);
        let deed = self.deed(creates, written.as_ref(), || sets_state(&text, self.wish)).ok_or(Lack::Deed)?;
        if !self.has_details(|| text.clone()) {
            return Err(Lack::Deed);
        }
        let near = self.neighbourhood();
        let write_points = match &written {
            Some(written) => written.points,
            // Some things leave no record, such as a sent mail.
            None if self.wish.kind != Kind::Other || !matches!(about, About::Name | About::Class) => {
                return Err(Lack::Write);
            }
            None if deed.is_known => 10,
            None if near.points > 0 => 0,
            None => return Err(Lack::Write),
        };
        if let Some(Written { how, line, .. }) = &written {
            reasons.push(format!("it {how} (line {line})"));
        }
        reasons.push(deed.reason);
        reasons.extend(self.about_reason(about));
        reasons.extend(near.reason);
        let layer = self.neighbours.layer_share(self.place, self.file);
        let layer_points = match layer {
            share if share >= 0.4 => 8,
            share if share > 0.0 => 5,
            _ => 0,
        };
        let points = entity_points + deed.points + write_points + layer_points;
        let home = if deed.is_known && written.is_none() { 0 } else { self.home() };
        let mut score = points.saturating_add_signed(near.points + home + self.layer(layer));
        if self.place.function.private {
            score = score.saturating_sub(4);
        }
        if score < SCORE_MIN {
            return Err(Lack::Certainty);
        }
        let stores = self.place.serves == Some(Serves::Store);
        let writes = written.as_ref().is_some_and(|written| written.is_own);
        let delegates = written.is_some() && !writes;
        Ok(Evidence { score, reason: reasons.join(", "), writes, delegates, stores, layer })
    }

    /// Points for a class, a file or a folder of the entity around the function.
    fn home(&self) -> i32 {
        let place = self.place;
        // A class that is only named after what it does says nothing about where it lies.
        let other = |name: &&Rc<Name>| {
            let is_act = name.stems.iter().any(|stem| self.wish.doing.contains(stem) || self.wish.deed.contains(stem));
            !is_act || !name.stems.iter().all(|stem| place.acting.stems.contains(stem) || is_generic(stem))
        };
        let mut names = place.class.iter().chain(place.path.iter().take(HOME_DEPTH)).filter(other);
        let acts_by_class = place.class.as_ref().is_some_and(|class| *class == place.acting);
        match names.any(|name| self.wish.is_mentioned_in(name)) {
            true => 4,
            false if acts_by_class => -8,
            false => -16,
        }
    }

    /// Points for the layer of the code. Above the repositories it is decided what happens.
    fn layer(&self, share: f64) -> i32 {
        if self.place.serves == Some(Serves::Store) && share == 0.0 { -10 } else { 0 }
    }

    /// How the function is about the entity, with points.
    fn about(&self, creates: bool) -> Option<(About, u32)> {
        let (wish, place) = (self.wish, self.place);
        if let Some(qualifiers) = wish.is_named_in(&place.acting) {
            return Some((About::Name, 25_u32.saturating_sub(4 * qualifiers as u32)));
        }
        // A name with another object is about that one, whatever its class is about.
        let own = &place.acting.words[1..place.acting.own_len().max(1)];
        let other = own.iter().any(|word| !is_generic(word) && !wish.is_deed(&super::names::stem(word)));
        if other {
            return creates.then_some((About::Writes, 12));
        }
        if place.class.as_ref().is_some_and(|class| wish.is_of(class)) {
            return Some((About::Class, 22));
        }
        // The innermost name that is one of a thing decides.
        let names = place.class.iter().chain(place.path.iter().take(3));
        let thing = names.into_iter().find(|name| !name.is_plain(|stem| wish.is_deed(stem)));
        if thing.is_some_and(|name| wish.is_of(name)) {
            return Some((About::Folder, 18));
        }
        if thing.is_none() && place.params.iter().any(|kind| wish.is_of(kind)) {
            return Some((About::Params, 14));
        }
        creates.then_some((About::Writes, 12))
    }

    fn about_reason(&self, about: About) -> Option<String> {
        let shown = &self.wish.shown;
        match about {
            About::Class => Some(format!("its class is about {shown}")),
            About::Folder => Some(format!("its file is about {shown}")),
            About::Params => Some(format!("it is given {}", with_article(shown))),
            About::Name | About::Writes => None,
        }
    }

    /// It creates an object of the entity's class.
    fn creates(&self) -> bool {
        self.work.is_some_and(|work| work.makes.iter().any(|class| self.wish.is_of(class)))
    }

    /// How the function does what the event tells, with points.
    fn deed(&self, creates: bool, written: Option<&Written>, sets_state: impl FnOnce() -> bool) -> Option<Deed> {
        let (wish, acting) = (self.wish, &self.place.acting);
        let own = acting.own_len();
        let first = acting.words[0].as_str();
        if NEGATING.contains(&first) && !wish.is_deed(&acting.stems[0]) {
            return None;
        }
        if !wish.deed.is_empty() && wish.deed.iter().all(|stem| acting.stems.contains(stem)) {
            let at = acting.stems.iter().position(|stem| wish.deed.contains(stem)).unwrap_or(0);
            // `import_completed` does not complete.
            if at > 0 && acting.words[at].ends_with("ed") && !STATES.contains(&first) && !wish.is_of(&Name::new(first))
            {
                return Some(Deed::said(12, &acting.words[at]));
            }
            return Some(Deed::said(25, &acting.words[at]));
        }
        let verbs: Vec<(usize, usize)> = acting.stems[..own]
            .iter()
            .enumerate()
            .filter(|(_, stem)| !wish.entities.iter().any(|entity| entity.contains(stem)))
            .filter_map(|(at, stem)| Some((wish.doing.iter().position(|one| one == stem)?, at)))
            .collect();
        // Removed from another thing, the entity still exists.
        let is_moved = wish.kind == Kind::Delete && own < acting.words.len() && acting.words[own] == "from";
        if let Some((rank, at)) = verbs.iter().min().filter(|_| !is_moved) {
            let points = if *at == 0 { 24 } else { 19 };
            return Some(Deed::said(points - 2 * (*rank as u32).min(5), &acting.words[*at]));
        }
        let other_deed = CHANGES.contains(&first);
        if wish.kind == Kind::Create && creates && !other_deed {
            return Some(Deed::known(20, format!("it makes {}", with_article(&wish.shown))));
        }
        let sibling = self.neighbours.own(self.place).find(|event| entity_of(event) == self.entity);
        let ends = sibling.filter(|event| wish.is_outcome && is_outcome(&verbs::split(event)));
        if ends.is_some() {
            return Some(Deed::known(22, "it knows the outcome".into()));
        }
        let runs = RUNS.contains(&first);
        let may_set = wish.kind == Kind::Other && (runs || written.is_some_and(|written| written.is_own));
        if may_set && sets_state() {
            return Some(Deed::known(if runs { 25 } else { 18 }, format!("it sets the state to {}", wish.shown_deed)));
        }
        let runs_it = runs && wish.entities.iter().any(|entity| acting.stems[1..] == **entity);
        if wish.is_outcome && runs_it {
            let points = if wish.is_success { 25 } else { 19 };
            return Some(Deed { points, reason: format!("it runs the {}", wish.shown), is_known: wish.is_success });
        }
        None
    }

    /// The words beside the deed are in the names or in the text.
    fn has_details(&self, text: impl FnOnce() -> String) -> bool {
        let place = self.place;
        let names = || std::iter::once(&place.acting).chain(&place.class).chain(place.path.iter().take(2));
        let open: Vec<&String> =
            self.wish.details.iter().filter(|stem| !names().any(|name| name.stems.contains(stem))).collect();
        open.is_empty()
            || self.wish.kind == Kind::Other && {
                let words = Name::new(&text());
                open.iter().all(|stem| words.stems.contains(stem))
            }
    }

    /// How the function writes the entity; the best of its writes.
    fn written(&self) -> Option<Written> {
        let work = self.work?;
        let wish = self.wish;
        let about = |name: &Rc<Name>| wish.is_of(name);
        let mut best: Option<Written> = None;
        let mut offer = |one: Written| {
            if best.as_ref().is_none_or(|best| one.points > best.points) {
                best = Some(one);
            }
        };
        for (verb, _, line) in work.tables.iter().filter(|(_, table, _)| about(table)) {
            let how = format!("writes the table of {}", with_article(&wish.shown));
            offer(Written { points: fit(wish.kind, *verb), how, line: *line, is_own: true });
        }
        // `invoice.void()`: the entity does it itself. `repository.void_invoice(id)`: its store does.
        for order in work.orders.iter().filter(|order| does(wish, &order.method)) {
            let is_itself = about(&order.of) && self.is_bare(&order.of);
            if is_itself || order.is_store && (about(&order.of) || wish.is_named_in(&order.method).is_some()) {
                let how = format!("calls {} of {}", order.method.words.join("_"), with_article(&wish.shown));
                offer(Written { points: 22, how, line: order.line, is_own: true });
            }
        }
        for write in &work.writes {
            let names_it = write.objects.iter().any(about);
            let is_itself = write.receiver.as_ref().is_some_and(|of| about(of) && self.is_bare(of));
            let line = write.call.line;
            let is_direct = write.is_direct || is_itself;
            let name = write.call.target.last_name().unwrap_or_default();
            if !is_direct && (self.has_written)(name) == Some(false) {
                continue;
            }
            let points = match (names_it, is_direct) {
                (true, true) => fit(wish.kind, write.verb),
                (true, false) => fit(wish.kind, write.verb).min(14),
                (false, true) if matches!(write.verb, Verb::Commit | Verb::Save) => 14,
                (false, _) => continue,
            };
            let how = match (names_it, is_direct) {
                (true, true) => format!("writes {}", with_article(&wish.shown)),
                (true, false) => format!("calls {name} for {}", with_article(&wish.shown)),
                _ => "saves its changes".into(),
            };
            offer(Written { points, how, line, is_own: is_direct });
        }
        best
    }

    /// True when a name has no words beside the entity's.
    fn is_bare(&self, name: &Name) -> bool {
        self.wish.entities.iter().any(|entity| entity.len() == name.stems.len())
    }

    /// Points for published events around the place, and for the unused helpers of the event itself.
    fn neighbourhood(&self) -> Near {
        let (neighbours, place) = (self.neighbours, self.place);
        let near = |points, text: String| Near { points, reason: Some(text) };
        if let Some(event) = neighbours.own(place).find(|event| entity_of(event) == self.entity) {
            return near(14, format!("it publishes {event} already"));
        }
        if let Some(event) = neighbours.in_file(place, self.entity) {
            return near(12, format!("its file publishes {event} already"));
        }
        let below = |folder: &String| self.file.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        if self.helpers.iter().any(below) {
            return near(14, "its module has a helper for it".into());
        }
        let elsewhere = if self.helpers.is_empty() { 0 } else { -12 };
        match neighbours.in_folder(self.file, self.entity) {
            Some(event) => near(7 + elsewhere, format!("its folder publishes {event} already")),
            None => Near { points: elsewhere, reason: None },
        }
    }
}

/// Verbs that say what a function does to an entity; another event's place has another one.
const CHANGES: &[&str] = &[
    "archive", "cancel", "change", "close", "create", "delete", "edit", "patch", "refund", "remove", "update", "void",
];

/// First words of functions that prevent or undo what the rest of their name says.
const NEGATING: &[&str] =
    &["avoid", "cancel", "disable", "prevent", "reset", "restore", "revert", "skip", "stop", "undo", "unset"];

/// First words of functions that give a state.
const STATES: &[&str] = &["flag", "handle", "make", "mark", "move", "process", "set", "transition", "update"];

/// Points for a write of the entity: more when the verb is the event's.
fn fit(kind: Kind, verb: Verb) -> u32 {
    match (kind, verb) {
        (_, Verb::Commit) => 14,
        (Kind::Create, Verb::Create | Verb::Save)
        | (Kind::Update | Kind::Other, Verb::Update | Verb::Save)
        | (Kind::Delete, Verb::Delete) => 25,
        (Kind::Update | Kind::Other, Verb::Set) => 16,
        (Kind::Delete, Verb::Update | Verb::Save) => 20,
        (Kind::Other, _) => 18,
        _ => 12,
    }
}

/// A method that does what the event tells.
fn does(wish: &Wish, method: &Name) -> bool {
    method.stems.first().is_some_and(|first| wish.deed.contains(first) || wish.doing.contains(first))
}
