//! The location of a store: a SQLite file or a PostgreSQL database.

use secrecy::SecretString;
use std::path::PathBuf;

/// Location of the store.
#[derive(Clone, Debug)]
pub(crate) enum StoreUrl {
    Sqlite(PathBuf),
    /// Secret, because the URL may contain a password.
    Postgres(SecretString),
}

impl StoreUrl {
    /// The file of a SQLite store.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Sqlite(path) => Some(path.clone()),
            Self::Postgres(_) => None,
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:").filter(|path| !path.is_empty()) {
            return Ok(Self::Sqlite(path.trim_start_matches("//").into()));
        }
        match parse_postgres(text)? {
            Some(url) => Ok(Self::Postgres(url)),
            None => Err("must begin with sqlite: and name a file, for example sqlite:postrider.db, or be a URL of \
                         PostgreSQL, for example postgres://postrider@localhost/postrider"
                .into()),
        }
    }

    /// The location without secrets, for display.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(_) => "the database".into(),
        }
    }
}

/// Parses a PostgreSQL URL; `None` for other texts.
pub(crate) fn parse_postgres(text: &str) -> Result<Option<SecretString>, String> {
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        return Ok(None);
    }
    storage_postgres::check_url(text).map_err(|fault| {
        format!("is not a PostgreSQL URL: {fault}; for example postgres://postrider@localhost/postrider")
    })?;
    Ok(Some(text.into()))
}
