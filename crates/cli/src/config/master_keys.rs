//! Settings of the master keys: a value, a file or a command each. Files and commands are read when a store is opened, not
//! when the configuration is read, so that commands that need no key read none.

use super::{
    Raw,
    bad_setting::BadSetting,
    key_source::{KeyPlace, KeySource},
    settings::variable,
    values::decode_master_key,
};
use zeroize::Zeroizing;

impl Raw {
    /// The key with which secrets are sealed.
    pub(super) fn master_key(&self) -> anyhow::Result<Option<KeySource>> {
        self.key_source(["master_key", "master_key_file", "master_key_command"], |text| {
            Ok(vec![decode_master_key(text)?])
        })
    }

    /// Further keys, which open secrets and seal none.
    pub(super) fn other_master_keys(&self) -> anyhow::Result<Option<KeySource>> {
        let names = ["other_master_keys", "other_master_keys_file", "other_master_keys_command"];
        self.key_source(names, parse_keys)
    }

    /// The place that one of the settings `value`, `file` and `command` gives.
    fn key_source(
        &self,
        [value, file, command]: [&'static str; 3],
        parse: impl FnOnce(&str) -> Result<Vec<Zeroizing<Vec<u8>>>, String>,
    ) -> anyhow::Result<Option<KeySource>> {
        let given: Vec<&str> = [value, file, command].into_iter().filter(|name| self.text(name).is_some()).collect();
        let name = match given[..] {
            [] => return Ok(None),
            [name] => name,
            [first, second, ..] => {
                let fault = format!("must not be given together with {}: one of them gives the key", variable(first));
                return Err(BadSetting { name: second.to_owned(), fault }.into());
            }
        };
        let place = self.get(name, |text| {
            Ok(match name {
                _ if name == value => KeyPlace::Given(parse(text)?),
                _ if name == file => KeyPlace::File(text.into()),
                _ => KeyPlace::Command(words(text)?),
            })
        })?;
        Ok(Some(KeySource { variable: variable(name), place }))
    }
}

/// Keys in base64, separated by commas, spaces or line ends.
pub(crate) fn parse_keys(text: &str) -> Result<Vec<Zeroizing<Vec<u8>>>, String> {
    let parts = text.split([',', ' ', '\t', '\r', '\n']).filter(|part| !part.is_empty());
    parts.map(decode_master_key).collect()
}

/// The words of a command line: separated by spaces, quoted with `'` or `"`. No other character has a meaning.
fn words(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if quote.is_some() {
        return Err("has a quotation mark without its end, for example '/usr/local/bin/unwrap key.enc'".to_owned());
    }
    if words.first().is_none_or(String::is_empty) {
        return Err("must be a program and its arguments, for example /usr/local/bin/unwrap key.enc".to_owned());
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_split_at_spaces_and_quotes_alone() {
        let list = |words: &[&str]| Ok(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(words("unwrap  key.enc"), list(&["unwrap", "key.enc"]));
        assert_eq!(
            words(r#"'/opt/a b/unwrap' "--key=$HOME; x" '' a'b'"c""#),
            list(&["/opt/a b/unwrap", "--key=$HOME; x", "", "abc"])
        );
        for bad in ["'unwrap", "unwrap \"a", "''", " "] {
            assert!(words(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_of_a_list_are_separated_by_commas_spaces_or_lines() {
        let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        for separator in [",", " ", "\n", ", \r\n"] {
            assert_eq!(parse_keys(&format!("{key}{separator}{key}\n")).unwrap().len(), 2);
        }
        assert!(parse_keys("c2hvcnQ=").is_err());
    }
}
