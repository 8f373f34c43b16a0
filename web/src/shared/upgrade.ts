//! A tab that was opened before an upgrade asks for chunks that are gone. It reloads once; a second failure is shown.

const NAME = "postrider.reloaded";
const PAUSE = 60_000;

export function reloadOnceForNewChunks(): void {
  window.addEventListener("vite:preloadError", (event) => {
    const last = Number(read() ?? 0);
    const now = performance.timeOrigin + performance.now();
    if (now - last < PAUSE) return;
    event.preventDefault();
    try {
      window.sessionStorage.setItem(NAME, String(now));
    } catch {
      // Without storage a second failure could reload for ever.
      return;
    }
    window.location.reload();
  });
}

function read(): string | null {
  try {
    return window.sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}
