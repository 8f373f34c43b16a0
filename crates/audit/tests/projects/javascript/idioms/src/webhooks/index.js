'use strict';

const { WebhookEvent } = require('./events');
const { publishEvent, publishResource } = require('./publisher');

module.exports = {
  ...require('./bus'),
  WebhookEvent,
  publishEvent,
  publishResource,
};
