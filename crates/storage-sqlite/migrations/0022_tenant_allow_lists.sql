-- Allow lists of a tenant, separated by spaces: networks that are exempt from the address policy for it, and hosts to which it
-- is limited. Empty: none, and any host.
ALTER TABLE tenants ADD COLUMN allow_networks TEXT NOT NULL DEFAULT '';
ALTER TABLE tenants ADD COLUMN allow_hosts TEXT NOT NULL DEFAULT '';
