//! Environment variables: settings, variables of the commands, and detection of unknown ones. A misspelt name would be
//! silently ignored, so it prevents the start.

use super::{nearest::nearest, settings::SETTINGS};
use anyhow::{anyhow, bail};
use figment::value::Map;
use std::ffi::OsString;

/// Prefix of all variables of Postrider.
const PREFIX: &str = "POSTRIDER_";

/// Variables of the commands that talk to a server, and of `sink`.
const OF_COMMANDS: [&str; 5] =
    ["POSTRIDER_URL", "POSTRIDER_KEY", "POSTRIDER_TENANT", "POSTRIDER_CA_FILE", "POSTRIDER_SINK_SECRET"];

/// Names that users guess, with the variables that they mean.
const GUESSES: [(&str, &str); 7] = [
    ("POSTRIDER_PORT", "POSTRIDER_LISTEN"),
    ("POSTRIDER_HOST", "POSTRIDER_LISTEN"),
    ("POSTRIDER_BIND", "POSTRIDER_LISTEN"),
    ("POSTRIDER_DATABASE", "POSTRIDER_STORE"),
    ("POSTRIDER_DATABASE_URL", "POSTRIDER_STORE"),
    ("POSTRIDER_DB", "POSTRIDER_STORE"),
    ("POSTRIDER_LOG_LEVEL", "POSTRIDER_LOG"),
];

/// The given settings as unmodified text, because figment's own provider would parse a key of digits as a number; and
/// all errors.
pub(super) fn settings() -> (Map<&'static str, String>, Vec<anyhow::Error>) {
    let mut faults: Vec<anyhow::Error> = check().err().into_iter().collect();
    let mut given = Map::new();
    for (name, variable, _) in SETTINGS {
        match std::env::var_os(variable).map(OsString::into_string) {
            Some(Ok(text)) => drop(given.insert(name, text.trim().to_owned())),
            Some(Err(_)) => faults.push(anyhow!("{variable} must be text in UTF-8")),
            None => {}
        }
    }
    (given, faults)
}

/// Refuses unknown variables with Postrider's prefix.
pub(crate) fn check() -> anyhow::Result<()> {
    match unknown(std::env::vars_os()) {
        Some(sentence) => bail!(sentence),
        None => Ok(()),
    }
}

/// Variables similar to the compatible `WEBHOOK_…` settings. They only cause a warning, because without Postrider's
/// prefix they may belong to another program.
pub(crate) fn suspicious() -> Vec<(String, &'static str)> {
    let known: Vec<&str> = known().collect();
    let of = |name: OsString| {
        let name = name.into_string().ok().filter(|name| name.starts_with("WEBHOOK_"))?;
        let near = nearest(&name, known.iter().copied()).filter(|near| near.starts_with("WEBHOOK_"))?;
        (near != name).then_some((name, near))
    };
    std::env::vars_os().filter_map(|(name, _)| of(name)).collect()
}

fn known() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|(_, variable, _)| *variable).chain(OF_COMMANDS)
}

fn unknown(variables: impl Iterator<Item = (OsString, OsString)>) -> Option<String> {
    let mut unknown: Vec<String> = variables
        .filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
            let is_ours = !known().any(|known| known == name) && !is_service_link(&name, &value.to_string_lossy());
            is_ours.then_some(name)
        })
        .collect();
    unknown.sort_unstable();
    let first = unknown.first()?;
    let guessed = GUESSES.iter().find(|(guess, _)| guess == first).map(|(_, meant)| *meant);
    let meant = match guessed.or_else(|| nearest(first, known())) {
        Some(near) => format!("is {near} meant?"),
        None => format!("known are {}", known().collect::<Vec<_>>().join(", ")),
    };
    let more = if unknown.len() > 1 { format!(" (Unknown too: {}.)", unknown[1..].join(", ")) } else { String::new() };
    Some(format!("{first} is not a variable that Postrider knows; {meant}{more}"))
}

/// Kubernetes adds the address of every service to the environment of every container, under the service's name: a
/// service `postrider` creates `POSTRIDER_SERVICE_HOST`, `POSTRIDER_PORT`, `POSTRIDER_PORT_8080_TCP_ADDR` and more.
fn is_service_link(name: &str, value: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let service = words.windows(2).position(|two| two[0] == "SERVICE" && matches!(two[1], "HOST" | "PORT"));
    if service.is_some() {
        return true;
    }
    let Some(port) = words.iter().position(|word| *word == "PORT") else { return false };
    match words[port + 1..] {
        [] => value.contains("://"),
        [number, protocol, ref rest @ ..] => {
            number.parse::<u16>().is_ok()
                && matches!(protocol, "TCP" | "UDP" | "SCTP")
                && matches!(rest, [] | ["ADDR" | "PORT" | "PROTO"])
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(names: &[&str]) -> Option<String> {
        unknown(names.iter().map(|name| ((*name).into(), "1".into())))
    }

    #[test]
    fn the_nearest_known_name_is_suggested() {
        for (name, meant) in [
            ("POSTRIDER_LISTN", "POSTRIDER_LISTEN"),
            ("POSTRIDER_LOG_LEVEL", "POSTRIDER_LOG"),
            ("POSTRIDER_RETENTION_DAY", "POSTRIDER_RETENTION_DAYS"),
            ("POSTRIDER_ALLOW_NETWORK", "POSTRIDER_ALLOW_NETWORKS"),
            ("POSTRIDER_ADMINKEY", "POSTRIDER_ADMIN_KEY"),
            ("POSTRIDER_TENNANT", "POSTRIDER_TENANT"),
            ("POSTRIDER_PORT", "POSTRIDER_LISTEN"),
            ("POSTRIDER_DATABASE_URL", "POSTRIDER_STORE"),
        ] {
            let sentence = sentence(&["HOME", name]).unwrap();
            assert_eq!(sentence, format!("{name} is not a variable that Postrider knows; is {meant} meant?"));
        }
        let far = sentence(&["POSTRIDER_XYZZY"]).unwrap();
        assert!(far.contains("known are POSTRIDER_LISTEN, POSTRIDER_STORE, "), "{far}");
        let two = sentence(&["POSTRIDER_STOR", "POSTRIDER_ROL"]).unwrap();
        assert!(two.starts_with("POSTRIDER_ROL is not") && two.ends_with("(Unknown too: POSTRIDER_STOR.)"), "{two}");
    }

    #[test]
    fn known_variables_and_those_of_other_programs_are_accepted() {
        let known: Vec<&str> = known().collect();
        assert_eq!(sentence(&known), None);
        assert_eq!(sentence(&["PATH", "POSTGRES_URL", "MY_POSTRIDER_X", "WEBHOOK_ANYTHING"]), None);
    }

    #[test]
    fn variables_of_a_kubernetes_service_are_ignored() {
        let links = [
            ("POSTRIDER_SERVICE_HOST", "10.0.0.7"),
            ("POSTRIDER_SERVICE_PORT", "8080"),
            ("POSTRIDER_SERVICE_PORT_HTTP", "8080"),
            ("POSTRIDER_API_SERVICE_HOST", "10.0.0.7"),
            ("POSTRIDER_PORT", "tcp://10.0.0.7:8080"),
            ("POSTRIDER_PORT_8080_TCP", "tcp://10.0.0.7:8080"),
            ("POSTRIDER_PORT_8080_TCP_PROTO", "tcp"),
            ("POSTRIDER_API_PORT_8080_TCP_ADDR", "10.0.0.7"),
        ];
        let variables = links.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        assert_eq!(unknown(variables), None);
    }
}
