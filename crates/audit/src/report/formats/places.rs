//! The place where a gap belongs, as far as a name tells, and folders whose code runs beside the product.

use crate::report::{Event, Suggestion};

/// Folders whose code runs beside the product.
const BESIDE: [&str; 26] = [
    "alembic",
    "bench",
    "benches",
    "bin",
    "config",
    "db",
    "demo",
    "docs",
    "e2e",
    "example",
    "examples",
    "fixtures",
    "frontend",
    "generated",
    "locales",
    "migrate",
    "migration",
    "migrations",
    "mocks",
    "samples",
    "scripts",
    "sdk",
    "seeds",
    "stories",
    "templates",
    "versions",
];

/// Minimum score of a suggestion that documents show as the likely place.
pub(super) const SCORE_SHOWN: u32 = 70;

/// The best suggestion, when its score is high enough.
pub(super) fn likely(event: &Event) -> Option<&Suggestion> {
    event.suggestions.first().filter(|place| place.score >= SCORE_SHOWN)
}

/// True when a file or folder lies in a folder for examples, migrations, front ends and the like.
pub(super) fn is_beside(path: &str) -> bool {
    path.split('/').any(|part| BESIDE.contains(&part.to_lowercase().as_str()))
}
