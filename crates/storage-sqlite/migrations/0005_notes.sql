-- What was odd about a response, or the way of its request; no fault.
ALTER TABLE attempts ADD COLUMN note TEXT;
