//! All errors of the configuration at once, for diagnostics; `Config::read` stops at the first.

use super::{Config, FILE, Flags, Gathered, Raw, SETTINGS, bad_setting::BadSetting, variable};
use figment::value::{Dict, Value};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// The configuration as far as it is valid.
pub(crate) struct Examined {
    /// Settings with an error have their defaults.
    pub(crate) config: Config,
    /// One sentence for each error, without secrets.
    pub(crate) faults: Vec<String>,
    /// Names of the settings that have an error.
    pub(crate) faulty: BTreeSet<String>,
    /// The file that was read.
    pub(crate) file: Option<PathBuf>,
    /// Names of the settings in that file.
    pub(crate) in_file: Vec<String>,
    /// Variables that set a setting.
    pub(crate) variables: Vec<&'static str>,
}

/// Reads all sources.
pub(crate) fn examine(file: Option<&Path>, flags: Flags) -> anyhow::Result<Examined> {
    let Gathered { mut raw, faults, in_file, .. } = Raw::gather(file, flags)?;
    let mut faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let mut faulty = BTreeSet::new();
    let config = loop {
        let fault = match raw.check() {
            Ok(config) => break config,
            Err(fault) => fault,
        };
        let name = fault.downcast_ref::<BadSetting>().map(|bad| bad.name.clone()).unwrap_or_default();
        if !faulty.contains(&name) {
            faults.push(fault.to_string());
        }
        if faulty.insert(name.clone()) {
            raw.reset(&name);
        } else {
            // The default of a setting contradicts another setting.
            raw.0 = Dict::new();
            SETTINGS.iter().for_each(|(name, ..)| raw.reset(name));
        }
    };
    let file = file.unwrap_or_else(|| Path::new(FILE));
    let set = SETTINGS.iter().map(|(name, ..)| variable(name)).filter(|name| std::env::var_os(name).is_some());
    Ok(Examined {
        config,
        faults,
        faulty,
        file: file.is_file().then(|| file.to_owned()),
        in_file,
        variables: set.collect(),
    })
}

impl Raw {
    /// Sets a setting to its default.
    fn reset(&mut self, name: &str) {
        let default = SETTINGS.iter().find(|(known, ..)| *known == name).and_then(|(.., default)| *default);
        match default {
            Some(text) => drop(self.0.insert(name.to_owned(), Value::from(text))),
            None => drop(self.0.remove(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(pairs: &[(&'static str, &str)]) -> Examined {
        let flags = pairs.iter().map(|(name, text)| (*name, Some((*text).to_owned()))).collect();
        examine(None, flags).unwrap()
    }

    #[test]
    fn every_invalid_setting_is_reported_and_the_valid_ones_are_kept() {
        let found = faults(&[("listen", "nowhere"), ("max_retries", "11"), ("retention_days", "30")]);
        assert_eq!(found.faults.len(), 2, "{:?}", found.faults);
        assert!(found.faults[0].starts_with("POSTRIDER_LISTEN is \"nowhere\""), "{:?}", found.faults);
        assert!(found.faults[1].starts_with("WEBHOOK_MAX_RETRIES is \"11\""), "{:?}", found.faults);
        assert_eq!((found.config.listen.port(), found.config.max_retries), (8080, 3));
        assert_eq!(found.config.retention.unwrap().as_secs(), 30 * 24 * 3_600);
        assert_eq!(found.faulty.len(), 2);
    }

    #[test]
    fn a_setting_that_contradicts_the_default_of_another_ends_the_search() {
        let found = faults(&[("breaker_pause_seconds", "3600"), ("breaker_longest_pause_seconds", "400")]);
        assert_eq!(found.faults.len(), 1, "{:?}", found.faults);
        assert!(found.faulty.contains("breaker_longest_pause_seconds"));
    }
}
