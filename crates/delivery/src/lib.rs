//! From a published event to a receiver's answer: publisher, journal, dispatcher (lanes and egress), control. Never names a
//! backend.

mod activity;
mod attempt;
mod background;
mod batch;
mod breakers;
mod content;
mod contention;
mod control;
mod dispatcher;
mod doubts;
mod draft;
mod egress;
mod engine;
mod fan_out;
mod feed;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod index;
mod journal;
mod lanes;
mod lease;
mod limits;
mod log_sample;
mod maintenance;
mod matching;
mod nodes;
mod numbers;
pub mod operational;
mod outgoing;
mod overview;
mod previews;
mod publisher;
mod receivers;
mod recovery;
mod references;
mod replays;
mod shaping;
mod shortages;
mod steady;
mod target;
mod tasks;
#[cfg(any(test, feature = "test"))]
mod test_clock;
mod test_sends;
mod traces;
mod urls;
mod wake;

pub use activity::{RecentError, Totals};
pub use background::Background;
pub use contention::Contention;
pub use control::{
    Cancelled, CancelledDeliveries, ChangeError, Control, ErasedPayload, NewReplay, REPLAY_COUNT_MAX, REPLAYS_MAX,
    ReplayError, RetryError, RetryProgress, SUBSCRIPTIONS_MAX,
};
pub use draft::Draft;
pub use egress::{
    AddressPolicy, AddressSource, BadClientTls, BadPorts, Blocked, Egress, EgressError, EgressSettings, Examination,
    ExamineError, Examined, LocalFault, PortPolicy, Refused, ResolveError, check_client_tls,
};
pub use engine::{Engine, Health, Parts, StartError, Stopped};
pub use feed::{Change, ChangeOf, Entry, Feed, News, Position, Reader, Skipped};
pub use lanes::{LaneCounts, Load, PolicyDefaults, Trouble};
pub use lease::LeaseState;
pub use limits::{Admitted, Limited, Limits, NotAdmitted, RateStatus};
pub use log_sample::LogSample;
pub use maintenance::{
    rotation::Rotation,
    rounds::{Round, Rounds, ScheduledTask},
};
pub use operational::{Operational, OperationalEvent};
pub use overview::{Overview, Troubled};
pub use previews::{DryRun, DryRunEnd, NoPreview, Previews, Reach, Recipient, Recipients, RequestPreview, Unreachable};
pub use publisher::{Difference, PublishError, Published, Publisher, Want, batch_key};
pub use references::{BadReference, Reference, References};
pub use steady::{SteadyClock, Watched};
pub use target::Defaults;
#[cfg(any(test, feature = "test"))]
pub use test_clock::TestClock;
pub use test_sends::{TestError, TestSend, TestSends};
pub use traces::{Sampler, Span, SpanKind, SpanSink, SpanValue, Traces};
pub use urls::UrlRefused;
pub use wake::Sleeper;
