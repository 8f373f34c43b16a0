//! Plans of statistics.

use super::{ANY_DAY, Book, Rule, There, hour, late};
use model::statistics::Hour;
use storage::{Statistics, StatisticsBy, StatisticsQuery};

pub(super) async fn statistics(book: &mut Book, there: &There) {
    let (from, to) = (Hour::of(hour(0)), Hour::of(late()).after(1));
    let of = |by| StatisticsQuery { from, to, subscription: None, event_type: None, by, step: None };
    book.see("Statistics are folded; the totals of a tenant", ANY_DAY, async |store| {
        store.statistics(&there.tenant, &of(StatisticsBy::Nothing)).await.unwrap();
    })
    .await;
    book.see("Statistics of a tenant by event type", ANY_DAY, async |store| {
        store.statistics(&there.tenant, &of(StatisticsBy::EventType)).await.unwrap();
    })
    .await;
    let rule = Rule { whole: &["tenants"], ..ANY_DAY };
    book.see("Statistics of all tenants", rule, async |store| {
        store.all_statistics(&of(StatisticsBy::Tenant)).await.unwrap();
    })
    .await;
    book.see("Attempts of subscriptions in the last hours", ANY_DAY, async |store| {
        store.recent_attempts(&[(there.tenant.clone(), there.subscription)], to.after(-2)).await.unwrap();
    })
    .await;
    book.see("Old hours become days, old days are removed", rule, async |store| {
        store.tidy_statistics(to, from.after(-24)).await.unwrap();
    })
    .await;
    book.see("Statistics for a transfer", ANY_DAY, async |store| {
        store.read_statistics(&there.tenant, None, 10).await.unwrap();
    })
    .await;
}
