import { afterEach } from "vitest";
import { cleanup } from "@testing-library/react";

// jsdom has no layout: Mantine asks for media queries and sizes when it renders.
Object.defineProperty(window, "matchMedia", {
  value: (query: string) => ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
    dispatchEvent: () => false,
  }),
});

class NoResizeObserver implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
// A list of no height would draw no rows.
Object.defineProperty(HTMLElement.prototype, "clientHeight", { value: 720 });
Object.defineProperty(HTMLElement.prototype, "clientWidth", { value: 1000 });
window.ResizeObserver = NoResizeObserver;
window.scrollTo = () => undefined;

afterEach(cleanup);
