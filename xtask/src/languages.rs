//! Refuses the names of programming languages in code that must know none: in identifiers and in strings, not in comments
//! and not in tests.

use anyhow::{Context, anyhow};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::{fs, path::Path};

/// Words that name a language wherever they stand.
const NAMES: &[&str] =
    &["csharp", "ecmascript", "golang", "java", "javascript", "kotlin", "php", "python", "ruby", "rust", "typescript"];

/// A language whose name is a word of English too: in a sentence it is the verb.
const ALSO_A_WORD: &str = "go";

/// Files by which a language is known, in lower case.
const FILES: &[&str] = &[
    "build.gradle",
    "cargo.toml",
    "composer.json",
    "gemfile",
    "go.mod",
    "package.json",
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
];

/// A name, and the line that it stands in.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) line: usize,
}

/// The languages that a file names.
pub(crate) fn named_in(path: &Path) -> anyhow::Result<Vec<Found>> {
    let text = fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    named(&text).with_context(|| format!("failed to parse {}", path.display()))
}

fn named(text: &str) -> anyhow::Result<Vec<Found>> {
    let tokens: TokenStream = text.parse().map_err(|fault| anyhow!("{fault}"))?;
    let mut found = Vec::new();
    look_at(tokens, &mut found);
    Ok(found)
}

fn look_at(tokens: TokenStream, found: &mut Vec<Found>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let line = token.span().start().line;
        match token {
            // A doc comment is an attribute here.
            TokenTree::Punct(sign) if sign.as_char() == '#' => {
                tokens.next_if(|next| matches!(next, TokenTree::Punct(sign) if sign.as_char() == '!'));
                let Some(TokenTree::Group(attribute)) = tokens.peek() else { continue };
                let attribute = attribute.stream().to_string().replace(' ', "");
                if attribute == "cfg(test)" {
                    let ends = |token: &TokenTree| match token {
                        TokenTree::Punct(sign) => sign.as_char() == ';',
                        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                        _ => false,
                    };
                    tokens.by_ref().find(ends);
                } else if attribute.starts_with("doc=") {
                    tokens.next();
                }
            }
            TokenTree::Punct(_) => {}
            TokenTree::Group(group) => look_at(group.stream(), found),
            TokenTree::Ident(name) => {
                let is_one = |word: &String| NAMES.contains(&word.as_str()) || word == ALSO_A_WORD;
                let names = words(&name.to_string()).into_iter().filter(is_one);
                found.extend(names.map(|name| Found { name, line }));
            }
            TokenTree::Literal(literal) => {
                if let Ok(syn::Lit::Str(text)) = syn::parse_str(&literal.to_string()) {
                    found.extend(in_string(&text.value()).into_iter().map(|name| Found { name, line }));
                }
            }
        }
    }
}

fn in_string(text: &str) -> Vec<String> {
    let lower = text.trim().to_lowercase();
    if FILES.contains(&lower.as_str()) || lower == ALSO_A_WORD {
        return vec![lower];
    }
    let mut names: Vec<String> = words(text).into_iter().filter(|word| NAMES.contains(&word.as_str())).collect();
    if lower.split_whitespace().any(|word| word.trim_matches(|c: char| c.is_ascii_punctuation() && c != '#') == "c#") {
        names.push("c#".into());
    }
    names
}

/// The words of a name or a sentence, in lower case: `isJavaFile`, `IS_JAVA_FILE` → is java file.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in text.chars() {
        let begins = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        named(text).unwrap().into_iter().map(|found| found.name).collect()
    }

    #[test]
    fn a_name_in_code_or_a_string_is_found() {
        assert_eq!(names("fn is_java(x: u8) {}"), ["java"]);
        assert_eq!(names("struct PythonRules; const OPEN_RUBY: u8 = 1;"), ["python", "ruby"]);
        assert_eq!(names("fn f(l: &str) -> bool { matches!(l, \"go\" | \"rust\") }"), ["go", "rust"]);
        assert_eq!(names("const A: &str = \"a file of Kotlin, or of C#\";"), ["kotlin", "c#"]);
        assert_eq!(names("const A: &[&str] = &[\"package.json\", \"go.mod\"];"), ["package.json", "go.mod"]);
        assert_eq!(names("fn go() {}"), ["go"]);
        assert_eq!(names("const A: &str = r#\"php\"#;"), ["php"]);
    }

    #[test]
    fn the_line_is_that_of_the_name() {
        let found = named("//! Rust.\n\nfn f() {\n    let x = \"ruby\";\n}\n").unwrap();
        assert_eq!(found, [Found { name: "ruby".into(), line: 4 }]);
    }

    #[test]
    fn comments_tests_and_other_words_may_stand() {
        for text in [
            "//! Of Python.\n/// As in Java.\nfn f() { // Ruby\n}",
            "#[cfg(test)]\nmod tests { fn java() {} }\n",
            "fn f() { #[cfg(test)] crate::at(\"python\"); }",
            "#[cfg(test)]\nmod go;\n",
            "const A: &str = \"calls that go nowhere, in trust of javelins\";",
            "fn goes(ergo: u8) {}",
        ] {
            assert_eq!(names(text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(names("#[cfg(test)]\nmod tests {}\nfn java() {}"), ["java"]);
    }
}
