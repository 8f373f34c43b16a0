//! Query plans of lists: each one uses an index; none scans a table or sorts.

use super::*;
use DeliveryStatus::{Cancelled, Delivered, Exhausted, Failed, Pending, Retrying};
use model::{EventType, SubscriptionId, Timestamp};
use std::time::Duration;
use storage::ListOrder;

fn connection() -> Connection {
    let mut connection = Connection::open_in_memory().unwrap();
    crate::migrate::run(&mut connection).unwrap();
    connection
}

/// The steps of a query plan.
fn plan(connection: &Connection, (sql, values): (String, Values)) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let steps = statement.query_map(params_from_iter(values.0), |row| row.get("detail")).unwrap();
    steps.map(Result::unwrap).collect()
}

fn check(filter: &DeliveryFilter, plan: &[String], way: &str) {
    assert!(plan.iter().any(|step| step.contains(way)), "{filter:?} {way} {plan:#?}");
    let whole = |step: &&String| step.contains("(tenant_id=?)") && step.contains(" d ");
    assert_eq!(plan.iter().find(whole), None, "no step scans all rows of a tenant");
    assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{filter:?} {plan:#?}");
    assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{filter:?} {plan:#?}");
}

/// Every combination of filters.
fn filters() -> Vec<DeliveryFilter> {
    let lists = [vec![], vec![Pending, Delivered], vec![Retrying], vec![Failed, Exhausted, Cancelled]];
    let mut filters = Vec::new();
    for statuses in lists.into_iter().chain([vec![Delivered], vec![Delivered, Failed]]) {
        for event_type in [None, Some(EventType::trusted("invoice.created"))] {
            for subscription in [None, Some(SubscriptionId::from_bytes([1; 16]))] {
                for after in [None, Some(Timestamp::from_millis(5))] {
                    for part in [None, Some("timeout".to_owned())] {
                        filters.push(DeliveryFilter {
                            statuses: statuses.clone(),
                            event_type: event_type.clone(),
                            subscription,
                            after,
                            before: after,
                            url: part.clone(),
                            response_code: part.as_ref().map(|_| 500..=599),
                            search: part.clone(),
                            min_duration: part.as_ref().map(|_| Duration::from_secs(2)),
                            overdue: part.as_ref().map(|_| Timestamp::from_millis(9)),
                            error: part,
                            ..DeliveryFilter::default()
                        });
                    }
                }
            }
        }
    }
    let oldest = |filter: &DeliveryFilter| DeliveryFilter { order: ListOrder::OldestFirst, ..filter.clone() };
    let all_oldest: Vec<_> = filters.iter().map(oldest).collect();
    filters.extend(all_oldest);
    filters
}

#[test]
fn every_list_of_a_tenant_uses_the_index_of_its_most_selective_filter() {
    let (connection, tenant) = (connection(), TenantId::trusted("acme"));
    for filter in filters() {
        let way = match (filter.subscription, is_troubled(&filter)) {
            (Some(_), true) => {
                "deliveries_troubled_by_subscription (tenant_id=? AND subscription_id=? AND status=? AND id>"
            }
            (Some(_), false) => "INDEX deliveries_by_subscription (tenant_id=? AND subscription_id=? AND id>",
            (None, true) => "INDEX deliveries_troubled (tenant_id=? AND status=? AND id>",
            (None, false) => "PRIMARY KEY (tenant_id=? AND id>",
        };
        let plan = plan(&connection, tenant_query(&tenant, &filter, vec![0; 16], vec![9; 16]));
        check(&filter, &plan, way);
        let DeliveryFilter { subscription, order, .. } = filter;
        let skips_rows = filter == DeliveryFilter { subscription, order, ..DeliveryFilter::default() };
        let is_covering = filter.subscription.is_none() || plan[0].contains("COVERING");
        assert!(!skips_rows || is_covering, "an offset must skip rows without reading them: {plan:#?}");
    }
}

#[test]
fn every_list_over_all_tenants_uses_an_index_by_id() {
    let connection = connection();
    for filter in filters() {
        let bounds =
            Bounds::of_deliveries(&filter, Some(&Place::of(DeliveryId::from_bytes([9; 16]), &TenantId::trusted("b"))));
        let events = plan(&connection, by_event::events_query(Down::AllTenants, &filter, &bounds));
        check(&filter, &events, "INDEX events_by_id (id>? AND id<?)");
        let deliveries = plan(&connection, by_event::deliveries_query(&filter));
        check(&filter, &deliveries, "PRIMARY KEY (tenant_id=? AND id>? AND id<?)");
        let statuses = vec![Failed, Exhausted];
        let filter = DeliveryFilter { statuses, ..filter };
        check(&filter, &plan(&connection, failed_query(&filter, &bounds)), "INDEX deliveries_failed (status=? AND id>");
    }
}

#[test]
fn waiting_deliveries_are_found_by_index_look_ups() {
    let connection = connection();
    for (order, bound) in [(ListOrder::NewestFirst, "<?"), (ListOrder::OldestFirst, ">?")] {
        let from = strands::Sources::new(order);
        for (from, way, by_id) in [
            (from.queue, "deliveries_due (tenant_id=? AND subscription_id=? AND queue=? AND ", false),
            (from.delayed, "deliveries_delayed (tenant_id=? AND subscription_id=? AND id", true),
            (from.status, "deliveries_troubled (tenant_id=? AND status=? AND id", true),
            (
                from.status_of,
                "deliveries_troubled_by_subscription (tenant_id=? AND subscription_id=? AND status=? AND id",
                true,
            ),
            (from.failed, "deliveries_failed (status=? AND ", false),
        ] {
            let way = if by_id { format!("{way}{bound})") } else { way.to_owned() };
            for filter in filters() {
                let (columns, values) = strands::columns(&filter);
                check(&filter, &plan(&connection, (format!("{columns} {from}"), values)), &way);
            }
        }
    }
}
