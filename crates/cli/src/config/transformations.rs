//! Limits of transformations by scripts.

use super::Raw;
use std::time::Duration;
use transform::Limits;

impl Raw {
    pub(super) fn transformations(&self) -> anyhow::Result<Limits> {
        let workers = self.number("transform_workers", 1, 64, 2)? as usize;
        let deadline = Duration::from_millis(self.number("transform_timeout_ms", 10, 10_000, 500)?);
        Ok(Limits { workers, deadline, ..Limits::default() })
    }
}
