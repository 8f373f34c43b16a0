//! Tells the embedding page the height of the content, so that the frame needs no scroll bar of its own.

import { useEffect } from "react";
import { autoHeight, tell } from "./parent";

/** With `data-height="auto"` nothing depends on the frame's height, so a higher frame never makes the content higher. */
export function useReportedHeight(): void {
  useEffect(() => {
    const content = document.getElementById("root");
    if (!autoHeight || content === null) return undefined;
    document.documentElement.dataset.height = "auto";
    let told = 0;
    const observer = new ResizeObserver(() => {
      const height = Math.ceil(content.getBoundingClientRect().height);
      if (height === told || height === 0) return;
      told = height;
      tell({ type: "postrider:height", height });
    });
    observer.observe(content);
    return () => observer.disconnect();
  }, []);
}
