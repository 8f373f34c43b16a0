//! A small SQL tokenizer and pattern matcher. Finds the tables that the statements of a string write, and the event
//! type that a call of `postrider.publish` or an `INSERT` into the outbox names. This is no full parser.

/// Prefilter for [`writes`], cheap enough for every string of the tree.
pub(crate) fn may_write(text: &str) -> bool {
    if text.len() < 20 {
        return false;
    }
    let start = past_comments(text).trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    ["insert", "update", "with", "merge", "replace", "upsert", "begin"]
        .iter()
        .any(|word| start.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)))
}

/// The text after leading SQL comments.
fn past_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let after = if rest.starts_with("--") {
            rest.find('\n')
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|at| at + 2)
        } else {
            return rest;
        };
        match after {
            Some(at) => rest = rest.get(at..).unwrap_or("").trim_start(),
            None => return "",
        }
    }
}

/// A token of a statement.
#[derive(Debug, PartialEq)]
pub(crate) enum Token {
    Word(String),
    /// A string literal.
    Text(String),
    Sign(char),
}

fn tokens(sql: &str) -> Vec<Token> {
    placed_tokens(sql).into_iter().map(|(token, _)| token).collect()
}

/// The tokens of statements, each with the byte at which it begins.
pub(crate) fn placed_tokens(sql: &str) -> Vec<(Token, usize)> {
    let mut tokens: Vec<(Token, usize)> = Vec::new();
    let mut places = sql.char_indices().peekable();
    while let Some((at, c)) = places.next() {
        let mut chars = std::iter::from_fn(|| places.next().map(|(_, c)| c));
        let next = sql.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        let is_array = || matches!(tokens.last(), Some((Token::Word(word), _)) if word.eq_ignore_ascii_case("array"));
        let token = match c {
            '-' if next == Some('-') => {
                chars.find(|c| *c == '\n');
                continue;
            }
            '/' if next == Some('*') => {
                let mut last = ' ';
                chars.find(|c| std::mem::replace(&mut last, *c) == '*' && *c == '/');
                continue;
            }
            '\'' => {
                let mut text = String::new();
                while let Some((_, c)) = places.next() {
                    if c != '\'' {
                        text.push(c);
                    } else if places.next_if(|(_, c)| *c == '\'').is_some() {
                        text.push('\'');
                    } else {
                        break;
                    }
                }
                Token::Text(text)
            }
            '[' if is_array() => Token::Sign(c),
            '"' | '`' | '[' => {
                let end = if c == '[' { ']' } else { c };
                Token::Word(chars.take_while(|c| *c != end).collect())
            }
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some((_, c)) = places.next_if(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '$')) {
                    word.push(c);
                }
                Token::Word(word)
            }
            c if c.is_whitespace() => continue,
            c => Token::Sign(c),
        };
        tokens.push((token, at));
    }
    tokens
}

/// Prefilter for [`published`].
pub(crate) fn may_publish(text: &str) -> bool {
    text.len() > 20 && text.contains("postrider") && (text.contains("publish") || text.contains("outbox"))
}

/// The event type in a statement that publishes.
#[derive(Debug, PartialEq)]
pub(crate) enum Given {
    Text(String),
    /// A parameter or another expression; the value is not in the statement.
    Param,
}

/// The event type that a statement publishes through `postrider.publish` or the outbox; `None` when it does neither.
pub(crate) fn published(sql: &str) -> Option<Given> {
    let tokens = tokens(sql);
    let is = |at: usize, word: &str| matches!(tokens.get(at), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
    let sign = |at: usize, sign: char| tokens.get(at) == Some(&Token::Sign(sign));
    let given = |at: usize| match tokens.get(at) {
        Some(Token::Text(text)) => Given::Text(text.clone()),
        _ => Given::Param,
    };
    for at in (0..tokens.len()).filter(|at| is(*at, "postrider") && sign(at + 1, '.')) {
        if is(at + 2, "publish") && sign(at + 3, '(') {
            // The named argument `type => 'invoice.paid'` may have any position.
            let names = |at: usize| sign(at + 1, '=') && sign(at + 2, '>');
            let named = (at + 4..tokens.len()).find(|at| is(*at, "type") && names(*at));
            return Some(given(named.map_or(at + 4, |named| named + 3)));
        }
        if is(at + 2, "outbox") && at > 0 && is(at - 1, "into") {
            return Some(inserted(&tokens, at + 3).map_or(Given::Param, given));
        }
    }
    None
}

/// Index of the token for the column `event_type` in the values of an `INSERT`; `start` is behind the table's name.
fn inserted(tokens: &[Token], start: usize) -> Option<usize> {
    let mut lists = Vec::new();
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token {
            Token::Sign('(') => {
                depth += 1;
                if depth == 1 {
                    lists.push(vec![at + 1]);
                }
            }
            Token::Sign(')') => depth -= 1,
            Token::Sign(',') if depth == 1 => lists.last_mut()?.push(at + 1),
            _ => {}
        }
    }
    let is_type = |at: &usize| matches!(&tokens[*at], Token::Word(word) if word.eq_ignore_ascii_case("event_type"));
    let column = lists.first()?.iter().position(is_type)?;
    lists.get(1)?.get(column).copied()
}

/// A table that a statement writes, and the string literals that follow.
#[derive(Debug, PartialEq)]
pub(crate) struct Write {
    pub(crate) table: String,
    pub(crate) texts: Vec<String>,
}

/// All tables that the statements of a string write.
pub(crate) fn writes(sql: &str) -> Vec<Write> {
    let tokens = tokens(sql);
    let mut writes: Vec<Write> = Vec::new();
    let is = |at: usize, word: &str| matches!(tokens.get(at), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Word(word) => {
                let first = if word.eq_ignore_ascii_case("into") {
                    at + 1
                } else if word.eq_ignore_ascii_case("update") {
                    // In `on conflict do update set`, `for update` and `on update cascade` no table follows.
                    let clause =
                        at > 0 && (is(at - 1, "do") || is(at - 1, "for") || is(at - 1, "on") || is(at - 1, "key"));
                    if clause || is(at + 1, "set") {
                        continue;
                    }
                    if is(at + 1, "only") { at + 2 } else { at + 1 }
                } else {
                    continue;
                };
                if let Some(table) = table(&tokens, first) {
                    writes.push(Write { table, texts: Vec::new() });
                }
            }
            Token::Text(text) => {
                if let Some(write) = writes.last_mut() {
                    write.texts.push(text.clone());
                }
            }
            Token::Sign(_) => {}
        }
    }
    writes
}

/// The last part of a dotted name, in lower case.
fn table(tokens: &[Token], mut at: usize) -> Option<String> {
    loop {
        let Some(Token::Word(name)) = tokens.get(at) else { return None };
        if tokens.get(at + 1) != Some(&Token::Sign('.')) {
            return Some(name.to_lowercase());
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(sql: &str) -> Vec<String> {
        writes(sql).into_iter().map(|write| write.table).collect()
    }

    #[test]
    fn tables_that_are_written() {
        assert_eq!(tables("INSERT INTO webhook_deliveries (a) VALUES (1)"), ["webhook_deliveries"]);
        assert_eq!(tables("insert into \"app\".\"Webhook_Events\" values ('x')"), ["webhook_events"]);
        assert_eq!(tables("UPDATE ONLY public.webhook_queue SET a = 1"), ["webhook_queue"]);
        assert_eq!(tables("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2"), ["t"]);
        assert_eq!(tables("SELECT * FROM webhook_deliveries FOR UPDATE"), Vec::<String>::new());
        assert_eq!(
            tables("-- INSERT INTO webhook_deliveries\nSELECT 'INSERT INTO webhook_deliveries'"),
            Vec::<String>::new()
        );
        assert_eq!(tables("/* INSERT INTO x */ UPDATE y SET a = 'it''s'"), ["y"]);
    }

    #[test]
    fn strings_of_a_statement() {
        let found = writes("INSERT INTO webhook_deliveries (event, s) VALUES ('invoice.created', 'PENDING')");
        assert_eq!(found[0].texts, ["invoice.created", "PENDING"]);
    }

    #[test]
    fn statements_that_publish() {
        let text = |event: &str| Some(Given::Text(event.into()));
        assert_eq!(published("SELECT postrider.publish('invoice.paid', '{}', 'acme')"), text("invoice.paid"));
        assert_eq!(published("select \"postrider\".publish(data => '{}', type => 'a.b')"), text("a.b"));
        assert_eq!(published("SELECT postrider.publish($1, $2, $3)"), Some(Given::Param));
        let insert = "INSERT INTO postrider.outbox (tenant_id, event_type, data) VALUES ('acme', 'invoice.paid', $1)";
        assert_eq!(published(insert), text("invoice.paid"));
        assert_eq!(published("INSERT INTO postrider.outbox (event_type, data) VALUES ($1, $2)"), Some(Given::Param));
        assert_eq!(published("SELECT event_type FROM postrider.outbox"), None);
        assert_eq!(published("SELECT other.publish('invoice.paid')"), None);
        assert_eq!(published("INSERT INTO outbox (event_type) VALUES ('invoice.paid')"), None);
    }

    #[test]
    fn what_is_worth_a_look() {
        assert!(may_write("\n   INSERT INTO webhook_deliveries VALUES (1)"));
        assert!(may_write("with x as (select 1) insert into y select * from x"));
        assert!(may_write("-- what waits\n/* here */ INSERT INTO webhook_deliveries VALUES (1)"));
        assert!(!may_write("Inserted a row"));
        assert!(!may_write("select * from webhook_deliveries"));
    }
}
