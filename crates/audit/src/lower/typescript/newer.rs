//! TypeScript and JSX that the grammars do not know.

use crate::lower::{
    dialect::nothing,
    texts::{Mended, blank, closing, fill, lines},
};

/// Types that the grammar does not take as the name of a parameter.
const TYPES: &[&str] = &["any", "string", "number", "boolean", "unknown", "object", "never", "symbol"];
/// Longest list of types, in bytes.
const TYPES_MAX: usize = 2_000;

pub(in crate::lower) fn mend(text: &str) -> Option<Mended> {
    let mut mended = text.as_bytes().to_vec();
    tags(text, &mut mended);
    imports(text, &mut mended);
    unnamed(text, &mut mended);
    keywords(text, &mut mended);
    let mended = String::from_utf8(mended).ok()?;
    (mended != text).then(|| Mended::in_place(mended))
}

/// `` styled.div<Props>`…` ``: the types between a tag and its template.
fn tags(text: &str, mended: &mut [u8]) {
    for (quote, _) in text.match_indices(">`") {
        let before = &text.as_bytes()[..quote + 1];
        let mut depth = 0usize;
        let found = before.iter().enumerate().rev().take(TYPES_MAX).find_map(|(at, byte)| {
            match byte {
                b'>' if !before[..at].ends_with(b"=") => depth += 1,
                b'<' => depth = depth.checked_sub(1)?,
                _ => {}
            }
            (depth == 0).then_some(at)
        });
        let Some(start) = found.filter(|start| before[*start] == b'<') else { continue };
        let is_tag = text[..start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ')' | ']'));
        if is_tag {
            blank(mended, start..quote + 1);
        }
    }
}

/// `f<typeof import("x")>()`: the type of a module.
fn imports(text: &str, mended: &mut [u8]) {
    for (start, _) in text.match_indices("typeof import(") {
        if let Some(length) = closing(&text[start..], '(') {
            fill(mended, start..start + length, b'T');
        }
    }
    for (start, _) in text.match_indices("import(") {
        // `import('x').Type`; a call of `import` is followed by a method.
        let Some(length) = closing(&text[start..], '(') else { continue };
        let mut after = text[start + length..].chars();
        if after.next() == Some('.') && after.next().is_some_and(char::is_uppercase) {
            fill(mended, start..start + length, b'T');
        }
    }
}

/// `<const T>` of a signature, and members that are named `in`.
fn keywords(text: &str, mended: &mut [u8]) {
    for (start, _) in text.match_indices("<const ") {
        blank(mended, start + 1..start + 6);
    }
    for (start, line) in lines(text) {
        let member = line.trim_start();
        if member.starts_with("in:") || member.starts_with("in?:") {
            mended[start + line.len() - member.len()] = b'q';
        }
    }
}

/// `(string) => void` as a type: the parameter has a name only.
fn unnamed(text: &str, mended: &mut [u8]) {
    for (end, _) in text.match_indices(") =>") {
        let Some(open) = text[..end].rfind('(') else { continue };
        if TYPES.contains(&&text[open + 1..end]) {
            mended[open + 1] = b'x';
        }
    }
}

pub(in crate::lower) fn newer(error: &str, around: &str) -> Option<String> {
    match (error, around) {
        // `export type * from`, `import defer * as x from`
        ("type", "export_statement") | ("defer", "import_statement") => Some(nothing(error)),
        // `&` in the text of an element, or in an attribute.
        _ if error.contains('&') => Some(error.replace('&', "_")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_syntax_is_put_in_terms_of_the_grammar() {
        for (text, wanted) in [
            ("styled.div<{ a: string }>`b`", "styled.div               `b`"),
            ("f(a)<() => B>`b`", "f(a)         `b`"),
            ("f<typeof import(\"x\")>()", "f<TTTTTTTTTTTTTTTTTT>()"),
            ("x: import('y').Z[]", "x: TTTTTTTTTTT.Z[]"),
            ("f: (string) => void", "f: (xtring) => void"),
            ("<const T>(x: T): T", "<      T>(x: T): T"),
            ("  in?: string", "  qn?: string"),
        ] {
            assert_eq!(mend(text).unwrap().text, wanted);
        }
        for same in ["a < b; c > `d`", "import('x').then(f)", "(text) => 1", "", ">`", "import("] {
            assert!(mend(same).is_none(), "{same}");
        }
        assert_eq!(newer("& B", "jsx_element").as_deref(), Some("_ B"));
    }
}
