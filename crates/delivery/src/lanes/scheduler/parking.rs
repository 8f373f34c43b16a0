//! Parked lanes: they wait until a request in the room that they need has ended.

use super::{LaneNumber, Room, Scheduler, TenantNumber};

impl Scheduler {
    pub(super) fn park(&mut self, number: LaneNumber, room: Room) {
        let Some(lane) = self.lanes.get_mut(number.0).and_then(Option::as_mut) else { return };
        lane.scheduled = true;
        lane.parked = Some(room);
        let (tenant, at) = (&mut self.tenants[lane.tenant.0], room as usize);
        tenant.parked[at].push_back(number);
        if !tenant.is_parked[at] {
            tenant.is_parked[at] = true;
            self.parked[at].push_back(lane.tenant);
        }
    }

    /// Schedules the next parked lane that may be tried. Returns its tenant and the room that it waited for.
    pub(super) fn unpark(&mut self) -> Option<(TenantNumber, Option<Room>)> {
        for room in [Room::Common, Room::Unproven, Room::Slow] {
            let at = room as usize;
            while self.looks[at] > 0
                && let Some(tenant_number) = self.parked[at].pop_front()
            {
                let tenant = &mut self.tenants[tenant_number.0];
                let found = tenant.parked[at].pop_front();
                if tenant.parked[at].is_empty() {
                    tenant.is_parked[at] = false;
                } else {
                    self.parked[at].push_back(tenant_number);
                }
                let Some(number) = found else { continue };
                // The lane may have been scheduled in another way since.
                let Some(lane) = self.lane(number).filter(|lane| lane.parked == Some(room)) else { continue };
                lane.parked = None;
                lane.scheduled = false;
                self.looks[at] -= 1;
                self.schedule(number);
                if self.tenants[tenant_number.0].in_ring {
                    // The ring was empty before, so this tenant is the only one in it.
                    self.ring.clear();
                    return Some((tenant_number, Some(room)));
                }
                self.drop_if_done(number);
            }
        }
        None
    }
}
