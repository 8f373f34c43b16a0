//! Escape sequences in strings. Each language lists its own as data.

/// The escape sequences of a language's strings.
pub(super) struct Escapes {
    /// Letters after a backslash, with the characters that they stand for.
    letters: &'static [(char, char)],
    /// Letters before a hexadecimal code, with its largest number of digits; in braces it may have more.
    hexadecimal: &'static [(char, usize)],
    /// A digit after a backslash begins an octal code of up to three digits.
    octal: bool,
    /// The effect of a backslash at the end of a line.
    line_end: LineEnd,
    /// The only other characters before which the backslash is removed; `None` for all.
    quoted: Option<&'static [char]>,
}

#[derive(Clone, Copy, PartialEq)]
enum LineEnd {
    /// The line break stays.
    Kept,
    /// The next line continues this one.
    Joined,
    /// The same, without the indent of the next line.
    JoinedAtText,
}

const SIMPLE: Escapes = Escapes {
    letters: &[('n', '\n'), ('t', '\t'), ('r', '\r')],
    hexadecimal: &[],
    octal: false,
    line_end: LineEnd::Kept,
    quoted: None,
};

pub(super) const GO: Escapes = SIMPLE;
pub(super) const RUBY: Escapes = SIMPLE;
pub(super) const RUST: Escapes = Escapes { line_end: LineEnd::JoinedAtText, ..SIMPLE };
/// Java, C#, Kotlin.
pub(super) const TYPED: Escapes = Escapes { hexadecimal: &[('u', 4), ('x', 4)], line_end: LineEnd::Joined, ..SIMPLE };
pub(super) const TYPESCRIPT: Escapes = Escapes { hexadecimal: &[('u', 4), ('x', 2)], ..TYPED };
pub(super) const PYTHON: Escapes = Escapes { letters: &[('n', '\n')], quoted: Some(&['\'', '"', '\\']), ..SIMPLE };
/// Vertical tab, escape and form feed are read as a space.
pub(super) const PHP: Escapes = Escapes {
    letters: &[('n', '\n'), ('t', '\t'), ('r', '\r'), ('v', ' '), ('e', ' '), ('f', ' ')],
    hexadecimal: &[('u', 4), ('x', 2)],
    octal: true,
    ..SIMPLE
};

impl Escapes {
    /// A text with its escape sequences resolved. A code that is not a character is left out.
    pub(super) fn unescape(&self, text: &str) -> String {
        let mut plain = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\\') {
            plain.push_str(before);
            rest = self.sequence(after, &mut plain);
        }
        plain.push_str(rest);
        plain
    }

    /// Resolves the sequence after a backslash and returns the rest of the text.
    fn sequence<'t>(&self, text: &'t str, plain: &mut String) -> &'t str {
        let mut chars = text.chars();
        let Some(first) = chars.next() else {
            plain.push('\\');
            return text;
        };
        let rest = chars.as_str();
        if let Some((_, character)) = self.letters.iter().find(|(letter, _)| *letter == first) {
            plain.push(*character);
            return rest;
        }
        if let Some((_, digits)) = self.hexadecimal.iter().find(|(letter, _)| *letter == first) {
            // Java allows more than one `u`.
            return code(rest.trim_start_matches(first), 16, *digits, plain);
        }
        if self.octal && first.is_digit(8) {
            return code(text, 8, 3, plain);
        }
        let next_line = text.strip_prefix('\n').or(text.strip_prefix("\r\n"));
        match (next_line, self.line_end) {
            (Some(line), LineEnd::Joined) => return line,
            (Some(line), LineEnd::JoinedAtText) => return line.trim_start(),
            _ => {}
        }
        if self.quoted.is_some_and(|quoted| !quoted.contains(&first)) {
            plain.push('\\');
        }
        plain.push(first);
        rest
    }
}

/// Resolves the code of a character at the start of a text and returns the rest.
fn code<'t>(text: &'t str, radix: u32, digits_max: usize, plain: &mut String) -> &'t str {
    let in_braces = text.strip_prefix('{').and_then(|inner| inner.split_once('}'));
    let (digits, rest) = in_braces
        .unwrap_or_else(|| text.split_at(text.chars().take(digits_max).take_while(|c| c.is_digit(radix)).count()));
    plain.extend(u32::from_str_radix(digits, radix).ok().and_then(char::from_u32));
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_resolves_its_own_escapes() {
        let cases: &[(&str, &Escapes, &str, &str)] = &[
            ("go", &GO, r#"a\n\"b\"\\n"#, "a\n\"b\"\\n"),
            ("ruby", &RUBY, r"a\tb\\", "a\tb\\"),
            ("rust", &RUST, "a\\\n     b", "ab"),
            ("java", &TYPED, r"a\u002eb\uu002ec", "a.b.c"),
            ("kotlin", &TYPED, r"\$a", "$a"),
            ("c#", &TYPED, "a\\\nb", "ab"),
            ("typescript", &TYPESCRIPT, "a\\u{2e}\\\r\nb\\x2e", "a.b."),
            ("typescript", &TYPESCRIPT, r"\ud83d", ""),
            ("python", &PYTHON, r#"a\'\"\\n\d"#, "a'\"\\n\\d"),
            ("php", &PHP, r"a\u{2e}b\x2e\56", "a.b.."),
            ("php", &PHP, r"a\$b\e", "a$b "),
            ("go", &GO, "a\\", "a\\"),
        ];
        for (language, escapes, text, plain) in cases {
            assert_eq!(escapes.unescape(text), *plain, "{text} in {language}");
        }
    }
}
