//! Slack and Discord.

use super::{
    event::EventFacts,
    text::{cut, escaped, line, pretty, title, units},
};
use serde_json::{Value, json};

/// Longest text of a section block, by <https://docs.slack.dev/reference/block-kit/blocks/section-block>. (Text of a whole
/// message is cut at 40,000, by <https://docs.slack.dev/changelog/2018-04-truncating-really-long-messages>.)
pub(super) const SLACK_SECTION: usize = 3_000;

/// Longest text of a header block, by <https://docs.slack.dev/reference/block-kit/blocks/header-block>.
pub(super) const SLACK_HEADER: usize = 150;

/// A message of an incoming webhook: <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>.
pub(super) fn slack(event: &EventFacts<'_>) -> Value {
    let title = line(&title(event));
    let context = format!("{} · {}", event.id, event.timestamp);
    // The fence takes six characters and two line breaks.
    let data = escaped(&pretty(event.data), SLACK_SECTION - 8, slack_escape);
    json!({
        "text": escaped(&title, SLACK_SECTION, slack_escape),
        "blocks": [
            { "type": "header", "text": { "type": "plain_text", "text": cut(&title, SLACK_HEADER), "emoji": false } },
            { "type": "section", "text": { "type": "mrkdwn", "text": format!("```\n{data}\n```"), "verbatim": true } },
            { "type": "context", "elements": [
                { "type": "plain_text", "text": cut(&line(&context), 2_000), "emoji": false },
            ] },
        ],
    })
}

/// The three control characters of Slack's markup, by <https://docs.slack.dev/messaging/formatting-message-text>. Escaped
/// `<` cannot begin a mention such as `<!channel>`. A zero-width space keeps three backticks from closing the fence.
fn slack_escape(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '`' => out.push_str("`\u{200b}"),
        other => out.push(other),
    }
}

/// Limits of <https://docs.discord.com/developers/resources/message#embed-object-embed-limits>: title, description, name and
/// value of a field, all texts of a message together.
pub(super) const DISCORD_TITLE: usize = 256;
pub(super) const DISCORD_DESCRIPTION: usize = 4_096;
pub(super) const DISCORD_VALUE: usize = 1_024;
pub(super) const DISCORD_TOTAL: usize = 6_000;

/// A message by <https://docs.discord.com/developers/resources/webhook#execute-webhook>. Mentions have no effect in embeds,
/// and `allowed_mentions` forbids them for the whole message.
pub(super) fn discord(event: &EventFacts<'_>) -> Value {
    let title = cut(&line(&title(event)), DISCORD_TITLE);
    let field = |name: &str, value: &str| {
        let value = if value.trim().is_empty() { "-" } else { value };
        json!({ "name": name, "value": cut(&line(value), DISCORD_VALUE), "inline": true })
    };
    let fields = [field("Event", event.id), field("Type", event.kind), field("Tenant", event.tenant)];
    let used = units(&title) + 3 * (DISCORD_VALUE + 10);
    let room = DISCORD_DESCRIPTION.min(DISCORD_TOTAL.saturating_sub(used));
    let data = escaped(&pretty(event.data), room - 13, |c, out| match c {
        '`' => out.push_str("`\u{200b}"),
        other => out.push(other),
    });
    json!({
        "embeds": [{
            "title": title,
            "description": format!("```json\n{data}\n```"),
            "timestamp": event.timestamp,
            "fields": fields,
        }],
        "allowed_mentions": { "parse": [] },
    })
}
