//! Words of a screen that are part of its own chunk, in both languages, instead of the first load.

import { useLanguage, type Language } from "./context";

export function useWords<T>(words: Record<Language, T>): T {
  return words[useLanguage()];
}
