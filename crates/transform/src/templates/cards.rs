//! Microsoft Teams.

use super::{
    event::EventFacts,
    text::{cut, line, pretty, title},
};
use serde_json::{Value, json};

/// Largest message in bytes. The limit is about 28 KB, which includes what Teams adds:
/// <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook>.
pub(super) const MESSAGE_MAX: usize = 24_000;

/// Longest type, id and tenant.
const FACT: usize = 200;

/// A message with one Adaptive Card, for a workflow's webhook: <https://support.microsoft.com/office/8ae491c7-0394-4861-ba59-055e33f75498>
/// and <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using#send-adaptive-cards-using-an-incoming-webhook>.
///
/// The data stands in a monospaced `RichTextBlock`, whose text has no Markdown and no mentions. Version 1.4 of the schema is
/// what all clients of Teams show.
pub(super) fn teams(event: &EventFacts<'_>) -> Value {
    let data = pretty(event.data);
    // Escapes can make six bytes of one, so the data is halved until the message fits.
    let mut room = MESSAGE_MAX / 2;
    loop {
        let message = card(event, &cut(&data, room));
        if room == 0 || message.to_string().len() <= MESSAGE_MAX {
            return message;
        }
        room /= 2;
    }
}

fn card(event: &EventFacts<'_>, data: &str) -> Value {
    let fact = |title: &str, value: &str| json!({ "title": title, "value": markdown(&cut(&line(value), FACT)) });
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": [
                    {
                        "type": "TextBlock",
                        "text": markdown(&cut(&line(&title(event)), FACT)),
                        "weight": "Bolder",
                        "size": "Medium",
                        "wrap": true,
                    },
                    {
                        "type": "FactSet",
                        "facts": [
                            fact("Event", event.id),
                            fact("Type", event.kind),
                            fact("Tenant", event.tenant),
                            fact("Time", event.timestamp),
                        ],
                    },
                    {
                        "type": "RichTextBlock",
                        "inlines": [{ "type": "TextRun", "text": data, "fontType": "Monospace" }],
                    },
                ],
            },
        }],
    })
}

/// Escapes the Markdown that Adaptive Cards know (<https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features>),
/// and the `<` of a mention.
fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '\\' | '*' | '_' | '[' | ']' | '(' | ')' | '`' | '#' | '~' => out.extend(['\\', c]),
            other => out.push(other),
        }
    }
    out
}
