//! The words of the screen, which load with it.

import { catalog as en } from "@/messages/en/catalog";
import { catalog as es } from "@/messages/es/catalog";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useCatalogWords = () => useWords(WORDS);
