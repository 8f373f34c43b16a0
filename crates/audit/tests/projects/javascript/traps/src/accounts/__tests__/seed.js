import { bus } from '../../events/index.js';

export function seed() {
  bus.publish('stock.depleted', {});
}
