'use strict';

const { getEventBus } = require('./bus');

function publishEvent(eventType, data, tenantId) {
  getEventBus().publish(eventType, data, tenantId);
}

const publishResource = (resource, name, tenantId) => publishEvent(name, { id: resource.id }, tenantId);

module.exports = { publishEvent, publishResource };
