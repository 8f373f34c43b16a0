//! The words of the screen, which load with it.

import { portalLinks as en } from "@/messages/en/portalLinks";
import { portalLinks as es } from "@/messages/es/portalLinks";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useLinkWords = () => useWords(WORDS);
