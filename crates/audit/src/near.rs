//! Names that differ by little: most likely the same event, spelled twice.

use crate::verbs;

/// Names of the catalog that are near to this one, the nearest first.
pub(crate) fn near<'c>(event: &str, catalog: impl Iterator<Item = &'c str>) -> Vec<String> {
    let mut found: Vec<(f64, &str)> =
        catalog.filter_map(|one| likeness(event, one).map(|score| (score, one))).collect();
    found.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
    found.truncate(3);
    found.into_iter().map(|(_, one)| one.to_owned()).collect()
}

/// How alike two names are, when they are alike enough.
fn likeness(one: &str, other: &str) -> Option<f64> {
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    if plain(one) == plain(other) {
        return Some(1.0);
    }
    let (left, right): (Vec<String>, Vec<String>) = (words(one), words(other));
    if left == right {
        return Some(0.98);
    }
    let sorted = |words: &[String]| {
        let mut words = words.to_vec();
        words.sort();
        words
    };
    if sorted(&left) == sorted(&right) {
        return Some(0.95);
    }
    // One word of several differs, and that by little.
    if left.len() == right.len() && left.len() > 1 {
        let differ: Vec<(&String, &String)> = left.iter().zip(&right).filter(|(one, other)| one != other).collect();
        if let [(one, other)] = differ[..] {
            let distance = strsim::damerau_levenshtein(one, other);
            let shortest = one.len().min(other.len());
            if distance == 1 && shortest >= 4 || distance == 2 && shortest >= 7 {
                return Some(0.9 - distance as f64 / 20.0);
            }
        }
    }
    let distance = strsim::damerau_levenshtein(one, other);
    (distance <= 2
        && one.len().min(other.len()) >= 12
        && left.len() == right.len()
        && left.first() == right.first()
        && near_words(&left, &right))
    .then(|| 0.85 - distance as f64 / 20.0)
}

fn near_words(left: &[String], right: &[String]) -> bool {
    left.iter().zip(right).all(|(one, other)| one == other || strsim::damerau_levenshtein(one, other) * 4 <= one.len())
}

/// Words without what grammar adds: `invoices.voided` → invoice void.
fn words(name: &str) -> Vec<String> {
    verbs::split(name).iter().map(|word| stem(word)).collect()
}

const IRREGULAR: &[(&str, &str)] =
    &[("paid", "pay"), ("payed", "pay"), ("sent", "send"), ("made", "mak"), ("built", "build"), ("lost", "los")];

/// A word without its ending: created, creates, creating, creation → creat.
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
        let near = |event| near(event, catalog.into_iter());
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
