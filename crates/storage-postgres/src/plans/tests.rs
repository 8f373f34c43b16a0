//! Checks query plans: no statement of the hot path scans a whole table that grows, and one with an id or a time only
//! reads the partitions of its days. All plans are recorded in `docs/postgres-plans.md`, so that changes are noticed.

mod lists;
mod replays;
mod sessions;
mod statistics;
mod writes;

use super::{Planned, of};
use crate::PgStore;
use model::{
    DeliveryId, Event, EventId, EventType, IdSource, Priority, SubscriptionId, TenantId, Timestamp, attempt::Attempt,
    delivery::Next,
};
use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path, sync::Arc, time::Duration};
use storage::{
    MasterKey, NewDelivery, NewEvent, NewNode, NodeRole, Outcome, Shared, StorageError, Vault, conformance::Seeded,
};
use testing::{Options, Postgres};

/// The version of PostgreSQL that the document describes.
const WRITTEN_WITH: u32 = 15;
/// Tables that do not grow with the traffic, so a sequential scan is fine.
const SMALL: [&str; 7] = ["nodes", "config", "meta", "custom_types", "documents", "feed_listeners", "feed_packets"];

/// Limits on the plans of a piece of work.
#[derive(Clone, Copy)]
struct Rule {
    /// Maximum number of days in a plan; `None` when the days are only known at run time.
    days: Option<usize>,
    /// Tables that are scanned as a whole on purpose.
    whole: &'static [&'static str],
}

const ANY_DAY: Rule = Rule { days: None, whole: &[] };
const ONE_DAY: Rule = Rule { days: Some(1), whole: &[] };

/// The database and the recorded plans.
struct Book {
    store: PgStore,
    ids: IdSource,
    text: String,
    faults: Vec<String>,
    days: Vec<String>,
    major: u32,
}

impl Book {
    /// Runs a piece of work, records the plans of its statements, and collects violations of the rule.
    async fn see<T>(&mut self, heading: &str, rule: Rule, work: impl AsyncFnOnce(&PgStore) -> T) -> T {
        let store = self.store.clone();
        let (answer, mut plans) = of(work(&store)).await;
        let mut known = BTreeSet::new();
        // Skips statements without a table, and those on the server's own tables.
        let ours = |one: &Planned| one.plan.len() > 1 && !one.sql.contains("postrider.days()");
        plans.retain(|one| ours(one) && known.insert(one.sql.clone()));
        assert!(!plans.is_empty(), "{heading}: no statement");
        write!(self.text, "\n## {heading}\n").unwrap();
        for one in plans {
            self.check(heading, rule, &one);
            let sql: Vec<&str> = one.sql.lines().map(str::trim).collect();
            let plan = short(one.plan.iter().map(|line| self.shown(line)).collect());
            write!(self.text, "\n```sql\n{}\n```\n\n```\n{}\n```\n", sql.join("\n"), plan.join("\n")).unwrap();
        }
        answer
    }

    fn check(&mut self, heading: &str, rule: Rule, one: &Planned) {
        let mut fault = |what: String| {
            self.faults.push(format!("{heading}: {what}\n{}\n{}\n", one.sql, one.plan.join("\n")));
        };
        let read_whole = one.plan.iter().filter_map(|line| line.split_once("Seq Scan on ")).map(|(_, rest)| rest);
        for table in read_whole.filter_map(|rest| rest.split(' ').next()) {
            if !SMALL.contains(&table) && !rule.whole.contains(&table) {
                fault(format!("scans all of {table}"));
            }
        }
        // A range condition that is a filter instead of an index condition: every row past it would be read and
        // discarded.
        if one.plan.windows(2).any(|of| of[0].contains("Index Cond:") && of[1].contains(r#"Filter: (id <= (("left""#)) {
            fault("filters rows outside of its range".into());
        }
        let named: BTreeSet<&str> = one.plan.iter().flat_map(|line| day_of(line)).collect();
        if rule.days.is_some_and(|days| named.len() > days) {
            fault(format!("reads the partitions {named:?}"));
        }
    }

    /// Normalises a plan line for the document: days become the same in every run, and long lines are cut.
    fn shown(&self, line: &str) -> String {
        let mut line = line.trim_end().to_owned();
        for (place, day) in self.days.iter().enumerate() {
            line = line.replace(day, &format!("day{place}"));
        }
        match line.char_indices().nth(200) {
            Some((at, _)) => format!("{}…", &line[..at]),
            None => line,
        }
    }

    /// An event for the subscriptions that is not stored.
    fn event(&self, tenant: &TenantId, given: &str, to: &[SubscriptionId]) -> NewEvent {
        let id = self.ids.event(late());
        let deliver = |(number, to): (usize, &SubscriptionId)| NewDelivery {
            id: id.delivery(number).unwrap(),
            subscription: *to,
            order: None,
        };
        let event = Event {
            id,
            given_id: Some(given.into()),
            tenant: tenant.clone(),
            event_type: kind("kind.1"),
            timestamp: late(),
            data: "{}".into(),
            metadata: "".into(),
            priority: Priority::Normal,
            deliveries: to.len() as u32,
            deliver_at: None,
            payload_erased_at: None,
            trace: None,
            channels: Default::default(),
        };
        let keys = vec![storage::DedupeKey::GivenId(given.into())];
        NewEvent {
            event: Arc::new(event),
            keys,
            deliveries: (1..).zip(to).map(deliver).collect(),
            filtered: Vec::new(),
            broke_schema: false,
            due_at: None,
        }
    }
}

/// Shortens a plan: of parts that only differ by their day, the first is kept.
fn short(plan: Vec<String>) -> Vec<String> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let part = |from: usize| {
        let below = plan[from + 1..].iter().take_while(|line| depth(line) > depth(&plan[from])).count();
        from..from + 1 + below
    };
    let nameless = |lines: &[String]| -> Vec<String> {
        let label = |word: &&str| !word.contains("day") && !word.contains("rest") && !word.ends_with(char::is_numeric);
        lines.iter().map(|line| line.split(' ').filter(label).collect::<Vec<_>>().join(" ")).collect()
    };
    let (mut lines, mut at) = (Vec::new(), 0);
    while at < plan.len() {
        lines.push(plan[at].clone());
        let (first, mut next, mut more) = (part(at), part(at).end, 0);
        // A part begins with an arrow and names a day.
        let names_day = plan[first.clone()].iter().any(|line| line.contains("_day"));
        while names_day && next < plan.len() && depth(&plan[next]) == depth(&plan[at]) {
            let other = part(next);
            if !plan[next].contains("->") || nameless(&plan[other.clone()]) != nameless(&plan[first.clone()]) {
                break;
            }
            (next, more) = (other.end, more + 1);
        }
        if more > 0 {
            lines.extend_from_slice(&plan[first.start + 1..first.end]);
            lines.push(format!("{}->  and {more} more like it", " ".repeat(depth(&plan[at]))));
            at = next;
        } else {
            at += 1;
        }
    }
    lines
}

/// The day of the partition that a line names.
fn day_of(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(" on ")?;
    let table = rest.split(' ').next()?;
    let (parent, day) = table.rsplit_once('_')?;
    let is_day = day == "rest" || day.len() == 8 && day.bytes().all(|digit| digit.is_ascii_digit());
    (is_day && ["events", "deliveries", "attempts"].contains(&parent)).then_some(day)
}

fn tenant(number: u32) -> TenantId {
    TenantId::parse(&format!("t{number}")).unwrap()
}

fn kind(text: &str) -> EventType {
    EventType::parse(text).unwrap()
}

/// The time `hours` after the beginning of the first day.
fn hour(hours: u64) -> Timestamp {
    Timestamp::from_millis(1_772_323_200_000).after(Duration::from_secs(hours * 3_600))
}

/// Near the end of the last day.
fn late() -> Timestamp {
    hour(95)
}

fn outcome(tenant: &TenantId, of: NewDelivery, next: Next) -> storage::Write {
    storage::Write::Outcome(Box::new(Outcome {
        tenant: tenant.clone(),
        delivery: of.id,
        subscription: of.subscription,
        event_type: EventType::trusted("invoice.paid"),
        order: of.order,
        attempt: Attempt {
            number: 1,
            started_at: late(),
            duration: Duration::from_millis(250),
            response_code: Some(503),
            error: None,
            request_headers: String::new(),
            response_headers: String::new(),
            response_body: "".into(),
            request_body: None,
            note: None,
            remote_ip: None,
            timings: Default::default(),
        },
        next,
        raises: Vec::new(),
    }))
}

/// Existing rows of a tenant.
struct There {
    tenant: TenantId,
    subscription: SubscriptionId,
    event: EventId,
    other_event: EventId,
    /// DueQueueHead, and owned by this node.
    waiting: Vec<NewDelivery>,
    /// Has ended.
    ended: NewDelivery,
}

async fn there(client: &tokio_postgres::Client) -> There {
    let delivery = |row: &tokio_postgres::Row| NewDelivery {
        id: DeliveryId::from_uuid(row.get(0)),
        subscription: SubscriptionId::from_uuid(row.get(1)),
        order: None,
    };
    let sql =
        "SELECT id, subscription_id FROM postrider.waiting WHERE tenant_id = 't7' AND owner = 3 ORDER BY id LIMIT 4";
    let waiting: Vec<NewDelivery> = client.query(sql, &[]).await.unwrap().iter().map(delivery).collect();
    let sql = "SELECT id, subscription_id FROM postrider.deliveries WHERE tenant_id = 't7' AND status = 3 ORDER BY id LIMIT 1";
    let ended = delivery(&client.query_one(sql, &[]).await.unwrap());
    There {
        tenant: tenant(7),
        subscription: waiting[0].subscription,
        event: waiting[0].id.event(),
        other_event: waiting[1].id.event(),
        waiting,
        ended,
    }
}

async fn open(server: &Postgres, database: &str) -> Result<PgStore, StorageError> {
    let vault = Vault::new(&MasterKey::try_new(&[7; 32]).unwrap(), Arc::new(Seeded::named("plans")));
    PgStore::open(&server.url(database), None, vault).await
}

#[tokio::test]
async fn every_hot_statement_uses_an_index_and_prunes_partitions() {
    // A server of its own, without autovacuum, so that statistics do not change during the test.
    let server = Postgres::start(Options::default().with("autovacuum", "off"));
    let database = server.database();
    let store = open(&server, &database).await.unwrap();
    server.sql(&database, include_str!("tests/fill.sql"));
    vacuum(&server, &database);
    let node = NewNode { name: "this".into(), role: NodeRole::All, version: "1".into() };
    store.join(&node, None).await.unwrap();
    let days = server.sql(&database, "SELECT to_char(day, 'YYYYMMDD') FROM postrider.days() AS day (day) ORDER BY day");
    let major = server.sql(&database, "SELECT current_setting('server_version_num')::int / 10000").parse().unwrap();
    let there = there(&store.0.pool.get().await.unwrap()).await;
    let mut book = Book {
        store,
        ids: IdSource::new(Box::new(Seeded::named("plans"))),
        text: String::from(
            "# Query plans of the PostgreSQL store\n\n\
             Every statement of the hot path with its plan, on four days of history (`day0` to `day3`); `day4` to `day7`\n\
             are the coming days, and `rest` is the partition of rows without a day. The tests of `postrider-storage-postgres`\n\
             generate this file with PostgreSQL 15; `UPDATE_PLANS=1 cargo test -p postrider-storage-postgres --lib` updates it.\n",
        ),
        faults: Vec::new(),
        days: days.lines().map(str::to_owned).collect(),
        major,
    };
    assert_eq!(book.days.len(), 8);
    lists::sending(&mut book, &there).await;
    lists::one(&mut book, &there).await;
    lists::deliveries(&mut book, &there).await;
    lists::walks(&mut book, &there).await;
    lists::oldest_of_all(&mut book).await;
    lists::events(&mut book, &there).await;
    lists::all_tenants(&mut book, &there).await;
    lists::backlog(&mut book, &there).await;
    lists::figures(&mut book).await;
    lists::publications(&mut book, &there).await;
    statistics::statistics(&mut book, &there).await;
    writes::journal(&mut book, &there).await;
    writes::order(&mut book, &there).await;
    writes::nodes(&mut book, &there).await;
    writes::settings(&mut book, &there).await;
    replays::replays(&mut book, &there).await;
    replays::cancels(&mut book, &there).await;
    sessions::sign_in(&mut book, &there).await;
    sessions::portal_links(&mut book, &there).await;
    writes::retention(&mut book, &there).await;
    assert!(book.faults.is_empty(), "{} faults:\n\n{}", book.faults.len(), book.faults.join("\n"));
    book.compare();
}

/// Vacuums until all pages are visible to all transactions: a snapshot that is still open leaves some out, and their number
/// decides between an index-only scan and a bitmap scan.
fn vacuum(server: &Postgres, database: &str) {
    let invisible = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'postrider'::regnamespace
                     AND relallvisible < relpages AND relpages > 0";
    for _ in 0..100 {
        server.sql(database, include_str!("tests/vacuum.sql"));
        if server.sql(database, invisible) == "0" {
            return;
        }
    }
    panic!("a transaction stays open: pages cannot become visible");
}

impl Book {
    fn compare(&self) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/postgres-plans.md");
        if self.major != WRITTEN_WITH {
            println!("PostgreSQL {} may choose other plans than those in docs/postgres-plans.md", self.major);
            return;
        }
        if env::var_os("UPDATE_PLANS").is_some() {
            fs::write(path, &self.text).unwrap();
            return;
        }
        let written = fs::read_to_string(path).unwrap_or_default();
        let differs = written.lines().zip(self.text.lines()).position(|(old, new)| old != new);
        assert!(
            written == self.text,
            "plans differ from docs/postgres-plans.md, first at line {:?}; if that is well, run \
             UPDATE_PLANS=1 cargo test -p postrider-storage-postgres --lib to update it",
            differs.map(|line| line + 1)
        );
    }
}
