//! Which lanes there are, and which of them and of their tenants are busy.

use super::{Lane, Scheduler, Tenant};
use crate::target::Target;
use model::SubscriptionId;
use std::sync::Arc;

impl Scheduler {
    pub(crate) fn find(&self, id: SubscriptionId) -> Option<usize> {
        self.by_subscription.get(&id).copied()
    }

    pub(crate) fn lane(&mut self, index: usize) -> Option<&mut Lane> {
        self.lanes.get_mut(index)?.as_mut()
    }

    /// The lane of this subscription, made when there is none.
    pub(crate) fn lane_for(&mut self, target: &Arc<Target>) -> usize {
        let id = target.subscription.id;
        if let Some(index) = self.find(id) {
            return index;
        }
        let tenant = match self.by_tenant.get(&target.subscription.tenant) {
            Some(index) => *index,
            None => {
                self.tenants.push(Tenant::default());
                let index = self.tenants.len() - 1;
                self.by_tenant.insert(target.subscription.tenant.clone(), index);
                index
            }
        };
        let lane = Some(Lane::new(target.clone(), tenant));
        let index = match self.free.pop() {
            Some(index) => {
                self.lanes[index] = lane;
                index
            }
            None => {
                self.lanes.push(lane);
                self.lanes.len() - 1
            }
        };
        self.by_subscription.insert(id, index);
        index
    }

    /// Forgets a lane's subscription; the lane itself goes when nothing of it is under way.
    pub(crate) fn remove(&mut self, id: SubscriptionId) {
        let Some(index) = self.by_subscription.remove(&id) else { return };
        self.clear_queue(index);
        if let Some(lane) = self.lane(index) {
            lane.removed = true;
        }
        self.drop_if_done(index);
    }

    pub(super) fn drop_if_done(&mut self, index: usize) {
        if let Some(lane) = self.lane(index)
            && lane.removed
            && lane.in_flight == 0
            && !lane.scheduled
            && !lane.urgent
            && !lane.is_refilling()
            && lane.held.is_empty()
        {
            self.lanes[index] = None;
            self.free.push(index);
        }
    }

    /// Called when an outcome of the lane is durable, or a refill has ended.
    pub(crate) fn settled(&mut self, index: usize) {
        self.drop_if_done(index);
    }

    /// Leaves all that is queued to the store.
    pub(crate) fn clear_queue(&mut self, index: usize) {
        let was_busy = self.is_busy(index);
        let mut bytes = 0;
        if let Some(lane) = self.lane(index) {
            bytes = lane.clear().iter().map(|job| job.outgoing.weight()).sum();
        }
        self.queued_bytes -= bytes;
        self.count_busy(index, was_busy);
    }

    /// Empties all lanes, and leaves nothing to the store.
    pub(crate) fn forget(&mut self) {
        for index in 0..self.lanes.len() {
            self.clear_queue(index);
            if let Some(lane) = self.lane(index) {
                lane.forget();
            }
        }
    }

    pub(super) fn is_busy(&self, index: usize) -> bool {
        self.lanes.get(index).and_then(Option::as_ref).is_some_and(Lane::is_busy)
    }

    pub(super) fn count_busy(&mut self, index: usize, was_busy: bool) {
        let is_busy = self.is_busy(index);
        let Some(number) = self.lanes.get(index).and_then(Option::as_ref).map(|lane| lane.tenant) else { return };
        let tenant = &mut self.tenants[number];
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
