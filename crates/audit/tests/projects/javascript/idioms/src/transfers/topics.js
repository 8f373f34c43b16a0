'use strict';

const Topics = {
  Transfer: { STARTED: 'transfer.started', SETTLED: 'transfer.settled' },
  Vault: { OPENED: 'vault.opened', SEALED: 'vault.sealed' },
};

module.exports = { Topics };
