-- Source addresses or proxy of a tenant's requests to receivers: sealed JSON. Null: none.
ALTER TABLE tenants ADD COLUMN egress BLOB;
