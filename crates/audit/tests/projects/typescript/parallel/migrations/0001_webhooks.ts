export const up = (db: { query(sql: string): Promise<unknown> }): Promise<unknown> =>
  db.query(`
    CREATE TABLE webhook_deliveries (
      id bigserial PRIMARY KEY,
      event_type text NOT NULL DEFAULT 'refund.failed'
    )
  `);
