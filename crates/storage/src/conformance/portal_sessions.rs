//! Portal links.

use super::fixtures::World;
use crate::{DeleteOutcome, InsertPortalSession, ListScope, PORTAL_SESSIONS_KEPT, Page, Store};
use model::{
    PortalMode, PortalSession, Session, TenantId, Timestamp,
    portal::{Appearance, Capabilities, Capability, Color, Scheme, WebUrl},
};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A link for an hour that is not stored.
fn link(world: &World<'_>, tenant: &TenantId) -> PortalSession {
    let now = world.tick();
    let mut hash = [0; 32];
    world.ids.secret(&mut hash);
    PortalSession {
        id: world.ids.portal_session(now),
        tenant: tenant.clone(),
        hash,
        mode: PortalMode::View,
        capabilities: Capabilities::default(),
        appearance: Appearance::default(),
        return_url: None,
        refresh_url: None,
        allowed_ancestors: Vec::new(),
        created_at: now,
        expires_at: now.after(HOUR),
        revoked_at: None,
        last_used_at: None,
    }
}

async fn create(world: &World<'_>, tenant: &TenantId) -> PortalSession {
    let link = link(world, tenant);
    assert_eq!(world.store.insert_portal_session(&link, 100).await.unwrap(), InsertPortalSession::Done);
    link
}

pub async fn a_portal_link_is_kept_whole(store: &dyn Store) {
    let world = World::new(store, "portal.whole");
    let tenant = world.tenant("acme").await;
    let url = |text| WebUrl::parse(text, false).ok();
    let full = PortalSession {
        mode: PortalMode::Manage,
        capabilities: [Capability::SecretsRead, Capability::ReplaysWrite].into_iter().collect(),
        appearance: Appearance {
            name: Some("Büro ✓ \u{202e}".into()),
            logo_url: url("https://acme.example/logo.svg"),
            color: Color::parse("#1a73e8").ok(),
            text_color: Some(Color::WHITE),
            scheme: Some(Scheme::Dark),
            language: Some("es".into()),
            ..Appearance::default()
        },
        return_url: url("https://acme.example/back"),
        refresh_url: url("https://acme.example/renew?a=1"),
        allowed_ancestors: vec!["https://app.acme.example".into(), "https://*.acme.example".into()],
        last_used_at: Some(world.now()),
        ..link(&world, &tenant)
    };
    let every = PortalSession { capabilities: Capabilities::all(), ..link(&world, &tenant) };
    for one in [full, every, link(&world, &tenant)] {
        assert_eq!(store.insert_portal_session(&one, 100).await.unwrap(), InsertPortalSession::Done);
        assert_eq!(store.portal_session(one.id).await.unwrap(), Some(one.clone()));
        assert_eq!(store.portal_session_by_token(&one.hash).await.unwrap(), Some(one));
    }
    let never = link(&world, &tenant);
    assert_eq!(store.portal_session(never.id).await.unwrap(), None);
    assert_eq!(store.portal_session_by_token(&never.hash).await.unwrap(), None);
}

pub async fn portal_links_are_listed_newest_first(store: &dyn Store) {
    let world = World::new(store, "portal.list");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let mut all = Vec::new();
    for _ in 0..3 {
        all.insert(0, create(&world, &acme).await);
        all.insert(0, create(&world, &globex).await);
    }
    let own: Vec<_> = all.iter().filter(|one| one.tenant == acme).cloned().collect();
    let listed = async |scope, limit, offset, cursor: Option<&PortalSession>| {
        let page = Page { limit, offset, cursor: cursor.map(|one| one.id) };
        store.portal_sessions(scope, page).await.unwrap()
    };
    let of = ListScope::Tenant(&acme);
    assert_eq!(listed(of, 10, 0, None).await, own);
    assert_eq!(listed(of, 1, 1, None).await, own[1..2]);
    assert_eq!(listed(of, 2, 0, Some(&own[0])).await, own[1..]);
    assert_eq!(listed(of, 2, 0, Some(&own[2])).await, []);
    // Other cases have links in the same store, perhaps between these.
    for (cursor, expected) in [(None, &all[..]), (Some(&all[0]), &all[1..])] {
        let mut seen = listed(ListScope::AllTenants, 10_000, 0, cursor).await;
        assert!(seen.is_sorted_by(|one, next| one.id > next.id));
        seen.retain(|one| one.tenant == acme || one.tenant == globex);
        assert_eq!(seen, expected);
    }
    assert_eq!(listed(ListScope::AllTenants, 1, 0, None).await.len(), 1);
    assert_eq!(listed(ListScope::Tenant(&world.id("nobody")), 10, 0, None).await, []);
}

pub async fn a_tenant_has_a_maximum_of_active_portal_links(store: &dyn Store) {
    let world = World::new(store, "portal.most");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let insert = async |one: &PortalSession| store.insert_portal_session(one, 2).await.unwrap();
    let first = link(&world, &acme);
    assert_eq!(insert(&first).await, InsertPortalSession::Done);
    assert_eq!(insert(&link(&world, &acme)).await, InsertPortalSession::Done);
    assert_eq!(insert(&link(&world, &acme)).await, InsertPortalSession::TooMany);
    assert_eq!(insert(&link(&world, &globex)).await, InsertPortalSession::Done);
    store.revoke_portal_session(first.id, world.tick()).await.unwrap();
    assert_eq!(insert(&link(&world, &acme)).await, InsertPortalSession::Done);
    assert_eq!(insert(&link(&world, &acme)).await, InsertPortalSession::TooMany);
    world.advance(HOUR);
    assert_eq!(insert(&link(&world, &acme)).await, InsertPortalSession::Done);
    assert_eq!(insert(&link(&world, &world.id("nobody"))).await, InsertPortalSession::NoTenant);
}

pub async fn a_portal_link_is_revoked_once(store: &dyn Store) {
    let world = World::new(store, "portal.revoke");
    let tenant = world.tenant("acme").await;
    let (one, other) = (create(&world, &tenant).await, create(&world, &tenant).await);
    let at = world.tick();
    assert_eq!(store.revoke_portal_session(one.id, at).await.unwrap(), DeleteOutcome::Done);
    assert_eq!(store.revoke_portal_session(one.id, world.tick()).await.unwrap(), DeleteOutcome::Done);
    let revoked = PortalSession { revoked_at: Some(at), ..one.clone() };
    assert_eq!(store.portal_session(one.id).await.unwrap(), Some(revoked));
    assert_eq!(store.portal_session(other.id).await.unwrap(), Some(other));
    let never = link(&world, &tenant);
    assert_eq!(store.revoke_portal_session(never.id, world.tick()).await.unwrap(), DeleteOutcome::Missing);
}

pub async fn the_last_use_of_a_portal_link_never_goes_back(store: &dyn Store) {
    let world = World::new(store, "portal.use");
    let tenant = world.tenant("acme").await;
    let one = create(&world, &tenant).await;
    let (early, late) = (world.tick(), world.tick());
    for (at, last) in [(early, early), (late, late), (early, late)] {
        store.use_portal_session(one.id, at).await.unwrap();
        assert_eq!(store.portal_session(one.id).await.unwrap().unwrap().last_used_at, Some(last));
    }
}

/// One case for both kinds, in a time of its own, since a store tidies all tenants at once.
pub async fn ended_sessions_and_portal_links_are_tidied(store: &dyn Store) {
    let world = World::at(store, "portal.tidy", Timestamp::from_millis(1_500_000_000_000));
    let tenant = world.tenant("acme").await;
    let session = Session::begin(link(&world, &tenant).hash, [7; 32], None, world.now());
    store.insert_session(&session, 10).await.unwrap();
    let (expires, revoked, active) =
        (create(&world, &tenant).await, create(&world, &tenant).await, create(&world, &tenant).await);
    let at = world.tick();
    store.revoke_portal_session(revoked.id, at).await.unwrap();
    let is_left = async |one: &PortalSession| store.portal_session(one.id).await.unwrap().is_some();
    let has_session = async || store.session(&session.hash).await.unwrap().is_some();
    store.tidy_sessions(session.expires_at.before(Duration::from_millis(1))).await.unwrap();
    assert!(has_session().await);
    store.tidy_sessions(session.expires_at).await.unwrap();
    assert!(!has_session().await);

    store.tidy_sessions(at.after(PORTAL_SESSIONS_KEPT)).await.unwrap();
    assert!(is_left(&expires).await && is_left(&revoked).await && is_left(&active).await);
    store.tidy_sessions(world.tick().after(PORTAL_SESSIONS_KEPT)).await.unwrap();
    assert!(is_left(&expires).await && !is_left(&revoked).await);
    store.tidy_sessions(expires.expires_at.after(PORTAL_SESSIONS_KEPT + Duration::from_millis(1))).await.unwrap();
    assert!(!is_left(&expires).await && is_left(&active).await);
}

pub async fn the_portal_links_of_a_deleted_tenant_are_gone(store: &dyn Store) {
    let world = World::new(store, "portal.deletion");
    let (owner, other) = (world.tenant("owner").await, world.tenant("other").await);
    let (gone, stays) = (create(&world, &owner).await, create(&world, &other).await);
    store.delete_tenant(&owner).await.unwrap();
    assert_eq!(store.portal_session(gone.id).await.unwrap(), None);
    assert_eq!(store.portal_session_by_token(&gone.hash).await.unwrap(), None);
    world.tenant("owner").await;
    assert_eq!(store.portal_sessions(ListScope::Tenant(&owner), Page::first(10)).await.unwrap(), []);
    assert_eq!(store.portal_session(stays.id).await.unwrap(), Some(stays));
}
