//! The appends of a commit: events, deduplication keys and deliveries.

use crate::{
    codes::{self, IN_DELAYED},
    columns::{AllEventRows, Existing},
    connect::{Fault, Tx, params},
    in_order,
    publications::Counting,
    rows,
};
use const_format::formatcp;
use futures_util::future::{join3, join4};
use model::{Event, EventId, Queue, SubscriptionId, TenantId, Timestamp};
use std::collections::{HashMap, HashSet};
use storage::{Append, Appended, NewDelivery, NewEvent, NodeId, PublicationCounts, StatisticsCounts, Write};
use tokio_postgres::Row;
use uuid::Uuid;

pub(crate) struct Appends<'a> {
    /// All events in order, with their tenants.
    events: Vec<(&'a TenantId, &'a NewEvent)>,
    /// Deduplication keys in the order in which every commit locks them, each with the first event that claims it.
    names: Vec<(&'a str, String, EventId)>,
    /// Events that outcomes raise: they have no deduplication keys, so they are new.
    raised: Vec<(&'a TenantId, &'a NewEvent)>,
    owner: Option<NodeId>,
}

/// Claims deduplication keys; returns those that were free. The order prevents deadlocks between commits.
const CLAIM: &str = "INSERT INTO postrider.event_keys (tenant_id, name, event_id)
    SELECT n.* FROM unnest($1::text[], $2::text[], $3::uuid[]) AS n (tenant_id, name, event_id)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING tenant_id, name";

impl<'a> Appends<'a> {
    pub(crate) fn of(batch: &'a [Write], owner: Option<NodeId>) -> Self {
        let appends = batch.iter().filter_map(|write| match write {
            Write::Append(append) => Some(append),
            _ => None,
        });
        let each = |append: &'a Append| append.events.iter().map(|new| (&append.tenant, new));
        Self::new(appends.flat_map(each).collect(), owner)
    }

    pub(crate) fn new(events: Vec<(&'a TenantId, &'a NewEvent)>, owner: Option<NodeId>) -> Self {
        let mut names: Vec<(&str, String, EventId)> = Vec::new();
        for (tenant, new) in &events {
            let claim =
                |key: &storage::DedupeKey| (tenant.as_str(), rows::text(&key.text()).into_owned(), new.event.id);
            names.extend(new.keys.iter().map(claim));
        }
        // The sort is stable, so the first of several events with one key remains.
        names.sort_by(|(a, b, _), (c, d, _)| (a, b).cmp(&(c, d)));
        names.dedup_by(|next, first| (next.0, &next.1) == (first.0, &first.1));
        Self { events, names, raised: Vec::new(), owner }
    }

    /// Adds the events that outcomes of the same commit raise.
    pub(crate) fn raise(&mut self, raised: Vec<&'a Append>) {
        let each = |append: &'a Append| append.events.iter().map(|new| (&append.tenant, new));
        self.raised = raised.into_iter().flat_map(each).collect();
    }

    /// The subscriptions to which the events have ordered deliveries.
    pub(crate) fn ordered(&self) -> impl Iterator<Item = (&'a TenantId, SubscriptionId)> {
        in_order::of_events(self.events.iter().copied())
    }

    pub(crate) async fn claim_names(&self, tx: &Tx) -> Result<Vec<Row>, Fault> {
        if self.names.is_empty() {
            return Ok(Vec::new());
        }
        let tenants: Vec<&str> = self.names.iter().map(|(tenant, ..)| *tenant).collect();
        let names: Vec<&str> = self.names.iter().map(|(_, name, _)| name.as_str()).collect();
        let events: Vec<Uuid> = self.names.iter().map(|(.., event)| event.uuid()).collect();
        tx.query(CLAIM, params![tenants => TEXT_ARRAY, names => TEXT_ARRAY, events => UUID_ARRAY]).await
    }

    /// Decides for every event whether it is new, and corrects keys that were claimed by duplicates.
    pub(crate) async fn settle_names(
        &mut self,
        tx: &Tx,
        claimed: Vec<Row>,
        there: &HashSet<TenantId>,
    ) -> Result<Vec<Appended>, Fault> {
        let free: HashSet<(&str, &str)> = claimed.iter().map(|row| (row.get("tenant_id"), row.get("name"))).collect();
        let mut taken: Vec<(&str, &str)> = Vec::new();
        for (tenant, name, _) in &self.names {
            if !free.contains(&(*tenant, name.as_str())) {
                taken.push((tenant, name));
            }
        }
        let mut owners = self.owners(tx, &taken).await?;
        let mut answers = Vec::with_capacity(self.events.len());
        let mut mine: HashMap<(&str, String), EventId> = HashMap::new();
        for (tenant, new) in &self.events {
            let keys: Vec<(&str, String)> =
                new.keys.iter().map(|key| (tenant.as_str(), rows::text(&key.text()).into_owned())).collect();
            let first = if there.contains(*tenant) { keys.iter().find_map(|key| owners.get(key)) } else { None };
            match first {
                Some(first) => answers.push(Appended::Duplicate(Box::new(first.clone()))),
                None => {
                    for key in keys {
                        owners.insert(key.clone(), (*new.event).clone());
                        mine.insert(key, new.event.id);
                    }
                    answers.push(Appended::New);
                }
            }
        }
        self.correct(tx, &free, &mine, there).await?;
        Ok(answers)
    }

    /// The events that own these keys. A key whose event was removed is free.
    async fn owners(&self, tx: &Tx, taken: &[(&str, &str)]) -> Result<HashMap<(&'a str, String), Event>, Fault> {
        if taken.is_empty() {
            return Ok(HashMap::new());
        }
        let (tenants, names): (Vec<&str>, Vec<&str>) = taken.iter().copied().unzip();
        let sql = "SELECT k.tenant_id, k.name, k.event_id FROM unnest($1::text[], $2::text[]) AS n (tenant_id, name)
                   JOIN postrider.event_keys k ON k.tenant_id = n.tenant_id AND k.name = n.name";
        let keys = tx.query(sql, params![tenants => TEXT_ARRAY, names => TEXT_ARRAY]).await?;
        let mut ids: Vec<Uuid> = keys.iter().map(|row| row.get("event_id")).collect();
        ids.sort_unstable();
        ids.dedup();
        let sql =
            format!("SELECT {} FROM postrider.events e WHERE e.tenant_id = ANY ($1) AND e.id = ANY ($2)", rows::EVENT);
        let events = tx.query(&sql, params![tenants => TEXT_ARRAY, ids => UUID_ARRAY]).await?;
        let mut known: HashMap<(TenantId, EventId), Event> = HashMap::new();
        for row in &events {
            let event = rows::event(row)?;
            known.insert((event.tenant.clone(), event.id), event);
        }
        let mut owners = HashMap::new();
        for row in &keys {
            let id = EventId::from_uuid(row.get("event_id"));
            let (tenant, name): (&str, &str) = (row.get("tenant_id"), row.get("name"));
            let found = self.names.binary_search_by(|(of, known, _)| (*of, known.as_str()).cmp(&(tenant, name)));
            if let (Some(event), Ok(at)) = (known.get(&(TenantId::trusted(tenant), id)), found) {
                let (tenant, name, _) = &self.names[at];
                owners.insert((*tenant, name.clone()), event.clone());
            }
        }
        Ok(owners)
    }

    /// Keys that were claimed for an event that is a duplicate go to the next event with that key, or are freed.
    async fn correct(
        &self,
        tx: &Tx,
        free: &HashSet<(&str, &str)>,
        mine: &HashMap<(&str, String), EventId>,
        there: &HashSet<TenantId>,
    ) -> Result<(), Fault> {
        let (mut drop_tenants, mut drop_names) = (Vec::new(), Vec::new());
        let (mut set_tenants, mut set_names, mut set_events) = (Vec::new(), Vec::new(), Vec::new());
        let there: HashSet<&str> = there.iter().map(TenantId::as_str).collect();
        for (tenant, name, claimant) in &self.names {
            let was_free = free.contains(&(*tenant, name.as_str()));
            match mine.get(&(*tenant, name.clone())).filter(|_| there.contains(tenant)) {
                Some(event) if was_free && event == claimant => {}
                Some(event) => {
                    set_tenants.push(*tenant);
                    set_names.push(name.as_str());
                    set_events.push(event.uuid());
                }
                None if was_free => {
                    drop_tenants.push(*tenant);
                    drop_names.push(name.as_str());
                }
                None => {}
            }
        }
        if !drop_names.is_empty() {
            let sql = "DELETE FROM postrider.event_keys k USING unnest($1::text[], $2::text[]) AS n (tenant_id, name)
                       WHERE k.tenant_id = n.tenant_id AND k.name = n.name";
            tx.query(sql, params![drop_tenants => TEXT_ARRAY, drop_names => TEXT_ARRAY]).await?;
        }
        if !set_names.is_empty() {
            let sql = "UPDATE postrider.event_keys k SET event_id = n.event_id
                       FROM unnest($1::text[], $2::text[], $3::uuid[]) AS n (tenant_id, name, event_id)
                       WHERE k.tenant_id = n.tenant_id AND k.name = n.name";
            let values = params![set_tenants => TEXT_ARRAY, set_names => TEXT_ARRAY, set_events => UUID_ARRAY];
            tx.query(sql, values).await?;
        }
        Ok(())
    }

    /// Counts of the new events, by type.
    pub(crate) fn tally(&self, each: &[Appended], there: &HashSet<TenantId>) -> PublicationCounts {
        let mut tally = PublicationCounts::default();
        for ((tenant, new), appended) in self.events.iter().zip(each).filter(|((tenant, _), _)| there.contains(*tenant))
        {
            tally.add(tenant, new, appended);
        }
        tally
    }

    /// The events that are written, including those that outcomes raise.
    fn new_events<'s>(
        &'s self,
        each: &'s [Appended],
        there: &'s HashSet<TenantId>,
    ) -> impl Iterator<Item = (&'a TenantId, &'a NewEvent)> + 's {
        let of_appends = self.events.iter().zip(each).filter(|(_, appended)| **appended == Appended::New);
        let all = of_appends.map(|(event, _)| event).chain(&self.raised);
        all.filter(|(tenant, _)| there.contains(*tenant)).copied()
    }

    /// Increments of the statistics by the new events and deliveries.
    pub(crate) fn increments(&self, each: &[Appended], there: &HashSet<TenantId>) -> StatisticsCounts {
        let mut counts = StatisticsCounts::default();
        for (tenant, new) in self.new_events(each, there) {
            counts.add_published(tenant, new);
        }
        counts
    }

    /// Writes and counts the new events with their deliveries.
    pub(crate) async fn write(
        &self,
        tx: &Tx,
        each: &[Appended],
        there: &HashSet<TenantId>,
        (counting, shard): (&Counting, i16),
    ) -> Result<(), Fault> {
        let new: Vec<_> = self.new_events(each, there).collect();
        if new.is_empty() {
            return Ok(());
        }
        let events = write_events(tx, &new);
        let deliveries = write_deliveries(tx, &new, self.owner);
        let counted = counting.write(tx, shard);
        let (events, deliveries, counted, told) = join4(events, deliveries, counted, self.tell(tx)).await;
        events.and(deliveries).and(counted).and(told)
    }
}

impl Appends<'_> {
    /// Notifies workers of deliveries without an owner.
    async fn tell(&self, tx: &Tx) -> Result<(), Fault> {
        if self.owner.is_none() {
            tx.query("SELECT pg_notify('postrider', 'work')", &[]).await?;
        }
        Ok(())
    }
}

async fn write_events(tx: &Tx, new: &[(&TenantId, &NewEvent)]) -> Result<(), Fault> {
    let mut rows = AllEventRows::default();
    for (tenant, new) in new {
        rows.push(tenant, &new.event);
    }
    rows.insert(tx, Existing::Fail).await
}

pub(crate) const INSERT_WAITING: &str = "INSERT INTO postrider.waiting
    (tenant_id, id, subscription_id, event_type, given_id, owner, queue, next_attempt_at, updated_at)
    SELECT n.tenant_id, n.id, n.subscription_id, n.event_type, n.given_id, $1, n.queue, n.at, n.at
    FROM unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::smallint[], $8::bigint[])
        AS n (tenant_id, id, subscription_id, event_type, given_id, queue, at)";

/// The same for deliveries that are due later than they are created.
pub(crate) const INSERT_DELAYED: &str = formatcp!(
    "INSERT INTO postrider.waiting
    (tenant_id, id, subscription_id, event_type, given_id, owner, queue, next_attempt_at, updated_at)
    SELECT n.tenant_id, n.id, n.subscription_id, n.event_type, n.given_id, $1, {IN_DELAYED}, n.at, n.made
    FROM unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
        AS n (tenant_id, id, subscription_id, event_type, given_id, made, at)"
);

async fn write_deliveries(tx: &Tx, new: &[(&TenantId, &NewEvent)], owner: Option<NodeId>) -> Result<(), Fault> {
    let written =
        join3(write_due(tx, new, owner), write_delayed(tx, new, owner), in_order::write(tx, new, owner)).await;
    written.0.and(written.1).and(written.2)
}

/// An event's deliveries that are in no order.
fn unordered(new: &NewEvent) -> impl Iterator<Item = &NewDelivery> {
    new.deliveries.iter().filter(|one| one.order.is_none())
}

/// Deliveries that are due at once.
async fn write_due(tx: &Tx, new: &[(&TenantId, &NewEvent)], owner: Option<NodeId>) -> Result<(), Fault> {
    let now = || new.iter().filter(|(_, new)| new.due_at.is_none());
    let all = || now().flat_map(|(tenant, new)| unordered(new).map(move |one| (*tenant, *new, one)));
    let ids: Vec<Uuid> = all().map(|(.., one)| one.id.uuid()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let tenants: Vec<&str> = all().map(|(tenant, ..)| tenant.as_str()).collect();
    let subscriptions: Vec<Uuid> = all().map(|(.., one)| one.subscription.uuid()).collect();
    let types: Vec<&str> = all().map(|(_, new, _)| new.event.event_type.as_str()).collect();
    let given: Vec<Option<&str>> = all().map(|(_, new, _)| new.event.given_id.as_deref()).collect();
    let queues: Vec<i16> = all().map(|(_, new, _)| i16::from(Queue::of(new.event.priority).code())).collect();
    let due: Vec<i64> = all().map(|(_, new, _)| new.event.id.made_at().micros()).collect();
    let values = params![
        codes::owner(owner) => INT4, tenants => TEXT_ARRAY, ids => UUID_ARRAY, subscriptions => UUID_ARRAY, types => TEXT_ARRAY,
        given => TEXT_ARRAY, queues => INT2_ARRAY, due => INT8_ARRAY,
    ];
    tx.query(INSERT_WAITING, values).await.map(drop)
}

/// Deliveries that are due later.
async fn write_delayed(tx: &Tx, new: &[(&TenantId, &NewEvent)], owner: Option<NodeId>) -> Result<(), Fault> {
    let later = new.iter().filter_map(|(tenant, new)| Some((*tenant, *new, new.due_at?)));
    let all: Vec<(&TenantId, &Event, &NewDelivery, Timestamp)> =
        later.flat_map(|(tenant, new, at)| unordered(new).map(move |one| (tenant, &*new.event, one, at))).collect();
    if all.is_empty() {
        return Ok(());
    }
    let tenants: Vec<&str> = all.iter().map(|(tenant, ..)| tenant.as_str()).collect();
    let ids: Vec<Uuid> = all.iter().map(|(_, _, one, _)| one.id.uuid()).collect();
    let subscriptions: Vec<Uuid> = all.iter().map(|(_, _, one, _)| one.subscription.uuid()).collect();
    let types: Vec<&str> = all.iter().map(|(_, event, ..)| event.event_type.as_str()).collect();
    let given: Vec<Option<&str>> = all.iter().map(|(_, event, ..)| event.given_id.as_deref()).collect();
    let made: Vec<i64> = all.iter().map(|(_, event, ..)| event.id.made_at().micros()).collect();
    let due: Vec<i64> = all.iter().map(|(.., at)| at.micros()).collect();
    let values = params![
        codes::owner(owner) => INT4, tenants => TEXT_ARRAY, ids => UUID_ARRAY, subscriptions => UUID_ARRAY,
        types => TEXT_ARRAY, given => TEXT_ARRAY, made => INT8_ARRAY, due => INT8_ARRAY,
    ];
    tx.query(INSERT_DELAYED, values).await.map(drop)
}
