import { bus } from '../../events';

export function seed(): void {
  bus.publish('stock.depleted', {});
}
