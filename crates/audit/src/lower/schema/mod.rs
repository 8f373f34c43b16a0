//! Schema files: Prisma, GraphQL, SQL, and documents in YAML or JSON such as OpenAPI. They have no code, only sets of
//! names; each set becomes an enum of the facts, so that later stages know no format.

mod document;
mod graphql;
mod json;
mod node;
mod prisma;
mod sets;
mod sql;
mod yaml;

use crate::{
    facts::{Class, Facts, Function, Traits},
    text::events,
};
use sets::Set;
use std::path::Path;

/// A format of schema files.
struct Schema {
    traits: Traits,
    /// True when a text may have a set; cheap enough for every file of a tree.
    may_have_set: fn(&str) -> bool,
    /// The sets of a file, by its name without folder and extension, and its text.
    read: fn(&str, &str) -> Vec<Set>,
}

const fn traits(language: &'static str, extensions: &'static [&'static str]) -> Traits {
    Traits { language, family: language, extensions, is_schema: true, fence: language, ..Traits::PLAIN }
}

static SCHEMAS: [Schema; 5] = [
    Schema { traits: traits("prisma", &["prisma"]), may_have_set: has_enum, read: prisma::read },
    Schema { traits: traits("graphql", &["graphql", "graphqls", "gql"]), may_have_set: has_enum, read: graphql::read },
    Schema {
        // A migration may add to a type that another one creates.
        traits: Traits { open_classes: true, ..traits("sql", &["sql"]) },
        may_have_set: sql::may_have_set,
        read: sql::read,
    },
    Schema { traits: traits("yaml", &["yaml", "yml"]), may_have_set: document::may_have_set, read: yaml::read },
    Schema { traits: traits("json", &["json"]), may_have_set: document::may_have_set, read: json::read },
];

fn has_enum(text: &str) -> bool {
    text.contains("enum")
}

/// Endings of names of files that a tool writes or that configure a tool, without the extension.
const TOOLS: &[&str] = &["lock", "tsconfig", "package", "composer", "manifest", "min", "angular", "turbo", "compose"];

/// Folders with texts for people, in all languages of theirs.
const TEXTS: &[&str] = &["i18n", "lang", "langs", "languages", "locale", "locales", "messages", "translations"];

fn schema(file: &str) -> Option<&'static Schema> {
    let path = Path::new(file);
    let extension = path.extension()?.to_str()?;
    let schema = SCHEMAS.iter().find(|schema| schema.traits.extensions.contains(&extension))?;
    let words = |part: &str, list: &[&str]| list.contains(&part.to_ascii_lowercase().as_str());
    let stem = path.file_stem()?.to_str()?;
    let is_tool = stem.split(['.', '-']).any(|part| words(part, TOOLS));
    let is_text = file.split('/').rev().skip(1).any(|folder| words(folder, TEXTS));
    (!is_tool && !is_text).then_some(schema)
}

/// True when a file may be a schema, by its path.
pub(crate) fn may_be_schema(file: &str) -> bool {
    schema(file).is_some()
}

/// The facts of a schema file; `None` when it has no set of events.
pub(super) fn lower(file: &str, text: &str) -> Option<Facts> {
    let schema = schema(file)?;
    let stem = Path::new(file).file_stem()?.to_str()?;
    if !events::speaks_of_events(stem) && !(schema.may_have_set)(text) {
        return None;
    }
    let sets = (schema.read)(stem, text);
    let mut classes: Vec<Class> = Vec::new();
    for set in sets.into_iter().filter(Set::is_telling) {
        let class = set.class();
        // A document often lists one set in several places.
        let events = |class: &Class| class.members.iter().map(|one| one.value.clone()).collect::<Vec<_>>();
        match classes.iter().position(|one| one.name == class.name) {
            Some(at) => {
                let known = events(&classes[at]);
                let more = class.members.into_iter().filter(|member| !known.contains(&member.value));
                classes[at].members.extend(more);
            }
            None if classes.iter().any(|one| events(one) == events(&class)) => {}
            None => classes.push(class),
        }
    }
    let top = Function { line: 1, end_line: u32::MAX, registered: true, ..Function::default() };
    (!classes.is_empty()).then(|| Facts {
        file: file.to_owned(),
        traits: &schema.traits,
        functions: vec![top],
        classes,
        ..Facts::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Binding, Expr};

    /// The sets of a file: their names, and their members as `name=text:line`.
    fn sets(file: &str, text: &str) -> Vec<(String, String)> {
        let facts = lower(file, text);
        let member = |one: &Binding| match &one.value {
            Expr::Text(text) if *text == one.name => format!("{text}:{}", one.line),
            value => format!("{}={}:{}", one.name, value.shown(), one.line),
        };
        let shown =
            |class: &Class| (class.name.clone(), class.members.iter().map(member).collect::<Vec<_>>().join(" "));
        facts.iter().flat_map(|facts| &facts.classes).map(shown).collect()
    }

    fn one(file: &str, text: &str, name: &str, members: &str) {
        assert_eq!(sets(file, text), [(name.to_owned(), members.to_owned())], "{file}");
    }

    #[test]
    fn prisma_enums_with_and_without_mapped_names() {
        let text = "// enum Webhook { no }\nenum WebhookTriggers {\n  /// doc\n  orderCreated @map(\"order.created\") // c\n  \
                    orderPaid\n\n  @@map(\"webhook_triggers\")\n}\nmodel Event {\n  id String @id\n}\n";
        one("schema.prisma", text, "WebhookTriggers", "orderCreated=\"order.created\":4 orderPaid:5");
    }

    #[test]
    fn graphql_enums_and_their_extensions() {
        let text = "\"\"\"An enum WebhookEvent { X }\"\"\"\nenum WebhookEvent @doc(a: \"b\") {\n  \"paid\"\n  ORDER_PAID\n  \
                    ORDER_LOST @deprecated(reason: \"{\")\n}\nextend enum WebhookEvent { ORDER_SENT }\nenum Color { RED }\n";
        one("schema.graphql", text, "WebhookEvent", "ORDER_PAID:4 ORDER_LOST:5 ORDER_SENT:7");
    }

    #[test]
    fn sql_enum_types_with_later_values() {
        let text = "CREATE TYPE public.\"webhook_event\" AS ENUM (\n  'order.created', -- first\n  'order.paid'\n);\nALTER TYPE \
                    public.webhook_event ADD VALUE IF NOT EXISTS 'order.lost';\nCREATE TYPE color AS ENUM ('red');\n";
        one("db/structure.sql", text, "webhook_event", "order.created:2 order.paid:3 order.lost:5");
    }

    #[test]
    fn sql_enum_columns_and_checks() {
        let text = "create table `deliveries` (\n `id` int,\n `event_type` enum('order.created','order.paid') not null,\n `state` \
                    enum('a')\n);";
        one("a.sql", text, "deliveries.event_type", "order.created:3 order.paid:3");
        let text = "CREATE TABLE hooks (event_type text CHECK (event_type IN ('order.created', 'order.paid')));";
        one("a.sql", text, "hooks.event_type", "order.created:1 order.paid:1");
        let text = "CREATE TABLE hooks (event_type text,\nCONSTRAINT c CHECK (((event_type)::text = ANY \
                    ((ARRAY['order.created'::character varying, 'order.paid'::character varying])::text[]))));";
        one("a.sql", text, "hooks.event_type", "order.created:2 order.paid:2");
    }

    #[test]
    fn sql_rows_of_a_table_of_event_types() {
        let text = "INSERT INTO webhook.event_types (id, name, description) VALUES\n (1, 'order.created', 'It''s new, x'),\n (2, \
                    'order.paid', lower('A, B'));\nINSERT INTO event_types (id, name) VALUES (3, 'order.lost');";
        one("seed.sql", text, "event_types", "order.created:2 order.paid:3 order.lost:4");
    }

    #[test]
    fn openapi_enums_are_named_by_their_schema() {
        let text = "openapi: 3.0.0\ncomponents:\n  schemas:\n    WebhookEvent:\n      type: string\n      enum:\n        - \
                    order.created\n        - 'order.paid'\n    Color:\n      enum: [red]\n";
        one("openapi.yaml", text, "WebhookEvent", "order.created:7 order.paid:8");
        let text = "openapi: 3.0.0\ncomponents:\n  schemas:\n    Webhook:\n      properties:\n        types:\n          items:\n            \
                    enum: [order.created, order.paid]\n          example: [order.created]\n";
        one("openapi.yaml", text, "Webhook.types", "order.created:8 order.paid:8");
        let text = "{\"openapi\": \"3.0.0\",\n\"paths\": {\"/hooks\": {\"get\": {\"parameters\": [\n{\"name\": \"event\", \"schema\": \
                    {\"enum\": [\"order\\u002ecreated\",\n\"order.paid\"]}}]}}}}";
        one("openapi.json", text, "hooks.event", "order.created:3 order.paid:4");
    }

    #[test]
    fn openapi_webhooks_and_constants_of_payloads() {
        let text = "openapi: 3.1.0\nwebhooks:\n  orderCreated:\n    post: {}\n  orderPaid:\n    post: {}\n";
        one("openapi.yaml", text, "webhooks", "orderCreated:3 orderPaid:5");
        let text = "openapi: 3.1.0\ncomponents:\n  schemas:\n    OrderCreatedEvent:\n      properties:\n        type: {const: \
                    order.created}\n    OrderPaidEvent:\n      properties:\n        type:\n          enum: [order.paid]\n    \
                    OrderLostEvent:\n      properties:\n        type: {const: order.lost}\n";
        one("openapi.yaml", text, "event.type", "order.created:6 order.paid:10 order.lost:13");
    }

    #[test]
    fn asyncapi_channels_and_messages() {
        let text = "asyncapi: 2.6.0\nchannels:\n  order.created: {}\n  order.paid: {}\n";
        one("asyncapi.yaml", text, "event.channels", "order.created:3 order.paid:4");
        let text = "asyncapi: 3.0.0\nchannels:\n  orders: {address: orders}\ncomponents:\n  messages:\n    a: {name: \
                    order.created}\n    b: {name: order.paid}\n";
        one("asyncapi.yaml", text, "event.messages", "order.created:6 order.paid:7");
    }

    #[test]
    fn lists_of_configurations() {
        one(
            "config/webhooks.yml",
            "events: [order.created, order.paid]\n",
            "webhooks.events",
            "order.created:1 order.paid:1",
        );
        let text = "webhook_events:\n  - name: order.created\n    label: x\n  - name: order.paid\n";
        one("a.yml", text, "webhook_events", "order.created:2 order.paid:4");
        one("event_types.json", "[\"order.created\",\n\"order.paid\"]", "event_types", "order.created:1 order.paid:2");
        let text = "event_types:\n  order.created:\n    description: x\n  order.paid:\n    description: y\n";
        one("a.yaml", text, "event_types", "order.created:2 order.paid:4");
        assert!(
            sets("a.yml", "on: [push]\nevents: []\nwebhook:\n  url: https://a.example\n  events: yes\n").is_empty()
        );
    }

    #[test]
    fn files_of_tools_and_translations_are_no_schemas() {
        for file in
            ["package.json", "package-lock.json", "pnpm-lock.yaml", "tsconfig.build.json", "app/locales/en.json"]
        {
            assert!(!may_be_schema(file), "{file}");
        }
        for file in ["openapi.json", "config/webhooks.yml", "schema.prisma", "db/structure.sql", "a.graphqls"] {
            assert!(may_be_schema(file), "{file}");
        }
    }

    #[test]
    fn broken_files_are_read_up_to_the_fault() {
        let text = "events:\n  - order.created\n  - order.paid\nother: [\n  }: {{ x }}\n";
        one("a.yml", text, "events", "order.created:2 order.paid:3");
        for text in
            ["enum Webhook {", "enum", "{\"enum\": [\"webhook", "enum: *a webhook", "CREATE TYPE event AS ENUM ('"]
        {
            for file in ["a.prisma", "a.graphql", "a.sql", "a.yml", "a.json"] {
                sets(file, text);
            }
        }
    }
}
