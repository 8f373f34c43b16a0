-- Operational events are published by the server alone (docs/operational-events.md), so the outbox refuses their types and
-- the system tenant. A trigger of its own, whose function is called for refused rows only.
CREATE FUNCTION postrider.outbox_reserved() RETURNS trigger LANGUAGE plpgsql SET search_path = postrider, pg_temp AS $$
BEGIN
    IF NEW.tenant_id = '_postrider' THEN
        RAISE EXCEPTION 'postrider.publish: tenant must not be _postrider: it receives the operational events of the server only'
            USING ERRCODE = 'check_violation', COLUMN = 'tenant';
    END IF;
    RAISE EXCEPTION 'postrider.publish: type must not begin with postrider.: the server publishes these events itself'
        USING ERRCODE = 'check_violation', COLUMN = 'type';
END $$;
CREATE TRIGGER reserved BEFORE INSERT ON postrider.outbox FOR EACH ROW
    WHEN (NEW.tenant_id = '_postrider' OR starts_with(NEW.event_type, 'postrider.'))
    EXECUTE FUNCTION postrider.outbox_reserved();
REVOKE ALL ON FUNCTION postrider.outbox_reserved FROM PUBLIC;
