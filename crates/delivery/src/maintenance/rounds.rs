//! The last rounds of the scheduled tasks of this node, for the operator.

use model::Timestamp;
use parking_lot::Mutex;
use std::{collections::BTreeMap, time::Duration};

/// A scheduled task with its last round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledTask {
    pub name: &'static str,
    /// Pause between two rounds.
    pub every: Duration,
    /// `None` before the first round.
    pub last: Option<Round>,
}

/// A round of a task that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    pub began: Timestamp,
    pub ended: Timestamp,
    /// The error of a round that failed.
    pub fault: Option<String>,
}

/// The scheduled tasks of a node.
#[derive(Debug, Default)]
pub struct Rounds(Mutex<BTreeMap<&'static str, ScheduledTask>>);

impl Rounds {
    /// Lists a task, which has not had a round yet.
    pub fn schedule(&self, name: &'static str, every: Duration) {
        self.0.lock().insert(name, ScheduledTask { name, every, last: None });
    }

    /// Records a round of a task.
    pub fn record<E: std::fmt::Display>(
        &self,
        name: &'static str,
        began: Timestamp,
        ended: Timestamp,
        result: &Result<(), E>,
    ) {
        if let Some(task) = self.0.lock().get_mut(name) {
            task.last = Some(Round { began, ended, fault: result.as_ref().err().map(ToString::to_string) });
        }
    }

    /// All tasks, by name.
    pub fn list(&self) -> Vec<ScheduledTask> {
        self.0.lock().values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_round_of_a_scheduled_task_is_kept() {
        let rounds = Rounds::default();
        let at = |seconds: i64| Timestamp::from_millis(1_000 * seconds);
        rounds.record("unknown", at(1), at(2), &Ok::<_, String>(()));
        rounds.schedule("retention", Duration::from_secs(600));
        assert_eq!(rounds.list()[0].last, None);
        rounds.record("retention", at(1), at(2), &Err("disk full"));
        let last = |rounds: &Rounds| rounds.list()[0].last.clone().unwrap();
        assert_eq!(last(&rounds).fault.as_deref(), Some("disk full"));
        rounds.record("retention", at(601), at(603), &Ok::<_, String>(()));
        assert_eq!(last(&rounds), Round { began: at(601), ended: at(603), fault: None });
        assert_eq!(rounds.list().len(), 1);
    }
}
