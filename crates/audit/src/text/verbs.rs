//! Naming heuristics: which function names publish, and which argument names carry an event type.

/// Verbs that mark a publishing function anywhere in its name: `publish`, `safe_emit`, `triggerEvent`.
const STRONG: &[&str] = &["publish", "emit", "dispatch", "trigger", "fire", "broadcast"];
/// Verbs that mark one at the beginning of its name, or together with event or webhook.
const WEAK: &[&str] =
    &["send", "notify", "raise", "enqueue", "produce", "record", "queue", "post", "deliver", "announce", "signal"];
/// First words of listeners, predicates, accessors and the like, which do not publish.
const OTHER: &[&str] = &[
    "on",
    "off",
    "handle",
    "subscribe",
    "unsubscribe",
    "listen",
    "is",
    "has",
    "can",
    "should",
    "get",
    "set",
    "register",
    "before",
    "after",
    "did",
    "will",
    "was",
    "test",
    "mock",
    "assert",
    "expect",
    "build",
    "make",
    "parse",
    "validate",
    "add",
    "remove",
    "consume",
    "receive",
    "process",
];
/// Name parts of helpers that are not wired in or deprecated.
const ASIDE: &[&str] = &["unused", "legacy", "deprecated", "obsolete", "dead", "old", "helper"];
/// Names of event arguments, in order of precedence.
const NAMES: &[&str] = &[
    "event_type",
    "event_name",
    "event",
    "webhook_event",
    "type",
    "event_key",
    "event_kind",
    "name",
    "topic",
    "trigger",
    "hook",
    "webhook_type",
    "kind",
    "detail_type",
    "action",
    "subject",
    "code",
    "key",
];

/// First words of functions that only run the object on which they are called.
const RUNS: &[&str] = &["call", "perform", "run", "execute", "invoke", "process", "delay", "apply", "enqueue", "async"];
/// First words of functions that make a record of an event: `createEvent`, `store_event`, `prepareWebhooks`.
const MAKES: &[&str] =
    &["create", "store", "save", "insert", "add", "schedule", "prepare", "push", "append", "write", "put"];
const NOUNS: &[&str] = &["event", "events", "webhook", "webhooks", "hook", "hooks"];
/// Words of receivers and of subscriptions.
const RECEIVES: &[&str] = &[
    "handle",
    "handler",
    "handlers",
    "receive",
    "receiver",
    "incoming",
    "inbound",
    "listener",
    "listeners",
    "subscriber",
    "subscribers",
    "subscription",
    "subscriptions",
    "endpoint",
    "endpoints",
    "filter",
    "filters",
    "registry",
];

/// Words of the records of what is sent.
const DELIVERIES: &[&str] =
    &["message", "messages", "delivery", "deliveries", "job", "jobs", "task", "tasks", "call", "calls"];
/// Words of what is made for a request, before it is sent.
const PARTS: &[&str] = &["payload", "payloads", "body", "header", "headers", "signature", "schema", "url", "secret"];

/// Whether a call publishes, as far as names tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Publishing {
    Yes,
    /// Only a call with a constant of a set: `metaEvent.Run(ctx, EventDeliverySuccess)`.
    WithMember,
    No,
}

/// The words of this file and those of the configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    names: Vec<String>,
    functions: Vec<String>,
    ignored: Vec<String>,
}

impl Words {
    /// `functions`: more functions that publish; `ignored`: functions that do not; `names`: more names of event
    /// arguments, which take precedence.
    pub(crate) fn new(functions: &[String], ignored: &[String], names: &[String]) -> Self {
        let names = names.iter().cloned().chain(NAMES.iter().map(|name| (*name).to_owned())).collect();
        Self { names, functions: functions.to_vec(), ignored: ignored.to_vec() }
    }

    /// Names of event arguments, in order of precedence.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn is_event_name(&self, name: &str) -> bool {
        self.names.iter().any(|one| same(one, name))
    }

    /// True when a function of this name publishes.
    pub(crate) fn publishes(&self, name: &str) -> bool {
        if self.functions.iter().any(|one| one == name) {
            return true;
        }
        if self.ignored.iter().any(|one| one == name) {
            return false;
        }
        // Cheap rejection of most names.
        if !STRONG.iter().chain(WEAK).any(|verb| contains(name, verb)) {
            return false;
        }
        let words = split(name);
        let Some(first) = words.first() else { return false };
        if OTHER.contains(&first.as_str()) {
            return false;
        }
        let is = |list: &[&str], word: &String| list.contains(&word.as_str());
        words.iter().any(|word| is(STRONG, word))
            || is(WEAK, first)
            || (words.iter().any(|word| is(WEAK, word))
                && words.iter().any(|word| matches!(word.as_str(), "event" | "events" | "webhook" | "webhooks")))
    }

    /// Judges a call by its function's name and by the names on the way to it.
    pub(crate) fn judge(&self, name: &str, owner: impl Fn() -> Option<String>) -> Publishing {
        let is_given = |one: &String| {
            // `SendWebhookJob.perform_later`, as written in the code.
            own_name(one) == name
                && owner_name(one).is_none_or(|given| owner().is_some_and(|owner| ends_with(&owner, given)))
        };
        if self.functions.iter().any(is_given) || self.publishes(name) {
            return Publishing::Yes;
        }
        if self.ignored.iter().any(|one| one == name) {
            return Publishing::No;
        }
        // Cheap rejection of most names.
        let begins = |verb: &str| {
            let start = name.trim_start_matches('_').as_bytes().get(..verb.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(verb.as_bytes()))
        };
        if !RUNS.iter().chain(MAKES).any(|verb| begins(verb)) {
            return Publishing::No;
        }
        let own = split(name);
        let is = |list: &[&str], word: &String| list.contains(&word.as_str());
        let runs = own.first().is_some_and(|first| is(RUNS, first));
        let makes = own.first().is_some_and(|first| is(MAKES, first));
        if !runs && !makes {
            return Publishing::No;
        }
        let around = owner().map(|owner| split(&owner)).unwrap_or_default();
        let has = |list: &[&str]| around.iter().chain(&own).any(|word| is(list, word));
        if has(RECEIVES) || (makes && has(PARTS)) {
            return Publishing::No;
        }
        if runs && has(NOUNS) {
            let verb = around.iter().any(|word| is(STRONG, word) || is(WEAK, word));
            return if verb { Publishing::Yes } else { Publishing::WithMember };
        }
        // `Webhook.create(…)` makes a subscription, `event_types.append(…)` extends a list.
        let events = |words: &[String]| words.iter().any(|word| is(&["event", "events"], word));
        let record =
            events(&own) || (is(&["create", "store", "save", "schedule", "write"], &own[0]) && events(&around));
        let prepares = is(&["prepare", "schedule", "append", "push", "write"], &own[0]) && has(NOUNS);
        // `create_webhook_delivery(…)` makes no subscription.
        let delivery = has(NOUNS) && own.iter().any(|word| is(DELIVERIES, word));
        if (record || prepares || delivery) && !has(&["type", "types", "name", "names"]) {
            return Publishing::WithMember;
        }
        Publishing::No
    }

    /// True when a function of this name may publish, although no verb of it says so: it neither asks nor registers.
    pub(crate) fn may_publish(&self, name: &str) -> bool {
        const ASKS: &[&str] = &[
            "on",
            "off",
            "is",
            "has",
            "can",
            "should",
            "get",
            "find",
            "list",
            "fetch",
            "load",
            "read",
            "where",
            "filter",
            "select",
            "count",
            "equals",
            "compare",
            "contains",
            "includes",
            "in",
            "from",
            "try",
            "parse",
            "validate",
            "check",
            "assert",
            "expect",
            "mock",
            "test",
            "handle",
            "subscribe",
            "unsubscribe",
            "listen",
            "register",
            "create",
            "update",
            "delete",
            "save",
            "build",
            "make",
            "map",
            "to",
            "as",
            "format",
            "describe",
            "label",
            "log",
            "print",
            "use",
            "with",
            "of",
            "value",
            "name",
            "verify",
            "sign",
            "enabled",
            "matches",
        ];
        let words = split(name);
        let asks = words.first().is_none_or(|first| ASKS.contains(&first.as_str()));
        !asks
            && !self.ignored.iter().any(|one| one == name)
            && !words.iter().any(|word| RECEIVES.contains(&word.as_str()))
    }

    /// True when the name has only a verb that is common elsewhere too: `send`, `notify`.
    pub(crate) fn is_weak(&self, name: &str) -> bool {
        !self.functions.iter().any(|one| one == name) && !split(name).iter().any(|word| STRONG.contains(&word.as_str()))
    }

    /// True when a function of this name is a helper, which is dead without a caller.
    pub(crate) fn is_helper(&self, name: &str) -> bool {
        let words = split(name);
        let verbs = |first: &String| {
            STRONG.contains(&first.as_str()) || matches!(first.as_str(), "send" | "notify" | "raise" | "enqueue")
        };
        let first = words.first().is_some_and(verbs);
        first || words.iter().any(|word| ASIDE.contains(&word.as_str()))
    }
}

/// The last part of a name as it is written in code: `send` for `Bus.send`, `Bus::send` and `bus->send`.
pub(crate) fn own_name(name: &str) -> &str {
    name.rsplit(['.', ':', '>']).next().unwrap_or(name)
}

/// The part before it, if there is any.
fn owner_name(name: &str) -> Option<&str> {
    let owner = name.strip_suffix(own_name(name))?.trim_end_matches(['.', ':', '>', '-']);
    (!owner.is_empty()).then_some(owner)
}

/// True when the expression of a receiver ends with these names, however they are separated.
fn ends_with(owner: &str, given: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        text.split(['.', ':', '>', '-']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    parts(owner).ends_with(&parts(given))
}

/// Compares names across case conventions: `event_type`, `eventType`, `EVENT_TYPE` and `EventType` are equal.
pub(crate) fn same(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

/// The words of a name, without its case and separators: `order.created`, `ORDER_CREATED`, `OrderCreated` and
/// `order:created` are spellings of one name.
pub(crate) fn spelling(name: &str) -> String {
    split(name).join("_")
}

/// True when a name contains a verb, case-insensitively.
fn contains(name: &str, verb: &str) -> bool {
    name.as_bytes().windows(verb.len()).any(|part| part.eq_ignore_ascii_case(verb.as_bytes()))
}

fn letters(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(|c| !matches!(c, b'_' | b'-')).map(|c| c.to_ascii_lowercase())
}

/// The words of a name, in lower case: `sendWebhookEvent` → send webhook event.
pub(crate) fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            words.push(std::mem::take(&mut word));
            continue;
        }
        let before = at.checked_sub(1).map(|at| chars[at]);
        let next = chars.get(at + 1);
        let begins = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_ascii_digit() || next.is_some_and(|next| next.is_lowercase())
            });
        if begins {
            words.push(std::mem::take(&mut word));
        }
        word.extend(c.to_lowercase());
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(split("sendWebhookEvent"), ["send", "webhook", "event"]);
        assert_eq!(split("_emit_invoice_created"), ["emit", "invoice", "created"]);
        assert_eq!(split("HTTPServerURL"), ["http", "server", "url"]);
        assert_eq!(split("CREDIT_NOTE_2"), ["credit", "note", "2"]);
    }

    #[test]
    fn names_that_publish() {
        let words = Words::new(&["shout".into()], &["dispatch_cargo".into()], &[]);
        for name in [
            "publish",
            "emit_event",
            "triggerEvent",
            "PublishAsync",
            "send",
            "send_webhook",
            "safe_publish",
            "dispatch!",
            "shout",
            "create_webhook_record",
        ] {
            assert!(words.publishes(name), "{name}");
        }
        for name in [
            "on_publish",
            "handle_emit",
            "subscribe",
            "info",
            "dispatch_cargo",
            "resend_count",
            "published",
            "is_triggered",
        ] {
            assert!(!words.publishes(name), "{name}");
        }
    }
}
