//! The number of requests that one tenant may have in flight.

use super::{Lane, Room, Scheduler};
use model::TenantId;

/// The cap of a gentle tenant's requests to swift receivers: with one request, server and receiver work in turn, and leave
/// a processor free even when there are only two.
pub(super) const GENTLE: usize = 1;

impl Scheduler {
    /// Limits the requests in flight of each tenant; further, those of gentle tenants to receivers that answer at once.
    pub(in crate::lanes) fn set_tenant_cap(&mut self, cap: usize, gentle: &[TenantId]) {
        let gentle: Vec<_> = gentle.iter().filter_map(|tenant| self.by_tenant.get(tenant)).copied().collect();
        if cap > self.tenant_cap || self.gentle.iter().any(|tenant| !gentle.contains(tenant)) {
            self.looks[Room::Common as usize] = 2;
        }
        for tenant in &self.gentle {
            self.tenants[tenant.0].is_gentle = false;
        }
        for tenant in &gentle {
            self.tenants[tenant.0].is_gentle = true;
        }
        (self.tenant_cap, self.gentle) = (cap, gentle);
    }

    /// True if the lane's tenant may have no more requests in flight to such receivers.
    pub(super) fn is_at_cap(&self, lane: &Lane) -> bool {
        let tenant = &self.tenants[lane.tenant.0];
        let cap = if tenant.is_gentle && lane.is_swift { self.tenant_cap.min(GENTLE) } else { self.tenant_cap };
        tenant.in_flight - tenant.slow >= cap
    }
}
