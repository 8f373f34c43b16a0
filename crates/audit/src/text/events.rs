//! Naming heuristics: which strings look like an event type, and which sets of constants are named after events.

use super::verbs::{same, split};

/// True when the name of a set says that its constants are events.
pub(crate) fn speaks_of_events(name: &str) -> bool {
    const WORDS: &[&str] =
        &["event", "events", "webhook", "webhooks", "hook", "hooks", "topic", "topics", "trigger", "triggers"];
    split(name).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// True when the name of a set says that each constant is a type of event: `WebhookEvent`, `event_types`.
pub(crate) fn names_event_types(name: &str) -> bool {
    const KINDS: &[&str] = &["type", "types", "name", "names", "kind", "kinds", "topic", "topics", "key", "keys"];
    let words = split(name);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let events = has(&["event", "events", "trigger", "triggers"]);
    let hooks = has(&["webhook", "webhooks", "hook", "hooks"]);
    (hooks && (events || has(KINDS))) || (events && has(KINDS))
}

/// True when a key only says that its value is a list of events: `events`, `supported_event_types`.
pub(crate) fn is_called_events(key: &str) -> bool {
    const WORDS: &[&str] = &[
        "event",
        "events",
        "webhook",
        "webhooks",
        "topics",
        "triggers",
        "type",
        "types",
        "names",
        "supported",
        "allowed",
        "available",
        "all",
    ];
    speaks_of_events(key) && split(key).iter().all(|word| WORDS.contains(&word.as_str()))
}

/// True when a set's name says that its constants are an attribute of events, such as a status, and no event types.
pub(crate) fn names_an_attribute(name: &str) -> bool {
    const LAST: &[&str] = &[
        "status",
        "statuses",
        "state",
        "states",
        "priority",
        "level",
        "mode",
        "error",
        "errors",
        "format",
        "source",
        "category",
        "scope",
        "permission",
        "permissions",
        "result",
        "action",
        "field",
        "fields",
        "filter",
        "sort",
        "order",
        "method",
        "strategy",
        "reason",
        "visibility",
        "frequency",
        "platform",
        "role",
    ];
    split(name).last().is_some_and(|last| LAST.contains(&last.as_str()))
}

/// True when a name ends with what happened, or begins with it: `order_created`, `ORDER_PAID`, `inventory.low`,
/// `PUSH_ARTIFACT`.
pub(crate) fn says_what_happened(name: &str) -> bool {
    const LAST: &[&str] = &[
        "paid",
        "sent",
        "lost",
        "won",
        "failed",
        "begun",
        "done",
        "due",
        "low",
        "empty",
        "full",
        "left",
        "set",
        "read",
        "built",
        "bought",
        "sold",
        "put",
        "error",
        "failure",
        "success",
        "start",
        "end",
        "complete",
        "ready",
        "overdue",
        "update",
        "create",
        "delete",
        "alert",
        "breach",
        "violation",
        "reset",
        "login",
        "logout",
        "signup",
        "purchase",
    ];
    const FIRST: &[&str] =
        &["create", "update", "delete", "push", "pull", "add", "remove", "archive", "restore", "upload", "download"];
    let words = split(name);
    let skipped =
        words.iter().skip_while(|word| matches!(word.as_str(), "event" | "hook" | "webhook" | "topic" | "on"));
    let first = skipped.collect::<Vec<_>>();
    words.iter().any(|word| word.len() > 4 && word.ends_with("ed"))
        || (first.len() >= 2 && FIRST.contains(&first[0].as_str()))
        || words.last().is_some_and(|last| LAST.contains(&last.as_str()))
}

/// True when an argument of this name can only be an event.
pub(crate) fn says_event(name: &str) -> bool {
    ["event_type", "event_name", "event", "webhook_event", "event_key"].iter().any(|one| same(one, name))
}

/// Endings of file names, hosts and the like, which have dots too.
const NO_EVENTS: &[&str] = &[
    "com",
    "org",
    "net",
    "io",
    "dev",
    "html",
    "htm",
    "txt",
    "json",
    "xml",
    "yaml",
    "yml",
    "py",
    "js",
    "ts",
    "tsx",
    "jsx",
    "css",
    "go",
    "rb",
    "php",
    "rs",
    "java",
    "kt",
    "cs",
    "csv",
    "pdf",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "svg",
    "zip",
    "gz",
    "md",
    "log",
    "sql",
    "toml",
    "ini",
    "conf",
    "cfg",
    "exe",
    "jinja",
    "jinja2",
    "j2",
    "tpl",
    "hbs",
    "ejs",
    "erb",
    "mjml",
    "local",
    "localhost",
    "eml",
    "xlsx",
    "docx",
];

/// True when a text has the form of an event type: `word.word[.word…]` in lower case.
pub(crate) fn looks_like_event(text: &str) -> bool {
    if text.len() > 100 || !text.contains('.') {
        return false;
    }
    let parts: Vec<&str> = text.split('.').collect();
    let word = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
    };
    parts.len() <= 5
        && parts.iter().all(word)
        && !parts.last().is_some_and(|last| NO_EVENTS.contains(last))
        && !matches!(parts[0], "www" | "http" | "https" | "self" | "os" | "sys")
}

/// True when a text may be an event type in any spelling: also `order-created`, `ORDER_CREATED`, `orderCreated`,
/// `Order.Created`, `order:created`. Only for texts whose place says that they are events.
pub(crate) fn may_be_event(text: &str) -> bool {
    let is_name = || {
        text.len() <= 100
            && text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/'))
    };
    looks_like_event(text) || (is_name() && split(text).len() >= 2 && says_what_happened(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_many_spellings() {
        for text in ["order-created", "ORDER_CREATED", "OrderCreated", "orderCreated", "Order.Created", "order:paid"] {
            assert!(may_be_event(text) && !looks_like_event(text), "{text}");
        }
        for text in ["created", "order created", "ORDER_ID", "/orders/created", "orderNumber"] {
            assert!(!may_be_event(text), "{text}");
        }
    }

    #[test]
    fn what_looks_like_an_event() {
        for text in ["invoice.created", "credit_note.voided", "billing.invoice.paid", "user-x.logged-in"] {
            assert!(looks_like_event(text), "{text}");
        }
        for text in [
            "invoice",
            "Invoice.Created",
            "report.pdf",
            "example.com",
            "a b.c",
            "v1.2",
            "www.example.shop",
            "a..b",
            ".a.b",
        ] {
            assert!(!looks_like_event(text), "{text}");
        }
    }
}
