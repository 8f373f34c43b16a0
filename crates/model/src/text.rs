//! Validation of texts written by people: a maximum length and no control characters. PostgreSQL cannot store a NUL,
//! and other control characters corrupt logs, headers and terminals.

/// Reason why a text is refused; a sentence without the field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    #[error("must have at most {max} characters")]
    TooLong { max: usize },
    #[error("must not have the control character U+{:04X}", u32::from(*.0))]
    Control(char),
}

/// Validates a name or another single-line text.
pub fn check_line(text: &str, max: usize) -> Result<(), BadText> {
    check(text, max, |_| false)
}

/// Validates a text that may contain line breaks and tabs.
pub fn check_lines(text: &str, max: usize) -> Result<(), BadText> {
    check(text, max, |c| matches!(c, '\n' | '\r' | '\t'))
}

fn check(text: &str, max: usize, allowed: impl Fn(char) -> bool) -> Result<(), BadText> {
    if text.chars().count() > max {
        return Err(BadText::TooLong { max });
    }
    match text.chars().find(|c| c.is_control() && !allowed(*c)) {
        Some(control) => Err(BadText::Control(control)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_refused() {
        assert!(check_line("Zürich – Büro", 20).is_ok() && check_line("", 0).is_ok());
        for bad in ["a\0", "a\nb", "\u{7f}", "\u{85}", "\u{1b}[31m"] {
            let fault = check_line(bad, 20).unwrap_err().to_string();
            assert!(fault.contains("U+"), "{fault}");
        }
        assert!(check_lines("a\r\n\tb", 20).is_ok() && check_lines("a\0", 20).is_err());
        assert!(check_line("ääää", 3).is_err() && check_line("ääää", 4).is_ok());
    }
}
