//! The lanes of a scheduler: creation, removal, and the counts of busy lanes and busy tenants.

use super::{Lane, Scheduler, Tenant};
use crate::{
    numbers::{LaneNumber, TenantNumber},
    target::Target,
};
use model::{EventId, SubscriptionId, TenantId};
use std::{collections::HashSet, sync::Arc};

impl Scheduler {
    pub(crate) fn find(&self, id: SubscriptionId) -> Option<LaneNumber> {
        self.by_subscription.get(&id).copied()
    }

    /// All lanes; places of removed ones are empty.
    pub(in crate::lanes) fn lanes(&self) -> &[Option<Lane>] {
        &self.lanes
    }

    /// Requests in flight to fast receivers, to receivers of unknown speed beyond a lane's first, and to slow ones.
    pub(in crate::lanes) const fn in_flight_by_room(&self) -> (usize, usize, usize) {
        (self.in_flight - self.slow - self.unproven, self.unproven, self.slow)
    }

    /// The subscriptions that have a lane.
    pub(crate) fn subscriptions(&self) -> Vec<SubscriptionId> {
        self.by_subscription.keys().copied().collect()
    }

    /// All lanes.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Lane> {
        self.lanes.iter().flatten()
    }

    pub(crate) fn lane(&mut self, number: LaneNumber) -> Option<&mut Lane> {
        self.lanes.get_mut(number.0)?.as_mut()
    }

    /// The lane of this subscription; created if there is none.
    pub(crate) fn lane_for(&mut self, target: &Arc<Target>) -> LaneNumber {
        let id = target.subscription.id;
        if let Some(number) = self.find(id) {
            return number;
        }
        let tenant = self.tenant_number(&target.subscription.tenant);
        let lane = Some(Lane::new(target.clone(), tenant, &self.defaults, self.is_shared));
        let number = match self.free.pop() {
            Some(number) => {
                self.lanes[number.0] = lane;
                number
            }
            None => {
                self.lanes.push(lane);
                LaneNumber(self.lanes.len() - 1)
            }
        };
        self.by_subscription.insert(id, number);
        number
    }

    fn tenant_number(&mut self, tenant: &TenantId) -> TenantNumber {
        if let Some(number) = self.by_tenant.get(tenant) {
            return *number;
        }
        self.tenants.push(Tenant::default());
        let number = TenantNumber(self.tenants.len() - 1);
        self.by_tenant.insert(tenant.clone(), number);
        number
    }

    /// Removes the lane of a subscription: its queues at once, the lane itself when its last request has ended.
    pub(crate) fn remove(&mut self, id: SubscriptionId) {
        let Some(number) = self.by_subscription.remove(&id) else { return };
        self.clear_queue(number);
        if let Some(lane) = self.lane(number) {
            lane.removed = true;
        }
        self.drop_if_done(number);
    }

    pub(super) fn drop_if_done(&mut self, number: LaneNumber) {
        if let Some(lane) = self.lane(number)
            && lane.removed
            && lane.in_flight == 0
            && !lane.scheduled
            && !lane.urgent
            && !lane.is_refilling()
            && lane.held.is_empty()
        {
            self.lanes[number.0] = None;
            self.limited.remove(&number);
            self.free.push(number);
        }
    }

    /// Called when an outcome of the lane is durable or a refill has ended: frees the lane if it was removed.
    pub(crate) fn settled(&mut self, number: LaneNumber) {
        self.drop_if_done(number);
    }

    /// Empties the lane's queues in memory. Their deliveries stay in the store.
    pub(crate) fn clear_queue(&mut self, number: LaneNumber) {
        let was_busy = self.is_busy(number);
        let mut bytes = 0;
        if let Some(lane) = self.lane(number) {
            bytes = lane.clear().iter().map(|job| job.outgoing.weight()).sum();
        }
        self.queued_bytes -= bytes;
        self.count_busy(number, was_busy);
    }

    /// Removes the queued deliveries of these events.
    pub(crate) fn drop_events(&mut self, events: &HashSet<(TenantId, EventId)>) {
        for number in (0..self.lanes.len()).map(LaneNumber) {
            let was_busy = self.is_busy(number);
            let Some(lane) = self.lane(number).filter(|lane| lane.queued() > 0) else { continue };
            let bytes: usize = lane.drop_events(events).iter().map(|job| job.outgoing.weight()).sum();
            self.queued_bytes -= bytes;
            self.count_busy(number, was_busy);
        }
    }

    /// Empties all lanes and expects nothing from the store: other nodes own the deliveries now.
    pub(crate) fn forget(&mut self) {
        self.revoke();
        for number in (0..self.lanes.len()).map(LaneNumber) {
            self.clear_queue(number);
            if let Some(lane) = self.lane(number) {
                lane.forget();
            }
        }
    }

    /// Uses no part of limits that other nodes may have taken over.
    pub(crate) fn revoke(&mut self) {
        let now = self.now;
        for number in self.limited.iter().copied().collect::<Vec<_>>() {
            if let Some(lane) = self.lane(number) {
                lane.throttle.revoke(now);
            }
        }
    }

    pub(super) fn is_busy(&self, number: LaneNumber) -> bool {
        self.lanes.get(number.0).and_then(Option::as_ref).is_some_and(Lane::is_busy)
    }

    pub(super) fn count_busy(&mut self, number: LaneNumber, was_busy: bool) {
        let is_busy = self.is_busy(number);
        let Some(tenant_number) = self.lanes.get(number.0).and_then(Option::as_ref).map(|lane| lane.tenant) else {
            return;
        };
        let tenant = &mut self.tenants[tenant_number.0];
        match (was_busy, is_busy) {
            (false, true) => {
                self.busy_lanes += 1;
                tenant.busy_lanes += 1;
                self.busy_tenants += usize::from(tenant.busy_lanes == 1);
            }
            (true, false) => {
                self.busy_lanes -= 1;
                tenant.busy_lanes -= 1;
                self.busy_tenants -= usize::from(tenant.busy_lanes == 0);
            }
            _ => {}
        }
    }
}
