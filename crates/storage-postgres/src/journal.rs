//! The journal: batches of appends and outcomes, one transaction per batch, in two round trips. The first one reads
//! which tenants exist, claims deduplication keys and removes deliveries that wait no longer; the second one writes
//! what follows from the answers, and commits.

pub(crate) mod appends;
mod outcomes;

use crate::{
    PgStore,
    cells::Cells,
    commit,
    connect::{Fault, Tx, params},
    error, in_order,
    publications::Counting,
    statistics,
};
use appends::Appends;
use async_trait::async_trait;
use futures_util::future::{join, join3, join4};
use model::{SubscriptionId, TenantId};
use outcomes::Outcomes;
use std::{collections::HashSet, sync::Arc};
use storage::{Append, CommitError, Done, Journal, Source, StorageError, Write};

#[async_trait]
impl Journal for PgStore {
    async fn commit_from(&self, source: Arc<dyn Source>) -> Result<(Vec<Write>, Vec<Done>), CommitError> {
        let Ok(_permit) = self.0.writing.acquire().await else {
            return Err(CommitError { batch: source.take(), source: error::closed() });
        };
        let mut client = match self.0.writers.get().await {
            Ok(client) => client,
            Err(fault) => return Err(CommitError { batch: source.take(), source: error::pool(fault) }),
        };
        let batch = source.take();
        if batch.is_empty() {
            return Ok((batch, Vec::new()));
        }
        let mut tries = 0;
        loop {
            let fault = match write(self, Tx::open(client), &batch).await {
                Ok(done) => return Ok((batch, done)),
                Err(fault) => fault,
            };
            tries += 1;
            if tries > 5 || !fault.is_nothing() {
                return Err(CommitError { batch, source: fault.into() });
            }
            client = match self.0.writers.get().await {
                Ok(client) => client,
                Err(fault) => return Err(CommitError { batch, source: error::pool(fault) }),
            };
        }
    }
}

/// The stage at which a commit failed.
enum Failed {
    /// Before the commit was sent: nothing was committed.
    Before(Fault),
    /// After the commit was sent: it may have been committed.
    AtCommit(Fault),
}

impl Failed {
    /// True when nothing was written and a retry may succeed immediately.
    fn is_nothing(&self) -> bool {
        match self {
            Self::Before(fault) => fault.is_closed() || fault.is_collision(),
            Self::AtCommit(fault) => fault.is_collision(),
        }
    }
}

impl From<Failed> for StorageError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Before(fault) => fault.into(),
            Failed::AtCommit(fault) => fault.of_commit().into(),
        }
    }
}

async fn write(store: &PgStore, tx: Tx, batch: &[Write]) -> Result<Vec<Done>, Failed> {
    let mut appends = Appends::of(batch, store.appends_to());
    let mut outcomes = Outcomes::of(batch, store.node());
    let mut named: Vec<&str> = batch.iter().map(|write| tenant_of(write).as_str()).collect();
    named.extend(batch.iter().flat_map(Write::raises).map(|append| append.tenant.as_str()));
    named.sort_unstable();
    named.dedup();

    let begin = commit::begin(store.0.must_sync);
    let begun = tx.client().batch_execute(&begin);
    let named = params![named => TEXT_ARRAY];
    let ordered = ordered(batch);
    let locked = in_order::lock(&tx, &ordered);
    let tenants = tx.query(commit::TENANTS, named);
    let asked = join(appends.claim_names(&tx), outcomes.take(&tx));
    let (begun, locked, tenants, (names, taken)) = join4(begun, locked, tenants, asked).await;
    begun.map_err(|fault| Failed::Before(fault.into()))?;
    locked.map_err(Failed::Before)?;
    let tenants = tenants.map_err(Failed::Before)?;
    let there: HashSet<TenantId> = tenants.iter().map(|row| Cells::tenants(row).tenant("id")).collect();
    let known = appends.settle_names(&tx, names.map_err(Failed::Before)?, &there).await.map_err(Failed::Before)?;
    outcomes.settle(taken.map_err(Failed::Before)?);
    outcomes.late(&tx).await.map_err(Failed::Before)?;
    appends.raise(outcomes.raised(&tx).await.map_err(Failed::Before)?);

    let (shard, counting) = (store.shard(), Counting::of(store, appends.tally(&known, &there)));
    let counts = outcomes.increments(appends.increments(&known, &there));
    let counted = statistics::pend(store, &tx, &counts);
    let written = join3(appends.write(&tx, &known, &there, (&counting, shard)), outcomes.write(&tx, shard), counted);
    let (written, committed) = join(written, tx.client().batch_execute("COMMIT")).await;
    written.0.and(written.1).and(written.2).map_err(Failed::AtCommit)?;
    committed.map_err(|fault| Failed::AtCommit(fault.into()))?;
    tx.done();
    counting.committed(store);
    let mut appended = known.into_iter();
    Ok(batch
        .iter()
        .enumerate()
        .map(|(at, write)| match write {
            Write::Append(append) => {
                let each = appended.by_ref().take(append.events.len()).collect();
                if there.contains(&append.tenant) { Done::Appended(each) } else { Done::NoTenant }
            }
            _ if !there.contains(tenant_of(write)) => Done::NoTenant,
            _ if outcomes.was_taken(at) => Done::Taken,
            _ if outcomes.has_raised(at) => Done::Raised,
            Write::Outcome(_) | Write::End(_) | Write::Cancel { .. } => Done::Recorded,
        })
        .collect())
}

/// The subscriptions whose ordered deliveries the batch adds or ends.
fn ordered(batch: &[Write]) -> in_order::Subscriptions<'_> {
    let mut all = in_order::Subscriptions::new();
    for write in batch {
        match write {
            Write::Outcome(one) if one.order.is_some() => all.extend([(&one.tenant, one.subscription)]),
            Write::End(one) => all.extend(one.order.map(|(subscription, _)| (&one.tenant, subscription))),
            Write::Append(append) => all.extend(of_append(append)),
            Write::Outcome(_) | Write::Cancel { .. } => {}
        }
        all.extend(write.raises().iter().flat_map(of_append));
    }
    all
}

fn of_append(append: &Append) -> impl Iterator<Item = (&TenantId, SubscriptionId)> {
    in_order::of_events(append.events.iter().map(|new| (&append.tenant, new)))
}

fn tenant_of(write: &Write) -> &TenantId {
    match write {
        Write::Append(append) => &append.tenant,
        Write::Outcome(outcome) => &outcome.tenant,
        Write::End(ending) => &ending.tenant,
        Write::Cancel { tenant, .. } => tenant,
    }
}
