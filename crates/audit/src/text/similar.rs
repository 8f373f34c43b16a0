//! Similar names: finds the catalog's names that an undefined event is probably a misspelling of, by stems and by the
//! Damerau-Levenshtein distance.

use crate::text::verbs;

/// The names to search in, normalised once.
pub(crate) struct Names {
    names: Vec<Name>,
}

struct Name {
    text: String,
    /// Letters and digits only, in lower case.
    plain: String,
    words: Vec<String>,
    stems: Vec<String>,
}

impl Name {
    fn new(text: &str) -> Self {
        let words = verbs::split(text);
        Self {
            text: text.to_owned(),
            plain: text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect(),
            stems: words.iter().map(|word| stem(word)).collect(),
            words,
        }
    }
}

impl Names {
    pub(crate) fn new<'c>(names: impl Iterator<Item = &'c str>) -> Self {
        Self { names: names.map(Name::new).collect() }
    }

    /// At most three similar names, the most similar first.
    pub(crate) fn near(&self, event: &str) -> Vec<String> {
        let event = Name::new(event);
        let mut found: Vec<(f64, &str)> =
            self.names.iter().filter_map(|one| likeness(&event, one).map(|score| (score, one.text.as_str()))).collect();
        found.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
        found.truncate(3);
        found.into_iter().map(|(_, one)| one.to_owned()).collect()
    }
}

/// Similarity from 0 to 1; `None` below the threshold.
fn likeness(one: &Name, other: &Name) -> Option<f64> {
    if one.plain == other.plain {
        return Some(1.0);
    }
    if one.words.len() != other.words.len() {
        return None;
    }
    if one.stems == other.stems {
        return Some(0.98);
    }
    let differ = |left: &[String], right: &[String]| left.iter().zip(right).filter(|(one, other)| one != other).count();
    if differ(&one.stems, &other.stems) > 2 && differ(&one.words, &other.words) > 2 {
        return None;
    }
    let sorted = |words: &[String]| {
        let mut words = words.to_vec();
        words.sort();
        words
    };
    if sorted(&one.stems) == sorted(&other.stems) {
        return Some(0.95);
    }
    if let Some(distance) = one_word(&one.stems, &other.stems).or_else(|| one_word(&one.words, &other.words)) {
        return Some(0.9 - distance as f64 / 20.0);
    }
    if one.stems.first() != other.stems.first() || one.text.len().min(other.text.len()) < 12 {
        return None;
    }
    let distance = strsim::damerau_levenshtein(&one.text, &other.text);
    (distance <= 2 && near_words(&one.stems, &other.stems)).then(|| 0.85 - distance as f64 / 20.0)
}

/// The edit distance of names that differ in exactly one of several words, when it is small.
fn one_word(left: &[String], right: &[String]) -> Option<usize> {
    if left.len() < 2 {
        return None;
    }
    let mut differ = left.iter().zip(right).filter(|(one, other)| one != other);
    let (Some((one, other)), None) = (differ.next(), differ.next()) else { return None };
    let shortest = one.len().min(other.len());
    if one.len().abs_diff(other.len()) > 2 {
        return None;
    }
    let distance = strsim::damerau_levenshtein(one, other);
    (distance == 1 && shortest >= 4 || distance == 2 && shortest >= 7).then_some(distance)
}

fn near_words(left: &[String], right: &[String]) -> bool {
    left.iter().zip(right).all(|(one, other)| one == other || strsim::damerau_levenshtein(one, other) * 4 <= one.len())
}

const IRREGULAR: &[(&str, &str)] =
    &[("paid", "pay"), ("payed", "pay"), ("sent", "send"), ("made", "mak"), ("built", "build"), ("lost", "los")];

/// Stem of a word: created, creates, creating, creation → creat.
pub(crate) fn stem(word: &str) -> String {
    if let Some((_, stem)) = IRREGULAR.iter().find(|(form, _)| *form == word) {
        return (*stem).to_owned();
    }
    for ending in ["ations", "ation", "ions", "ion", "ings", "ing", "eds", "ed", "es", "s", "e"] {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.len() >= 3
        {
            // cancelled → cancel
            let bytes = stem.as_bytes();
            let doubled = bytes.len() > 3
                && bytes[bytes.len() - 1] == bytes[bytes.len() - 2]
                && !matches!(bytes[bytes.len() - 1], b's');
            return if doubled { stem[..stem.len() - 1].to_owned() } else { stem.to_owned() };
        }
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_far() {
        let catalog =
            ["invoice.voided", "invoice.paid", "payment.failed", "customer.created", "subscription.cancelled"];
        let names = Names::new(catalog.into_iter());
        let near = |event| names.near(event);
        assert_eq!(near("invoice.void"), ["invoice.voided"]);
        assert_eq!(near("invoices.voided"), ["invoice.voided"]);
        assert_eq!(near("invoice_paid"), ["invoice.paid"]);
        assert_eq!(near("voided.invoice"), ["invoice.voided"]);
        assert_eq!(near("subscription.canceled"), ["subscription.cancelled"]);
        assert_eq!(near("custommer.created"), ["customer.created"]);
        assert!(near("customer.suspended").is_empty());
        assert!(near("invoice.sent").is_empty());
        assert!(near("payment.filed.twice").is_empty());
    }
}
