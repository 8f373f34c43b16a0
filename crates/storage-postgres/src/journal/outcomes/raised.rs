//! Events that outcomes raise. Whether an outcome ended its delivery, or was the one that disabled the subscription, is
//! known only in the transaction, so the events of the others are left out here.

use super::{Ended, EndedBy, Outcomes, ended_at};
use crate::{
    cells::Cells,
    codes::{ACTIVE, DISABLED, GONE, PAUSED},
    connect::{Fault, Tx, params},
};
use const_format::formatcp;
use model::{SubscriptionId, TenantId, delivery::Next};
use std::collections::HashSet;
use storage::{Append, Outcome};
use tokio_postgres::Row;
use uuid::Uuid;

const DISABLE: &str = formatcp!(
    "UPDATE postrider.subscriptions s SET state = {DISABLED}, revision = revision + 1, updated_at = o.at,
    disabled_at = o.at, disabled_reason = {GONE}, breaker = NULL
    FROM unnest($1::text[], $2::uuid[], $3::bigint[]) AS o (tenant_id, id, at)
    WHERE s.tenant_id = o.tenant_id AND s.id = o.id AND s.state IN ({ACTIVE}, {PAUSED})
    RETURNING s.tenant_id, s.id"
);

impl<'a> Ended<'a> {
    /// True when this outcome ended it.
    fn is_by(&self, outcome: &'a Outcome) -> bool {
        matches!(self.by, EndedBy::Outcome(by) if std::ptr::eq(by, outcome))
    }
}

impl<'a> Outcomes<'a> {
    pub(in crate::journal) fn has_raised(&self, place: usize) -> bool {
        self.raised.contains(&place)
    }

    /// The events to be written. Disables the subscriptions of 410 outcomes now, in a round trip of its own, when one of
    /// these outcomes raises events; a commit without them needs none.
    pub(in crate::journal) async fn raised(&mut self, tx: &Tx) -> Result<Vec<&'a Append>, Fault> {
        let mut events = self.raised_by_endings();
        let raising: Vec<(usize, &'a Outcome)> =
            self.all.iter().filter(|(_, outcome)| !outcome.raises.is_empty()).copied().collect();
        if raising.is_empty() {
            return Ok(events);
        }
        let mut disabled = self.disabled(tx, &raising).await?;
        for (place, outcome) in raising {
            let raises = match outcome.next {
                Next::Retry { .. } => false,
                Next::End(_) => self.ended.iter().any(|one| one.is_by(outcome)),
                // Of several 410 the first one.
                Next::Gone => {
                    !self.taken.contains(&place) && disabled.remove(&(outcome.tenant.clone(), outcome.subscription))
                }
            };
            if raises {
                self.raised.insert(place);
                events.extend(&outcome.raises);
            }
        }
        Ok(events)
    }

    fn raised_by_endings(&mut self) -> Vec<&'a Append> {
        let mut events = Vec::new();
        for (place, ending) in self.endings.values() {
            if !ending.raises.is_empty() && !self.taken.contains(place) {
                self.raised.insert(*place);
                events.extend(&ending.raises);
            }
        }
        events
    }

    async fn disabled(
        &mut self,
        tx: &Tx,
        raising: &[(usize, &'a Outcome)],
    ) -> Result<HashSet<(TenantId, SubscriptionId)>, Fault> {
        if !raising.iter().any(|(_, outcome)| outcome.next == Next::Gone) {
            return Ok(HashSet::new());
        }
        let rows = self.disable(tx).await?;
        self.has_disabled = true;
        let keys = rows.iter().map(Cells::subscriptions);
        Ok(keys.map(|cells| (cells.tenant("tenant_id"), cells.subscription_id("id"))).collect())
    }

    /// Disables the subscriptions whose receivers answered 410. Returns the rows of those that were not disabled yet.
    pub(super) async fn disable(&self, tx: &Tx) -> Result<Vec<Row>, Fault> {
        let gone: Vec<&Outcome> = self.recorded().filter(|outcome| outcome.next == Next::Gone).collect();
        if gone.is_empty() || self.has_disabled {
            return Ok(Vec::new());
        }
        let tenants: Vec<&str> = gone.iter().map(|one| one.tenant.as_str()).collect();
        let ids: Vec<Uuid> = gone.iter().map(|one| one.subscription.uuid()).collect();
        let ended: Vec<i64> = gone.iter().map(|one| ended_at(one).micros()).collect();
        tx.query(DISABLE, params![tenants => TEXT_ARRAY, ids => UUID_ARRAY, ended => INT8_ARRAY]).await
    }
}
