//! Validation errors, worded for the owner of the value.

use std::fmt;

/// An error: the field as its owner spells it, and a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    pub field: String,
    pub message: String,
}

impl Invalid {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// The error of a field of the object `name`.
    #[must_use]
    pub fn below(self, name: &str) -> Self {
        Self { field: format!("{name}.{}", self.field), ..self }
    }
}

impl fmt::Display for Invalid {
    /// The message follows the field's name, unless it begins with a capital letter: then it is a complete sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.starts_with(char::is_uppercase) {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl std::error::Error for Invalid {}

/// All errors of one input, in the order in which they were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<Invalid>);

impl FieldErrors {
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Invalid::new(field, message));
    }

    /// Returns the value of a valid result, or records its error.
    pub fn take<T>(&mut self, field: &str, result: Result<T, impl fmt::Display>) -> Option<T> {
        result.map_err(|fault| self.add(field, fault.to_string())).ok()
    }

    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl From<Invalid> for FieldErrors {
    fn from(one: Invalid) -> Self {
        Self(vec![one])
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, one) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{one}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_sentence_is_shown_without_its_field() {
        let mut problems = FieldErrors::default();
        problems.add("url", "is missing");
        problems.add("events", "Unsupported event types: a, b");
        assert_eq!(problems.to_string(), "url: is missing; Unsupported event types: a, b");
    }
}
