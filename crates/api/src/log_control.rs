//! The interface to the settings of this process's log.

/// Controls the log of this process; `cli` implements it.
pub trait LogControl: Send + Sync + std::fmt::Debug {
    /// The current filter, in the syntax of `POSTRIDER_LOG`.
    fn filter(&self) -> String;

    /// Replaces the filter. Fails with the reason, in the form `must be …`, when it is invalid.
    fn set_filter(&self, filter: &str) -> Result<(), String>;

    /// The share of successful deliveries that are logged, from 0 to 1.
    fn sample(&self) -> f64;

    fn set_sample(&self, share: f64);
}
