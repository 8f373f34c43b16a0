//! Snippets: the code to write at a suggested place, made from a publishing call of the project with the event and the
//! entity replaced.

use super::{
    prune::pruned,
    scope::Scope,
    words::{has_word, with_start, with_word},
};
use crate::{
    classify::Classifier,
    detect::site::Site,
    facts::{Expr, Traits},
    report::{Confidence, Event, SiteState, State},
    resolve::FunctionId,
    source::Quotes,
    text::{path::folder, verbs},
};
use std::{cell::RefCell, collections::HashMap};

/// Longer calls are no examples.
const LINES_MAX: u32 = 25;

/// Examples that are tried for one place.
const EXAMPLES_MAX: usize = 24;

/// The source text of a publishing call.
struct Example {
    event: String,
    text: String,
}

pub(super) struct Snippets<'c> {
    classifier: &'c Classifier<'c>,
    quotes: &'c Quotes<'c>,
    made: RefCell<HashMap<(String, u32), Option<Example>>>,
    /// Sites that can be examples: published with high confidence, events of the catalog, and short enough.
    usual: Vec<&'c Site<'c>>,
}

impl<'c> Snippets<'c> {
    pub(super) fn new(classifier: &'c Classifier<'c>, quotes: &'c Quotes<'c>) -> Self {
        let shows = |site: &&Site<'_>| {
            classifier.state(site) == SiteState::Published
                && site.confidence == Confidence::High
                && site.call.end_line - site.call.line < LINES_MAX
                && classifier.catalog.contains(&site.event)
        };
        let mut usual: Vec<&Site<'_>> = classifier.sites.iter().filter(shows).collect();
        // Constants of a set before raw strings.
        usual.sort_by_key(|site| site.group.is_none());
        Self { classifier, quotes, made: RefCell::default(), usual }
    }

    /// The snippet for an event in a function, and the example's `file:line`; empty when no example fits.
    pub(super) fn of(&self, event: &Event, target: FunctionId) -> (String, Option<String>) {
        let function = self.classifier.project.function(target);
        let (file, class) = (self.classifier.project.file(target), function.class.as_deref());
        if event.state == State::Dead
            && let Some(snippet) = self.call_of_helper(event, target)
        {
            return snippet;
        }
        let ending = extension(file);
        let entity = event.event_type.split('.').next().unwrap_or("");
        // A call on `self` fits only into the same class, one on a field of `self` only into a class.
        let fits = |site: &&&Site<'_>| {
            let own_class = self.classifier.project.function(site.at).class.as_deref();
            extension(self.file(site)) == ending
                && match asks_itself(&site.call.target) {
                    Itself::Directly => class.is_some() && own_class == class && self.file(site) == file,
                    Itself::ByField => class.is_some(),
                    Itself::No => true,
                }
        };
        let mut near: Vec<&&Site<'_>> = self.usual.iter().filter(fits).collect();
        near.sort_by_key(|site| {
            let own = self.file(site);
            let same_entity = site.event.split('.').next() == Some(entity);
            (own != file, folder(own) != folder(file), !same_entity)
        });
        let text = self.quotes.lines(file, function.line, function.end_line).unwrap_or_default().join("\n");
        for site in near.into_iter().take(EXAMPLES_MAX) {
            let scope = Scope {
                project: self.classifier.project,
                target,
                example: site.at,
                text: &text,
                is_renamed: site.event.split('.').next() != Some(entity),
            };
            let text = self.exchanged(site, event);
            let fits = |entry: &str| if self.names(entry, event) { scope.has_all(entry) } else { scope.fits(entry) };
            let fitting =
                text.and_then(|text| pruned(&text, fits, |rest| self.names(rest, event) && scope.has_all(rest)));
            if let Some(text) = fitting {
                let own = self.file(site).to_owned();
                return (text, Some(format!("{own}:{}", site.line)));
            }
        }
        (String::new(), None)
    }

    fn file(&self, site: &Site<'_>) -> &'c str {
        self.classifier.project.file(site.at)
    }

    /// For a dead event: the call of the helper that already publishes it.
    fn call_of_helper(&self, event: &Event, target: FunctionId) -> Option<(String, Option<String>)> {
        let site = event.sites.iter().find(|site| site.state == SiteState::Dead)?;
        let name = site.function.rsplit('.').next()?;
        let id = self
            .classifier
            .project
            .functions_named(name)
            .iter()
            .find(|id| self.classifier.project.file(**id) == site.file)?;
        let project = self.classifier.project;
        let params = project.params(*id).iter().filter(|param| param.default.is_none() && !param.rest);
        let params: Vec<&str> = params.map(|param| param.name.as_str()).collect();
        let Traits { comment, terminator: end, .. } = project.files[id.file].traits;
        let line = project.function(*id).line;
        let scope = Scope { project, target, example: *id, text: "", is_renamed: false };
        let is_method = project.function(*id).class.as_deref().is_some_and(|class| !class.is_empty());
        let call = format!("{}({}){end}", site.function, params.join(", "));
        // An object and the arguments may be missing at the place.
        let text = if !is_method && scope.has_all(&call) {
            format!("{comment} it is there already, and nobody calls it: {}:{line}\n{call}", site.file)
        } else {
            format!("{comment} call {}, which nobody calls: {}:{line}", site.function, site.file)
        };
        Some((text, Some(format!("{}:{}", site.file, site.line))))
    }

    /// The example's text with the event replaced; `None` when the event's name is not in the text.
    fn exchanged(&self, site: &Site<'_>, event: &Event) -> Option<String> {
        let key = (self.file(site).to_owned(), site.line);
        let mut made = self.made.borrow_mut();
        let example = made.entry(key).or_insert_with(|| self.example(site)).as_ref()?;
        let mut text = example.text.clone();
        let old_constant = self.classifier.constant(&example.event).map(|(_, name)| name.to_owned());
        let new_constant = self.classifier.constant(&event.event_type).map(|(_, name)| name.to_owned());
        let quoted = format!("{}{}{}", '"', example.event, '"');
        let single = format!("'{}'", example.event);
        match (old_constant, new_constant) {
            (Some(old), Some(new)) if has_word(&text, last(&old)) => text = with_word(&text, last(&old), last(&new)),
            _ if text.contains(&quoted) => text = text.replace(&quoted, &format!("\"{}\"", event.event_type)),
            _ if text.contains(&single) => text = text.replace(&single, &format!("'{}'", event.event_type)),
            _ => return None,
        }
        Some(renamed(&text, &example.event, &event.event_type))
    }

    /// True when a part of the text names the event.
    fn names(&self, text: &str, event: &Event) -> bool {
        let constant = self.classifier.constant(&event.event_type);
        text.contains(&event.event_type) || constant.is_some_and(|(_, name)| has_word(text, last(name)))
    }

    fn example(&self, site: &Site<'_>) -> Option<Example> {
        let lines = self.quotes.lines(self.file(site), site.call.line, site.call.end_line)?;
        let margin = lines
            .iter()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.len() - line.trim_start().len())
            .min()
            .unwrap_or(0);
        let text: Vec<&str> = lines.iter().map(|line| line.get(margin..).unwrap_or("").trim_end()).collect();
        let text = text.join("\n");
        Some(Example { event: site.event.clone(), text: text.trim_end_matches(',').to_owned() })
    }
}

/// Replaces the words of the old entity: `invoice.id` → `payment.id`, `"invoice_id"` → `"payment_id"`.
fn renamed(text: &str, old: &str, new: &str) -> String {
    let entity = |event: &str| event.split('.').next().map(str::to_owned).unwrap_or_default();
    let (old, new) = (entity(old), entity(new));
    if old == new || old.is_empty() || new.is_empty() {
        return text.to_owned();
    }
    let camel = |name: &str, upper: bool| -> String {
        let mut out = String::new();
        for (at, word) in verbs::split(name).iter().enumerate() {
            let mut chars = word.chars();
            match chars.next() {
                Some(first) if at > 0 || upper => out.extend(first.to_uppercase().chain(chars)),
                Some(first) => out.extend([first].into_iter().chain(chars)),
                None => {}
            }
        }
        out
    };
    let mut text = text.to_owned();
    for (from, to) in
        [(old.clone(), new.clone()), (camel(&old, false), camel(&new, false)), (camel(&old, true), camel(&new, true))]
    {
        text = with_start(&text, &from, &to);
    }
    text
}

/// Dependence of a call on the enclosing object.
enum Itself {
    /// `self.announce(…)`
    Directly,
    /// `self.bus.publish(…)`
    ByField,
    No,
}

fn asks_itself(target: &Expr) -> Itself {
    let mut at = target;
    let mut steps = 0;
    loop {
        match at {
            Expr::Member(of, _) => {
                at = of;
                steps += 1;
            }
            Expr::Call(call) => at = &call.target,
            Expr::Name(name) if name == "self" && steps == 1 => return Itself::Directly,
            Expr::Name(name) if name == "self" => return Itself::ByField,
            _ => return Itself::No,
        }
    }
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn extension(file: &str) -> &str {
    file.rsplit('.').next().unwrap_or("")
}
