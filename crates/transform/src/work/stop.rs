//! The deadline of a call inside of the worker. The engine asks for it between operations, but not inside of its C loops.

use crate::clock::Start;
use std::{cell::Cell, rc::Rc, time::Duration};

#[derive(Clone)]
pub(super) struct Stop {
    start: Start,
    after: Duration,
    fired: Rc<Cell<bool>>,
}

impl Stop {
    /// A little earlier than the host's deadline, so that most late scripts end without the end of their worker.
    pub(super) fn before(deadline: Duration) -> Self {
        let margin = (deadline / 10).clamp(Duration::from_millis(5), Duration::from_millis(50));
        Self { start: Start::now(), after: deadline.saturating_sub(margin), fired: Rc::default() }
    }

    pub(super) fn is_over(&self) -> bool {
        if self.start.elapsed() >= self.after {
            self.fired.set(true);
        }
        self.fired.get()
    }

    /// Whether the engine has been interrupted.
    pub(super) fn has_fired(&self) -> bool {
        self.fired.get()
    }
}
