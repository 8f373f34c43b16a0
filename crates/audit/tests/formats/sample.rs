//! Handwritten reports: the tests of the formats run no analysis.

use audit::report::*;

pub(crate) fn site(file: &str, line: u32, function: &str, state: SiteState) -> Site {
    Site {
        file: file.into(),
        line,
        function: function.into(),
        via: "enum member WebhookEvent.INVOICE_PAID".into(),
        confidence: Confidence::High,
        state,
        bus: if state == SiteState::Parallel { "ticket_bus.emit" } else { "get_event_bus().publish" }.into(),
        tenant: true,
        system: if state == SiteState::Parallel { "TicketBus" } else { "EventBus" }.into(),
    }
}

pub(crate) fn place(file: &str, line: u32, function: &str, event_type: &str) -> Suggestion {
    Suggestion {
        file: file.into(),
        line,
        function: function.into(),
        reason: format!("its name says what {event_type} is about"),
        score: 83,
        snippet: format!(
            "await get_event_bus().publish(\n    event_type=\"{event_type}\",\n    event_data={{\"id\": str(entity.id)}},\n)\n"
        ),
        example: Some("billing/invoicing/service.py:255".into()),
    }
}

pub(crate) fn event(event_type: &str, category: &str, state: State) -> Event {
    Event {
        event_type: event_type.into(),
        category: category.into(),
        state,
        sites: vec![],
        suggestions: vec![],
        no_suggestion: None,
        accepted: None,
        defined_at: None,
    }
}

/// The report of an empty tree.
pub(crate) fn empty() -> Report {
    Report {
        schema_version: SCHEMA_VERSION,
        generated_at: "2026-03-01T10:00:00Z".into(),
        catalog: Chosen { name: "shipped".into(), reason: "The tree has none.".into(), ..Chosen::default() },
        ..Report::default()
    }
}

/// A report with every kind of finding.
#[expect(clippy::too_many_lines, reason = "one value for each field of the report")]
pub(crate) fn full() -> Report {
    let events = events();
    let count = |state| events.iter().filter(|event| event.state == state).count();
    Report {
        baseline: Some(Baseline {
            schema_version: SCHEMA_VERSION,
            revision: None,
            generated_at: "2026-02-01T10:00:00Z".into(),
            gaps: ["user.deleted".to_owned()].into(),
            ..Baseline::default()
        }),
        since: Some(Since {
            revision: "main".into(),
            before: Summary { defined: 9, published: 2, coverage: 22.2, ..Summary::default() },
            gained: vec!["invoice.created".into()],
            bypasses: vec![Bypass {
                event_type: Some("invoice.voided".into()),
                file: "billing/refunds.py".into(),
                line: 4,
                function: None,
                table: "webhook_deliveries".into(),
            }],
            ..Since::default()
        }),
        live: Some(Live {
            url: "webhooks.example.org".into(),
            days: 30,
            since: "2026-01-30T00:00:00Z".into(),
            waiting_in_vain: vec![Seen {
                event_type: "user.deleted".into(),
                subscriptions: 2,
                code: Some("missing".into()),
                place: Some(Place { file: "users/service.py".into(), line: 3, ..Place::default() }),
                ..Seen::default()
            }],
            ..Live::default()
        }),
        schema_version: SCHEMA_VERSION,
        project: "shop".into(),
        revision: Some("8f14e45fceea167a5a36dedd4bea2543c0ffee00".into()),
        modified: true,
        generated_at: "2026-03-01T10:00:00Z".into(),
        summary: Summary {
            defined: events.len(),
            published: count(State::Published),
            parallel_only: count(State::ParallelOnly),
            dead: count(State::Dead),
            missing: count(State::Missing),
            undefined: 4,
            coverage: 27.3,
            accepted: 1,
        },
        catalog: catalog(),
        categories: categories(&events),
        undefined: undefined(),
        parallel_systems: vec![
            ParallelSystem {
                name: "JOB_NAMES".into(),
                file: "jobs/names.py".into(),
                line: 3,
                overlap: vec![],
                unbridged: vec!["mail.digest".into(), "system.cleanup".into()],
            },
            ParallelSystem {
                name: "TicketingEvents".into(),
                file: "ticketing/events.py".into(),
                line: 14,
                overlap: vec!["ticket.created".into()],
                unbridged: vec!["ticket.created".into(), "ticket.merged".into()],
            },
        ],
        bypasses: ["payment.failed", "payment.refunded"]
            .map(|event| Bypass {
                event_type: Some(event.into()),
                file: "billing/payments/repair.sql".into(),
                line: 8,
                function: None,
                table: "webhook_deliveries".into(),
            })
            .into(),
        unresolved: vec![Unresolved {
            file: "communications/campaigns.py".into(),
            line: 77,
            expression: "f\"{prefix}.{action}\"".into(),
            function: "Campaigns.finish".into(),
            reason: Some("it leads to more places than are followed".into()),
        }],
        without_tenant: vec![Place {
            event_type: Some("invoice.created".into()),
            file: "billing/invoicing/retry.py".into(),
            line: 31,
            function: Some("retry".into()),
        }],
        duplicates: vec![Duplicate {
            event_type: "invoice.created".into(),
            modules: vec!["billing/imports".into(), "billing/invoicing".into()],
        }],
        examples: vec![Example {
            event_type: "invoice.created".into(),
            file: "billing/invoicing/service.py".into(),
            line: 255,
            function: "InvoiceService.create".into(),
            code: "await get_event_bus().publish(\n    event_type=WebhookEvent.INVOICE_CREATED,\n)".into(),
            places: 3,
        }],
        modules: modules(),
        files: Files {
            root: String::new(),
            read: 212,
            tests: 64,
            skipped: vec![Skipped { file: "vendor/big file.js".into(), reason: "larger than 1 MiB".into() }],
            partial: vec![Partial { file: "web/old form.tsx".into(), line: 12 }],
            languages: vec![("Python".into(), 200), ("SQL".into(), 12)],
        },
        events,
    }
}

fn events() -> Vec<Event> {
    let published = |event_type: &str, category: &str, sites: &[(&str, u32, &str)]| Event {
        sites: sites.iter().map(|(file, line, name)| site(file, *line, name, SiteState::Published)).collect(),
        ..event(event_type, category, State::Published)
    };
    let missing = |event_type: &str, category: &str, file: &str, line: u32, function: &str| Event {
        suggestions: vec![place(file, line, function, event_type)],
        ..event(event_type, category, State::Missing)
    };
    let credit_notes = "billing/credit_notes/service.py";
    vec![
        missing("credit_note.created", "credit_notes", credit_notes, 48, "CreditNoteService.create_credit_note"),
        Event {
            sites: vec![site("billing/events.py", 210, "emit_credit_note_voided", SiteState::Dead)],
            suggestions: vec![place(credit_notes, 229, "CreditNoteService.void_credit_note", "credit_note.voided")],
            ..event("credit_note.voided", "credit_notes", State::Dead)
        },
        missing("customer.created", "customer", "customer_management/service.py", 91, "CustomerService.create"),
        Event {
            defined_at: Some(Place { file: "webhooks/models.py".into(), line: 61, ..Place::default() }),
            ..event("export.failed", "data_transfer", State::Missing)
        },
        event("file.scanned", "file_storage", State::Missing),
        published(
            "invoice.created",
            "billing",
            &[
                ("billing/invoicing/service.py", 255, "InvoiceService.create"),
                ("billing/imports/run.py", 40, "import_invoices"),
            ],
        ),
        published("invoice.paid", "billing", &[("billing/invoicing/service.py", 482, "InvoiceService.pay")]),
        Event {
            sites: vec![Site { tenant: false, ..site("mail/send.py", 12, "<module>", SiteState::Published) }],
            ..event("email.sent", "communication", State::Published)
        },
        Event {
            accepted: Some("The provider tells us only in a nightly file.".into()),
            suggestions: vec![place("mail/bounces.py", 5, "read_bounces", "email.bounced")],
            ..event("email.bounced", "communication", State::Missing)
        },
        missing("subscription.trial_ending", "billing", "billing/subscriptions/service.py", 300, "trial_countdown"),
        Event {
            sites: vec![site("ticketing/service.py", 120, "TicketService.open", SiteState::Parallel)],
            ..event("ticket.created", "ticketing", State::ParallelOnly)
        },
    ]
}

fn categories(events: &[Event]) -> Vec<Category> {
    let mut names: Vec<&str> = events.iter().map(|event| event.category.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let category = |name: &str| {
        let of_it = || events.iter().filter(|event| event.category == name);
        Category {
            name: name.into(),
            defined: of_it().count(),
            published: of_it().filter(|event| event.state == State::Published).count(),
        }
    };
    names.into_iter().map(category).collect()
}

fn catalog() -> Chosen {
    Chosen {
        candidates: Vec::new(),
        name: "WebhookEvent".into(),
        file: Some("webhooks/models.py".into()),
        line: Some(22),
        reason: "Its members are what the main bus is given most often.".into(),
        others: vec![Group {
            name: "TicketingEvents".into(),
            file: "ticketing/events.py".into(),
            line: 14,
            members: 6,
        }],
        bus: vec!["get_event_bus().publish".into()],
        bus_at: vec![Place {
            file: "webhooks/events.py".into(),
            line: 30,
            function: Some("EventBus".into()),
            ..Place::default()
        }],
    }
}

/// The doubt of a report that is not sure which set is the catalog.
pub(crate) fn candidates() -> Vec<Candidate> {
    let candidate = |name: &str, file: &str, members, emitted, evidence: &str| Candidate {
        name: name.into(),
        file: file.into(),
        line: 22,
        members,
        emitted,
        evidence: evidence.into(),
    };
    vec![
        candidate("WebhookEvent", "webhooks/models.py", 11, 3, "its name says webhook; 3 of its 11 are published"),
        candidate("TicketingEvents", "ticketing/events.py", 6, 1, "1 of its 6 are published"),
    ]
}

fn undefined() -> Vec<Undefined> {
    vec![
        Undefined {
            event_type: "customer.suspended".into(),
            sites: vec![site("customer_management/router.py", 187, "suspend", SiteState::Published)],
            near: vec![],
        },
        Undefined {
            event_type: "invoice.payed".into(),
            sites: vec![
                site("billing/legacy.py", 9, "close", SiteState::Published),
                site("billing/legacy.py", 30, "reopen", SiteState::Published),
            ],
            near: vec!["invoice.paid".into()],
        },
        Undefined {
            event_type: "page.load.time".into(),
            sites: vec![site("web/telemetry.ts", 5, "measure", SiteState::Parallel)],
            near: vec![],
        },
        Undefined {
            event_type: "ticket.reopened".into(),
            sites: vec![site("ticketing/service.py", 160, "TicketService.reopen", SiteState::Parallel)],
            near: vec![],
        },
    ]
}

fn modules() -> Vec<Module> {
    [
        ("alembic/versions", 40, 80, 0, 0),
        ("billing/credit_notes", 3, 20, 0, 1),
        ("billing/imports", 1, 4, 1, 0),
        ("billing/invoicing", 4, 31, 2, 0),
        ("customer_management", 5, 44, 0, 1),
        ("utils", 9, 80, 0, 0),
    ]
    .into_iter()
    .map(|(path, files, functions, published, gaps)| Module { path: path.into(), files, functions, published, gaps })
    .collect()
}
