export const metrics = {
  counts: {},
  increment(name) {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  },
};
