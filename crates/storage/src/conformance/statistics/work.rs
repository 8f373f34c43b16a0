//! Random work of a tenant through every call that changes deliveries; equal in every run.

use crate::{
    CancelFilter, NewDelivery, RetryOf, Write,
    conformance::fixtures::{Seeded, World, append, begin, failed, listed, missed, step},
};
use model::{
    Delivery,
    DeliveryStatus::{self, Delivered, Disabled, Exhausted, Failed, Pending, Retrying},
    Entropy, SubscriptionId, TenantId,
};
use std::time::Duration;

const TYPES: [&str; 3] = ["a.b", "a.c", "d.e"];

pub(super) struct Work<'w, 's> {
    world: &'w World<'s>,
    pub(super) tenant: TenantId,
    subscriptions: Vec<SubscriptionId>,
    random: Seeded,
}

impl<'w, 's> Work<'w, 's> {
    pub(super) async fn begin(world: &'w World<'s>) -> Self {
        let tenant = world.tenant("acme").await;
        let random = Seeded::named(tenant.as_str());
        let mut work = Self { world, tenant, subscriptions: Vec::new(), random };
        for _ in 0..3 {
            work.subscribe().await;
        }
        work
    }

    fn below(&self, limit: usize) -> usize {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % limit.max(1) as u64) as usize
    }

    async fn subscribe(&mut self) {
        self.subscriptions.push(self.world.subscribe(&self.tenant).await.id);
    }

    fn one_of(&self, all: &[Delivery]) -> Option<Delivery> {
        all.get(self.below(all.len())).cloned()
    }

    /// Does one thing, then advances the clock by up to 40 minutes.
    pub(super) async fn step(&mut self) {
        let all = listed(self.world, &self.tenant, None).await;
        let waiting: Vec<Delivery> = all.iter().filter(|one| one.status.is_waiting()).cloned().collect();
        match self.below(16) {
            0..=3 => self.publish().await,
            4..=8 => self.outcomes(&waiting).await,
            9 => self.outcomes(&all).await,
            10 => self.end(&waiting).await,
            11 => self.cancel(&waiting).await,
            12 => {
                if let Some(one) = self.one_of(&all) {
                    let of = if self.below(2) == 0 { RetryOf::Any } else { RetryOf::Undelivered };
                    self.world.store.retry_delivery(&self.tenant, one.id, of, self.world.tick()).await.unwrap();
                }
            }
            13 => {
                if let Some(one) = self.one_of(&all) {
                    let now = self.world.tick();
                    self.world.store.erase_payload(&self.tenant, one.id.event(), None, 100, now).await.unwrap();
                }
            }
            14 => self.replay().await,
            _ => self.delete().await,
        }
        self.world.advance(Duration::from_secs(self.below(2_400) as u64));
    }

    async fn publish(&self) {
        let world = self.world;
        let event = |_| {
            let count = self.below(4);
            let to: Vec<SubscriptionId> =
                (0..count).map(|at| self.subscriptions[at % self.subscriptions.len()]).collect();
            world.event(&self.tenant, TYPES[self.below(3)], &to)
        };
        let events = (0..=self.below(3)).map(event).collect();
        world.append(&self.tenant, events).await;
    }

    /// Outcomes of some deliveries, in one batch with an event.
    async fn outcomes(&self, of: &[Delivery]) {
        let world = self.world;
        let mut batch = vec![append(&self.tenant, vec![world.event(&self.tenant, "a.b", &self.subscriptions[..1])])];
        let mut last = None;
        for _ in 0..=self.below(4) {
            let Some(one) = self.one_of(of).filter(|one| last != Some(one.id)) else { continue };
            let rare = if self.below(6) == 0 { Disabled } else { Exhausted };
            let status: DeliveryStatus = [Delivered, Delivered, Retrying, Retrying, Failed, rare][self.below(6)];
            let to = NewDelivery { id: one.id, subscription: one.subscription, order: None };
            batch.push(Write::Outcome(world.outcome(&self.tenant, to, one.attempts + 1, status)));
            last = Some(one.id);
        }
        world.commit(batch).await;
    }

    async fn end(&self, waiting: &[Delivery]) {
        let Some(one) = self.one_of(waiting) else { return };
        let cancel = Write::Cancel { tenant: self.tenant.clone(), delivery: one.id };
        let expiry = self.world.expiry(&self.tenant, one.id, self.world.tick());
        self.world.commit(vec![if self.below(2) == 0 { cancel } else { expiry }]).await;
    }

    async fn cancel(&self, waiting: &[Delivery]) {
        let (store, now) = (self.world.store, self.world.tick());
        match (self.below(3), self.one_of(waiting)) {
            (0, Some(one)) => drop(store.cancel_delivery(&self.tenant, one.id, now).await.unwrap()),
            (1, Some(one)) => drop(store.cancel_by_ids(&self.tenant, &[one.id, one.id], now).await.unwrap()),
            _ => {
                let filter = CancelFilter {
                    subscription: Some(self.subscriptions[self.below(self.subscriptions.len())]),
                    event_types: Vec::new(),
                    statuses: vec![Pending, Retrying],
                    after: None,
                    before: now,
                };
                store.cancel_deliveries(&self.tenant, &filter, None, 3, now).await.unwrap();
            }
        }
    }

    async fn replay(&self) {
        let of = self.subscriptions[self.below(self.subscriptions.len())];
        let selection = if self.below(2) == 0 { failed(self.world) } else { missed(self.world) };
        let replay = begin(self.world, &self.tenant, of, selection).await;
        step(self.world, &replay, 1 + self.below(5), 1_000_000).await;
    }

    /// Deletes a subscription, whose waiting deliveries are cancelled, and creates another one.
    async fn delete(&mut self) {
        let gone = self.subscriptions.remove(self.below(self.subscriptions.len()));
        self.world.store.delete_subscription(&self.tenant, gone, self.world.tick()).await.unwrap();
        self.subscribe().await;
    }
}
