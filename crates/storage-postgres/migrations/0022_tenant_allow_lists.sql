-- Allow lists of a tenant, separated by spaces: networks that are exempt from the address policy for it, and hosts to which it
-- is limited. Empty: none, and any host.
ALTER TABLE postrider.tenants ADD COLUMN allow_networks text NOT NULL DEFAULT '';
ALTER TABLE postrider.tenants ADD COLUMN allow_hosts text NOT NULL DEFAULT '';
