//! The templates and their names.

/// A format of a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    Slack,
    Discord,
    MicrosoftTeams,
    PagerDuty,
    Opsgenie,
    Form,
    CloudEvents,
    CloudEventsBinary,
}

impl Template {
    pub const ALL: [Self; 8] = [
        Self::Slack,
        Self::Discord,
        Self::MicrosoftTeams,
        Self::PagerDuty,
        Self::Opsgenie,
        Self::Form,
        Self::CloudEvents,
        Self::CloudEventsBinary,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::MicrosoftTeams => "microsoft-teams",
            Self::PagerDuty => "pagerduty",
            Self::Opsgenie => "opsgenie",
            Self::Form => "form",
            Self::CloudEvents => "cloudevents",
            Self::CloudEventsBinary => "cloudevents-binary",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.name() == name)
    }
}
