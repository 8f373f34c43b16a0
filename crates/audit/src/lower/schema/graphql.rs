//! GraphQL schemas: enums, and extensions of enums.

use super::sets::{Item, Lines, Set};
use apollo_parser::{Lexer, Token, TokenKind};

pub(super) fn read(_stem: &str, text: &str) -> Vec<Set> {
    let lines = Lines::new(text);
    let is_space = |token: &Token<'_>| {
        matches!(token.kind(), TokenKind::Whitespace | TokenKind::Comment | TokenKind::Comma | TokenKind::StringValue)
    };
    // A lexical fault is skipped, and the rest is read.
    let mut tokens = Lexer::new(text).filter_map(Result::ok).filter(|token| !is_space(token));
    let mut sets = Vec::new();
    let mut depth = 0_usize;
    while let Some(token) = tokens.next() {
        match token.kind() {
            TokenKind::LCurly | TokenKind::LParen => depth += 1,
            TokenKind::RCurly | TokenKind::RParen => depth = depth.saturating_sub(1),
            TokenKind::Name if depth == 0 && token.data() == "enum" => {
                let Some(name) = tokens.next().filter(|name| matches!(name.kind(), TokenKind::Name)) else { continue };
                let members = members(&mut tokens, &lines);
                sets.push(Set { name: name.data().to_owned(), line: lines.of(name.index()), members });
            }
            _ => {}
        }
    }
    sets
}

/// The values of an enum, whose name has been read. Directives may stand before the values and behind each.
fn members<'a>(tokens: &mut impl Iterator<Item = Token<'a>>, lines: &Lines) -> Vec<Item> {
    let mut members = Vec::new();
    let (mut begun, mut depth, mut is_directive) = (false, 0_usize, false);
    for token in tokens {
        match token.kind() {
            TokenKind::LParen => depth += 1,
            TokenKind::RParen => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            TokenKind::LCurly => begun = true,
            TokenKind::RCurly => break,
            TokenKind::Name if begun && !is_directive => {
                members.push(Item::plain(token.data(), lines.of(token.index())));
            }
            _ => {}
        }
        is_directive = matches!(token.kind(), TokenKind::At);
    }
    members
}
