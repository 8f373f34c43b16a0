//! Publishes an event in the transaction of the business change that it reports: both are committed, or neither.
//!
//! ```sh
//! DATABASE_URL=postgresql://billing@localhost/app cargo run -p postrider-storage-postgres --example outbox -- TENANT
//! ```

use std::{env, error::Error};
use tokio_postgres::{NoTls, Transaction};

const APPROVAL_ABOVE_CENTS: i64 = 100_000;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS invoices (
    invoice_id text PRIMARY KEY,
    amount     numeric(12, 2) NOT NULL CHECK (amount > 0),
    currency   text NOT NULL
)";

/// Reasons for not creating an invoice.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("an invoice above 1000.00 needs an approval")]
    NeedsApproval,
    #[error("the database refuses")]
    Database(#[from] tokio_postgres::Error),
}

/// Ids of the created invoice and event.
struct Made {
    invoice: String,
    event: String,
}

/// Publishes an event in the transaction; returns its id.
async fn publish(
    tx: &Transaction<'_>,
    event_type: &str,
    data: &serde_json::Value,
    tenant: &str,
) -> Result<String, tokio_postgres::Error> {
    let sql = "SELECT postrider.publish(type => $1, data => $2::text::json, tenant => $3)";
    Ok(tx.query_one(sql, &[&event_type, &data.to_string(), &tenant]).await?.get(0))
}

/// Creates an invoice and publishes the event.
async fn create_invoice(tx: &Transaction<'_>, tenant: &str, cents: i64) -> Result<Made, Refusal> {
    let sql = "INSERT INTO invoices (invoice_id, amount, currency)
               VALUES ('inv_' || gen_random_uuid(), $1::bigint / 100.0, 'EUR') RETURNING invoice_id, amount::text";
    let row = tx.query_one(sql, &[&cents]).await?;
    let (invoice, amount): (String, String) = (row.get(0), row.get(1));
    let data = serde_json::json!({"invoice_id": invoice, "amount": amount, "currency": "EUR"});
    let event = publish(tx, "invoice.created", &data, tenant).await?;
    // Business code may reject the change late; the rollback then also removes the event.
    if cents > APPROVAL_ABOVE_CENTS {
        return Err(Refusal::NeedsApproval);
    }
    Ok(Made { invoice, event })
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (Some(tenant), Ok(url)) = (env::args().nth(1), env::var("DATABASE_URL")) else {
        return Err("usage: DATABASE_URL=… outbox TENANT".into());
    };
    let (mut client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    let connection = tokio::spawn(connection);
    client.batch_execute(TABLE).await?;

    let tx = client.transaction().await?;
    let made = create_invoice(&tx, &tenant, 11_900).await?;
    tx.commit().await?;
    println!("committed: invoice {}, event {}", made.invoice, made.event);

    let tx = client.transaction().await?;
    match create_invoice(&tx, &tenant, 500_000).await {
        Err(refusal @ Refusal::NeedsApproval) => {
            tx.rollback().await?;
            println!("rolled back: {refusal}; no event");
        }
        Err(fault) => return Err(fault.into()),
        Ok(_) => tx.commit().await?,
    }

    drop(client);
    connection.await??;
    Ok(())
}
