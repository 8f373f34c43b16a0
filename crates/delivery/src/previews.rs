//! Previews: who would receive an event, the request that a subscription would get, and the way to its receiver. They use
//! the functions of publishing and sending, write nothing, and send nothing to a receiver.

use crate::{
    attempt::{self, Formed, Reply, Times},
    content::{Content, LeftOut},
    dispatcher::Dispatcher,
    draft::Draft,
    egress::LocalFault,
    fan_out::new_event,
    index::Index,
    matching::Filters,
    outgoing::Outgoing,
    shaping::NotShaped,
    target::Target,
    test_sends::TestRoom,
};
use bytes::Bytes;
use filter::Filter;
use model::{
    AttemptError, Clock, EventType, IdSource, Shape, Subscription, SubscriptionId, SubscriptionState, SubscriptionUrl,
    TenantId, policy::OnPause, shape::Method,
};
use std::{collections::HashSet, sync::Arc, time::Duration};
use storage::NewDelivery;
use transform::ScriptFault;

/// Maximum time of a DNS look-up.
const LOOK_UP: Duration = Duration::from_secs(5);
/// Maximum time of a challenge.
const CHALLENGE: Duration = Duration::from_secs(10);

/// Why a subscription would receive an event, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Receives,
    /// The delivery is made, and waits until the subscription is activated.
    WaitsForActivation,
    NotSubscribed,
    /// The event has none of the subscription's channels.
    OtherChannels,
    /// The subscription's filter leaves the event out.
    FilteredOut,
    /// The subscription is paused and drops new events.
    Dropped,
    Disabled,
}

impl Reach {
    /// True when a delivery is made.
    pub const fn is_delivered(self) -> bool {
        matches!(self, Self::Receives | Self::WaitsForActivation)
    }
}

/// A subscription and its part in an event.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub subscription: SubscriptionId,
    pub url: SubscriptionUrl,
    pub reach: Reach,
    /// Why its filter leaves the event out, as a sentence.
    pub explanation: Option<String>,
}

/// The recipients of an event.
#[derive(Clone, Debug)]
pub struct Recipients {
    /// Subscriptions that receive the event come first; then in order of their ids.
    pub list: Vec<Recipient>,
    /// Number of deliveries.
    pub deliveries: usize,
    /// Number of the tenant's subscriptions; more than the list has when the list was cut.
    pub subscriptions: usize,
}

/// A request as it would be sent.
#[derive(Clone, Debug)]
pub struct RequestPreview {
    pub method: Method,
    pub url: String,
    /// Lines `name: value`; credentials are masked.
    pub headers: String,
    pub body: Bytes,
}

/// A request that was formed and not sent.
#[derive(Clone, Debug)]
pub struct DryRun {
    pub end: DryRunEnd,
    /// Lines that the subscription's script wrote to the console.
    pub console: Vec<String>,
    /// How long the script ran.
    pub took: Option<Duration>,
}

/// The result of a dry run.
#[derive(Clone, Debug)]
pub enum DryRunEnd {
    Sends(Box<RequestPreview>),
    Drops,
    Fails { message: String, line: Option<u32>, column: Option<u32> },
}

/// Why a request has no preview.
#[derive(Debug, thiserror::Error)]
pub enum NoPreview {
    #[error("the transformation drops the delivery")]
    Dropped,
    #[error("{0}")]
    Fault(String),
    #[error(transparent)]
    Local(#[from] LocalFault),
}

/// Why a receiver cannot be reached.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    #[error("{}", .0.message)]
    Refused(AttemptError),
    /// This machine is short of something.
    #[error(transparent)]
    Local(#[from] LocalFault),
    #[error("too many previews and tests are in flight")]
    TooMany,
}

pub struct Previews {
    pub(crate) room: Arc<TestRoom>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) index: Arc<Index>,
    pub(crate) filters: Filters,
    pub(crate) dispatcher: Arc<Dispatcher>,
}

impl Previews {
    /// The subscriptions of a tenant and whether they would receive this event; `most` at most.
    pub async fn recipients(&self, tenant: &TenantId, draft: &Draft, most: usize) -> Recipients {
        let (index, tenant, draft) = (self.index.clone(), tenant.clone(), draft.clone());
        self.filters.run(move || recipients(&index, &tenant, &draft, most)).await
    }

    /// The decision of a filter about an event: `Err` has the reason, as a sentence, for which it does not match.
    pub async fn decide(&self, filter: Filter, tenant: &TenantId, draft: &Draft) -> Result<(), String> {
        let (tenant, draft) = (tenant.clone(), draft.clone());
        self.filters.run(move || Content::of_draft(&tenant, &draft).decide(&filter)).await
    }

    /// The request of the first attempt for `draft`.
    pub async fn request(&self, subscription: Subscription, draft: &Draft) -> Result<RequestPreview, NoPreview> {
        match self.dry_run(subscription, draft).await?.end {
            DryRunEnd::Sends(request) => Ok(*request),
            DryRunEnd::Drops => Err(NoPreview::Dropped),
            DryRunEnd::Fails { message, line, .. } => Err(NoPreview::Fault(match line {
                Some(line) => format!("line {line}: {message}"),
                None => message,
            })),
        }
    }

    /// Forms the request of the first attempt for `draft`, with the output of the subscription's script.
    pub async fn dry_run(&self, subscription: Subscription, draft: &Draft) -> Result<DryRun, LocalFault> {
        let now = self.clock.now();
        let (tenant, event) = (subscription.tenant.clone(), self.ids.event(now));
        let delivery = NewDelivery { id: event.test_delivery(), subscription: subscription.id, order: None };
        let new = new_event(&tenant, event, draft, vec![delivery], now);
        let outgoing = Outgoing::new((*new.event).clone());
        let times = Times { now, stamp: self.clock.wall() };
        let target = Target::new(subscription);
        let formed = attempt::form(self.dispatcher.means(), &target, &[&outgoing], times, draft.trace.as_deref()).await;
        let (end, ran) = match formed {
            Ok(formed) => {
                let Formed { prepared, method, uri, lines, body, ran, .. } = formed;
                let url = uri.as_ref().unwrap_or(&prepared.uri).to_string();
                // The log has method and path among the headers; a preview has fields for them.
                let headers = lines.lines().filter(|line| !line.starts_with(':'));
                let headers = headers.flat_map(|line| [line, "\n"]).collect();
                (DryRunEnd::Sends(Box::new(RequestPreview { method, url, headers, body })), ran)
            }
            Err(NotShaped::Dropped(ran)) => (DryRunEnd::Drops, ran),
            Err(NotShaped::Script(fault, ran)) => {
                let ScriptFault { message, line, column, .. } = *fault;
                (DryRunEnd::Fails { message, line, column }, ran)
            }
            Err(NotShaped::Fault(message)) => (DryRunEnd::Fails { message, line: None, column: None }, None),
            Err(NotShaped::Shortage(fault)) => return Err(fault),
        };
        let (console, took) = ran.map_or((Vec::new(), None), |(console, took)| (console, Some(took)));
        Ok(DryRun { end, console, took })
    }

    /// Sends a signed challenge to the subscription's URL. The receiver owns the URL if it repeats the challenge; else the
    /// reason is a sentence.
    pub async fn challenge(&self, subscription: &Subscription) -> Result<Result<(), String>, LocalFault> {
        let mut random = [0; 24];
        self.ids.secret(&mut random);
        let challenge = signing::hex(&random);
        let draft = Draft::verification(&challenge);
        let mut subscription = subscription.clone();
        subscription.policies.shape = Shape::default();
        let timeout = subscription.timeout.min(CHALLENGE);
        let target = Target::new(Subscription { timeout, ..subscription });
        let now = self.clock.now();
        let new = new_event(&target.subscription.tenant, self.ids.event(now), &draft, Vec::new(), now);
        let outgoing = Outgoing::new((*new.event).clone());
        let times = Times { now, stamp: self.clock.wall() };
        let sent = attempt::send(self.dispatcher.means(), &target, &[&outgoing], times, None).await?;
        let Some(Reply { attempt, .. }) = sent else { return Ok(Err("nothing was sent".into())) };
        Ok(match attempt.response_code {
            None => Err(attempt.error.unwrap_or_default()),
            Some(200..300) if repeats(&attempt.response_body, &challenge) => Ok(()),
            Some(200..300) => Err("its response does not have the challenge".into()),
            Some(status) => Err(format!("it answered HTTP {status}")),
        })
    }

    /// Compiles a script of a transformation.
    pub async fn check_script(&self, script: &str) -> Result<Result<(), ScriptFault>, LocalFault> {
        self.dispatcher.shaping.check(script).await
    }

    /// Takes room for a preview that costs more than a look-up in memory; `None` when the tenant has too many in flight.
    pub fn room(&self, tenant: &TenantId) -> Option<impl Sized + use<'_>> {
        self.room.take(tenant)
    }

    /// Resolves the host of a URL and applies the address policy, as a delivery does before it connects.
    pub async fn reach(&self, tenant: &TenantId, url: &SubscriptionUrl) -> Result<(), Unreachable> {
        let _room = self.room.take(tenant).ok_or(Unreachable::TooMany)?;
        match self.dispatcher.egress.resolve(tenant, &url.to_url(), LOOK_UP).await? {
            Ok(()) => Ok(()),
            Err(fault) => Err(Unreachable::Refused(fault)),
        }
    }
}

/// True for a response that is the challenge, or a JSON object with it.
fn repeats(body: &[u8], challenge: &str) -> bool {
    let text = String::from_utf8_lossy(body);
    let named =
        || serde_json::from_slice::<serde_json::Value>(body).ok()?.get("challenge")?.as_str().map(str::to_owned);
    text.trim() == challenge || named().as_deref() == Some(challenge)
}

fn recipients(index: &Index, tenant: &TenantId, draft: &Draft, most: usize) -> Recipients {
    let (content, event_type) = (Content::of_draft(tenant, draft), &draft.event_type);
    let of_type = index.matching(tenant, event_type);
    let ids: HashSet<SubscriptionId> = of_type.iter().map(|one| one.subscription.id).collect();
    let each = |one: &Arc<Target>| match one.leaves_out(&content) {
        None => recipient(one, event_type, true),
        Some(why) => left_out(one, why),
    };
    let mut list: Vec<Recipient> = of_type.iter().map(each).collect();
    let deliveries = list.iter().filter(|one| one.reach.is_delivered()).count();
    list.sort_unstable_by_key(|one| (!one.reach.is_delivered(), one.subscription));
    list.truncate(most);
    let others = index.first(tenant, most - list.len(), |one| !ids.contains(&one.subscription.id));
    list.extend(others.iter().map(|one| recipient(one, event_type, false)));
    Recipients { list, deliveries, subscriptions: index.count(tenant) }
}

fn recipient(target: &Target, event_type: &EventType, is_matched: bool) -> Recipient {
    let subscription = &target.subscription;
    let is_active = subscription.state.is_active();
    let reach = match subscription.state {
        _ if is_matched && is_active => Reach::Receives,
        _ if is_matched => Reach::WaitsForActivation,
        _ if !subscription.wants(event_type) => Reach::NotSubscribed,
        SubscriptionState::Paused if subscription.policies.on_pause == OnPause::Drop => Reach::Dropped,
        SubscriptionState::Disabled | SubscriptionState::Deleted => Reach::Disabled,
        // Changed between the two looks at the index.
        SubscriptionState::Active | SubscriptionState::Paused => Reach::NotSubscribed,
    };
    Recipient { subscription: subscription.id, url: subscription.url.clone(), reach, explanation: None }
}

/// A subscription of the event's type that does not get it.
fn left_out(target: &Target, why: LeftOut) -> Recipient {
    let Subscription { id: subscription, ref url, .. } = target.subscription;
    let (reach, explanation) = match why {
        LeftOut::Channels => (Reach::OtherChannels, None),
        LeftOut::Filter(why) => (Reach::FilteredOut, Some(why)),
    };
    Recipient { subscription, url: url.clone(), reach, explanation }
}
