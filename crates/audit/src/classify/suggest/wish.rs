//! The wish of an event: the entity that a suitable function writes, and the verbs that such a function has.

use super::names::{self, Name, stem};
use crate::text::verbs;

/// How an event changes its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Create,
    Update,
    Delete,
    /// Another state of the entity, or something that is done with it.
    Other,
}

/// Words in event types, and the verbs of functions that cause such an event, the most usual first.
const DEEDS: &[(&str, &[&str])] = &[
    ("created", &["create", "add", "insert", "register", "make", "store", "new", "open", "place", "post", "save"]),
    ("added", &["add", "create", "attach", "insert"]),
    ("registered", &["register", "signup", "create", "join"]),
    ("updated", &["update", "edit", "change", "modify", "patch", "adjust", "put", "save"]),
    ("changed", &["change", "update", "transition", "move"]),
    ("deleted", &["delete", "remove", "destroy", "drop", "purge"]),
    ("removed", &["remove", "delete", "destroy", "detach"]),
    ("destroyed", &["destroy", "delete", "remove"]),
    ("archived", &["archive"]),
    ("cancelled", &["cancel", "terminate", "abort", "void"]),
    ("canceled", &["cancel", "terminate", "abort", "void"]),
    ("terminated", &["terminate", "cancel", "end"]),
    ("voided", &["void", "cancel"]),
    ("failed", &["fail", "failure", "error"]),
    ("failure", &["fail", "failed", "error"]),
    ("error", &["fail", "failure", "error"]),
    ("succeeded", &["succeed", "success", "capture", "complete", "confirm", "charge"]),
    ("success", &["succeed", "capture", "complete", "confirm", "charge"]),
    ("completed", &["complete", "finish", "finalize"]),
    ("finished", &["finish", "complete"]),
    ("started", &["start", "begin", "launch"]),
    ("ended", &["end", "finish", "close"]),
    ("finalized", &["finalize", "close", "post"]),
    ("refunded", &["refund"]),
    ("paid", &["pay", "settle"]),
    ("received", &["receive", "accept"]),
    ("sent", &["send", "deliver", "submit", "email", "mail"]),
    ("delivered", &["deliver", "delivery"]),
    ("fulfilled", &["fulfill", "fulfil", "ship"]),
    ("bounced", &["bounce"]),
    ("issued", &["issue"]),
    ("applied", &["apply"]),
    ("renewed", &["renew", "renewal", "extend"]),
    ("expired", &["expire", "lapse", "expiration"]),
    ("login", &["login", "signin", "authenticate"]),
    ("logout", &["logout", "signout"]),
    ("uploaded", &["upload"]),
    ("downloaded", &["download"]),
    ("generated", &["generate", "render"]),
    ("exceeded", &["exceed"]),
    ("breached", &["breach", "violate"]),
    ("breach", &["breach", "violate"]),
    ("violation", &["violate", "violation"]),
    ("alert", &["alert"]),
    ("closed", &["close"]),
    ("opened", &["open", "create", "reopen"]),
    ("resolved", &["resolve", "close"]),
    ("approved", &["approve", "accept"]),
    ("rejected", &["reject", "decline", "deny"]),
    ("declined", &["decline", "reject", "deny"]),
    ("authorized", &["authorize", "authorization", "approve"]),
    ("confirmed", &["confirm", "accept"]),
    ("accepted", &["accept", "confirm"]),
    ("shipped", &["ship", "dispatch"]),
    ("suspended", &["suspend", "pause", "block"]),
    ("paused", &["pause", "suspend"]),
    ("resumed", &["resume", "unpause", "reactivate"]),
    ("activated", &["activate", "enable"]),
    ("deactivated", &["deactivate", "disable"]),
    ("enabled", &["enable", "activate"]),
    ("disabled", &["disable", "deactivate"]),
    ("reactivated", &["reactivate", "resume", "activate"]),
    ("assigned", &["assign"]),
    ("published", &["publish"]),
    ("invited", &["invite"]),
    ("joined", &["join", "accept"]),
    ("low", &["low"]),
];

/// Words of events that tell how a process ended.
const OUTCOMES: &[&str] = &["failed", "failure", "completed", "succeeded", "success", "finished", "rejected", "error"];

/// Words of events that tell whether it ended well.
const SUCCESS: &[&str] = &["failed", "failure", "succeeded", "success"];

/// Words of events about messages to people.
const MESSAGES: &[&str] = &[
    "alert",
    "bounced",
    "campaign",
    "delivered",
    "email",
    "mail",
    "message",
    "newsletter",
    "notification",
    "sent",
    "sms",
];

/// Words after an entity that are a part of it when it is updated.
const PARTS: &[&str] = &["attributes", "metadata", "preferences", "profile", "properties", "settings"];

/// Verbs of functions that run a process to its end.
pub(super) const RUNS: &[&str] = &["process", "run", "execute", "perform", "charge", "do"];

/// Names of one thing.
const SYNONYMS: &[(&str, &str)] =
    &[("inventory", "stock"), ("organization", "organisation"), ("organization", "org"), ("authorization", "auth")];

/// The names that a suitable function would have.
pub(super) struct Wish {
    /// As a reader would say it: `purchase order`.
    pub(super) shown: String,
    /// Stems of the entity, and of its other names. Empty when the event names none.
    pub(super) entities: Vec<Vec<String>>,
    /// Stems of the words that say what happened.
    pub(super) deed: Vec<String>,
    /// As a reader would say it: `threshold exceeded`.
    pub(super) shown_deed: String,
    /// Stems of the verbs that cause it.
    pub(super) doing: Vec<String>,
    /// Stems of the other words beside the deed, which the place must have: `quota` in `storage.quota_exceeded`.
    pub(super) details: Vec<String>,
    pub(super) kind: Kind,
    /// The event tells how a process ended.
    pub(super) is_outcome: bool,
    /// It tells whether the process ended well.
    pub(super) is_success: bool,
    /// The event is about a message to people.
    pub(super) tells: bool,
}

impl Wish {
    pub(super) fn of(event: &str) -> Self {
        let (of, tail) = entity_and_deed(event);
        let said = |word: &&String| says_what_happened(word);
        let mut deeds: Vec<&String> = tail.iter().filter(said).collect();
        // Nouns alone: all of them are what happened.
        if deeds.is_empty() {
            deeds = tail.iter().collect();
        }
        let details = tail.iter().filter(|word| !deeds.contains(word)).map(|word| stem(word)).collect();
        let doing = deeds.iter().filter_map(|word| doing_of(word)).flatten().map(|word| stem(word)).collect();
        Self {
            entities: with_synonyms(&of),
            shown: of.join(" "),
            deed: deeds.iter().map(|word| stem(word)).collect(),
            doing,
            details,
            kind: deeds.last().map_or(Kind::Other, |word| kind_of(word)),
            is_outcome: is_outcome(&tail),
            is_success: tail.iter().any(|word| SUCCESS.contains(&word.as_str())),
            tells: of.iter().chain(&tail).any(|word| MESSAGES.contains(&word.as_str())),
            shown_deed: tail.join(" "),
        }
    }

    /// True when a word behind the entity does not make it another one.
    pub(super) fn is_deed(&self, stem: &str) -> bool {
        let is_part = || self.kind == Kind::Update && PARTS.iter().any(|part| names::stem(part) == stem);
        is_part() || [&self.deed, &self.doing, &self.details].iter().any(|list| list.iter().any(|one| one == stem))
    }

    /// Number of words that qualify the entity in the name of a function that is about it.
    pub(super) fn is_named_in(&self, name: &Name) -> Option<usize> {
        self.entities.iter().find_map(|entity| name.about(entity, |stem| self.is_deed(stem)))
    }

    /// True when the name of a class, a variable or a file is the entity's.
    pub(super) fn is_of(&self, name: &Name) -> bool {
        self.entities.iter().any(|entity| name.is_of(entity, |stem| self.is_deed(stem)))
    }

    pub(super) fn is_mentioned_in(&self, name: &Name) -> bool {
        self.entities.iter().any(|entity| name.mentions(entity))
    }
}

pub(super) fn is_outcome(words: &[String]) -> bool {
    words.iter().any(|word| OUTCOMES.contains(&word.as_str()))
}

/// The entity of an event, to compare events with each other.
pub(super) fn entity_of(event: &str) -> String {
    let words = entity_and_deed(event).0;
    words.iter().map(|word| stem(word)).collect::<Vec<_>>().join(" ")
}

/// The words of the entity, and those of what happened to it: `purchase_order.created`, `PURCHASE_ORDER_CREATED`,
/// `billing.invoice.paid`.
fn entity_and_deed(event: &str) -> (Vec<String>, Vec<String>) {
    let parts: Vec<&str> = event.split(['.', ':', '/']).filter(|part| !part.is_empty()).collect();
    if let [.., of, tail] = parts[..] {
        return (verbs::split(of), verbs::split(tail));
    }
    let mut words = verbs::split(event);
    let tail = words.split_off(words.len().saturating_sub(1));
    (words, tail)
}

fn says_what_happened(word: &str) -> bool {
    doing_of(word).is_some() || (word.len() > 4 && word.ends_with("ed"))
}

fn doing_of(word: &str) -> Option<&'static [&'static str]> {
    DEEDS.iter().find(|(done, _)| *done == word).map(|(_, doing)| *doing)
}

fn kind_of(word: &str) -> Kind {
    match word {
        "created" | "added" | "registered" => Kind::Create,
        "updated" | "changed" => Kind::Update,
        "deleted" | "removed" | "destroyed" => Kind::Delete,
        _ => Kind::Other,
    }
}

fn with_synonyms(entity: &[String]) -> Vec<Vec<String>> {
    let stems = |words: &[String]| -> Vec<String> { words.iter().map(|word| stem(word)).collect() };
    if entity.is_empty() {
        return Vec::new();
    }
    let mut all = vec![stems(entity)];
    for (one, other) in SYNONYMS {
        for (from, to) in [(one, other), (other, one)] {
            if entity.iter().any(|word| word == from) {
                let words: Vec<String> =
                    entity.iter().map(|word| if word == from { (*to).to_owned() } else { word.clone() }).collect();
                all.push(stems(&words));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_names_its_entity_and_what_happened() {
        for (event, entity, deed, details) in [
            ("invoice.created", "invoice", "created", ""),
            ("purchase_order.created", "purchase order", "created", ""),
            ("PURCHASE_ORDER_CREATED", "purchase order", "created", ""),
            ("OrderPaid", "order", "paid", ""),
            ("purchase_received", "purchase", "received", ""),
            ("billing.invoice.paid", "invoice", "paid", ""),
            ("storage.quota_exceeded", "storage", "quota exceeded", "quota"),
            ("ticket.sla_breach", "ticket", "sla breach", "sla"),
            ("created", "", "created", ""),
        ] {
            let wish = Wish::of(event);
            let details: Vec<String> = details.split_whitespace().map(stem).collect();
            assert_eq!((wish.shown.as_str(), wish.shown_deed.as_str()), (entity, deed), "{event}");
            assert_eq!(wish.details, details, "{event}");
        }
    }
}
