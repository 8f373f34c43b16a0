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
            return Some(inserted(&tokens, at + 3, "event_type").map_or(Given::Param, given));
        }
    }
    None
}

/// Index of the token for a column in the values of an `INSERT`, or in the list of its `SELECT`; `start` is behind the
/// table's name.
fn inserted(tokens: &[Token], start: usize, column: &str) -> Option<usize> {
    if tokens.get(start) != Some(&Token::Sign('(')) {
        return None;
    }
    let is = |at: usize, word: &str| matches!(tokens.get(at), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
    let (columns, end) = list(tokens, start + 1);
    let column = columns.iter().position(|at| is(*at, column))?;
    let values = (end..tokens.len()).find(|at| is(*at, "values") || is(*at, "select"))?;
    let first = if is(values, "select") { values + 1 } else { values + 2 };
    list(tokens, first).0.get(column).copied()
}

/// The first tokens of the parts of a list, and the index behind it. The list ends at its closing parenthesis, or at
/// `FROM`.
fn list(tokens: &[Token], start: usize) -> (Vec<usize>, usize) {
    let mut parts = vec![start];
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') if depth == 0 => return (parts, at + 1),
            Token::Sign(')') => depth -= 1,
            Token::Sign(',') if depth == 0 => parts.push(at + 1),
            Token::Word(word) if depth == 0 && word.eq_ignore_ascii_case("from") => return (parts, at),
            _ => {}
        }
    }
    (parts, tokens.len())
}

/// A table that a statement writes.
#[derive(Debug, PartialEq)]
pub(crate) struct Write {
    pub(crate) table: String,
    /// The string literals that follow.
    pub(crate) texts: Vec<String>,
    /// The value of the column with the event type; `None` when no such column is named.
    pub(crate) event: Option<Slot>,
}

/// A value in a statement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Slot {
    Text(String),
    /// `:event`, `@event`, `%(event)s`
    Named(String),
    /// `$2`, `?`, `%s`: the index of the parameter.
    At(usize),
}

/// Columns with an event type, the most certain first.
const EVENT_COLUMNS: [&str; 7] = ["event_type", "event", "event_name", "eventtype", "type", "topic", "name"];

/// All tables that the statements of a string write.
pub(crate) fn writes(sql: &str) -> Vec<Write> {
    let tokens = tokens(sql);
    let mut writes: Vec<Write> = Vec::new();
    let is = |at: usize, word: &str| matches!(tokens.get(at), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Word(word) => {
                let inserts = word.eq_ignore_ascii_case("into");
                let first = if inserts {
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
                if let Some((table, behind)) = table(&tokens, first) {
                    let value_of = if inserts { inserted } else { assigned };
                    let value = EVENT_COLUMNS.iter().find_map(|column| value_of(&tokens, behind, column));
                    let event = value.and_then(|at| slot(&tokens, at));
                    writes.push(Write { table, texts: Vec::new(), event });
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

/// Index of the token for the value that an `UPDATE` assigns to a column; `start` is behind the table's name.
fn assigned(tokens: &[Token], start: usize, column: &str) -> Option<usize> {
    let is = |at: usize, word: &str| matches!(&tokens[at], Token::Word(w) if w.eq_ignore_ascii_case(word));
    let end = (start..tokens.len()).find(|at| is(*at, "where")).unwrap_or(tokens.len());
    let at = (start..end).find(|at| is(*at, column) && tokens.get(at + 1) == Some(&Token::Sign('=')))?;
    Some(at + 2)
}

/// The value at a token: a literal or a parameter, also inside `CAST(…)`.
fn slot(tokens: &[Token], mut at: usize) -> Option<Slot> {
    let word = |at: usize| if let Some(Token::Word(word)) = tokens.get(at) { Some(word.as_str()) } else { None };
    let sign = |at: usize| if let Some(Token::Sign(sign)) = tokens.get(at) { Some(*sign) } else { None };
    if word(at).is_some_and(|word| word.eq_ignore_ascii_case("cast")) && sign(at + 1) == Some('(') {
        at += 2;
    }
    if let Some(Token::Text(text)) = tokens.get(at) {
        return Some(Slot::Text(text.clone()));
    }
    let numbered = |name: &str| name.parse::<usize>().ok()?.checked_sub(1).map(Slot::At);
    // Parameters without a name count by their order in the whole string.
    let before = |one: &dyn Fn(usize) -> bool| Slot::At((0..at).filter(|at| one(*at)).count());
    let is_percent = |at: usize| sign(at) == Some('%') && word(at + 1).is_some_and(|word| word == "s");
    match (sign(at)?, word(at + 1)) {
        ('?', Some(number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => numbered(number),
        ('?', _) => Some(before(&|at| sign(at) == Some('?'))),
        (':' | '@' | '$', Some(name)) => numbered(name).or_else(|| Some(Slot::Named(name.to_owned()))),
        ('%', _) if is_percent(at) => Some(before(&is_percent)),
        ('%', None) => word(at + 2).map(|name| Slot::Named(name.to_owned())),
        _ => None,
    }
}

/// The last part of a dotted name, in lower case, and the index of the token behind it.
fn table(tokens: &[Token], mut at: usize) -> Option<(String, usize)> {
    loop {
        let Some(Token::Word(name)) = tokens.get(at) else { return None };
        if tokens.get(at + 1) != Some(&Token::Sign('.')) {
            return Some((name.to_lowercase(), at + 1));
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
    fn the_value_of_the_event_column() {
        let event = |sql: &str| writes(sql).remove(0).event;
        let named = |name: &str| Some(Slot::Named(name.into()));
        assert_eq!(event("INSERT INTO w (a, event) VALUES ('x', 'a.b')"), Some(Slot::Text("a.b".into())));
        assert_eq!(event("INSERT INTO w(a, event, b) VALUES (CAST(:a AS uuid), :event, :b::jsonb)"), named("event"));
        assert_eq!(event("INSERT INTO w (event_type) VALUES (CAST(@kind AS text))"), named("kind"));
        assert_eq!(event("INSERT INTO w (a, topic) VALUES (%(a)s, %(topic)s)"), named("topic"));
        assert_eq!(event("INSERT INTO w (a, b, type) VALUES (?, now(), ?)"), Some(Slot::At(1)));
        assert_eq!(event("INSERT INTO w (a, event_type) VALUES (%s, %s)"), Some(Slot::At(1)));
        assert_eq!(event("INSERT INTO w (event_type, b) VALUES ($2, $1)"), Some(Slot::At(1)));
        assert_eq!(event("INSERT INTO w (event, b) SELECT 'a.b', s.url FROM s"), Some(Slot::Text("a.b".into())));
        assert_eq!(event("UPDATE w SET a = ?, event_type = ? WHERE type = 'c.d'"), Some(Slot::At(1)));
        assert_eq!(event("INSERT INTO w VALUES ('a.b')"), None);
        assert_eq!(event("INSERT INTO w (event, b) VALUES (lower(:x), 1)"), None);
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
