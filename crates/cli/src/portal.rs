//! `postrider portal`: portal links of tenants, over HTTP.

use crate::{
    client::{Caller, Server, escape, print},
    output::line,
};
use anyhow::Context;
use clap::Subcommand;
use http::Method;
use serde_json::{Map, Value, json};

const PATH: &str = "/api/v1/portal-sessions";

/// Create, list and revoke portal links, with which a customer opens the dashboard of its own tenant
///
/// Requires the operator's key.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Create a link for the tenant of --tenant; it is shown only once
    Create(Box<New>),
    /// List links, newest first; all tenants' without --tenant
    List {
        /// Maximum number of rows
        #[arg(long, default_value_t = 200)]
        limit: usize,
        #[command(flatten)]
        server: Server,
    },
    /// Revoke a link, with immediate effect
    Revoke {
        /// The link's id (pts_…), from the list
        id: String,
        #[command(flatten)]
        server: Server,
    },
}

#[derive(clap::Args)]
struct New {
    /// Rights of the customer: view, or manage with the capabilities
    #[arg(long, default_value = "view")]
    mode: String,
    /// A capability of the mode manage; repeat for more. One of subscriptions:write, secrets:read, secrets:rotate,
    /// deliveries:retry, deliveries:cancel, test:send, replays:write [default: all]
    #[arg(long)]
    capability: Vec<String>,
    /// Lifetime in seconds, 60 to 7776000 [default: 86400]
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<i64>,
    /// The name of your product
    #[arg(long)]
    name: Option<String>,
    /// The ground of buttons, such as #1a73e8
    #[arg(long)]
    color: Option<String>,
    /// The language, such as es
    #[arg(long)]
    language: Option<String>,
    /// Where the portal's back leads
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
    /// Where the portal leads when the link has expired
    #[arg(long, value_name = "URL")]
    refresh_url: Option<String>,
    /// An origin whose pages may embed the portal; repeat for more
    #[arg(long, value_name = "ORIGIN")]
    allow_ancestor: Vec<String>,
    #[command(flatten)]
    server: Server,
}

impl New {
    fn body(&self, tenant: &str) -> Value {
        let mut body = json!({ "tenant_id": tenant, "mode": self.mode });
        let given = |value: &Option<String>| value.clone().map(Value::from);
        let appearance: Map<String, Value> =
            [("name", given(&self.name)), ("color", given(&self.color)), ("language", given(&self.language))]
                .into_iter()
                .filter_map(|(field, value)| Some((field.to_owned(), value?)))
                .collect();
        let list = |list: &[String]| (!list.is_empty()).then(|| Value::from(list));
        for (field, value) in [
            ("capabilities", list(&self.capability)),
            ("expires_in_seconds", self.expires_in.map(Value::from)),
            ("appearance", (!appearance.is_empty()).then(|| appearance.into())),
            ("return_url", given(&self.return_url)),
            ("refresh_url", given(&self.refresh_url)),
            ("allowed_ancestors", list(&self.allow_ancestor)),
        ] {
            if let Some(value) = value {
                body[field] = value;
            }
        }
        body
    }
}

pub(crate) fn run(args: Args) -> anyhow::Result<()> {
    match args.action {
        Action::Create(new) => {
            let tenant = new.server.tenant().context("--tenant names the tenant that the link is for")?;
            let body = new.body(tenant).to_string();
            print(&new.server.call_as_operator(Method::POST, PATH, Some(body))?);
        }
        Action::List { limit, server } => {
            let of = server.tenant().map(|tenant| format!("&tenant_id={}", escape(tenant))).unwrap_or_default();
            let path = format!("{PATH}?limit={}{of}", limit.clamp(1, 200));
            print(&server.rows(Caller::AllTenants, &path, limit)?);
        }
        Action::Revoke { id, server } => {
            server.call_as_operator(Method::DELETE, &format!("{PATH}/{}", escape(&id)), None)?;
            line!("{id} is revoked");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        new: New,
    }

    #[test]
    fn a_new_link_has_the_given_fields_only() {
        let body =
            |arguments: &[&str]| Line::try_parse_from(["create"].iter().chain(arguments)).unwrap().new.body("acme");
        assert_eq!(body(&[]), json!({"tenant_id": "acme", "mode": "view"}));
        let all = [
            "--mode",
            "manage",
            "--capability",
            "test:send",
            "--expires-in",
            "600",
            "--name",
            "Acme",
            "--color",
            "#fa0",
            "--return-url",
            "https://a.example/",
            "--allow-ancestor",
            "https://a.example",
        ];
        let expected = json!({
            "tenant_id": "acme", "mode": "manage", "capabilities": ["test:send"], "expires_in_seconds": 600,
            "appearance": {"name": "Acme", "color": "#fa0"}, "return_url": "https://a.example/",
            "allowed_ancestors": ["https://a.example"],
        });
        assert_eq!(body(&all), expected);
    }
}
