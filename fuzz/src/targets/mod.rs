//! The table of all targets.

mod answers;
mod audit;
mod bodies;
mod catalog;
mod configuration;
mod credentials;
mod egress;
mod filters;
mod ids;
mod keys;
mod lists;
mod names;
mod payloads;
mod policies;
mod scripts;
mod signatures;
mod stored;
mod templates;
mod times;
mod urls;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of its folder of seeds.
    pub name: &'static str,
    /// Panics when the input breaks a rule.
    pub run: fn(&[u8]),
    /// Mutations that CI tries: fewer where one takes longer.
    pub rounds: usize,
    /// Texts that its parser knows.
    pub dictionary: &'static [&'static str],
}

const fn target(name: &'static str, run: fn(&[u8]), rounds: usize, dictionary: &'static [&'static str]) -> Target {
    Target { name, run, rounds, dictionary }
}

/// All targets.
pub const TARGETS: &[Target] = &[
    target("audit_configuration", audit::configuration, 1_000, audit::CONFIGURATION),
    target("audit_csharp", audit::csharp, 60, audit::WORDS),
    target("audit_go", audit::go, 60, audit::WORDS),
    target("audit_java", audit::java, 60, audit::WORDS),
    target("audit_javascript", audit::javascript, 60, audit::WORDS),
    target("audit_kotlin", audit::kotlin, 60, audit::WORDS),
    target("audit_manifests", audit::manifests, 500, audit::MANIFESTS),
    target("audit_php", audit::php, 60, audit::WORDS),
    target("audit_python", audit::python, 60, audit::WORDS),
    target("audit_ruby", audit::ruby, 60, audit::WORDS),
    target("audit_rust", audit::rust, 60, audit::WORDS),
    target("audit_schemas", audit::schemas, 300, audit::SCHEMAS),
    target("audit_typescript", audit::typescript, 60, audit::WORDS),
    target("batch_answers", answers::batch, 2_000, answers::BATCH),
    target("catalog_files", catalog::files, 500, catalog::WORDS),
    target("catalog_schemas", catalog::schemas, 300, catalog::WORDS),
    target("configuration", configuration::run, 150, configuration::WORDS),
    target("credentials", credentials::run, 2_000, credentials::WORDS),
    target("event_bodies", bodies::events, 1_500, bodies::WORDS),
    target("event_names", names::run, 2_000, names::WORDS),
    target("feed_packets", answers::feed, 1_000, answers::FEED),
    target("filters", filters::run, 200, filters::WORDS),
    target("hosts_files", egress::hosts, 1_000, egress::HOSTS),
    target("http1_responses", egress::http1, 600, egress::HTTP1),
    target("http2_frames", egress::http2, 2_000, &[]),
    target("ids", ids::run, 2_000, ids::WORDS),
    target("list_parameters", lists::run, 600, lists::WORDS),
    target("object_keys", keys::run, 1_500, keys::WORDS),
    target("payloads", payloads::run, 1_500, payloads::WORDS),
    target("policies", policies::run, 1_000, policies::WORDS),
    target("proxy_answers", egress::proxies, 600, egress::PROXIES),
    target("references", signatures::references, 1_000, &[]),
    target("request_bodies", bodies::others, 300, bodies::WORDS),
    target("response_contents", egress::contents, 1_000, egress::CONTENTS),
    target("retry_after", egress::retry_after, 2_000, egress::RETRY_AFTER),
    target("script_answers", scripts::run, 1_500, scripts::WORDS),
    target("secrets", signatures::secrets, 300, signatures::WORDS),
    target("signatures", signatures::run, 300, signatures::WORDS),
    target("stored_values", stored::run, 1_000, stored::WORDS),
    target("template_options", templates::options, 500, templates::WORDS),
    target("text_templates", templates::texts, 1_000, templates::WORDS),
    target("times", times::run, 2_000, times::WORDS),
    target("tls_errors", egress::tls, 1_000, &[]),
    target("token_answers", answers::token, 1_000, answers::TOKEN),
    target("urls", urls::run, 1_500, urls::WORDS),
];
