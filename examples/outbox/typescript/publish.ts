// Transactional outbox: publishes an event in the transaction of its business change. Both are committed, or neither.
//
//     DATABASE_URL=postgresql://billing@localhost/app npm start -- TENANT

import { randomUUID } from "node:crypto";
import pg from "pg";

const APPROVAL_ABOVE_CENTS = 1000_00;

const TABLE = `CREATE TABLE IF NOT EXISTS invoices (
    invoice_id text PRIMARY KEY,
    amount     numeric(12, 2) NOT NULL CHECK (amount > 0),
    currency   text NOT NULL
)`;

/** The business refuses this invoice. */
class NeedsApproval extends Error {}

/** Runs `work` in a transaction: commits when it returns, rolls back when it throws. */
async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    try {
      const result = await work(client);
      await client.query("COMMIT");
      return result;
    } catch (fault) {
      await client.query("ROLLBACK").catch((gone: Error) => (broken = gone));
      throw fault;
    }
  } finally {
    client.release(broken);
  }
}

/** Publishes in the client's transaction; returns the event's id. */
async function publish(client: pg.ClientBase, type: string, data: object, tenant: string): Promise<string> {
  const sql = "SELECT postrider.publish(type => $1, data => $2, tenant => $3) AS id";
  const { rows } = await client.query<{ id: string }>(sql, [type, JSON.stringify(data), tenant]);
  return rows[0]!.id;
}

/** Inserts an invoice and publishes `invoice.created`; returns the ids of both. */
async function createInvoice(client: pg.ClientBase, tenant: string, cents: number) {
  const invoice = { invoice_id: `inv_${randomUUID()}`, amount: (cents / 100).toFixed(2), currency: "EUR" };
  await client.query("INSERT INTO invoices (invoice_id, amount, currency) VALUES ($1, $2, $3)", [
    invoice.invoice_id,
    invoice.amount,
    invoice.currency,
  ]);
  const eventId = await publish(client, "invoice.created", invoice, tenant);
  // A late business error: the invoice and the event are rolled back together.
  if (cents > APPROVAL_ABOVE_CENTS) {
    throw new NeedsApproval("an invoice above 1000.00 needs an approval");
  }
  return { invoiceId: invoice.invoice_id, eventId };
}

async function main(tenant: string, connectionString: string): Promise<void> {
  const pool = new pg.Pool({ connectionString });
  try {
    await pool.query(TABLE);

    const made = await inTransaction(pool, (client) => createInvoice(client, tenant, 119_00));
    console.log(`committed: invoice ${made.invoiceId}, event ${made.eventId}`);

    try {
      await inTransaction(pool, (client) => createInvoice(client, tenant, 5000_00));
    } catch (fault) {
      if (!(fault instanceof NeedsApproval)) throw fault;
      console.log(`rolled back: ${fault.message}; no event`);
    }
  } finally {
    await pool.end();
  }
}

const tenant = process.argv[2];
const url = process.env["DATABASE_URL"];
if (tenant === undefined || url === undefined) {
  console.error("usage: DATABASE_URL=… npm start -- TENANT");
  process.exit(1);
}
await main(tenant, url);
