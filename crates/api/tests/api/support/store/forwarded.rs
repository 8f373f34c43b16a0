//! The traits of a store whose calls are forwarded unchanged.

use super::*;

/// Forwards the calls of a trait unchanged.
macro_rules! hand_on {
    ($trait:ident { $(fn $name:ident($($arg:ident: $type:ty),*) -> $out:ty;)* }) => {
        #[async_trait]
        impl $trait for Watched {
            $(async fn $name(&self, $($arg: $type),*) -> Result<$out> {
                self.store.$name($($arg),*).await
            })*
        }
    };
}

hand_on!(Tenants {
    fn put_tenant(
        id: &TenantId, change: model::TenantChange, now: Timestamp
    ) -> (Tenant, PutOutcome);
    fn tenant(id: &TenantId) -> Option<Tenant>;
    fn tenants(page: Page<TenantId>) -> Vec<Tenant>;
    fn delete_tenant(id: &TenantId) -> DeleteOutcome;
    fn half_deleted_tenants() -> Vec<TenantId>;
});

hand_on!(Keys {
    fn insert_key(key: &TenantKey) -> bool;
    fn replace_key(old: model::KeyId, new: &TenantKey, end: Timestamp) -> bool;
    fn keys(tenant: &TenantId) -> Vec<TenantKey>;
    fn delete_key(tenant: &TenantId, id: model::KeyId) -> DeleteOutcome;
    fn use_keys(uses: &[storage::KeyUse]) -> ();
    fn all_keys() -> Vec<TenantKey>;
});

hand_on!(Sessions {
    fn insert_session(session: &Session, most: u32) -> ();
    fn session(hash: &[u8; 32]) -> Option<Session>;
    fn renew_session(session: &Session) -> ();
    fn remove_session(hash: &[u8; 32]) -> DeleteOutcome;
    fn tidy_sessions(now: Timestamp) -> ();
});

hand_on!(PortalSessions {
    fn insert_portal_session(session: &PortalSession, most: u32) -> InsertPortalSession;
    fn portal_session(id: PortalSessionId) -> Option<PortalSession>;
    fn portal_session_by_token(hash: &[u8; 32]) -> Option<PortalSession>;
    fn portal_sessions(scope: ListScope<'_>, page: Page<PortalSessionId>) -> Vec<PortalSession>;
    fn use_portal_session(id: PortalSessionId, now: Timestamp) -> ();
    fn revoke_portal_session(id: PortalSessionId, now: Timestamp) -> DeleteOutcome;
});

hand_on!(CustomTypes {
    fn custom_types() -> Vec<CatalogEntry>;
    fn register_custom_type(entry: &CatalogEntry) -> RegisterOutcome;
    fn put_custom_type(entry: &CatalogEntry) -> ();
});

hand_on!(Events {
    fn event(tenant: &TenantId, id: EventId) -> Option<Event>;
    fn event_by_key(tenant: &TenantId, key: &DedupeKey) -> Option<Event>;
    fn events(scope: ListScope<'_>, filter: &EventFilter, page: Page<Place<EventId>>) -> Listed<Event, EventId>;
    fn count_events(scope: ListScope<'_>, filter: &EventFilter, most: u32) -> Counted<EventId>;
    fn tenants_with_event(id: EventId) -> Vec<TenantId>;
});

hand_on!(Deliveries {
    fn delivery(tenant: &TenantId, id: DeliveryId) -> Option<Delivery>;
    fn deliveries(
        scope: ListScope<'_>, filter: &DeliveryFilter, page: Page<Place<DeliveryId>>
    ) -> Listed<Delivery, DeliveryId>;
    fn count_deliveries(scope: ListScope<'_>, filter: &DeliveryFilter, most: u32) -> Counted<DeliveryId>;
    fn event_deliveries(tenant: &TenantId, event: EventId) -> Vec<Delivery>;
    fn deliveries_of(events: &[(TenantId, EventId)], most: u32) -> Vec<Vec<Delivery>>;
    fn attempts(tenant: &TenantId, id: DeliveryId, most: u32) -> Vec<Attempt>;
    fn retry_delivery(tenant: &TenantId, id: DeliveryId, of: RetryOf, now: Timestamp) -> RetryOutcome;
    fn cancel_by_ids(tenant: &TenantId, ids: &[DeliveryId], now: Timestamp) -> Vec<DeliveryId>;
    fn pull_back(now: Timestamp, longest: std::time::Duration) -> u64;
    fn each_queue_head(found: &mut (dyn FnMut(DueQueueHead) + Send)) -> ();
    fn due(
        tenant: &TenantId, subscription: SubscriptionId, queue: Queue, now: Timestamp, limit: usize,
        held: &[DeliveryId]
    ) -> Due;
    fn blocking(tenant: &TenantId, subscription: SubscriptionId, most: u32) -> Vec<storage::FirstInOrder>;
});

hand_on!(Statistics {
    fn statistics(tenant: &TenantId, query: &storage::StatisticsQuery) -> storage::StatisticsOutcome;
    fn all_statistics(query: &storage::StatisticsQuery) -> storage::StatisticsOutcome;
    fn recent_attempts(
        of: &[(TenantId, SubscriptionId)], from: model::statistics::Hour
    ) -> Vec<model::policy::health::Recent>;
    fn tidy_statistics(hours: model::statistics::Hour, days: model::statistics::Hour) -> ();
    fn read_statistics(
        tenant: &TenantId, after: Option<&storage::StatisticsRow>, limit: usize
    ) -> Vec<storage::StatisticsRow>;
    fn write_statistics(tenant: &TenantId, rows: Vec<storage::StatisticsRow>) -> ();
});

hand_on!(Replays {
    fn insert_replay(replay: &Replay, most: u32) -> InsertReplay;
    fn replay(tenant: &TenantId, id: ReplayId) -> Option<Replay>;
    fn replays(tenant: &TenantId, page: Page<ReplayId>) -> Vec<Replay>;
    fn set_replay_state(
        tenant: &TenantId, id: ReplayId, to: ReplayState, reason: Option<&str>, now: Timestamp
    ) -> ReplayChange;
    fn running_replays() -> Vec<Replay>;
    fn step_replay(tenant: &TenantId, id: ReplayId, step: ReplayStep, wants: Option<&storage::Wants>) -> ReplayStepped;
    fn count_replay(
        tenant: &TenantId, subscription: SubscriptionId, selection: &ReplaySelection, bounds: (u32, usize),
        wants: Option<&storage::Wants>
    ) -> ReplayCount;
});

hand_on!(Cancels {
    fn cancel_delivery(tenant: &TenantId, id: DeliveryId, now: Timestamp) -> CancelOutcome;
    fn cancel_deliveries(
        tenant: &TenantId, filter: &CancelFilter, from: Option<&CancelPlace>, rows: usize, now: Timestamp
    ) -> CancelStepped;
});

hand_on!(Backlogs {
    fn backlog(tenant: &TenantId, subscription: SubscriptionId) -> Backlog;
    fn backlogs(scope: ListScope<'_>) -> Vec<Backlog>;
    fn count_waiting(most: u32) -> u32;
});

#[async_trait]
impl Figures for Watched {
    /// Fails with the writes, as a store that is not reachable does.
    async fn waiting(&self, now: Timestamp) -> Result<Waiting> {
        self.writable()?;
        self.store.waiting(now).await
    }

    async fn size(&self) -> Result<StoreSize> {
        self.store.size().await
    }

    async fn facts(&self) -> Result<StoreFacts> {
        self.store.facts().await
    }

    async fn open_replays(&self) -> Result<OpenReplays> {
        self.store.open_replays().await
    }

    fn pools(&self) -> Vec<PoolUse> {
        self.store.pools()
    }
}

hand_on!(Publications {
    fn publications(tenant: &TenantId, since: Timestamp, limit: u32) -> Vec<Publication>;
    fn all_publications(since: Timestamp, limit: u32) -> Vec<Publication>;
    fn tidy_publications(before: Timestamp) -> ();
    fn read_publications(tenant: &TenantId) -> Vec<(i32, Publication)>;
    fn write_publications(tenant: &TenantId, days: Vec<(i32, Publication)>) -> ();
});

hand_on!(Documents {
    fn document(name: &str) -> Option<Document>;
    fn document_digest(name: &str) -> Option<(String, Timestamp)>;
    fn document_names() -> Vec<String>;
    fn put_document(name: &str, document: &Document) -> ();
});

hand_on!(Transfer {
    fn read_events(tenant: &TenantId, after: Option<EventId>, limit: usize) -> Vec<StoredEvent>;
    fn write_events(tenant: &TenantId, events: Vec<StoredEvent>) -> ();
    fn write_stats(of: &Subscription) -> ();
});

hand_on!(MasterKeys {
    fn master_key_use() -> storage::MasterKeyUse;
    fn begin_rotation() -> storage::RotationBegin;
    fn reseal(after: storage::ResealPlace, limit: u32) -> storage::Resealed;
    fn end_rotation() -> storage::RotationEnd;
});
