//! The messages of one screen, which load with the screen instead of with the page.

import { useLanguage } from "./context";

/** Both languages of a screen; the compiler compares the second with the first. */
export interface Words<T> {
  en: T;
  es: T;
}

export function useWords<T>(words: Words<T>): T {
  return words[useLanguage()];
}
