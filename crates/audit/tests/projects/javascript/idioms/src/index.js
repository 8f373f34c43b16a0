'use strict';

const InvoiceService = require('./billing/invoiceService');
const { CustomerService } = require('./customers/customerService');
const { JobRunner } = require('./jobs/runner');

module.exports = { InvoiceService, CustomerService, JobRunner };
