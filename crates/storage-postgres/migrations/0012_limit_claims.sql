-- Claims of nodes on the limits of subscriptions (rate_limit, max_in_flight), which hold over all nodes: a node's demand in
-- thousandths of a delivery per second, and what it has reserved: millionths of the rate limit, and concurrent requests.
CREATE TABLE postrider.limit_claims (
    subscription_id uuid NOT NULL,
    node            integer NOT NULL,
    wanted          bigint NOT NULL,
    share           integer NOT NULL,
    slots           integer NOT NULL,
    PRIMARY KEY (subscription_id, node)
) WITH (fillfactor = 50);
CREATE INDEX limit_claims_by_node ON postrider.limit_claims (node);
GRANT SELECT, INSERT, UPDATE, DELETE ON postrider.limit_claims TO postrider_worker;
